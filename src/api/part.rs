use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    pin::Pin,
    sync::{Arc, Mutex},
};

use poem::{Request, http::Method};
use poem_openapi::{ApiResponse, OpenApi, registry::MetaOperation};

use super::{routes::path_in_document, schemas::Schemas};
#[cfg(feature = "testing")]
use crate::viewset::RowPaths;
use crate::{
    Error, Result,
    auth::JoinedRow,
    http::{Problem, Site},
    model::Models,
    permission::{Action, Explanation, RelatedViewSet, type_name},
    viewset::{ActionInfo, Actions, Endpoint, Guard, Listed, Mounted, MountedAction, ViewSet, ViewSetApi, Visit},
};

/// Something an [`Api`](super::Api) is made of: nothing, a viewset, handlers, or two parts.
///
/// ```
/// # use refrain::doc_example::cars::Cars;
/// use refrain::{Api, BuiltApi, Result, api::Part};
///
/// /// Goes behind whatever is mounted already.
/// fn finished<P: Part>(api: Api<P>) -> Result<BuiltApi> {
///     api.mount(Cars).trailing_slashes().build()
/// }
/// ```
pub trait Part: OpenApi + 'static {
    /// Meets the site.
    #[doc(hidden)]
    fn mount(&mut self, mounting: &mut Mounting) -> Result<()>;
}

/// What the parts of an API find out about each other.
#[doc(hidden)]
pub struct Mounting {
    pub(super) site: Arc<Site>,
    models: Models,
    viewsets: ViewSets,
    /// the viewsets as they were mounted
    in_order: Vec<TypeId>,
    /// the paths of the viewsets
    paths: HashSet<&'static str>,
    pub(super) schemas: Schemas,
    pub(super) actions: Vec<ActionInfo>,
    /// the methods of handlers, by their paths
    pub(super) handlers: Vec<(String, MetaOperation)>,
    endpoints: Vec<Endpoint>,
    pub(super) hidden: Hidden,
}

/// The routes of handlers that the document leaves out, by method and path; known once routes are made.
pub(super) type Hidden = Arc<Mutex<Vec<(Method, String)>>>;

/// Everything mounted.
pub(super) struct MountedParts {
    pub(super) models: Models,
    pub(super) viewsets: ViewSets,
    pub(super) actions: Arc<Actions>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) hidden: Hidden,
}

/// A mounted viewset with its type erased.
pub(super) trait AnyViewSet: RelatedViewSet {
    /// What the program calls it.
    fn name(&self) -> &'static str;
    fn explain<'a>(
        &'a self,
        visit: Visit,
        request: String,
        endpoint: &'a Endpoint,
        variables: &'a [&'a str],
    ) -> Explaining<'a>;
    fn guard(&self, action: &ActionInfo) -> Result<Guard>;
    fn permissions_asked(&self, action: Action) -> Vec<String>;
    fn joined_row(&self, request: &Request) -> Option<JoinedRow>;
    fn tell(&self, own: Vec<Arc<Guard>>);
    fn relate(&self) -> Result<()>;
    fn endpoints(&self) -> Vec<Endpoint>;
    #[cfg(feature = "testing")]
    fn row_paths(&self) -> ReadingPaths<'_>;
    /// The argument that hands its list over, and what guards it, where it has a list of its own.
    fn listed(&self) -> Option<(TypeId, Arc<Guard>)>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

type Explaining<'a> = Pin<Box<dyn Future<Output = Result<Explanation>> + Send + 'a>>;

#[cfg(feature = "testing")]
type ReadingPaths<'a> = Pin<Box<dyn Future<Output = Result<RowPaths>> + Send + 'a>>;

/// The mounted viewsets, by their types.
pub(super) type ViewSets = HashMap<TypeId, Arc<dyn AnyViewSet>>;

