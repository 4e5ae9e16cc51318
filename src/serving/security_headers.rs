use std::time::Duration;

use poem::{
    Endpoint, Middleware, Request, Response, Result,
    http::{HeaderName, HeaderValue, header},
};

/// Tells browsers to take what is served for no more than it is.
///
/// ```
/// use std::time::Duration;
///
/// use poem::EndpointExt;
/// use refrain::serving::SecurityHeaders;
///
/// # fn build(api: refrain::BuiltApi) {
/// let year = Duration::from_secs(365 * 24 * 60 * 60);
/// let endpoint = api.into_endpoint().with(SecurityHeaders::default().only_over_tls(year));
/// # let _ = endpoint;
/// # }
/// ```
///
/// | header | value | by which |
/// |---|---|---|
/// | `X-Content-Type-Options` | `nosniff` | nothing is run that does not say it is a program |
/// | `X-Frame-Options` | `DENY` | no other page shows it within itself |
/// | `Referrer-Policy` | `same-origin` | other sites do not learn which page a reader comes from |
/// | `Cross-Origin-Opener-Policy` | `same-origin` | a page that opened it, or that it opens, has no hold on it |
///
/// They are those of Django's security and clickjacking middleware. One that an answer has already is left as it is.
#[doc(alias("SecurityMiddleware", "XFrameOptionsMiddleware"))]
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Default for SecurityHeaders {
    fn default() -> Self {
        let headers = [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::REFERRER_POLICY, "same-origin"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ];
        Self { headers: headers.map(|(name, value)| (name, HeaderValue::from_static(value))).into() }
    }
}

impl SecurityHeaders {
    /// Lets browsers that came over TLS once come over nothing else for this long: `Strict-Transport-Security`. It cannot be taken back before that time is over.
    #[doc(alias = "SECURE_HSTS_SECONDS")]
    #[must_use]
    pub fn only_over_tls(self, time: Duration) -> Self {
        let value = HeaderValue::from_str(&format!("max-age={}", time.as_secs())).expect("digits");
        self.with(header::STRICT_TRANSPORT_SECURITY, value)
    }

    /// One more header, or another value of one: a `Content-Security-Policy`, say.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        self
    }
}

impl<E: Endpoint> Middleware<E> for SecurityHeaders {
    type Output = Secured<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Secured { inner, headers: self.clone() }
    }
}

/// An endpoint whose answers have the headers.
pub struct Secured<E> {
    inner: E,
    headers: SecurityHeaders,
}

impl<E: Endpoint> Endpoint for Secured<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let mut response = self.inner.get_response(request).await;
        for (name, value) in &self.headers.headers {
            response.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        Ok(response)
    }
}
