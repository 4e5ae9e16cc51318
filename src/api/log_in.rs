use poem_openapi::{OpenApi, payload::Json};

use super::{
    CallerSession, Guarded, LimitedAuth, Valid,
    credentials::{Login, MOST_BYTES},
    me::{Me, Profile},
};
use crate::{http::Problem, permission::AllowAny};

/// `POST /auth/login`: a name and a password for a session (CONTRACT 5.12).
///
/// ```
/// use refrain::{
///     Api, LogIn, LogOut, Me,
///     authentication::{Authenticators, SessionAuthentication, TokenAuthentication},
///     sessions::{SecretKey, Sessions},
/// };
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let sessions = Sessions::new(SecretKey::new("a site's own, long and random")?).secure();
/// let authenticators =
///     Authenticators::none().with(TokenAuthentication::default()).with(SessionAuthentication::new(sessions));
/// let api = Api::new("Drivers", "1.0", db).authenticators(authenticators).with(LogIn).with(LogOut).with(Me).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// The answer is the caller's, as [`Me`] tells them, with the cookies `sessionid` and `csrftoken`. A wrong password, an
/// unknown name and an inactive user get one and the same answer, after the same time, as with
/// [`ObtainToken`](super::ObtainToken), whose limits hold here too. The body is JSON, and a page of another site is refused
/// whatever it sends: it could log its reader in as somebody else.
#[doc(alias("LoginView", "login"))]
#[derive(Clone, Copy, Debug)]
pub struct LogIn;

#[OpenApi]
impl LogIn {
    /// Log in
    #[oai(path = "/auth/login", method = "post", operation_id = "auth_login")]
    async fn log_in(
        &self,
        _open: Guarded<AllowAny>,
        session: CallerSession,
        users: LimitedAuth,
        login: Valid<Login, MOST_BYTES>,
    ) -> Result<Json<Profile>, Problem> {
        let mut user = login.0.user(&users).await?;
        let profile = Me::profile(&user, &users.site.db).await?;
        session.log_in(&mut user).await?;
        Ok(Json(profile))
    }
}