impl Mounting {
    pub(super) fn new(site: Arc<Site>) -> Result<Self> {
        let mut schemas = Schemas::default();
        schemas.add(<Problem as ApiResponse>::register)?;
        Ok(Self {
            site,
            models: Models::default(),
            viewsets: HashMap::new(),
            in_order: Vec::new(),
            paths: HashSet::new(),
            schemas,
            actions: Vec::new(),
            handlers: Vec::new(),
            endpoints: Vec::new(),
            hidden: Hidden::default(),
        })
    }

    /// Resolves the custom actions, once every viewset is known.
    pub(super) fn finish(mut self) -> Result<MountedParts> {
        let mut actions = Actions::default();
        self.relate()?;
        check_names(&self.actions)?;
        for info in &self.actions {
            let viewset = self.viewsets.get(&info.viewset).ok_or_else(|| {
                Error::wiring(format!("the action `{}` belongs to a viewset that is not mounted", info.name))
            })?;
            let mounted = MountedAction { guard: Arc::new(viewset.guard(info)?), viewset: viewset.clone().into_any() };
            actions.0.insert(info.id, mounted);
        }
        for (id, viewset) in &self.viewsets {
            if let Some((argument, guard)) = viewset.listed() {
                actions.0.insert(argument, MountedAction { guard, viewset: viewset.clone().into_any() });
            }
            let own = self.actions.iter().filter(|info| info.on_row && info.viewset == *id);
            viewset.tell(own.map(|info| actions.0[&info.id].guard.clone()).collect());
        }
        for viewset in &self.in_order {
            self.endpoints.extend(self.viewsets[viewset].endpoints());
        }
        for (path, operation) in std::mem::take(&mut self.handlers) {
            let endpoint = self.handler(&actions, path, &operation)?;
            self.endpoints.push(endpoint);
        }
        check_distinct(&self.endpoints)?;
        check_throttled(&self.endpoints, &self.site)?;
        let Self { models, viewsets, endpoints, hidden, .. } = self;
        Ok(MountedParts { models, viewsets, actions: Arc::new(actions), endpoints, hidden })
    }

    /// Lets the viewsets' rules ask each other.
    fn relate(&self) -> Result<()> {
        let related = |viewset: &Arc<dyn AnyViewSet>| {
            let related: Arc<dyn RelatedViewSet> = viewset.clone();
            (viewset.name(), Arc::downgrade(&related))
        };
        self.site.viewsets.settle(self.viewsets.iter().map(|(id, viewset)| (*id, related(viewset))).collect());
        self.in_order.iter().try_for_each(|viewset| self.viewsets[viewset].relate())
    }
}

impl Part for () {
    fn mount(&mut self, _: &mut Mounting) -> Result<()> {
        Ok(())
    }
}

impl<A: Part, B: Part> Part for (A, B) {
    fn mount(&mut self, mounting: &mut Mounting) -> Result<()> {
        self.0.mount(mounting)?;
        self.1.mount(mounting)
    }
}

impl<V: ViewSet> Part for ViewSetApi<V> {
    fn mount(&mut self, mounting: &mut Mounting) -> Result<()> {
        if !mounting.paths.insert(V::PATH) {
            return Err(Error::wiring(format!("two viewsets are mounted at `{}`", V::PATH)));
        }
        mounting.schemas.add(<Self as OpenApi>::register)?;
        let mounted = ViewSetApi::mount(self, &mounting.site)?;
        mounting.models.add(mounted.guards[&Action::List].model.clone());
        mounting.in_order.push(TypeId::of::<V>());
        mounting.viewsets.insert(TypeId::of::<V>(), mounted);
        Ok(())
    }
}

