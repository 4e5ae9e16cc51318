use std::{fmt, sync::Arc};

use poem::{FromRequest, Request, RequestBody};
use uuid::Uuid;

use super::Problem;

/// What a request is called: in its answer's `X-Request-Id`, in problems, and in every line that is logged for it.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::http::RequestId;
///
/// struct Ping;
///
/// #[OpenApi]
/// impl Ping {
///     #[oai(path = "/ping", method = "get")]
///     async fn ping(&self, id: Option<RequestId>) -> PlainText<String> {
///         PlainText(id.map_or_else(String::new, |id| id.to_string()))
///     }
/// }
/// ```
///
/// There is one where [`RequestIds`](crate::serving::RequestIds) stands around, as it does in what the command line
/// serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

tokio::task_local! {
    /// The request that is answered by this task.
    static CURRENT: RequestId;
}

/// No longer is what somebody else made up.
const LONGEST: usize = 128;

impl RequestId {
    /// A new one: 32 hexadecimal digits that nobody can guess.
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string().into())
    }

    /// One that somebody else made up: letters, digits and `-_.:/+=@`, 128 at most; `None` for any other.
    pub(crate) fn given(text: &[u8]) -> Option<Self> {
        let is_harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte);
        let fits = !text.is_empty() && text.len() <= LONGEST && text.iter().all(is_harmless);
        let text = str::from_utf8(text).ok().filter(|_| fits)?;
        Some(Self(text.into()))
    }

    /// That of the request that is answered here.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Answers a request under this name.
    pub(crate) async fn answering<T>(self, answer: impl Future<Output = T>) -> T {
        CURRENT.scope(self, answer).await
    }

    /// As a text.
    ///
    /// ```
    /// use refrain::http::RequestId;
    ///
    /// fn header(id: &RequestId) -> (&'static str, &str) {
    ///     ("X-Request-Id", id.as_str())
    /// }
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> FromRequest<'a> for RequestId {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let id = request.extensions().get::<Self>().cloned();
        let id = id.ok_or_else(|| crate::Error::wiring("a handler asked for the request's id outside `RequestIds`"));
        Ok(id.map_err(Problem::from)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_made_up_is_taken_where_it_is_harmless() {
        let longest = "a".repeat(LONGEST);
        for text in ["7", "0af7651916cd43dd8448eb211c80319c", "Root=1-67891233-abcdef", &longest] {
            assert_eq!(RequestId::given(text.as_bytes()).map(|id| id.to_string()).as_deref(), Some(text));
        }
        let too_long = "a".repeat(LONGEST + 1);
        for text in ["", "a b", "a\"b", "a\\b", "{a}", "é", "a\u{1b}[31m", "%0a", &too_long] {
            assert_eq!(RequestId::given(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(RequestId::given(b"\xff"), None);
    }

    #[test]
    fn each_is_another() {
        let (one, other) = (RequestId::random(), RequestId::random());
        assert_ne!(one, other);
        assert!(RequestId::given(one.as_str().as_bytes()).is_some_and(|given| given == one));
    }
}
