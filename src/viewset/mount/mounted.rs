use std::{
    any::{Any, TypeId},
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};

use poem::http::Method;
use poem_openapi::{registry::Registry, types::Type};

use crate::{
    Error, Result,
    http::Site,
    model::ModelInfo,
    permission::{Action, Permissions},
    viewset::{
        Access, Declared, Guard, Pagination, ViewSet,
        columns::{column_name, is_readable},
        declare::ActionInfo,
        list::ORDERING,
        row::{MEMBER, TOLD, ToldActions, names_told},
        write::InputReader,
    },
};

/// A viewset with everything about it settled: what the trait says, met with the site's defaults.
pub(crate) struct Mounted<V: ViewSet> {
    pub(crate) viewset: V,
    pub(crate) site: Arc<Site>,
    pub(crate) guards: HashMap<Action, Arc<Guard>>,
    pub(crate) input: InputReader<V::Entity, V::Input>,
    told: OnceLock<ToldActions>,
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
    /// The type that says who may, of the handler's argument that guards it.
    pub(crate) guarded_by: Option<TypeId>,
    /// What guards it, and the viewset it belongs to, where it is a viewset's.
    pub(crate) guard: Option<(Arc<Guard>, TypeId)>,
    /// The schema of a representation that tells what its reader may do with the row.
    pub(crate) tells: Option<String>,
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
    /// One of a viewset's six?
    pub(crate) fn is_standard(&self) -> bool {
        self.action.is_some_and(|action| action.method().is_some())
    }
}

impl<V: ViewSet> Mounted<V> {
    /// Refuses what does not fit, in words that say what to write.
    pub(crate) fn new(viewset: V, site: &Arc<Site>) -> Result<Self> {
        let model = ModelInfo::of::<V::Entity>();
        let access = V::permissions();
        let named = |error: Error| match error {
            Error::Wiring(message) => Error::wiring(format!("the viewset `{}`: {message}", V::PATH)),
            error => error,
        };
        check_names::<V>().map_err(named)?;
        let retrieve = access.resolve(Action::Retrieve, &site.default_permissions, &model).map_err(named)?;
        let mut guards = HashMap::new();
        for action in Action::STANDARD.into_iter().chain([Action::Metadata]) {
            let permissions = access.resolve(action, &site.default_permissions, &model).map_err(named)?;
            guards.insert(
                action,
                Arc::new(Guard {
                    model: model.clone(),
                    action,
                    permissions,
                    declared: access.declared(action),
                    retrieve: retrieve.clone(),
                }),
            );
        }
        let input = InputReader::new(V::writes()).map_err(named)?;
        Ok(Self { viewset, site: site.clone(), guards, input, told: OnceLock::new() })
    }

    /// Learns of its own actions on rows, once they are known.
    pub(crate) fn tell(&self, own: Vec<Arc<Guard>>) {
        let _ = self.told.set(ToldActions::of::<V>(|action| self.guards[&action].clone(), own));
    }

    /// What its representations tell of.
    pub(crate) fn told(&self) -> &ToldActions {
        self.told.get().expect("an API tells its viewsets before it answers")
    }

    /// Guards an action of its own.
    pub(crate) fn guard(&self, info: &ActionInfo) -> Result<Guard> {
        let action = info.action();
        let model = ModelInfo::of::<V::Entity>();
        let own = (info.access)().downcast::<Access<V::Entity>>();
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
        let declared = if declares { Declared::Action } else { of_viewset.declared(action) };
        let mut permissions = access.resolve(action, &self.site.default_permissions, &model)?;
        check_codename_is_asked(info, &permissions, &model)?;
        if !info.on_row {
            let listed = self.guards[&Action::List].permissions.clone();
            permissions = Permissions::And(vec![permissions, Permissions::About(Action::List, Box::new(listed))]);
        }
        let retrieve = self.guards[&Action::Retrieve].permissions.clone();
        Ok(Guard { model, action, permissions, declared, retrieve })
    }

    /// The operations it offers.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        V::ACTIONS
            .iter()
            .filter_map(|action| {
                let guard = &self.guards[action];
                Some(Endpoint {
                    method: action.method()?,
                    path: path_of::<V>(*action),
                    operation_id: crate::viewset::document::operation_id::<V>(*action),
                    action: Some(*action),
                    model: Some(guard.model.clone()),
                    permissions: guard.permissions.clone(),
                    permissions_asked: guard.permissions.permissions_asked(Some(&guard.model), *action),
                    declared: guard.declared,
                    on_row: action.on_row(),
                    guarded_by: None,
                    guard: Some((guard.clone(), TypeId::of::<V>())),
                    tells: crate::viewset::document::row_name::<V>(),
                })
            })
            .collect()
    }
}

/// Refuses names that mean something else where they would stand.
fn check_names<V: ViewSet>() -> Result<()> {
    let part = |part: &str| {
        let plain = part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~'));
        plain && !matches!(part, "" | "." | "..")
    };
    if !V::PATH.strip_prefix('/').is_some_and(|path| path.split('/').all(part)) {
        return Err(Error::wiring(
            "`PATH` is a slash and a word, as in `/posts`, or several of them; a variable in it would not be looked at: \
             let `fn filters()` name the column that points at the parent, or `fn query()` choose its rows",
        ));
    }
    for column in V::filters().iter().chain([&V::lookup()]) {
        if !is_readable(column) {
            let name = column_name(column);
            return Err(Error::wiring(format!(
                "it filters or looks up by `{name}`, whose type cannot be read from text"
            )));
        }
    }
    let chooses_rows = |name: &String| name == ORDERING || Pagination::reads(name, true);
    if let Some(name) = V::filters().iter().map(column_name).find(chooses_rows) {
        return Err(Error::wiring(format!(
            "it filters by the column `{name}`, and `?{name}=` chooses a page or an order: take it out of `fn filters()`"
        )));
    }
    let mut registry = Registry::new();
    V::Output::register(&mut registry);
    let output = registry.schemas.get(V::Output::name().as_ref());
    let has_member = output.is_some_and(|output| output.properties.iter().any(|(name, _)| *name == MEMBER));
    if V::ROW_PERMISSIONS && has_member {
        return Err(Error::wiring(format!(
            "`ROW_PERMISSIONS` writes a member `{MEMBER}`, and its output has one already: give that another name"
        )));
    }
    Ok(())
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

/// The action's path as the document writes it.
pub(crate) fn path_of<V: ViewSet>(action: Action) -> String {
    if action.on_row() { format!("{}/{{id}}", V::PATH) } else { V::PATH.to_owned() }
}

/// A site's custom actions, by the types of their arguments.
#[derive(Default)]
pub(crate) struct Actions(pub(crate) HashMap<TypeId, MountedAction>);

/// A custom action, and the viewset it belongs to.
#[derive(Clone)]
pub(crate) struct MountedAction {
    pub(crate) guard: Arc<Guard>,
    /// an `Arc<Mounted<V>>`
    pub(crate) viewset: Arc<dyn Any + Send + Sync>,
}
