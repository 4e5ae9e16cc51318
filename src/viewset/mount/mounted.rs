use std::{
    any::{Any, TypeId},
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};

use poem::http::Method;
use sea_orm::{DatabaseConnectionType, QueryTrait, sea_query::SelectStatement};

use crate::{
    Db, Error, Result,
    http::{Problem, Site},
    model::ModelInfo,
    permission::{Action, Context, Permissions, RelatedKey, RelatedViewSet, TableRows, Trail},
    throttle::Throttle,
    viewset::{
        Access, Conditional, Declared, EntityOf, Guard, IfMatch, ModelOf, Reference, ViewSet, Visit,
        bulk::BulkRoute,
        declare::ActionInfo,
        guarded_fields::GuardedFields,
        list::{ListParameters, RelatedField},
        mount::{
            Place,
            mistakes::{mistakes, unsealed_cursors},
        },
        row::{ReadAhead, TOLD, ToldActions, members_of, names_told, own_rows},
    },
};

/// A viewset with everything about it settled: what the trait says, met with the site's defaults.
pub(crate) struct Mounted<V: ViewSet> {
    pub(crate) viewset: V,
    pub(crate) site: Arc<Site>,
    pub(crate) guards: HashMap<Action, Arc<Guard>>,
    /// what guards its rows where they are not come to by its own paths
    followed: HashMap<Action, Permissions>,
    pub(crate) places: Vec<Place<V>>,
    /// what a list's callers may ask
    pub(crate) list: ListParameters<EntityOf<V>>,
    pub(crate) guarded_fields: GuardedFields<EntityOf<V>>,
    told: OnceLock<ToldActions>,
    /// what a caller may do with a row, whether representations tell it or not
    tellable: OnceLock<ToldActions>,
    /// what keys in bodies may point at
    pub(super) references: OnceLock<Vec<Reference<EntityOf<V>>>>,
    /// how a row is read together with whoever asks for it, where it can be
    ahead: OnceLock<Option<ReadAhead>>,
    table: OnceLock<TableRows<EntityOf<V>>>,
}

/// One operation and what it asks, for the document, the table of permissions and `check`.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) operation_id: String,
    pub(crate) action: Option<Action>,
    pub(crate) model: Option<ModelInfo>,
    pub(crate) permissions: Permissions,
    pub(crate) permissions_asked: Vec<String>,
    /// Who said so?
    pub(crate) declared: Declared,
    /// Does the answer depend on the row?
    pub(crate) on_row: bool,
    /// Is it below a row of another viewset, which its path's first variable names?
    pub(crate) is_nested: bool,
    /// Is it about rows that the body names?
    pub(crate) names_rows: bool,
    /// The type that says who may, of the handler's argument that guards it.
    pub(crate) guarded_by: Option<TypeId>,
    /// Does it take passwords, of which nobody tries as many as they like?
    pub(crate) takes_password: bool,
    /// What guards it, and the viewset it belongs to, where it is a viewset's.
    pub(crate) guard: Option<(Arc<Guard>, TypeId)>,
    /// The schema of a representation that tells what its reader may do with the row.
    pub(crate) tells: Option<String>,
    /// Which conditions of a request it looks at.
    pub(crate) conditional: Conditional,
    /// The members that a caller can choose of what it answers; empty where they cannot.
    pub(crate) members: Vec<&'static str>,
}

/// The representations that tell what their reader may do with the row, and everything each of them can tell.
pub(crate) fn told_in(endpoints: &[Endpoint]) -> BTreeMap<&str, Vec<&'static str>> {
    let mut told = BTreeMap::new();
    for endpoint in endpoints {
        let (Some(schema), Some((_, viewset))) = (&endpoint.tells, &endpoint.guard) else { continue };
        let of_viewset = endpoints.iter().filter(|other| other.guard.as_ref().is_some_and(|(_, of)| of == viewset));
        let on_row: Vec<Action> = of_viewset.filter(|other| other.on_row).filter_map(|other| other.action).collect();
        told.insert(schema.as_str(), names_told(&on_row));
    }
    told
}

impl Endpoint {
    /// How often a caller may ask.
    pub(crate) fn throttles<'a>(&'a self, site: &'a Site) -> &'a Arc<[Throttle]> {
        match &self.guard {
            Some((guard, _)) => &guard.throttles,
            None => site.handler_throttles.get(&self.operation_id).unwrap_or(&site.throttles),
        }
    }

