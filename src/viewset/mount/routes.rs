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
    viewset::{
        Mounted, ViewSet, document,
        mount::path_of,
        row::{lookup_columns, path_variable},
    },
};

/// A viewset as poem-openapi sees it.
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
        let operations = |on_row: bool| {
            let here = V::ACTIONS.iter().filter(|action| action.on_row() == on_row);
            here.map(|action| document::operation::<V>(*action)).collect::<Vec<_>>()
        };
        let paths = [(V::PATH.to_owned(), operations(false)), (path_of::<V>(Action::Retrieve), operations(true))];
        let paths = paths.into_iter().filter(|(_, operations)| !operations.is_empty());
        vec![MetaApi { paths: paths.map(|(path, operations)| MetaPath { path, operations }).collect() }]
    }

    fn register(registry: &mut Registry) {
        document::register::<V>(registry);
    }

    /// Every method gets an endpoint, those not offered too: permission is asked before 405 is answered (CONTRACT 6.3).
    fn add_routes(self, table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let State::Mounted(mounted) = self.state else { return };
        let variables = (0..lookup_columns::<V>().len()).map(|place| format!("/:{}", path_variable(place)));
        let row = variables.fold(V::PATH.to_owned(), |path, variable| path + &variable);
        for (path, on_row) in [(V::PATH.to_owned(), false), (row, true)] {
            if !V::ACTIONS.iter().any(|action| action.on_row() == on_row) {
                continue;
            }
            for method in METHODS {
                let mounted = mounted.clone();
                let endpoint = make(move |request: Request| {
                    let mounted = mounted.clone();
                    async move { mounted.answer(request, on_row).await.map_err(poem::Error::from) }
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
