use std::{ops::Deref, sync::Arc};

use poem::{Endpoint, FromRequest, Request, RequestBody, Response, endpoint::BoxEndpoint};

use super::{Problem, Site};
use crate::{auth::User, authentication::Offered};

/// Who makes this request, as an argument of a handler.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::Caller;
///
/// struct Hello;
///
/// #[OpenApi]
/// impl Hello {
///     #[oai(path = "/hello", method = "get")]
///     async fn hello(&self, caller: Caller) -> PlainText<String> {
///         PlainText(format!("Hello, {}", caller.username))
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Caller(pub(crate) Arc<User>);

impl Deref for Caller {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl<'a> FromRequest<'a> for Caller {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self::of(request)?)
    }
}

impl Caller {
    pub(crate) fn of(request: &Request) -> Result<Self, Problem> {
        request.extensions().get::<Self>().cloned().ok_or_else(|| {
            crate::Error::wiring("a handler asked for the caller outside an `Api`: mount it with `Api::with`").into()
        })
    }
}

/// An endpoint that knows who calls it: authentication comes after routing and before everything else (CONTRACT 6.1).
pub(crate) struct Authenticated {
    pub(crate) site: Arc<Site>,
    pub(crate) inner: BoxEndpoint<'static>,
}

impl Endpoint for Authenticated {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let site = &self.site;
        let offered = Offered { method: request.method(), uri: request.original_uri(), headers: request.headers() };
        let user = site.authenticators.authenticate(&site.auth, (&site.db).into(), &offered).await;
        let user = user.map_err(Problem::from)?;
        request.extensions_mut().insert(Caller(Arc::new(user)));
        request.extensions_mut().insert(site.clone());
        self.inner.call(request).await
    }
}
