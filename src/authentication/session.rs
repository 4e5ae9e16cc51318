use async_trait::async_trait;

use super::{Authenticator, Offered, Refused, SecurityKind, SecurityScheme, csrf};
use crate::{
    Db, Error,
    auth::{Auth, Lookup, User, UserId},
    sessions::{Sent, Session, Sessions, SignedBy},
};

/// The cookie of a session of Django's, in which somebody logged in (CONTRACT 5.21).
///
/// ```
/// use refrain::{
///     authentication::{Authenticators, SessionAuthentication},
///     sessions::{SecretKey, Sessions},
/// };
///
/// # fn main() -> refrain::Result<()> {
/// let sessions = Sessions::new(SecretKey::new("a site's own, long and random")?);
/// let authenticators = Authenticators::none().with(SessionAuthentication::new(sessions));
/// assert_eq!(authenticators.challenge(), None);
/// # Ok(())
/// # }
/// ```
///
/// What may change something has to be sent by a page of the site's own: the value of the cookie `csrftoken` goes with it
/// in the header `X-CSRFToken` (CONTRACT 5.14). A cookie that names no session is nobody's, and no mistake. One that is
/// sent twice is nobody's either: another host of the domain may have set one of them.
#[derive(Clone, Debug)]
pub struct SessionAuthentication {
    sessions: Sessions,
}

impl SessionAuthentication {
    /// Takes the sessions of this site.
    pub fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }

    /// Whose session is it (CONTRACT 5.11)?
    async fn user(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Error> {
        let sessions = &self.sessions;
        let key = match Sent::of(offered.headers, sessions.cookie()) {
            Sent::Nothing => return Ok(None),
            Sent::One(key) => key,
            Sent::Several(_) => {
                // neither is forgotten: the other one would then be believed
                tracing::warn!("a request has two cookies of a session: nobody is let in by either");
                return Ok(None);
            }
        };
        let Some(session) = sessions.load(db, &key).await? else {
            self.forget(offered);
            return Ok(None);
        };
        let Some(before) = session.logged_in().filter(|before| sessions.accepts(&before.backend)) else {
            return Ok(None);
        };
        let Some(id) = UserId::parse(&before.user, auth.users().key) else { return Ok(None) };
        // whoever was deleted, or is inactive, may be there again
        let mut user = auth.load(db, Lookup::Id(id)).await?;
        // a session is ended, or signed anew, by what the database has
        let is_signed = |user: &User| matches!(sessions.fits(before.hash.as_deref(), user), Some(SignedBy::Current));
        if let Some(kept) = user.as_ref().filter(|user| user.is_kept() && !is_signed(user)) {
            user = kept.reload(db).await?;
        }
        let Some(user) = user.filter(|user| user.is_active) else { return Ok(None) };
        match sessions.fits(before.hash.as_deref(), &user) {
            Some(SignedBy::Current) => {}
            Some(SignedBy::Fallback) => self.renew(db, session, &user, offered).await,
            None => {
                self.end(db, session, offered).await;
                return Ok(None);
            }
        }
        Ok(Some(user))
    }

    /// The password is another now. That this session is over is known; that its row goes too may wait.
    async fn end(&self, db: Db<'_>, session: Session, offered: &Offered<'_>) {
        match self.sessions.flush(db, session).await {
            Ok(()) => self.forget(offered),
            Err(error) => tracing::error!(%error, "a session that is over could not be deleted"),
        }
    }

    /// Who it is is known; that it is signed by today's key may wait.
    async fn renew(&self, db: Db<'_>, mut session: Session, user: &User, offered: &Offered<'_>) {
        match self.sessions.renew(db, &mut session, user).await {
            Ok(true) => {
                if let Some(cookies) = offered.cookies {
                    self.sessions.keep(&session, offered.over_tls, cookies);
                }
            }
            // another request was first, and its answer has the new key
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "a session could not be signed by the new key"),
        }
    }

    fn forget(&self, offered: &Offered<'_>) {
        if let Some(cookies) = offered.cookies {
            self.sessions.forget(offered.over_tls, cookies);
        }
    }
}

#[async_trait]
impl Authenticator for SessionAuthentication {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let Some(user) = self.user(auth, db, offered).await? else { return Ok(None) };
        csrf::check(offered, &self.sessions).map_err(Refused::Csrf)?;
        Ok(Some(user))
    }

    fn security_scheme(&self) -> SecurityScheme {
        let cookie = self.sessions.cookie().to_owned();
        SecurityScheme::new("cookieAuth", SecurityKind::Cookie(cookie.into())).described(format!(
            "A session, as `POST …/auth/login` begins one. What may change something needs the value of the cookie `{}` in \
             the header `X-CSRFToken`",
            self.sessions.csrf_cookie()
        ))
    }

    fn varies_by(&self) -> &'static str {
        "Cookie"
    }

    /// By the token that only the site's own pages can read.
    fn checks_csrf(&self) -> bool {
        true
    }

    fn sessions(&self) -> Option<&Sessions> {
        Some(&self.sessions)
    }
}
