use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fmt,
    time::Duration,
};

use poem::{
    IntoResponse, Response,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
};
use poem_openapi::{
    ApiResponse, Object,
    registry::{MetaResponse, MetaResponses, Registry},
};

use super::{Kind, RequestId};
use crate::{
    Error,
    auth::NoKey,
    authentication::AuthenticationError,
    permission::{Denial, Outcome},
};

/// The media type of every error (RFC 9457).
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// poem-openapi's parse error holds only text: the errors by field go through it as JSON behind a sign that nobody types.
const CARRIED: &str = "\u{1}errors:";

/// An error as a caller sees it: RFC 9457 problem details, whose `detail` is DRF's sentence.
///
/// ```
/// use poem_openapi::{OpenApi, param::Path, payload::PlainText};
/// use refrain::{AllowAny, Guarded, Problem};
///
/// struct Plates;
///
/// #[OpenApi]
/// impl Plates {
///     #[oai(path = "/plates/:plate", method = "get")]
///     async fn owner(&self, _open: Guarded<AllowAny>, plate: Path<String>) -> Result<PlainText<String>, Problem> {
///         match plate.0.as_str() {
///             "HH A 1" => Ok(PlainText("the mayor".to_owned())),
///             plate if plate.len() > 10 => Err(Problem::invalid([("plate", "This is no plate.")])),
///             _ => Err(Problem::not_found()),
///         }
///     }
/// }
/// ```
///
/// Hooks and handlers return it with `?`, or make one: [`Problem::invalid`], [`Problem::denied`],
/// [`Problem::conflict`]. What is logged beside it never reaches the caller.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    /// apart, so that a `Result` with a problem stays small
    more: Box<More>,
}

#[derive(Clone, Debug, Default)]
struct More {
    errors: BTreeMap<String, Vec<String>>,
    /// the class that refused, and whether the caller is told
    refused_by: Option<(String, bool)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    worth_retrying: bool,
}

/// The body of every error.
// the OpenAPI document takes a type's description from its doc comment, and is no place for Rust
#[cfg_attr(
    doc,
    doc = "\n```\n\
use poem_openapi::types::ToJSON;\n\
use refrain::http::ProblemBody;\n\
\n\
let body = ProblemBody {\n\
    kind: \"about:blank\".to_owned(),\n\
    title: \"Not Found\".to_owned(),\n\
    status: 404,\n\
    detail: \"Not found.\".to_owned(),\n\
    code: \"not_found\".to_owned(),\n\
    errors: None,\n\
    refused_by: None,\n\
    request_id: None,\n\
};\n\
assert_eq!(body.to_json().unwrap()[\"code\"], \"not_found\");\n\
```"
)]
#[derive(Clone, Debug, Object)]
#[oai(rename = "Problem", skip_serializing_if_is_none)]
pub struct ProblemBody {
    /// Always `about:blank`: `code` says which problem it is.
    #[oai(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status as a number.
    pub status: u16,
    /// A sentence for people.
    pub detail: String,
    /// A stable word for programs.
    pub code: String,
    /// What is wrong with each field, where the body is at fault.
    #[oai(nullable)]
    pub errors: Option<HashMap<String, Vec<String>>>,
    /// The permission class that refused; only where the site says so, which is for development.
    #[oai(nullable)]
    pub refused_by: Option<String>,
    /// What the request is called, in `X-Request-Id` and in the log; where the site names requests.
    #[oai(nullable)]
    pub request_id: Option<String>,
}

/// What a field's errors are filed under that belong to no field.
pub(crate) const WHOLE_BODY: &str = "non_field_errors";

