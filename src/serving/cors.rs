use std::sync::Arc;

use poem::{
    Endpoint, Middleware, Request, Response, Result,
    http::{HeaderName, HeaderValue, Method, header},
    middleware,
};

use crate::authentication::Origin;

/// The methods that the pages of other origins may use.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The headers of an answer that they may read, beside those that everybody may.
const EXPOSED: [HeaderName; 8] = [
    header::ALLOW,
    header::CONTENT_DISPOSITION,
    header::ETAG,
    header::LINK,
    header::LOCATION,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("x-request-id"),
];

/// Lets pages of other origins call what is served: cross-origin resource sharing.
///
/// ```
/// use poem::EndpointExt;
/// use refrain::serving::Cors;
///
/// # fn build(api: refrain::BuiltApi) {
/// let endpoint = api.into_endpoint().with(Cors::new(["https://app.example.com"]));
/// # let _ = endpoint;
/// # }
/// ```
///
/// Their browsers' pre-flights are answered here, before anybody is asked who they are. A page of any other origin is
/// told nothing, so that its browser keeps the answer from it; the API's own pages are not asked. What such a page
/// may *do* with its reader's session is another question: name the origin in
/// [`Authenticators::trusting_origin`](crate::authentication::Authenticators::trusting_origin) as well.
///
/// It is poem's own middleware, asked only where a listed origin asks: alone it refuses a site's own pages, takes no
/// origin for every origin, and leaves caches to guess.
#[doc(alias("CORS_ALLOWED_ORIGINS", "django-cors-headers"))]
#[derive(Clone, Debug)]
pub struct Cors {
    origins: Arc<[HeaderValue]>,
}

impl Cors {
    /// For these origins, `https://app.example.com` each; none is nobody.
    ///
    /// # Panics
    /// Unless each is a scheme and a host, with its port where that is not the scheme's own.
    pub fn new(origins: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let written = |origin: &str| {
            let text = Origin::written(origin).to_string();
            HeaderValue::from_str(&text).expect("an origin is made of what a header can hold")
        };
        Self { origins: origins.into_iter().map(|origin| written(origin.as_ref())).collect() }
    }

    /// Of which listed origin's page is it? Two headers are no browser's.
    fn is_listed(&self, request: &Request) -> bool {
        let mut sent = request.headers().get_all(header::ORIGIN).iter();
        matches!((sent.next(), sent.next()), (Some(origin), None) if self.origins.contains(origin))
    }
}

/// A browser's own question before a page's request; `None` for what is none, or asks for a method that nobody has.
fn is_preflight(request: &Request) -> bool {
    let wanted = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD);
    wanted.is_some_and(|wanted| METHODS.iter().any(|method| method.as_str().as_bytes() == wanted.as_bytes()))
}

impl<E: Endpoint> Middleware<E> for Cors {
    type Output = Shared<E>;

    fn transform(&self, inner: E) -> Self::Output {
        let inner = Arc::new(inner);
        let told = middleware::Cors::new()
            .allow_credentials(true)
            .allow_origins(self.origins.iter().cloned())
            .allow_methods(METHODS)
            .expose_headers(EXPOSED)
            .transform(inner.clone());
        Shared { cors: self.clone(), inner, told }
    }
}

/// An endpoint that pages of other origins may call.
pub struct Shared<E: Endpoint> {
    cors: Cors,
    inner: Arc<E>,
    /// as listed origins are told
    told: <middleware::Cors as Middleware<Arc<E>>>::Output,
}

impl<E: Endpoint> Endpoint for Shared<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let asks = request.method() != Method::OPTIONS || is_preflight(&request);
        let mut response = match asks && self.cors.is_listed(&request) {
            true => self.told.get_response(request).await,
            false => self.inner.get_response(request).await,
        };
        // the same address is answered otherwise to another origin
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
        Ok(response)
    }
}
