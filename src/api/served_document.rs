//! The addresses of the document: what is there, and who may read it.

use std::{collections::HashMap, sync::Arc};

use http::{HeaderValue, Method};
use poem::{
    Endpoint as Served, EndpointExt, IntoResponse, Request, Response, Route,
    endpoint::{BoxEndpoint, make_sync},
    http::header,
};

use super::{
    as_me::OfCaller,
    front::{Asks, Front, asked_by_handler},
};
use crate::{
    Result,
    http::{DocumentAccess, Problem, Site},
    viewset::{Actions, Conditional, Declared, Endpoint},
};

const JSON: &str = "/openapi.json";
const PAGE: &str = "/docs";

/// What an API serves beside its routes to tell of them.
pub(super) struct ServedDocument {
    pub(super) document: String,
    pub(super) swagger_ui: String,
    /// the document as each caller may use it, where the site says so
    pub(super) of_caller: Option<OfCaller>,
}

impl ServedDocument {
    /// Adds the addresses to a route, each behind what the site asks there.
    pub(super) fn route(self, route: Route, site: &Arc<Site>, actions: &Arc<Actions>) -> Route {
        let Self { document, swagger_ui, of_caller } = self;
        let own = of_caller.map(OfCaller::into_endpoint);
        let before = |asks: Asks, asked, inner: BoxEndpoint<'static, Response>| {
            Front::before("document", site.clone(), actions.clone(), asks, asked, inner)
        };
        let page = make_sync(move |_| swagger_ui.clone().with_content_type("text/html; charset=utf-8"));
        let page = page.map_to_response().boxed();
        match &site.document {
            DocumentAccess::Nobody => route,
            // nobody is asked who they are, but by the part that is about them
            DocumentAccess::Everybody => {
                let of_caller = own.map(|own| before(Asks::Nothing, None, own));
                route.at(JSON, DocumentEndpoint { whole: document, of_caller }).at(PAGE, page)
            }
            DocumentAccess::Guarded(permissions) => {
                let asks = || Asks::Handler(permissions.clone(), None);
                let asked = asks().asked();
                // the part about a caller asks what every endpoint asks
                let asked_with_own = asked.clone().filter(|_| own.is_none());
                let json = DocumentEndpoint { whole: document, of_caller: own };
                route.at(JSON, before(asks(), asked_with_own, json.boxed())).at(PAGE, before(asks(), asked, page))
            }
        }
    }
}

/// The addresses as endpoints, for the table of permissions and for `check`; none where neither is there.
pub(super) fn endpoints(site: &Site) -> Vec<Endpoint> {
    let Some(permissions) = site.document.permissions() else { return Vec::new() };
    let endpoint = |path: &str| Endpoint {
        method: Method::GET,
        path: path.to_owned(),
        operation_id: "document".to_owned(),
        action: None,
        model: None,
        permissions: permissions.clone(),
        permissions_asked: asked_by_handler(&permissions),
        declared: Declared::Action,
        on_row: false,
        is_nested: false,
        names_rows: false,
        guarded_by: None,
        takes_password: false,
        guard: None,
        tells: None,
        conditional: Conditional::default(),
        members: Vec::new(),
    };
    vec![endpoint(JSON), endpoint(PAGE)]
}

/// The document's own address: the whole of it; with `?as=me`, where the site says so, the caller's part.
struct DocumentEndpoint {
    whole: String,
    of_caller: Option<BoxEndpoint<'static, Response>>,
}

impl Served for DocumentEndpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let Some(of_caller) = &self.of_caller else { return Ok(json(self.whole.clone())) };
        match wanted(&request)?.as_deref() {
            None => Ok(json(self.whole.clone())),
            Some("me") => {
                let mut answer = of_caller.call(request).await?;
                // about one caller, and as they are now
                answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
                Ok(answer)
            }
            Some(_) => Err(Problem::invalid([("as", "The document can be asked for as \"me\".")]).into()),
        }
    }
}

fn wanted(request: &Request) -> Result<Option<String>, Problem> {
    let query: HashMap<String, String> =
        request.params().map_err(|_| Problem::parse_error("The query string could not be read."))?;
    Ok(query.get("as").cloned())
}

pub(super) fn json(document: String) -> Response {
    document.with_content_type("application/json").into_response()
}
