use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex},
};

use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaOperation, Registry},
};

use crate::{
    Db, Error, Result,
    auth::User,
    authentication::{AuthenticationError, Authenticators, Offered},
    http::{FormToken, Problem, RequestContext, Site, is_over_tls, site_of},
    sessions::{CsrfToken, Sent, Session, Sessions, SetCookies, new_secret},
    viewset::marker,
};

/// The session of whoever sends a request, to log them in or out: an argument of an `#[OpenApi]` method.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{AllowAny, CallerSession, Guarded, Problem, auth::User};
///
/// # struct Provider;
/// # impl Provider {
/// #     async fn user_of(&self, _code: &str) -> Result<User, Problem> { Err(Problem::not_found()) }
/// # }
/// struct OtherDoor(Provider);
///
/// #[OpenApi]
/// impl OtherDoor {
///     #[oai(path = "/auth/other-door", method = "post")]
///     async fn come_in(
///         &self,
///         _open: Guarded<AllowAny>,
///         session: CallerSession,
///         code: PlainText<String>,
///     ) -> Result<PlainText<String>, Problem> {
///         let mut user = self.0.user_of(&code.0).await?;
///         session.log_in(&mut user).await?;
///         Ok(PlainText(format!("Hello, {}", user.username)))
///     }
/// }
/// ```
///
/// A request that a page of another site made is refused before the handler runs. An API whose authenticators take no
/// session is not built.
pub struct CallerSession {
    site: Arc<Site>,
    sessions: Sessions,
    cookies: Arc<SetCookies>,
    sent: Sent,
    over_tls: bool,
}

impl CallerSession {
    /// Logs a user in, as [`Sessions::log_in`] does; the answer tells the browser.
    ///
    /// Whether the password was right is for the caller to know.
    #[doc(alias = "login")]
    pub async fn log_in(self, user: &mut User) -> Result<()> {
        let Self { site, sessions, cookies, sent, over_tls } = self;
        let before = match sent.one() {
            Some(key) => sessions.load(&site.db, &key).await?,
            None => None,
        };
        let session = sessions.log_in(&site.db, before.unwrap_or_default(), user).await?;
        sessions.keep(&session, over_tls, &cookies);
        // what a page knew before is worth nothing now
        sessions.keep_csrf(&new_secret(), over_tls, &cookies);
        Ok(())
    }

    /// Ends the session, whoever logged in; the answer has the browser forget it.
    ///
    /// ```
    /// use poem_openapi::OpenApi;
    /// use refrain::{AllowAny, CallerSession, Guarded, Problem};
    ///
    /// struct Leaving;
    ///
    /// #[OpenApi]
    /// impl Leaving {
    ///     #[oai(path = "/auth/leave", method = "post")]
    ///     async fn leave(&self, _open: Guarded<AllowAny>, session: CallerSession) -> Result<(), Problem> {
    ///         Ok(session.log_out().await?)
    ///     }
    /// }
    /// ```
    ///
    /// Of two that a request names both are ended: nobody can tell which is the caller's, and whoever knows one may.
    #[doc(alias = "logout")]
    pub async fn log_out(self) -> Result<()> {
        let Self { site, sessions, cookies, sent, over_tls } = self;
        let keys = match sent {
            Sent::Nothing => return Ok(()),
            Sent::One(key) => vec![key],
            Sent::Several(mut keys) => {
                keys.truncate(MOST_ENDED);
                keys
            }
        };
        for key in keys {
            sessions.flush_key((&site.db).into(), &key).await?;
        }
        sessions.forget(over_tls, &cookies);
        Ok(())
    }

    /// What CSRF tokens are compared with: the answer has the browser keep it, where it keeps nothing yet.
    pub(super) fn csrf_secret(&self, request: &Request) -> String {
        let known = Sent::of(request.headers(), self.sessions.csrf_cookie()).one();
        known.filter(|secret| CsrfToken::read(secret).is_ok()).unwrap_or_else(|| {
            let secret = new_secret();
            self.sessions.keep_csrf(&secret, self.over_tls, &self.cookies);
            secret
        })
    }

