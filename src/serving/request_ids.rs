use poem::{
    Endpoint, Middleware, Request, Response, Result,
    http::{HeaderName, HeaderValue},
};
use tracing::Instrument;

use crate::http::RequestId;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives every request a name of its own, which its answer, its problem and its lines in the log tell.
///
/// ```
/// use poem::EndpointExt;
/// use refrain::serving::RequestIds;
///
/// # fn build(api: refrain::BuiltApi) {
/// let endpoint = api.into_endpoint().with(RequestIds::default());
/// # let _ = endpoint;
/// # }
/// ```
///
/// The answer has it as `X-Request-Id`, a problem as `request_id`, and what is logged meanwhile stands in a span
/// `request`, with the method and the path; the query, which may hold what nobody else should read, is left out. What the
/// command line serves has it already.
#[derive(Clone, Debug, Default)]
pub struct RequestIds {
    given: Option<HeaderName>,
}

impl RequestIds {
    /// The header in which a proxy in front sends the names of requests; they are named here where nothing is said.
    ///
    /// ```
    /// use poem::http::HeaderName;
    /// use refrain::serving::RequestIds;
    ///
    /// let ids = RequestIds::default().given_in(HeaderName::from_static("x-request-id"));
    /// # let _ = ids;
    /// ```
    ///
    /// Only where every request passes the proxy, and the proxy sends a name of its own whatever its client sent: else
    /// anybody may write into the log what they like to be called. A name that no log could hold is not taken.
    #[must_use]
    pub fn given_in(self, header: HeaderName) -> Self {
        Self { given: Some(header) }
    }

    fn name(&self, request: &Request) -> RequestId {
        // one that stands further out has named it
        let known = || request.extensions().get::<RequestId>().cloned();
        let given = || RequestId::given(request.headers().get(self.given.as_ref()?)?.as_bytes());
        known().or_else(given).unwrap_or_else(RequestId::random)
    }
}

impl<E: Endpoint> Middleware<E> for RequestIds {
    type Output = Named<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Named { inner, ids: self.clone() }
    }
}

/// An endpoint whose requests have names.
pub struct Named<E> {
    inner: E,
    ids: RequestIds,
}

impl<E: Endpoint> Endpoint for Named<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let id = self.ids.name(&request);
        let path = request.uri().path();
        // of the gravest level, so that whatever is logged has it
        let span = tracing::error_span!("request", %id, method = %request.method(), path);
        request.extensions_mut().insert(id.clone());
        let value = HeaderValue::from_str(id.as_str()).expect("a name is made of what a header can hold");
        let answer = id.answering(self.inner.get_response(request).instrument(span));
        let mut response = answer.await;
        response.headers_mut().insert(X_REQUEST_ID, value);
        Ok(response)
    }
}
