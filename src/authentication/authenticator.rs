use std::{fmt, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, Method, Uri};

use super::{Refused, SecurityKind, SecurityScheme, cross_site::Origin};
use crate::{
    Db,
    auth::{Asked, Auth, JoinedRow, User},
    sessions::{Sessions, SetCookies},
};

/// One way of finding out who sends a request.
///
/// ```
/// use refrain::{
///     Db, async_trait,
///     auth::{Auth, User},
///     authentication::{Authenticator, Offered, Refused, SecurityKind, SecurityScheme},
/// };
///
/// /// The token, in a header of its own.
/// struct ApiKey;
///
/// #[async_trait]
/// impl Authenticator for ApiKey {
///     async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
///         let Some(key) = offered.header("x-api-key")? else { return Ok(None) };
///         let invalid = || Refused::failed("Invalid key.");
///         let user = auth.user_by_token(db, key.to_str().map_err(|_| invalid())?).await?;
///         user.ok_or_else(invalid).map(Some)
///     }
///
///     fn security_scheme(&self) -> SecurityScheme {
///         SecurityScheme::new("apiKey", SecurityKind::Header("X-Api-Key".into()))
///     }
///
///     fn varies_by(&self) -> &'static str {
///         "X-Api-Key"
///     }
/// }
/// ```
#[doc(alias("BaseAuthentication", "authentication_classes"))]
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// Who sent this?
    ///
    /// A user loaded through this `auth` comes with what the endpoint can ask of the permissions they hold, instead of with
    /// all of them; what else is asked of them is looked for when it is asked.
    ///
    /// `None` where no credential of this kind is offered: the next authenticator is asked. An error where one is
    /// offered and wrong, or where nobody could tell: no other authenticator is asked (CONTRACT 5.18). An inactive user is
    /// let in by nobody, whatever is answered here.
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused>;

    /// How a caller is told to say who they are: the value of `WWW-Authenticate`.
    ///
    /// ```
    /// use refrain::{
    ///     Db, async_trait,
    ///     auth::{Auth, User},
    ///     authentication::{Authenticator, Offered, Refused, SecurityKind, SecurityScheme},
    ///     sessions::Sessions,
    /// };
    ///
    /// /// The name in a client's certificate, which a server in front has looked at.
    /// struct ClientCertificate;
    ///
    /// #[async_trait]
    /// impl Authenticator for ClientCertificate {
    ///     async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
    ///         let Some(name) = offered.header("x-certificate-name")? else { return Ok(None) };
    ///         let name = name.to_str().map_err(|_| Refused::failed("Invalid certificate."))?;
    ///         Ok(auth.user(db, name).await?)
    ///     }
    ///
    ///     fn challenge(&self) -> Option<String> {
    ///         Some("Certificate".to_owned())
    ///     }
    ///
    ///     fn security_scheme(&self) -> SecurityScheme {
    ///         SecurityScheme::new("certificate", SecurityKind::Header("X-Certificate-Name".into()))
    ///     }
    ///
    ///     fn varies_by(&self) -> &'static str {
    ///         "X-Certificate-Name"
    ///     }
    ///
    ///     // a browser shows its certificate whichever page makes the request
    ///     fn sent_by_browsers(&self) -> bool {
    ///         true
    ///     }
    ///
    ///     // pages of other sites are refused by the list
    ///     fn checks_csrf(&self) -> bool {
    ///         false
    ///     }
    ///
    ///     fn sessions(&self) -> Option<&Sessions> {
    ///         None
    ///     }
    /// }
    /// ```
    ///
    /// Only the first authenticator of a list is asked for it; where that one has none, what would be a 401 is a 403
    /// (CONTRACT 5.24).
    #[doc(alias = "authenticate_header")]
    fn challenge(&self) -> Option<String> {
        None
    }

    /// How the OpenAPI document describes the credential.
    fn security_scheme(&self) -> SecurityScheme;

    /// The request header that its answer depends on, for `Vary`.
    fn varies_by(&self) -> &'static str;

    /// Do browsers send the credential by themselves, whichever page makes the request?
    ///
    /// Then a request that may change something is refused where another site's page made it. By default so for
    /// cookies and HTTP Basic; say so for what a server in front adds, such as a client certificate's name.
    #[doc(alias("csrf", "enforce_csrf"))]
    fn sent_by_browsers(&self) -> bool {
        matches!(self.security_scheme().kind, SecurityKind::HttpBasic | SecurityKind::Cookie(_))
    }

    /// Does it find out by itself whether a page of another site made the request, instead of leaving that to the list?
    ///
    /// By default not. Where it says so, it refuses such requests in [`authenticate`](Self::authenticate).
    fn checks_csrf(&self) -> bool {
        false
    }

    /// The sessions that it takes, in which people can be logged in; by default it takes none.
    fn sessions(&self) -> Option<&Sessions> {
        None
    }
}