    /// The session in which this user logged in, where that is what the caller has.
    pub(super) async fn logged_in(&self, user: &User) -> Result<Option<Session>> {
        let Sent::One(sent) = &self.sent else { return Ok(None) };
        // it may have been signed anew by this very request
        let renewed = self.cookies.session();
        let key = renewed.as_ref().map_or(&**sent, |key| key.expose());
        let session = self.sessions.load(&self.site.db, key).await?;
        Ok(session.filter(|session| self.sessions.is_in(session, user)))
    }

    /// Lets it go on though its user's password is another; the answer has the browser keep it once that is committed.
    pub(super) async fn go_on(&self, db: Db<'_>, session: &mut Session, stored: &str) -> Result<bool> {
        self.sessions.go_on(db, session, stored).await
    }

    /// Has the browser keep a session.
    pub(super) fn keep(&self, session: &Session) {
        self.sessions.keep(session, self.over_tls, &self.cookies);
    }

    /// A session whose values are to be looked at; an empty one where the caller has none.
    ///
    /// ```
    /// use poem_openapi::{OpenApi, payload::PlainText};
    /// use refrain::{AllowAny, CallerSession, Guarded, Problem};
    ///
    /// struct Visits;
    ///
    /// #[OpenApi]
    /// impl Visits {
    ///     #[oai(path = "/visits", method = "post")]
    ///     async fn count(
    ///         &self,
    ///         _open: Guarded<AllowAny>,
    ///         visitor: CallerSession,
    ///     ) -> Result<PlainText<String>, Problem> {
    ///         let mut session = visitor.load().await?;
    ///         let visits = session.get("visits").and_then(|value| value.as_u64()).unwrap_or_default() + 1;
    ///         session.set("visits", visits);
    ///         visitor.save(&mut session).await?;
    ///         Ok(PlainText(visits.to_string()))
    ///     }
    /// }
    /// ```
    pub async fn load(&self) -> Result<Session> {
        let Sent::One(key) = &self.sent else { return Ok(Session::default()) };
        Ok(self.sessions.load(&self.site.db, key).await?.unwrap_or_default())
    }

    /// Writes a session; the answer has the browser keep it.
    pub async fn save(&self, session: &mut Session) -> Result<()> {
        self.sessions.save(&self.site.db, session).await?;
        self.keep(session);
        Ok(())
    }
}

/// A browser has one for each path and each host of the domain.
const MOST_ENDED: usize = 8;

/// By these names operations tell that they take a session.
static TAKING: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

impl<'a> ApiExtractor<'a> for CallerSession {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {
        TAKING.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(marker::<Self>());
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![marker::<Self>()]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        Ok(Self::of(request, |authenticators, offered| authenticators.refuse_cross_site(offered))?)
    }
}

impl CallerSession {
    /// That of a request which passes this check.
    pub(super) fn of(
        request: &Request,
        check: impl FnOnce(&Authenticators, &Offered<'_>) -> Result<(), AuthenticationError>,
    ) -> Result<Self, Problem> {
        let site = site_of(request)?;
        let offered = Offered::new(request.method(), request.original_uri(), request.headers());
        let offered = offered.sent_over_tls(is_over_tls(request)).with_form_token(FormToken::of(request));
        check(&site.authenticators, &offered)?;
        Ok(Self::sent(request, &site).ok_or_else(no_sessions)?)
    }

    /// That of a request, whatever else the request brings; `None` where the site takes no sessions.
    pub(super) fn sent(request: &Request, site: &Arc<Site>) -> Option<Self> {
        let sessions = site.authenticators.sessions()?.clone();
        let cookies = RequestContext::of(request).map(|context| context.cookies.clone()).unwrap_or_default();
        let sent = Sent::of(request.headers(), sessions.cookie());
        Some(Self { site: site.clone(), sessions, cookies, sent, over_tls: is_over_tls(request) })
    }
}

/// Not the key.
impl fmt::Debug for CallerSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerSession").finish_non_exhaustive()
    }
}

/// Refuses a handler that takes sessions where no authenticator does.
pub(super) fn check(operation: &MetaOperation, site: &Site) -> Result<()> {
    let taking = TAKING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let takes = operation.security.iter().flat_map(|schemes| schemes.keys()).any(|scheme| taking.contains(scheme));
    if takes && site.authenticators.sessions().is_none() { Err(no_sessions()) } else { Ok(()) }
}

fn no_sessions() -> Error {
    Error::wiring(
        "a handler logs people in or out, and no authenticator takes sessions: add `SessionAuthentication` to \
         `Api::authenticators`",
    )
}
