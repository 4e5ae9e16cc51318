use std::{collections::HashMap, sync::Arc};

use poem::{
    EndpointExt, Response,
    endpoint::{BoxEndpoint, make},
    http::{HeaderValue, Method},
};
use poem_openapi::{
    ApiResponse, OpenApi,
    registry::{MetaApi, MetaPath, Registry},
};

use super::{
    explain::variables,
    front::{Asks, Front, asked_by_handler},
    part::{AnyViewSet, ViewSets},
};
use crate::{
    auth::Asked,
    http::{Problem, Site},
    permission::Action,
    viewset::{Actions, Endpoint},
};

/// The parts of an API as poem-openapi serves them: one entry a path, every endpoint behind authentication.
pub(super) struct Routes<P> {
    pub(super) site: Arc<Site>,
    pub(super) actions: Arc<Actions>,
    pub(super) endpoints: Arc<Vec<Endpoint>>,
    pub(super) viewsets: Arc<ViewSets>,
    pub(super) parts: P,
}

impl<P> Routes<P> {
    /// The permissions that a request with this method to a path can ask for, of those endpoints that are here.
    fn permissions_asked(&self, here: &[&Endpoint], method: &Method) -> Vec<String> {
        let endpoint = endpoint_of(here, method);
        if let Some(endpoint) = endpoint.filter(|endpoint| !endpoint.is_standard()) {
            let guard = endpoint.guard.as_ref().map(|(guard, _)| guard.permissions_asked());
            return guard.unwrap_or_else(|| endpoint.permissions_asked.clone());
        }
        // a viewset asks before it says that it does not offer a method
        let standard = endpoint.or_else(|| here.iter().find(|endpoint| endpoint.is_standard()).copied());
        let of_viewset = standard.and_then(|standard| {
            let (_, viewset) = standard.guard.as_ref()?;
            let action = match endpoint {
                Some(endpoint) => endpoint.action,
                None => Action::of_method(method, standard.on_row),
            };
            Some(self.viewsets.get(viewset)?.permissions_asked(action?))
        });
        // else it is one that the document leaves out
        of_viewset.unwrap_or_else(|| asked_by_handler(&self.site.handler_permissions))
    }

    /// The viewset of which a request with this method asks for a row.
    fn read_together(&self, here: &[&Endpoint], method: &Method) -> Option<Arc<dyn AnyViewSet>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let retrieve = here.iter().find(|endpoint| endpoint.action == Some(Action::Retrieve) && !endpoint.is_nested)?;
        let (_, viewset) = retrieve.guard.as_ref()?;
        self.viewsets.get(viewset).cloned()
    }
}

impl<P: OpenApi> OpenApi for Routes<P> {
    /// A path that two parts share becomes one entry: as two, the later would hide the earlier in the document.
    fn meta() -> Vec<MetaApi> {
        let mut merged: Vec<MetaPath> = Vec::new();
        for path in P::meta().into_iter().flat_map(|api| api.paths) {
            match merged.iter_mut().find(|known| known.path == path.path) {
                Some(known) => known.operations.extend(path.operations),
                None => merged.push(path),
            }
        }
        vec![MetaApi { paths: merged }]
    }

    fn register(registry: &mut Registry) {
        P::register(registry);
        <Problem as ApiResponse>::register(registry);
    }

    fn add_routes(self, table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let mut own = HashMap::new();
        let Self { parts, site, actions, endpoints, viewsets } = self;
        parts.add_routes(&mut own);
        let routes = Routes { parts: (), site, actions, endpoints, viewsets };
        let Routes { site, actions, endpoints, .. } = &routes;
        for (path, methods) in own {
            let documented = path_in_document(&path);
            let here: Vec<&Endpoint> =
                endpoints.iter().filter(|endpoint| path_in_document(&endpoint.path) == documented).collect();
            let negotiates = here.iter().any(|endpoint| endpoint.is_standard());
            let allow = allowed(&here);
            let wrap = |method: &Method, inner, asks, negotiates| {
                let (site, actions, allow) = (site.clone(), actions.clone(), HeaderValue::from_str(&allow).ok());
                let asked = Some(Arc::new(Asked::new(routes.permissions_asked(&here, method))));
                let reads = routes.read_together(&here, method);
                let endpoint = endpoint_of(&here, method);
                let throttles = endpoint.map_or(&site.throttles, |endpoint| endpoint.throttles(&site)).clone();
                let name = endpoint.map_or("no action", |endpoint| &endpoint.operation_id).into();
                Front { site, actions, asks, asked, reads, name, throttles, negotiates, allow, inner }.boxed()
            };
            let on_path = table.entry(path).or_default();
            for (method, inner) in methods {
                let endpoint = here.iter().find(|endpoint| endpoint.method == method);
                let asks = endpoint.map_or(Asks::Nothing, |endpoint| Asks::of(endpoint));
                let wrapped = wrap(&method, inner, asks, negotiates);
                on_path.insert(method, wrapped);
            }
            for method in crate::viewset::METHODS {
                let covered = method == Method::HEAD && on_path.contains_key(&Method::GET);
                if !covered && !on_path.contains_key(&method) {
                    let refused = method.clone();
                    let refuse = make(move |_| {
                        let problem = Problem::method_not_allowed(&refused);
                        async move { Err::<Response, _>(poem::Error::from(problem)) }
                    });
                    let wrapped = wrap(&method, refuse.boxed(), Asks::Nothing, false);
                    on_path.insert(method, wrapped);
                }
            }
        }
    }
}

/// Who answers a method; HEAD is GET.
fn endpoint_of<'a>(here: &[&'a Endpoint], method: &Method) -> Option<&'a Endpoint> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    here.iter().find(|endpoint| endpoint.method == *method).copied()
}

/// `/cars/:param0/publish` and `/cars/{id}/publish` are one path.
pub(super) fn path_in_document(path: &str) -> String {
    let variable = |part: &str| part.starts_with([':', '{']);
    path.split('/').map(|part| if variable(part) { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// Methods in DRF's order.
pub(super) const METHODS_IN_ORDER: [Method; 8] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::HEAD,
    Method::OPTIONS,
    Method::TRACE,
];

/// The `Allow` header of a path, whichever parts share it; in DRF's order (CONTRACT 7.12).
fn allowed(here: &[&Endpoint]) -> String {
    let offers = |method: &Method| match *method {
        Method::HEAD => here.iter().any(|endpoint| matches!(endpoint.method, Method::GET | Method::HEAD)),
        Method::OPTIONS => here.iter().any(|endpoint| endpoint.is_standard() || endpoint.method == Method::OPTIONS),
        _ => here.iter().any(|endpoint| endpoint.method == method),
    };
    METHODS_IN_ORDER.iter().filter(|method| offers(method)).map(Method::as_str).collect::<Vec<_>>().join(", ")
}

/// The same for a request's path below the prefix: a method that no route knows, `QUERY`, is answered by none of them.
pub(super) fn allowed_at(endpoints: &[Endpoint], path: &str) -> Option<String> {
    let mut here: Vec<_> = endpoints.iter().filter_map(|one| Some((one, variables(&one.path, path)?.len()))).collect();
    let fewest = here.iter().map(|(_, variables)| *variables).min();
    here.retain(|(_, variables)| Some(*variables) == fewest);
    let here: Vec<&Endpoint> = here.into_iter().map(|(endpoint, _)| endpoint).collect();
    (!here.is_empty()).then(|| allowed(&here))
}