/// What an authenticator sees of a request.
///
/// ```
/// use poem::http::{HeaderMap, Method, Uri, header};
/// use refrain::authentication::Offered;
///
/// let (method, uri) = (Method::POST, Uri::from_static("/api/cars"));
/// let mut headers = HeaderMap::new();
/// headers.insert(header::AUTHORIZATION, "Token 9944b0".parse()?);
///
/// let offered = Offered::new(&method, &uri, &headers)
///     .from_address("203.0.113.7".parse().ok())
///     .sent_over_tls(true)
///     .with_form_token(None);
/// assert_eq!(offered.header("authorization").unwrap().unwrap(), "Token 9944b0");
/// # Ok::<(), poem::http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Offered<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path and the query.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// Where it comes from, as far as that is known; of IPv6 the first 64 bits.
    pub address: Option<IpAddr>,
    /// Did it come over TLS, as far as the server sees?
    pub over_tls: bool,
    /// What the endpoint can ask of the permissions held; all of them where nobody says.
    pub(super) asked: Option<&'a Arc<Asked>>,
    /// A row to be read together with the user.
    pub(super) joined: Option<&'a Arc<JoinedRow>>,
    /// The origins whose pages may act with what browsers send by themselves.
    pub(super) trusted: &'a [Origin],
    /// Where cookies go that the answer sets.
    pub(super) cookies: Option<&'a SetCookies>,
    /// The token that a form sends as its field `csrfmiddlewaretoken`.
    pub(super) form_token: Option<&'a str>,
    /// Who a test says sends this, in place of a credential.
    #[cfg(feature = "testing")]
    pub(super) acting: Option<&'a crate::testing::ActingUser>,
}

impl<'a> Offered<'a> {
    /// What a request offers.
    pub fn new(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self {
            method,
            uri,
            headers,
            address: None,
            over_tls: false,
            asked: None,
            joined: None,
            trusted: &[],
            cookies: None,
            form_token: None,
            #[cfg(feature = "testing")]
            acting: None,
        }
    }

    /// The same, from this address.
    #[must_use]
    pub fn from_address(self, address: Option<IpAddr>) -> Self {
        Self { address, ..self }
    }

    /// The same over TLS, or not.
    #[must_use]
    pub fn sent_over_tls(self, over_tls: bool) -> Self {
        Self { over_tls, ..self }
    }

    /// The same to an endpoint of which it is known what it can ask of the permissions held, and which row it will ask for.
    pub(crate) fn to_who_asks(self, asked: Option<&'a Arc<Asked>>, joined: Option<&'a Arc<JoinedRow>>) -> Self {
        Self { asked, joined, ..self }
    }

    /// The same with a place for the cookies that the answer sets.
    pub(crate) fn setting(self, cookies: &'a SetCookies) -> Self {
        Self { cookies: Some(cookies), ..self }
    }

    /// The same with a form's field `csrfmiddlewaretoken`; where it is empty, the header `X-CSRFToken` counts (CONTRACT
    /// 5.15).
    #[doc(alias = "csrfmiddlewaretoken")]
    #[must_use]
    pub fn with_form_token(self, field: Option<&'a str>) -> Self {
        Self { form_token: field, ..self }
    }

    /// The same in a test that says who sends it.
    #[cfg(feature = "testing")]
    pub(crate) fn by(self, acting: Option<&'a crate::testing::ActingUser>) -> Self {
        Self { acting, ..self }
    }

    /// The value of a header that is sent once; `None` where it is not sent.
    ///
    /// Two are an error: a server in front may have looked at the other one.
    pub fn header(&self, name: &str) -> Result<Option<&'a HeaderValue>, Refused> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next();
        if values.next().is_some() { Err(Refused::default()) } else { Ok(first) }
    }
}

/// The method and the path: headers and queries hold credentials.
impl fmt::Debug for Offered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offered").field("method", self.method).field("path", &self.uri.path()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::authentication::fixture::Request;

    #[test]
    fn a_header_is_read_where_it_is_sent_once() {
        let request =
            |values: &[&str]| values.iter().fold(Request::to("/"), |request, value| request.header("x-api-key", value));
        let read = |request: Request| match request.offered().header("X-Api-Key") {
            Ok(value) => Ok(value.map(|value| value.to_str().expect("ASCII").to_owned())),
            Err(refused) => Err(refused.to_string()),
        };
        assert_eq!(read(request(&[])), Ok(None));
        assert_eq!(read(request(&["k3y"])), Ok(Some("k3y".to_owned())));
        for values in [&["k3y", "k3y"][..], &["", "k3y"], &["k3y", "", ""]] {
            let refused = Err("Incorrect authentication credentials.".to_owned());
            assert_eq!(read(request(values)), refused, "{values:?}");
        }
    }

    #[test]
    fn what_a_server_tells_of_a_request_is_seen_by_whoever_is_asked() {
        let address: Option<std::net::IpAddr> = "203.0.113.7".parse().ok();
        let request = Request::to("/");
        let offered = request.offered();
        assert_eq!((offered.address, offered.over_tls, offered.form_token), (None, false, None));
        let offered = offered.from_address(address).sent_over_tls(true).with_form_token(Some("t0ken"));
        assert_eq!((offered.address, offered.over_tls, offered.form_token), (address, true, Some("t0ken")));
    }

    #[test]
    fn credentials_are_not_printed() {
        let request = Request::to("/cars?token=s3cret").header("authorization", "Token s3cret");
        let printed = format!("{:?}", request.offered());
        assert!(printed.contains("/cars") && !printed.contains("s3cret"), "{printed}");
    }
}
