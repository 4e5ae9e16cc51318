use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    pin::Pin,
    sync::{Arc, Mutex},
};

use poem::{EndpointExt, Request, endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    OpenApi,
    registry::{MetaApi, MetaOperation, Registry},
};

use super::{
    guarded::{GUARDED, admit},
    routes::path_in_document,
};
use crate::{
    Error, Result,
    http::{Problem, Site, site_of},
    model::Models,
    permission::{Action, Explanation, Permissions},
    viewset::{
        ActionInfo, Actions, Declared, Endpoint, Guard, Mounted, MountedAction, ViewSet, ViewSetApi, Visit,
        collect_actions,
    },
};

/// Something an [`Api`](super::Api) is made of: nothing, a viewset, handlers, or two parts.
pub trait Part: OpenApi + 'static {
    /// Meets the site.
    #[doc(hidden)]
    fn mount(&mut self, mounting: &mut Mounting) -> Result<()>;
}

/// Handlers: an object with `#[OpenApi]` methods.
pub struct Handlers<O> {
    handlers: O,
    hidden: Hidden,
}

impl<O> Handlers<O> {
    pub(super) fn new(handlers: O) -> Self {
        Self { handlers, hidden: Hidden::default() }
    }
}

/// The routes of handlers that the document leaves out, by method and path; known once routes are made.
pub(super) type Hidden = Arc<Mutex<Vec<(Method, String)>>>;

/// What the parts of an API find out about each other.
#[doc(hidden)]
pub struct Mounting {
    pub(super) site: Arc<Site>,
    models: Models,
    viewsets: ViewSets,
    /// the paths of the viewsets
    paths: HashSet<&'static str>,
    actions: Vec<ActionInfo>,
    handlers: Vec<(String, MetaOperation)>,
    endpoints: Vec<Endpoint>,
    hidden: Hidden,
}

/// Everything mounted.
pub(super) struct MountedParts {
    pub(super) models: Models,
    pub(super) viewsets: ViewSets,
    pub(super) actions: Arc<Actions>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) hidden: Hidden,
}

/// A mounted viewset with its type erased.
pub(super) trait AnyViewSet: Send + Sync {
    fn explain<'a>(&'a self, visit: &'a Visit, request: String, key: Option<&'a str>) -> Explaining<'a>;
    fn guard(&self, action: &ActionInfo) -> Result<Guard>;
    fn tell(&self, own: Vec<Arc<Guard>>);
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

type Explaining<'a> = Pin<Box<dyn Future<Output = Result<Explanation>> + Send + 'a>>;

/// The mounted viewsets, by their types.
pub(super) type ViewSets = HashMap<TypeId, Arc<dyn AnyViewSet>>;

impl<V: ViewSet> AnyViewSet for Mounted<V> {
    fn explain<'a>(&'a self, visit: &'a Visit, request: String, key: Option<&'a str>) -> Explaining<'a> {
        Box::pin(Mounted::explain(self, visit, request, key))
    }

    fn guard(&self, action: &ActionInfo) -> Result<Guard> {
        Mounted::guard(self, action)
    }

    fn tell(&self, own: Vec<Arc<Guard>>) {
        Mounted::tell(self, own);
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl Mounting {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self {
            site,
            models: Models::default(),
            viewsets: HashMap::new(),
            paths: HashSet::new(),
            actions: Vec::new(),
            handlers: Vec::new(),
            endpoints: Vec::new(),
            hidden: Hidden::default(),
        }
    }

    /// Resolves the custom actions, once every viewset is known.
    pub(super) fn finish(mut self) -> Result<MountedParts> {
        let mut actions = Actions::default();
        check_names(&self.actions)?;
        for info in &self.actions {
            let viewset = self.viewsets.get(&info.viewset).ok_or_else(|| {
                Error::wiring(format!("the action `{}` belongs to a viewset that is not mounted", info.name))
            })?;
            let mounted = MountedAction { guard: Arc::new(viewset.guard(info)?), viewset: viewset.clone().into_any() };
            actions.0.insert(info.id, mounted);
        }
        for (id, viewset) in &self.viewsets {
            let own = self.actions.iter().filter(|info| info.on_row && info.viewset == *id);
            viewset.tell(own.map(|info| actions.0[&info.id].guard.clone()).collect());
        }
        for (path, operation) in std::mem::take(&mut self.handlers) {
            let endpoint = self.handler(&actions, path, &operation)?;
            self.endpoints.push(endpoint);
        }
        check_distinct(&self.endpoints)?;
        let Self { models, viewsets, endpoints, hidden, .. } = self;
        Ok(MountedParts { models, viewsets, actions: Arc::new(actions), endpoints, hidden })
    }

    /// What an `#[OpenApi]` method asks: what its action asks, what its `Guarded` argument says, or the default.
    fn handler(&self, actions: &Actions, path: String, operation: &MetaOperation) -> Result<Endpoint> {
        let guards = guards(&self.actions, operation);
        let operation_id = operation.operation_id.map_or_else(|| format!("{} {path}", operation.method), str::to_owned);
        let endpoint = Endpoint {
            method: operation.method.clone(),
            path,
            operation_id,
            action: None,
            model: None,
            permissions: self.site.handler_permissions.clone(),
            permissions_asked: Vec::new(),
            declared: Declared::Nothing,
            on_row: false,
            guarded_by: None,
            guard: None,
        };
        if guards.len() > 1 {
            return Err(Error::wiring(format!(
                "`{} {}` takes {} arguments that say who may; take one, and combine with `&` what it asks",
                endpoint.method,
                endpoint.path,
                guards.len()
            )));
        }
        if let Some(GuardedBy::Action(info)) = guards.first() {
            let declared = (info.method)();
            if declared != endpoint.method {
                return Err(Error::wiring(format!(
                    "the action `{}` says its method is {declared}, and its handler answers {}",
                    info.name, endpoint.method
                )));
            }
            if info.on_row && endpoint.path.matches('{').count() != 1 {
                return Err(Error::wiring(format!(
                    "the action `{}` is about one row, and its path `{}` has not one variable that names it",
                    info.name, endpoint.path
                )));
            }
            let guard = &actions.0[&info.id].guard;
            return Ok(Endpoint {
                action: Some(guard.action),
                permissions: guard.permissions.clone(),
                permissions_asked: guard.permissions.permissions_asked(Some(&guard.model), guard.action),
                model: Some(guard.model.clone()),
                declared: guard.declared,
                on_row: info.on_row,
                guard: Some((guard.clone(), info.viewset)),
                ..endpoint
            });
        }
        let endpoint = match guards.first() {
            Some(GuardedBy::Guarded(marker, permissions)) => Endpoint {
                permissions: permissions(),
                declared: Declared::Action,
                guarded_by: Some(marker),
                ..endpoint
            },
            _ => endpoint,
        };
        endpoint.permissions.check(None)?;
        Ok(Endpoint { permissions_asked: endpoint.permissions.permissions_asked(None, Action::Metadata), ..endpoint })
    }
}

