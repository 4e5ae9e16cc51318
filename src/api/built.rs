use std::{sync::Arc, time::Duration};

use http::Method;
use poem::{
    EndpointExt, IntoResponse, Response, Route,
    endpoint::{BoxEndpoint, make_sync},
    middleware::CatchPanic,
    web::Redirect,
};
use poem_openapi::OpenApiService;

use super::{
    Part,
    as_me::OfCaller,
    document,
    explain::Explainer,
    gate::Gate,
    part::{MountedParts, check_hidden},
    routed::Routed,
    routes::Routes,
    served_document::{self, ServedDocument},
};
use crate::{
    Result,
    auth::{KeptUsers, User},
    http::{Problem, Site, as_drf},
    model::Models,
    permission::Explanation,
    viewset::{Actions, Endpoint},
};
#[cfg(feature = "testing")]
use crate::{permission::Action, viewset::RowPaths};

/// An API that fits together: its routes, its document, and what each endpoint asks.
///
/// ```
/// # use refrain::doc_example::{Example, cars::Cars};
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use poem::{Endpoint, Request};
/// use refrain::Api;
///
/// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
/// assert!(api.document().contains("/cars/{id}"));
/// assert_eq!(api.models().iter().next().unwrap().to_string(), "drivers.car");
/// api.db().ping().await?;
///
/// let endpoint = api.into_endpoint();
/// let request = Request::builder().uri_str("/api/cars").finish();
/// assert_eq!(endpoint.get_response(request).await.status(), 401);
/// # Ok(())
/// # });
/// ```
pub struct BuiltApi {
    pub(super) gate: Gate,
    pub(super) models: Models,
    pub(super) endpoints: Arc<Vec<Endpoint>>,
    /// the routes of handlers that the document leaves out
    pub(super) hidden: Vec<(Method, String)>,
    pub(super) prefix: String,
    /// the addresses of the document, where it is served
    pub(super) documents: Vec<Endpoint>,
    document: String,
    swagger_ui: String,
    service: BoxEndpoint<'static>,
    explainer: Explainer,
    pub(super) actions: Arc<Actions>,
}

impl BuiltApi {
    pub(super) fn new<P: Part>(
        title: String,
        version: String,
        prefix: String,
        site: Arc<Site>,
        mounted: MountedParts,
        parts: P,
    ) -> Result<Self> {
        let endpoints = Arc::new(mounted.endpoints);
        let actions = mounted.actions;
        let gate = Gate { site: site.clone() };
        let viewsets = Arc::new(mounted.viewsets);
        let explainer = Explainer {
            site: site.clone(),
            viewsets: viewsets.clone(),
            endpoints: endpoints.clone(),
            prefix: prefix.clone(),
        };
        let routes =
            Routes { site: site.clone(), actions: actions.clone(), endpoints: endpoints.clone(), viewsets, parts };
        let server = if prefix.is_empty() { "/".to_owned() } else { prefix.clone() };
        let service = OpenApiService::new(routes, title, version).server(server);
        let plain = service.spec();
        let document = document::complete(&plain, &site, &endpoints);
        // in a script element: what could end the element is escaped
        let swagger_ui = service.swagger_ui_html().replace(&plain, &document.replace("</", "<\\/"));
        let service = poem::IntoEndpoint::into_endpoint(service);
        let hidden = std::mem::take(&mut *mounted.hidden.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        check_hidden(&endpoints, &hidden)?;
        let documents = served_document::endpoints(&site);
        Ok(Self {
            gate,
            models: mounted.models,
            endpoints,
            hidden,
            prefix,
            documents,
            document,
            swagger_ui,
            service,
            explainer,
            actions,
        })
    }

    /// The OpenAPI document, as `/openapi.json` serves it; also where it is served to nobody.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The models of the mounted viewsets.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// Why a user would be answered so, or a caller without a name: each part's verdict, what is asked for and how it is
    /// held, and what would change the answer.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use poem::http::Method;
    /// use refrain::Api;
    ///
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
    /// let why = api.explain(Some("alice"), &Method::DELETE, "/api/cars/1").await?;
    /// assert_eq!(why.permissions[0].label, "drivers.delete_car");
    /// println!("{why}");
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The path is as a request has it, prefix included. The body is not looked at: the answer is the one before it is
    /// read.
    pub async fn explain(&self, username: Option<&str>, method: &Method, path: &str) -> Result<Explanation> {
        self.explainer.explain(username, method, path).await
    }

    /// The same of a user at hand, who may be [within a ceiling](crate::auth::User::within).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use poem::http::Method;
    /// use refrain::{Api, auth::Ceiling};
    ///
    /// alice.permissions().add(&db, ["drivers.view_car"]).await?;
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
    /// let within = alice.within(Ceiling::new(["drivers.view_trip"]));
    /// let why = api.explain_to(within, &Method::GET, "/api/cars").await?;
    /// assert!(!why.outcome.allowed);
    /// # Ok(())
    /// # });
    /// ```
    pub async fn explain_to(&self, user: User, method: &Method, path: &str) -> Result<Explanation> {
        self.explainer.explain_to(user, method, path).await
    }

    /// Begins to hear what changes of users, where [`Snapshots`](crate::auth::Snapshots) are to be told; nothing else begins
    /// it, and it ends with the endpoint.
    ///
    /// An error where the database does not tell, or cannot be asked. Where that may be mended, a trigger made or a server
    /// come back, it goes on trying all the same, and asks the database with each request until then.
    ///
    /// ```no_run
    /// # async fn run(api: refrain::BuiltApi) -> refrain::Result<()> {
    /// api.listen().await?;
    /// let endpoint = api.into_endpoint();
    /// # let _ = endpoint;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn listen(&self) -> Result<()> {
        match self.kept_users() {
            Some(kept) => kept.listen().await,
            None => Ok(()),
        }
    }

