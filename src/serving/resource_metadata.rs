use std::sync::Arc;

use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderValue, Method, header},
};
use serde_json::json;

use crate::{authentication::bearer::BearerAuthentication, http::Problem};

/// What clients of a resource need to know to get a token for it (RFC 9728): who issues them, and that they go into the
/// header.
///
/// ```
/// use poem::Route;
/// use refrain::{authentication::bearer::BearerAuthentication, serving::ResourceMetadata};
///
/// # fn build(api: refrain::BuiltApi, bearer: &BearerAuthentication) {
/// let routes = Route::new().at(ResourceMetadata::PATH, ResourceMetadata::of(bearer)).nest("/", api.into_endpoint());
/// # let _ = routes;
/// # }
/// ```
///
/// The resource is the audience of the tokens, which should be its address. Where the challenge says where this is
/// ([`with_metadata_at`](BearerAuthentication::with_metadata_at)), clients find it by themselves.
#[derive(Clone, Debug)]
pub struct ResourceMetadata {
    resource: String,
    issuer: String,
    scopes: Vec<String>,
}

impl ResourceMetadata {
    /// Where clients look for it, of a resource that is all of its host.
    pub const PATH: &'static str = "/.well-known/oauth-protected-resource";

    /// For these tokens.
    pub fn of(bearer: &BearerAuthentication) -> Self {
        Self { resource: bearer.audience().to_owned(), issuer: bearer.issuer().to_owned(), scopes: Vec::new() }
    }

    /// The same with the scopes that clients may ask for.
    ///
    /// ```
    /// use refrain::{authentication::bearer::BearerAuthentication, serving::ResourceMetadata};
    ///
    /// fn metadata(bearer: &BearerAuthentication) -> ResourceMetadata {
    ///     ResourceMetadata::of(bearer).with_scopes(["drivers.view_car", "drivers.change_car"])
    /// }
    /// ```
    #[must_use]
    pub fn with_scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        Self { scopes: scopes.into_iter().map(Into::into).collect(), ..self }
    }

    fn document(&self) -> String {
        let mut document = json!({
            "resource": self.resource,
            "authorization_servers": [self.issuer],
            "bearer_methods_supported": ["header"],
        });
        if !self.scopes.is_empty() {
            document["scopes_supported"] = json!(self.scopes);
        }
        document.to_string()
    }
}

impl poem::IntoEndpoint for ResourceMetadata {
    type Endpoint = Document;

    fn into_endpoint(self) -> Document {
        Document(self.document().into())
    }
}

/// The document, which is the same for everybody.
#[derive(Clone, Debug)]
pub struct Document(Arc<str>);

impl Endpoint for Document {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let refused = Problem::method_not_allowed(request.method());
            return Ok(refused.with_header(header::ALLOW, "GET, HEAD").into_response());
        }
        let mut answer = self.0.to_string().into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        if request.method() == Method::HEAD {
            answer.set_body(());
        }
        Ok(answer)
    }
}
