use std::{ops::Deref, sync::Arc};

use poem::{FromRequest, Request, RequestBody};

use super::{Problem, RequestContext};
use crate::auth::User;

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
        RequestContext::of(request).map(|context| Self(context.user.clone())).ok_or_else(|| {
            crate::Error::wiring("a handler asked for the caller outside an `Api`: mount it with `Api::with`").into()
        })
    }
}