    /// One of a viewset's six?
    pub(crate) fn is_standard(&self) -> bool {
        self.action.is_some_and(|action| action.method().is_some())
    }
}

/// As the viewset says, or the site.
fn throttles<V: ViewSet>(action: Action, site: &Site) -> Arc<[Throttle]> {
    V::throttles(action).map_or_else(|| site.throttles.clone(), Arc::from)
}

impl<V: ViewSet> Mounted<V> {
    /// Refuses what does not fit, in words that say what to write.
    pub(crate) fn new(viewset: V, site: &Arc<Site>) -> Result<Self> {
        let model = ModelInfo::of::<EntityOf<V>>();
        let access = V::permissions();
        let named = |error: Error| match error {
            Error::Wiring(message) => Error::wiring(format!("the viewset `{}`: {message}", V::PATH)),
            error => error,
        };
        let mut mistakes = mistakes::<V>(is_connected(site).then(|| site.db.get_database_backend()));
        mistakes.extend((is_connected(site) && site.secret_key().is_none()).then(unsealed_cursors::<V>).flatten());
        if !mistakes.is_empty() {
            return Err(Error::wiring(format!("the viewset `{}`: {}", V::PATH, mistakes.join("; "))));
        }
        let guarded_fields = GuardedFields::of::<V>(site, &model).map_err(named)?;
        let retrieve = access.resolve(Action::Retrieve, site, &model).map_err(named)?;
        let mut guards = HashMap::new();
        for action in Action::STANDARD.into_iter().chain([Action::Metadata]) {
            let permissions = access.resolve(action, site, &model).map_err(named)?;
            guards.insert(
                action,
                Arc::new(Guard {
                    model: model.clone(),
                    action,
                    permissions,
                    declared: access.declared(action),
                    retrieve: retrieve.clone(),
                    throttles: throttles::<V>(action, site),
                }),
            );
        }
        let mut places = Place::all();
        for nested in places.iter_mut().filter_map(|place: &mut Place<V>| place.nested.as_mut()) {
            nested.parent.permissions = nested.parent.permissions.among(&site.viewsets);
        }
        // rows that are found below others alone are for who may retrieve one of those
        let is_nested_only = places.iter().all(|place| place.nested.is_some());
        let parents = || places.iter().filter_map(|place| place.nested.as_ref());
        let below = || Permissions::Or(parents().map(|nested| nested.parent.permissions.clone()).collect());
        let followed = guards.iter().map(|(action, guard): (&Action, &Arc<Guard>)| {
            let own = guard.permissions.clone();
            (*action, if is_nested_only { Permissions::And(vec![below(), own]) } else { own })
        });
        let followed = followed.collect();
        Ok(Self {
            viewset,
            site: site.clone(),
            guards,
            followed,
            places,
            list: ListParameters::of::<V>().among(&site.viewsets),
            guarded_fields,
            told: OnceLock::new(),
            tellable: OnceLock::new(),
            references: OnceLock::new(),
            ahead: OnceLock::new(),
            table: OnceLock::new(),
        })
    }

    /// Learns of its own actions on rows, once they are known.
    pub(crate) fn tell(&self, own: Vec<Arc<Guard>>) {
        let actions = ToldActions::on_row::<V>(|action| self.guards[&action].clone(), own);
        let told = if V::ROW_PERMISSIONS { actions.clone() } else { ToldActions::default() };
        let _ = self.told.set(told.with_fields::<V>(&self.guarded_fields));
        let _ = self.tellable.set(actions);
        let _ = self.ahead.set(is_connected(&self.site).then(|| ReadAhead::of(self)).flatten());
    }

    /// What its representations tell of.
    pub(crate) fn told(&self) -> &ToldActions {
        self.told.get().expect("an API tells its viewsets before it answers")
    }

