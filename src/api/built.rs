use std::sync::Arc;

use http::Method;
use poem::{
    EndpointExt, IntoResponse, Response, Route,
    endpoint::{BoxEndpoint, make_sync},
    middleware::CatchPanic,
};
use poem_openapi::OpenApiService;

use super::{Part, document, explain::Explainer, part::MountedParts, routes::Routes};
use crate::{
    Result,
    http::{Problem, Site},
    model::Models,
    permission::Explanation,
    viewset::{Actions, Endpoint},
};

/// An API that fits together: its routes, its document, and what each endpoint asks.
pub struct BuiltApi {
    site: Arc<Site>,
    models: Models,
    endpoints: Arc<Vec<Endpoint>>,
    document: String,
    swagger_ui: String,
    prefix: String,
    service: BoxEndpoint<'static>,
    explainer: Explainer,
    actions: Arc<Actions>,
}

/// What `check` has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in a sentence.
    pub message: String,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, and may not be what was meant.
    Warning,
    /// It cannot work.
    Error,
}

impl BuiltApi {
    pub(super) fn new<P: Part>(
        title: String,
        version: String,
        prefix: String,
        site: Arc<Site>,
        mounted: MountedParts,
        parts: P,
    ) -> Self {
        let endpoints = Arc::new(mounted.endpoints);
        let actions = mounted.actions;
        let explainer = Explainer {
            site: site.clone(),
            viewsets: Arc::new(mounted.viewsets),
            endpoints: endpoints.clone(),
            prefix: prefix.clone(),
        };
        let routes = Routes { site: site.clone(), actions: actions.clone(), endpoints: endpoints.clone(), parts };
        let server = if prefix.is_empty() { "/".to_owned() } else { prefix.clone() };
        let service = OpenApiService::new(routes, title, version).server(server);
        let plain = service.spec();
        let document = document::complete(&plain, &site, &endpoints);
        // in a script element: what could end the element is escaped
        let swagger_ui = service.swagger_ui_html().replace(&plain, &document.replace("</", "<\\/"));
        Self {
            site,
            models: mounted.models,
            endpoints,
            document,
            swagger_ui,
            prefix,
            service: poem::IntoEndpoint::into_endpoint(service),
            explainer,
            actions,
        }
    }

    /// The OpenAPI document, as `/openapi.json` serves it.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The models of the mounted viewsets.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// Endpoints that name no permission class and take the default; permissions that nobody can be granted, because
    /// no model declares them.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for endpoint in self.endpoints.iter() {
            let at = format!("{} {}{}", endpoint.method, self.prefix, endpoint.path);
            if !endpoint.declared {
                let message = format!("{at} declares no permission class; the default asks `{}`", endpoint.permissions);
                findings.push(Finding { severity: Severity::Warning, message });
            }
            for label in &endpoint.permissions_asked {
                if self.is_undeclared(label) {
                    let message = format!("{at} asks `{label}`, which no model declares");
                    findings.push(Finding { severity: Severity::Error, message });
                }
            }
        }
        findings
    }

    /// Of apps unknown here nothing is known.
    fn is_undeclared(&self, label: &str) -> bool {
        let Some((app_label, codename)) = label.split_once('.') else { return true };
        let mut of_app = self.models.iter().filter(|model| model.app_label() == app_label).peekable();
        of_app.peek().is_some() && !of_app.any(|model| model.declared_permissions().any(|(known, _)| known == codename))
    }

    /// Why a user would be answered so, or a caller without a name: each part's verdict, what is asked for and how it is
    /// held, and what would change the answer.
    ///
    /// The path is as a request has it, prefix included. The body is not looked at: the answer is the one before it is
    /// read.
    pub async fn explain(&self, username: Option<&str>, method: &Method, path: &str) -> Result<Explanation> {
        self.explainer.explain(username, method, path).await
    }

    /// The endpoint to serve, with the document and Swagger UI beside the routes.
    ///
    /// Whatever goes wrong, framework errors and panics included, is answered as problem details.
    pub fn into_endpoint(self) -> BoxEndpoint<'static, Response> {
        let Self { site, document, swagger_ui, prefix, service, explainer, actions, .. } = self;
        let json = make_sync(move |_| document.clone().with_content_type("application/json"));
        let page = make_sync(move |_| swagger_ui.clone().with_content_type("text/html; charset=utf-8"));
        let route = Route::new().at("/openapi.json", json).at("/docs", page);
        let route = match &site.explain_at {
            Some(path) => route.at(path, explainer.into_endpoint(actions)),
            None => route,
        };
        let route = if prefix.is_empty() { route.nest("/", service) } else { route.nest(prefix, service) };
        route
            .catch_all_error(|error| async move { Problem::from_poem(error).into_response() })
            .with(CatchPanic::new().with_handler(|_| Problem::server_error().into_response()))
            .map_to_response()
            .boxed()
    }

    /// What a guard outside the routes shares with those inside.
    pub(super) fn shared(&self) -> (Arc<Site>, Arc<Actions>) {
        (self.site.clone(), self.actions.clone())
    }

    /// The database it is over.
    pub fn db(&self) -> &sea_orm::DatabaseConnection {
        &self.site.db
    }
}