    /// How long it takes the [`Standby`](crate::Standby) to have what the primary has now.
    ///
    /// Nothing without a standby; an error where it has it not within the bound, or cannot be asked.
    ///
    /// ```no_run
    /// # async fn run(api: refrain::BuiltApi) -> refrain::Result<()> {
    /// if let Some(lag) = api.standby_lag().await? {
    ///     println!("the standby is {lag:?} behind");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn standby_lag(&self) -> Result<Option<Duration>> {
        match &self.gate.site.standby {
            Some(standby) => standby.lag().await.map(Some),
            None => Ok(None),
        }
    }

    /// The users that it keeps between requests.
    pub(crate) fn kept_users(&self) -> Option<&Arc<KeptUsers>> {
        self.gate.site.auth.kept_users()
    }

    /// The endpoint to serve, with the document and Swagger UI beside the routes.
    ///
    /// Whatever goes wrong, framework errors and panics included, is answered as problem details.
    pub fn into_endpoint(self) -> BoxEndpoint<'static, Response> {
        let Self { gate, endpoints, document, swagger_ui, prefix, service, explainer, actions, documents, .. } = self;
        let site = gate.site.clone();
        let of_caller = site.tells_callers_their_document.then(|| {
            let document = serde_json::from_str(&document).expect("the document is JSON");
            OfCaller { gate, endpoints: endpoints.clone(), document }
        });
        let served = ServedDocument { document, swagger_ui, of_caller };
        let route = served.route(Route::new(), &site, &actions);
        // somebody who opens the address in a browser
        let route = match (documents.last(), prefix.is_empty()) {
            (Some(Endpoint { path, .. }), false) => {
                let page = path.clone();
                route.at(
                    "/",
                    make_sync(move |request| match *request.method() {
                        Method::GET | Method::HEAD => Redirect::temporary(&page).into_response(),
                        _ => Problem::not_found().into_response(),
                    }),
                )
            }
            _ => route,
        };
        let route = match &site.explain_at {
            Some(path) => route.at(path, explainer.into_endpoint(actions)),
            None => route,
        };
        let (drf_errors, trailing_slashes) = (site.drf_errors, site.trailing_slashes);
        let route = route.nest(if prefix.is_empty() { "/" } else { &prefix }, service);
        let endpoint = Routed { route, endpoints, prefix, trailing_slashes }
            .with(CatchPanic::new().with_handler(|_| Problem::server_error().into_response()))
            .map_to_response();
        match drf_errors {
            true => endpoint.and_then(|response| async { Ok(as_drf(response).await) }).boxed(),
            false => endpoint.boxed(),
        }
    }

    /// The path of a handler that the document leaves out, as the document would write it.
    pub(super) fn hidden_path(&self, path: &str) -> String {
        let variable = |part: &str| part.strip_prefix(':').map(|name| format!("{{{name}}}"));
        let parts = path.split('/').map(|part| variable(part).unwrap_or_else(|| part.to_owned()));
        format!("{}{}", self.prefix, parts.collect::<Vec<_>>().join("/"))
    }

    /// The same to be asked about itself, and not to be served: making it a second time takes as long as the first.
    #[cfg(feature = "testing")]
    pub(crate) fn unserved(&self) -> Self {
        let service = make_sync(|_| Problem::not_found().into_response()).map_to_response().boxed();
        Self {
            gate: self.gate.clone(),
            models: self.models.clone(),
            endpoints: self.endpoints.clone(),
            hidden: self.hidden.clone(),
            prefix: self.prefix.clone(),
            documents: self.documents.clone(),
            document: self.document.clone(),
            swagger_ui: self.swagger_ui.clone(),
            service,
            explainer: self.explainer.clone(),
            actions: self.actions.clone(),
        }
    }

    /// The lists that mean what the rows mean: where each is found, and how its rows are named.
    #[cfg(feature = "testing")]
    pub(crate) async fn lists_of_rows(&self) -> Result<Vec<(String, RowPaths)>> {
        let mut lists = Vec::new();
        for endpoint in self.endpoints.iter().filter(|endpoint| endpoint.action == Some(Action::List)) {
            let Some((guard, id)) = endpoint.guard.as_ref().filter(|_| !endpoint.is_nested) else { continue };
            let retrieves = |other: &&Endpoint| {
                let is_same = other.guard.as_ref().is_some_and(|(_, of)| of == id);
                is_same && !other.is_nested && other.action == Some(Action::Retrieve)
            };
            if guard.permissions.to_string() == guard.retrieve.to_string()
                && self.endpoints.iter().any(|e| retrieves(&e))
            {
                let paths = self.explainer.viewsets[id].row_paths().await?;
                lists.push((format!("{}{}", self.prefix, endpoint.path), paths));
            }
        }
        Ok(lists)
    }

    /// The database it is over.
    pub fn db(&self) -> &sea_orm::DatabaseConnection {
        &self.gate.site.db
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::DatabaseConnection;

    use crate::Api;

    #[tokio::test]
    async fn without_a_standby_nothing_is_behind() {
        let api = Api::new("Drivers", "1", DatabaseConnection::default()).build().expect("it fits");
        assert_eq!(api.standby_lag().await.expect("nobody is asked"), None);
    }
}