impl Problem {
    /// A problem with a status, a code and a sentence.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use poem::http::{StatusCode, header};
    /// use refrain::{Denial, Problem};
    ///
    /// let away = Problem::new(StatusCode::BAD_GATEWAY, "ledger_away", "The ledger does not answer.");
    /// let away = away.with_header(header::RETRY_AFTER, "5");
    /// assert_eq!((away.status(), away.code(), away.detail()), (StatusCode::BAD_GATEWAY, "ledger_away", "The ledger does not answer."));
    ///
    /// let invalid = Problem::invalid([("name", "This name is taken.")]);
    /// assert_eq!(invalid.errors()["name"], ["This name is taken."]);
    ///
    /// assert_eq!(Problem::denied(Denial::default()).status(), 403);
    /// assert_eq!(Problem::not_found().status(), 404);
    /// assert_eq!(Problem::conflict("The car is sold.").status(), 409);
    /// assert_eq!(Problem::throttled(Duration::from_secs(60)).status(), 429);
    /// ```
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), detail: detail.into(), more: Box::default() }
    }

    /// One of the library's own kinds.
    pub(crate) fn of(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(kind.status, kind.code, detail)
    }

    /// 400: fields that were refused, with the reasons.
    pub fn invalid(errors: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let mut problem = Self::of(Kind::INVALID, "Invalid input.");
        for (field, sentence) in errors {
            problem.more.errors.entry(field.into()).or_default().push(sentence.into());
        }
        problem
    }

    /// 403 in a class's own words.
    pub fn denied(denial: Denial) -> Self {
        Self::new(Kind::PERMISSION_DENIED.status, denial.code, denial.sentence)
    }

    /// 409: an allowed write that meets what others wrote.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Kind::CONFLICT, detail)
    }

    /// 404 where there is nothing.
    #[doc(alias = "Http404")]
    pub fn not_found() -> Self {
        Self::of(Kind::NOT_FOUND, "Not found.")
    }

    /// The same with one more header, such as `Retry-After`; a value that no header can hold is left out, and logged.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        match value.try_into() {
            Ok(value) => self.more.headers.push((name, value)),
            Err(_) => tracing::error!(header = %name, "a header value that cannot be sent"),
        }
        self
    }

    /// The same, for a transaction that failed in a way that may not happen again.
    pub(crate) fn worth_retrying(mut self, worth: bool) -> Self {
        self.more.worth_retrying = worth;
        self
    }

    /// The errors of each field as text, for errors of others' that hold nothing else.
    pub(crate) fn carried(&self) -> String {
        format!("{CARRIED}{}", serde_json::to_string(&self.more.errors).unwrap_or_default())
    }

    /// What [`carried`](Self::carried) made, in such an error's text.
    pub(crate) fn carried_in(text: &str) -> Option<Self> {
        let (_, errors) = text.split_once(CARRIED)?;
        let mut errors = serde_json::Deserializer::from_str(errors).into_iter::<BTreeMap<String, Vec<String>>>();
        let each = errors.next()?.ok()?.into_iter();
        Some(Self::invalid(each.flat_map(|(field, of)| of.into_iter().map(move |sentence| (field.clone(), sentence)))))
    }

    /// What is wrong with each field, by its name or path.
    pub fn errors(&self) -> &BTreeMap<String, Vec<String>> {
        &self.more.errors
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The word for programs.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The same with a sentence filed under each of these fields.
    pub(crate) fn with_errors(mut self, fields: Vec<String>, sentence: &str) -> Self {
        for field in fields {
            self.more.errors.entry(field).or_default().push(sentence.to_owned());
        }
        self
    }

    /// The same of a value that stands inside of another: its errors are filed under paths from there.
    pub(crate) fn inside(mut self, step: &str) -> Self {
        let path = |field: String| if field == WHOLE_BODY { step.to_owned() } else { format!("{step}.{field}") };
        self.more.errors = self.more.errors.into_iter().map(|(field, of)| (path(field), of)).collect();
        self
    }

    /// The same of an item of a list, which is named by its place; a fault of ours is nobody's.
    pub(crate) fn in_place(self, place: usize) -> Self {
        let place = place.to_string();
        if self.status.is_server_error() {
            return self;
        }
        if self.more.errors.is_empty() {
            let sentence = self.detail.clone().into_owned();
            return self.with_errors(vec![place], &sentence);
        }
        self.inside(&place)
    }

    /// 404 for what does not exist, and in the very same words for what the caller may not know of.
    pub(crate) fn no_such_row(object_name: &str) -> Self {
        Self::of(Kind::NOT_FOUND, format!("No {object_name} matches the given query."))
    }

    /// The same, knowing which class refused; the caller is told where the site says so.
    pub(crate) fn by(mut self, class: String, is_told: bool) -> Self {
        self.more.refused_by = Some((class, is_told));
        self
    }

    /// The class that refused.
    pub(crate) fn refused_by(&self) -> Option<&str> {
        self.more.refused_by.as_ref().map(|(class, _)| class.as_str())
    }

    /// 401 with the challenge; 403 where the first authenticator has none (CONTRACT 5.24).
    pub(crate) fn unauthenticated(kind: Kind, sentence: impl Into<Cow<'static, str>>, challenge: Option<&str>) -> Self {
        match challenge {
            Some(challenge) => Self::of(kind, sentence).with_header(header::WWW_AUTHENTICATE, challenge),
            None => Self::new(StatusCode::FORBIDDEN, kind.code, sentence),
        }
    }

    /// 403 where another site's page acts with what the browser knows of its user.
    fn cross_site() -> Self {
        let sentence = "A page of another site made this request, and its credentials were added by the browser.";
        Self::of(Kind::CROSS_SITE, sentence)
    }

    /// 405; which methods there are is added where the path is known.
    pub(crate) fn method_not_allowed(method: &Method) -> Self {
        Self::of(Kind::METHOD_NOT_ALLOWED, format!("Method \"{method}\" not allowed."))
    }

    pub(crate) fn unsupported_media_type(media_type: &str) -> Self {
        Self::of(Kind::UNSUPPORTED_MEDIA_TYPE, format!("Unsupported media type \"{media_type}\" in request."))
    }

    pub(crate) fn parse_error(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Kind::PARSE_ERROR, detail)
    }

    /// 412: the row is not what the request says it is.
    pub(crate) fn precondition_failed() -> Self {
        let sentence = "The row is not as the request expects it. Read it again.";
        Self::of(Kind::PRECONDITION_FAILED, sentence)
    }

    /// 428: the request has to say which state of the row it is about (RFC 6585).
    pub(crate) fn precondition_required() -> Self {
        let sentence = "This request has to say by \"If-Match\" which state of the row it is about.";
        Self::of(Kind::PRECONDITION_REQUIRED, sentence)
    }

    pub(crate) fn too_large() -> Self {
        Self::of(Kind::PAYLOAD_TOO_LARGE, "The request body is too large.")
    }

    /// 429 with the time to wait, in whole seconds (CONTRACT 7.30).
    #[doc(alias = "Throttled")]
    pub fn throttled(wait: Duration) -> Self {
        let seconds = u64::try_from(wait.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u64::MAX).max(1);
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let detail = format!("Request was throttled. Expected available in {seconds} {unit}.");
        Self::of(Kind::THROTTLED, detail).with_header(header::RETRY_AFTER, seconds)
    }

    /// 408: the server gave up waiting for the body.
    pub(crate) fn late_body() -> Self {
        Self::of(Kind::REQUEST_TIMEOUT, "The request body did not arrive in time.")
    }

    /// 503: nobody could tell; the caller may ask again.
    pub(crate) fn unavailable() -> Self {
        Self::of(Kind::UNAVAILABLE, "The answer could not be found out. Try again later.")
            .with_header(header::RETRY_AFTER, "1")
    }

    /// 503: more was asked for at once than is worked on, and this was not begun.
    fn busy() -> Self {
        Self::of(Kind::BUSY, "Too much is asked for at once. Try again later.").with_header(header::RETRY_AFTER, "1")
    }

    /// 503 without `Retry-After`: the write may have been made. Who sent it should look before sending it again.
    pub(crate) fn outcome_unknown() -> Self {
        let sentence = "It could not be found out whether this was done. Look before trying again.";
        Self::of(Kind::OUTCOME_UNKNOWN, sentence)
    }

    /// 500: a mistake of ours.
    pub(crate) fn server_error() -> Self {
        Self::of(Kind::ERROR, "A server error occurred.")
    }

    /// What a framework error becomes.
    pub(crate) fn from_poem(error: poem::Error) -> Self {
        if let Some(problem) = error.downcast_ref::<Problem>() {
            return problem.clone();
        }
        if error.is::<poem_openapi::error::ContentTypeError>() {
            return Self::of(Kind::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type in request.");
        }
        if let Some(error) = error.downcast_ref::<poem_openapi::error::ParseRequestPayloadError>()
            && let Some(problem) = Self::carried_in(&error.reason)
        {
            return problem;
        }
        // a variable of a path that is not of its type names nothing (CONTRACT 7.10)
        if error.is::<poem::error::ParsePathError>() || error.is::<poem_openapi::error::ParsePathError>() {
            return Self::not_found();
        }
        if let Some(parameter) = error.downcast_ref::<poem_openapi::error::ParseParamError>() {
            return Self::invalid([(parameter.name, wrong_parameter(&parameter.reason))]);
        }
        match error.status() {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::of(Kind::METHOD_NOT_ALLOWED, "Method not allowed."),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::BAD_REQUEST => Self::parse_error("Malformed request."),
            status if status.is_client_error() => {
                let title = status.canonical_reason().unwrap_or("Error");
                Self::new(status, "error", title)
            }
            status => {
                tracing::error!(%status, error = %error, "a handler failed");
                Self::server_error()
            }
        }
    }

    /// Did a transaction fail in a way that may not happen again?
    pub(crate) fn is_worth_retrying(&self) -> bool {
        self.more.worth_retrying
    }

    /// The same for people: a page of HTML.
    pub(crate) fn into_page(self) -> Response {
        let title = format!("{} {}", self.status.as_u16(), self.status.canonical_reason().unwrap_or("Error"));
        let named = RequestId::current().map(|id| format!("<p><small>{}</small></p>", escaped(id.as_str())));
        let page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n\
             <p>{}</p>\n{}",
            escaped(&self.detail),
            named.unwrap_or_default()
        );
        Response::builder().status(self.status).content_type("text/html; charset=utf-8").body(page)
    }

    fn body(&self) -> ProblemBody {
        ProblemBody {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone().into_owned(),
            code: self.code.clone().into_owned(),
            refused_by: self.more.refused_by.as_ref().filter(|(_, is_told)| *is_told).map(|(class, _)| class.clone()),
            request_id: RequestId::current().map(|id| id.to_string()),
            errors: (!self.more.errors.is_empty()).then(|| self.more.errors.clone().into_iter().collect()),
        }
    }
}