/// An argument that guards a handler.
enum GuardedBy<'a> {
    Action(&'a ActionInfo),
    Guarded(&'static str, fn() -> Permissions),
}

fn guards<'a>(actions: &'a [ActionInfo], operation: &MetaOperation) -> Vec<GuardedBy<'a>> {
    let announced = GUARDED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let guard = |scheme: &&'static str| match actions.iter().find(|info| (info.marker)() == *scheme) {
        Some(info) => Some(GuardedBy::Action(info)),
        None => announced.get(scheme).map(|permissions| GuardedBy::Guarded(scheme, *permissions)),
    };
    operation.security.iter().flat_map(|schemes| schemes.keys()).filter_map(guard).collect()
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
        let mounted = ViewSetApi::mount(self, &mounting.site)?;
        mounting.models.add(mounted.guards[&Action::List].model.clone());
        mounting.endpoints.extend(mounted.endpoints());
        mounting.viewsets.insert(TypeId::of::<V>(), mounted);
        Ok(())
    }
}

impl<O: OpenApi + 'static> Part for Handlers<O> {
    fn mount(&mut self, mounting: &mut Mounting) -> Result<()> {
        self.hidden = mounting.hidden.clone();
        mounting.actions.extend(collect_actions(|| O::register(&mut Registry::new())));
        for path in O::meta().into_iter().flat_map(|api| api.paths) {
            mounting.handlers.extend(path.operations.into_iter().map(|operation| (path.path.clone(), operation)));
        }
        Ok(())
    }
}

impl<O: OpenApi> OpenApi for Handlers<O> {
    fn meta() -> Vec<MetaApi> {
        O::meta()
    }

    fn register(registry: &mut Registry) {
        O::register(registry);
    }

    fn add_routes(self, table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let mut own = HashMap::new();
        self.handlers.add_routes(&mut own);
        let mut left_out = self.hidden.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let listed: HashSet<(String, Method)> = O::meta()
            .into_iter()
            .flat_map(|api| api.paths)
            .flat_map(|path| path.operations.into_iter().map(move |one| (path_in_document(&path.path), one.method)))
            .collect();
        for (path, methods) in own {
            let routes = table.entry(path.clone()).or_default();
            for (method, inner) in methods {
                let is_listed = listed.contains(&(path_in_document(&path), method.clone()));
                if !is_listed {
                    left_out.push((method.clone(), path.clone()));
                }
                routes.insert(method, if is_listed { inner } else { hidden(inner) });
            }
        }
    }
}

/// Of a handler that is hidden from the document it is not known what it asks: it asks the default, whatever else it
/// asks itself.
fn hidden(inner: BoxEndpoint<'static>) -> BoxEndpoint<'static> {
    let admitted = |request: Request| async move {
        let site = site_of(&request).map_err(Problem::from)?;
        admit(&request, &site.handler_permissions).await?;
        Ok(request)
    };
    inner.before(admitted).boxed()
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