impl<V: ViewSet> AnyViewSet for Mounted<V> {
    fn name(&self) -> &'static str {
        type_name::<V>()
    }

    fn explain<'a>(
        &'a self,
        visit: Visit,
        request: String,
        endpoint: &'a Endpoint,
        variables: &'a [&'a str],
    ) -> Explaining<'a> {
        Box::pin(Mounted::explain(self, visit, request, endpoint, variables))
    }

    fn guard(&self, action: &ActionInfo) -> Result<Guard> {
        Mounted::guard(self, action)
    }

    fn permissions_asked(&self, action: Action) -> Vec<String> {
        Mounted::permissions_asked(self, action)
    }

    fn joined_row(&self, request: &Request) -> Option<JoinedRow> {
        Mounted::joined_row(self, request)
    }

    fn tell(&self, own: Vec<Arc<Guard>>) {
        Mounted::tell(self, own);
    }

    fn relate(&self) -> Result<()> {
        Mounted::relate(self)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        Mounted::endpoints(self)
    }

    #[cfg(feature = "testing")]
    fn row_paths(&self) -> ReadingPaths<'_> {
        Box::pin(async { Ok(Mounted::row_paths(self).await?) })
    }

    fn listed(&self) -> Option<(TypeId, Arc<Guard>)> {
        Some((TypeId::of::<Listed<V>>(), self.own_list()?))
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// A viewset's actions are told apart by their names: in its declarations, and to who reads a row.
fn check_names(actions: &[ActionInfo]) -> Result<()> {
    for (place, info) in actions.iter().enumerate() {
        if actions[..place].iter().any(|other| other.viewset == info.viewset && other.name == info.name) {
            return Err(Error::wiring(format!("two actions of one viewset are called `{}`", info.name)));
        }
    }
    Ok(())
}

/// A path is the same whatever its variables are called: of two endpoints on it one would answer by the other's
/// permissions.
fn check_distinct(endpoints: &[Endpoint]) -> Result<()> {
    for (place, endpoint) in endpoints.iter().enumerate() {
        let twin = endpoints[..place].iter().find(|other| {
            other.operation_id == endpoint.operation_id
                || (other.method == endpoint.method
                    && path_in_document(&other.path) == path_in_document(&endpoint.path))
        });
        if twin.is_some() {
            return Err(Error::wiring(format!(
                "`{} {}` (`{}`) is mounted twice",
                endpoint.method, endpoint.path, endpoint.operation_id
            )));
        }
    }
    Ok(())
}

/// Whoever limits a handler means one that is there.
fn check_throttled(endpoints: &[Endpoint], site: &Site) -> Result<()> {
    let is_handler =
        |name: &String| endpoints.iter().any(|endpoint| endpoint.operation_id == *name && endpoint.guard.is_none());
    match site.handler_throttles.keys().find(|name| !is_handler(name)) {
        Some(name) => {
            Err(Error::wiring(format!("no handler's operation is called `{name}`, which throttles are said for")))
        }
        None => Ok(()),
    }
}

/// A handler that the document leaves out answers by the default's permissions, whoever's route it takes.
pub(super) fn check_hidden(endpoints: &[Endpoint], hidden: &[(Method, String)]) -> Result<()> {
    for (place, (method, path)) in hidden.iter().enumerate() {
        let same = |other: &str| path_in_document(other) == path_in_document(path);
        let taken = endpoints.iter().find(|endpoint| same(&endpoint.path) && answers(endpoint, method));
        if let Some(endpoint) = taken {
            return Err(Error::wiring(format!(
                "a handler that is hidden from the document answers `{method} {path}`, the route of `{}`; give it a path \
                 of its own, or take one of the two away",
                endpoint.operation_id
            )));
        }
        if hidden[..place].iter().any(|(known, other)| known == method && same(other)) {
            return Err(Error::wiring(format!(
                "two handlers that are hidden from the document answer `{method} {path}`; give each a path of its own"
            )));
        }
    }
    Ok(())
}

/// A route answers HEAD as it does GET, and a viewset's `OPTIONS` too.
fn answers(endpoint: &Endpoint, method: &Method) -> bool {
    endpoint.method == *method
        || (endpoint.method == Method::GET && *method == Method::HEAD)
        || (endpoint.is_standard() && *method == Method::OPTIONS)
}