/// A question nobody could answer is 503, a mistake in the program 500, a refused value 400. What went wrong is logged
/// and not told.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) => error.into(),
            Error::CouldNotTell(error) => {
                tracing::error!(%error, "could not tell");
                Self::unavailable()
            }
            Error::Busy => {
                tracing::warn!("a request was turned away: too much is asked for at once");
                Self::busy()
            }
            Error::Throttled { wait } => Self::throttled(wait),
            Error::Wiring(message) => {
                tracing::error!(%message, "the parts do not fit");
                Self::server_error()
            }
            Error::Invalid(message) => Self::of(Kind::INVALID, message),
            error @ Error::Unknown { .. } => Self::of(Kind::INVALID, error.to_string()),
        }
    }
}

/// The caller is nobody, or of a site with keys of another type.
impl From<NoKey> for Problem {
    fn from(_: NoKey) -> Self {
        Self::unauthenticated(Kind::NOT_AUTHENTICATED, "Authentication credentials were not provided.", None)
    }
}

/// The answer that a refusal is.
impl From<&Problem> for Outcome {
    fn from(problem: &Problem) -> Self {
        Self { allowed: false, status: Some(problem.status.as_u16()), detail: Some(problem.detail.to_string()) }
    }
}

/// A text as HTML shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#x27;")
}