    /// What can be told of each of these rows: what the caller may do with it, by the rules that its routes ask.
    pub(crate) async fn permissions_of(
        &self,
        visit: &Visit,
        db: Db<'_>,
        rows: &[ModelOf<V>],
    ) -> Result<Vec<Vec<&'static str>>, Problem> {
        let cx = visit.context(db);
        let tellable = self.tellable.get().expect("an API tells its viewsets before it answers");
        tellable.ask(&cx).await?.names_of::<EntityOf<V>>(&cx, rows).await
    }

    /// How its rows are read where they are those of the table.
    pub(crate) fn table(&self) -> &TableRows<EntityOf<V>> {
        self.table.get_or_init(|| TableRows::on(self.site.db.get_database_backend()))
    }

    pub(crate) fn ahead(&self) -> Option<&ReadAhead> {
        self.ahead.get().and_then(Option::as_ref)
    }

    /// The permissions that a request for a standard action can ask for.
    pub(crate) fn permissions_asked(&self, action: Action) -> Vec<String> {
        let mut asked = self.guards.get(&action).map(|guard| guard.permissions_asked()).unwrap_or_default();
        asked.extend(self.guarded_fields.permissions_asked(&self.guards[&Action::Retrieve].model, action));
        let references = self.references().iter().filter_map(|reference| reference.rows.as_ref());
        if matches!(action, Action::Create | Action::Update | Action::PartialUpdate) {
            asked.extend(references.flat_map(|rows| rows.permissions_asked(None, action)));
        }
        if action == Action::List {
            asked.extend(self.list.related().flat_map(RelatedField::permissions_asked));
        }
        let parents = self.places.iter().filter_map(|place| place.nested.as_ref());
        asked.extend(parents.flat_map(|nested| nested.parent.permissions.permissions_asked(None, action)));
        if !matches!(action, Action::Destroy | Action::Metadata) {
            asked.extend(self.told().permissions_asked());
        }
        asked
    }

    /// What guards its list, where it has one that is not below a row of another viewset.
    pub(crate) fn own_list(&self) -> Option<Arc<Guard>> {
        let has_one = self.places.iter().any(|place| place.nested.is_none() && place.offers(Action::List));
        has_one.then(|| self.guards[&Action::List].clone())
    }

    /// Guards an action of its own.
    pub(crate) fn guard(&self, info: &ActionInfo) -> Result<Guard> {
        let action = info.action();
        let model = ModelInfo::of::<EntityOf<V>>();
        if self.places[0].nested.is_some() {
            return Err(Error::wiring(format!(
                "the action `{}` belongs to the viewset `{}`, whose path has a variable: give the viewset a path without \
                 one, and let `nested()` name this one",
                info.name,
                V::PATH
            )));
        }
        let own = (info.access)().downcast::<Access<EntityOf<V>>>();
        let own = own.map_err(|_| Error::wiring(format!("the action `{}` is over another model", info.name)))?;
        let of_viewset = V::permissions();
        let declares = own.declares(action);
        let standard = Action::STANDARD.into_iter().chain([Action::Metadata]).map(|action| action.name());
        if standard.chain(TOLD.map(|(name, _)| name)).any(|taken| taken == info.name) {
            return Err(Error::wiring(format!(
                "an action of the viewset `{}` is called `{}`, which is the name of a standard one or of what a row \
                 tells of those",
                V::PATH,
                info.name
            )));
        }
        if !declares && !action.is_safe() && info.codename.is_none() {
            return Err(Error::wiring(format!(
                "the action `{}` of the viewset `{}` writes and says neither who may nor what it asks: give it \
                 `fn permissions()`, or `const CODENAME` for the model permission it asks",
                info.name,
                V::PATH
            )));
        }
        if let Some(first) = info.codename {
            let codename = format!("{first}_{}", model.model_name());
            if !model.declared_permissions().any(|(declared, _)| declared == codename) {
                return Err(Error::wiring(format!(
                    "the action `{}` asks `{codename}`, which the model `{model}` does not declare",
                    info.name
                )));
            }
        }
        let access = if declares { &*own } else { &of_viewset };
        // one that says nothing reads what the list or the row's own route shows
        let says = declares || !action.is_safe() || of_viewset.names(action);
        let like = match (says, info.on_row) {
            (true, _) => action,
            (false, true) => Action::Retrieve,
            (false, false) => Action::List,
        };
        let declared = match of_viewset.declared(like) {
            _ if declares => Declared::Action,
            // said for another action than this one
            Declared::Action if like != action => Declared::ViewSet,
            said => said,
        };
        let mut permissions = access.resolve(like, &self.site, &model)?;
        permissions.check_followed(&Trail { at: (TypeId::of::<V>(), action), before: None })?;
        check_codename_is_asked(info, &permissions, &model)?;
        if !info.on_row {
            let listed = self.guards[&Action::List].permissions.clone();
            permissions = Permissions::And(vec![permissions, Permissions::About(Action::List, Box::new(listed))]);
        }
        let retrieve = self.guards[&Action::Retrieve].permissions.clone();
        let throttles = throttles::<V>(action, &self.site);
        Ok(Guard { model, action, permissions, declared, retrieve, throttles })
    }

    /// The operations it offers.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        let standard = |place| {
            let each = V::ACTIONS.iter().filter_map(move |action| {
                let endpoint = self.endpoint(place, *action)?;
                Some(Endpoint { method: action.method()?, conditional: conditional::<V>(*action), ..endpoint })
            });
            each.chain(BulkRoute::at(place).filter_map(move |route| {
                let endpoint = self.endpoint(place, route.action())?;
                let operation_id = crate::viewset::document::bulk_operation_id(place.path, route);
                let (path, names_rows) = (route.path(place), route != BulkRoute::Create);
                Some(Endpoint { method: route.method(), path, operation_id, on_row: false, names_rows, ..endpoint })
            }))
        };
        self.places.iter().flat_map(standard).collect()
    }

    fn endpoint(&self, place: &Place<V>, action: Action) -> Option<Endpoint> {
        let guard = &self.guards[&action];
        place.offers(action).then_some(())?;
        Some(Endpoint {
            method: action.method()?,
            path: place.path_of(action),
            operation_id: crate::viewset::document::operation_id(place.path, action),
            action: Some(action),
            model: Some(guard.model.clone()),
            permissions: guard.permissions.clone(),
            permissions_asked: guard.permissions.permissions_asked(Some(&guard.model), action),
            declared: guard.declared,
            on_row: action.on_row(),
            is_nested: place.nested.is_some(),
            guarded_by: None,
            takes_password: false,
            guard: Some((guard.clone(), TypeId::of::<V>())),
            tells: crate::viewset::document::row_name::<V>(),
            names_rows: false,
            conditional: Conditional::default(),
            members: if V::SPARSE_FIELDS && action != Action::Destroy { members_of::<V>() } else { Vec::new() },
        })
    }
}

