use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use poem::{
    EndpointExt, Request,
    endpoint::{BoxEndpoint, make},
    http::Method,
};
use poem_openapi::{
    OpenApi,
    registry::{MetaApi, MetaPath, Registry},
};

use crate::{
    permission::Action,
    viewset::{Mounted, ViewSet, bulk::BulkRoute, document, mount::Place},
};

/// A viewset as poem-openapi sees it.
///
/// ```
/// # use refrain::doc_example::cars::Cars;
/// use refrain::{Api, viewset::ViewSetApi};
///
/// /// The type of an API is made of its parts.
/// fn with_cars(api: Api) -> Api<((), ViewSetApi<Cars>)> {
///     api.mount(Cars)
/// }
/// ```
pub struct ViewSetApi<V: ViewSet> {
    state: State<V>,
    viewset: PhantomData<fn() -> V>,
}

enum State<V: ViewSet> {
    Declared(Option<V>),
    Mounted(Arc<Mounted<V>>),
}

impl<V: ViewSet> ViewSetApi<V> {
    pub(crate) fn new(viewset: V) -> Self {
        Self { state: State::Declared(Some(viewset)), viewset: PhantomData }
    }

    /// Meets the site; once.
    pub(crate) fn mount(&mut self, site: &Arc<crate::http::Site>) -> crate::Result<Arc<Mounted<V>>> {
        match &mut self.state {
            State::Mounted(mounted) => Ok(mounted.clone()),
            State::Declared(viewset) => {
                let viewset =
                    viewset.take().ok_or_else(|| crate::Error::wiring("a viewset could not be mounted before"))?;
                let mounted = Arc::new(Mounted::new(viewset, site)?);
                self.state = State::Mounted(mounted.clone());
                Ok(mounted)
            }
        }
    }
}

impl<V: ViewSet> OpenApi for ViewSetApi<V> {
    fn meta() -> Vec<MetaApi> {
        let places = Place::<V>::all();
        let paths = places.iter().flat_map(|place| {
            let operations = |on_row| place.actions(on_row).map(|action| document::operation(place, action)).collect();
            let standard = [(Action::List, false), (Action::Retrieve, true)]
                .map(|(action, on_row)| MetaPath { path: place.path_of(action), operations: operations(on_row) });
            let bulk = BulkRoute::at(place).map(|route| MetaPath {
                path: route.path(place),
                operations: vec![document::bulk_operation(place, route)],
            });
            standard.into_iter().chain(bulk).collect::<Vec<_>>()
        });
        vec![MetaApi { paths: paths.filter(|path| !path.operations.is_empty()).collect() }]
    }

    fn register(registry: &mut Registry) {
        document::register::<V>(registry);
    }

    /// Every method gets an endpoint, those not offered too: permission is asked before 405 is answered (CONTRACT 6.3).
    fn add_routes(self, table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let State::Mounted(mounted) = self.state else { return };
        let places = mounted.places.iter().enumerate();
        for (at, place, on_row) in places.flat_map(|(at, place)| [(at, place, false), (at, place, true)]) {
            if place.actions(on_row).next().is_none() {
                continue;
            }
            let routes = table.entry(place.route(on_row)).or_default();
            for method in METHODS {
                let mounted = mounted.clone();
                let endpoint = make(move |request: Request| {
                    let mounted = mounted.clone();
                    async move { mounted.answer(request, at, on_row).await.map_err(poem::Error::from) }
                });
                routes.entry(method).or_insert_with(|| endpoint.boxed());
            }
        }
        let bulk = mounted.places.iter().enumerate().flat_map(|(at, place)| {
            BulkRoute::at(place).map(move |route| (at, route, route.route(place))).collect::<Vec<_>>()
        });
        for (at, route, path) in bulk {
            for method in [route.method(), Method::OPTIONS] {
                let mounted = mounted.clone();
                let endpoint = make(move |request: Request| {
                    let mounted = mounted.clone();
                    async move { mounted.answer_bulk(request, at, route).await.map_err(poem::Error::from) }
                });
                table.entry(path.clone()).or_default().entry(method).or_insert_with(|| endpoint.boxed());
            }
        }
    }
}

/// The methods a route answers itself.
pub(crate) const METHODS: [Method; 8] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
];