/// What is wrong with a handler's parameter, in DRF's words (CONTRACT 7.14). The framework's own name types of the program,
/// and may repeat what was sent: its first quoted word is the type's name.
fn wrong_parameter(reason: &str) -> &'static str {
    let expected = reason.split('"').nth(1).unwrap_or_default();
    if reason.contains("expects an input value") {
        return "This field is required.";
    }
    match expected {
        _ if !reason.starts_with("failed to parse") => "This value is not valid.",
        integer if integer.contains("integer") => "A valid integer is required.",
        number if number.contains("number") => "A valid number is required.",
        boolean if boolean.contains("boolean") => "Must be a valid boolean.",
        uuid if uuid.contains("uuid") => "Must be a valid UUID.",
        _ => "This value is not valid.",
    }
}

impl From<AuthenticationError> for Problem {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Failed { sentence, challenge } => {
                Self::unauthenticated(Kind::AUTHENTICATION_FAILED, sentence, challenge.as_deref())
            }
            AuthenticationError::CrossSite => Self::cross_site(),
            error @ AuthenticationError::Csrf(_) => Self::of(Kind::CSRF_FAILED, error.to_string()),
            AuthenticationError::CouldNotTell(error) => error.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl poem::error::ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        use poem_openapi::types::ToJSON;
        let mut response =
            Response::builder().status(self.status).content_type(MEDIA_TYPE).body(self.body().to_json_string());
        for (name, value) in &self.more.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The responses are written into the document where it is known which an operation can give.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        MetaResponses { responses: Vec::<MetaResponse>::new() }
    }

    fn register(registry: &mut Registry) {
        <ProblemBody as poem_openapi::types::Type>::register(registry);
    }
}