impl<V: ViewSet> RelatedViewSet for Mounted<V> {
    fn guarded(&self, action: Action) -> Option<(&Permissions, &ModelInfo)> {
        Some((self.followed.get(&action)?, &self.guards.get(&action)?.model))
    }

    fn rows(&self, cx: &Context<'_>) -> Result<Option<SelectStatement>> {
        Ok(own_rows(&self.viewset, cx)?.map(QueryTrait::into_query))
    }

    fn key(&self) -> Option<RelatedKey> {
        RelatedKey::of::<EntityOf<V>>()
    }

    fn shows_rows(&self) -> bool {
        V::ACTIONS.iter().any(|action| matches!(action, Action::List | Action::Retrieve))
    }
}

/// A document can be had without a database.
fn is_connected(site: &Site) -> bool {
    !matches!(site.db.inner, DatabaseConnectionType::Disconnected)
}

/// Which conditions of a request a standard action looks at.
fn conditional<V: ViewSet>(action: Action) -> Conditional {
    let honoured = IfMatch::of_write(V::REQUIRES_IF_MATCH);
    let (shows_tag, is_cached, if_match) = match action {
        Action::Retrieve => (true, true, IfMatch::Ignored),
        Action::Create => (true, false, IfMatch::Ignored),
        Action::Update | Action::PartialUpdate => (true, false, honoured),
        Action::Destroy => (false, false, honoured),
        Action::List | Action::Metadata | Action::Custom(_) => (false, false, IfMatch::Ignored),
    };
    Conditional { shows_tag, is_cached, if_match }
}

/// A codename that no class asks guards nothing, though it was written to.
fn check_codename_is_asked(info: &ActionInfo, permissions: &Permissions, model: &ModelInfo) -> Result<()> {
    let Some(first) = info.codename else { return Ok(()) };
    let asked = format!("{}.{first}_{}", model.app_label(), model.model_name());
    if permissions.permissions_asked(Some(model), info.action()).contains(&asked) {
        return Ok(());
    }
    Err(Error::wiring(format!(
        "the action `{}` has the codename `{first}`, and no class of its permissions, `{permissions}`, asks for `{asked}`: \
         add `ModelPermissions`, `ObjectPermissions` or `HasPerm({asked:?})` to them, or leave `CODENAME` out",
        info.name
    )))
}

/// What the arguments of handlers hand over of a site's viewsets, by their types: custom actions, and lists.
#[derive(Default)]
pub(crate) struct Actions(pub(crate) HashMap<TypeId, MountedAction>);

/// A custom action, and the viewset it belongs to.
#[derive(Clone)]
pub(crate) struct MountedAction {
    pub(crate) guard: Arc<Guard>,
    /// an `Arc<Mounted<V>>`
    pub(crate) viewset: Arc<dyn Any + Send + Sync>,
}
