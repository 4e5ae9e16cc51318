use poem_openapi::{ApiResponse, OpenApi};

use super::{CallerSession, Guarded};
use crate::{http::Problem, permission::AllowAny};

/// `POST /auth/logout`: ends the caller's session (CONTRACT 5.12).
///
/// ```no_run
/// # fn build(api: refrain::Api) -> refrain::Result<()> {
/// use refrain::LogOut;
///
/// // the authenticators take sessions
/// let api = api.with(LogOut).build()?;
/// # let _ = api;
/// # Ok(())
/// # }
/// ```
///
/// It answers 204, and so it does to whoever has no session. As every request of a session that changes something it
/// needs the CSRF token. Sessions of the same user in other browsers go on, and so does a token.
#[doc(alias("LogoutView", "logout"))]
#[derive(Clone, Copy, Debug)]
pub struct LogOut;

#[derive(ApiResponse)]
enum LoggedOut {
    /// The session is over.
    #[oai(status = 204)]
    Over,
}

#[OpenApi]
impl LogOut {
    /// Log out
    #[oai(path = "/auth/logout", method = "post", operation_id = "auth_logout")]
    async fn log_out(&self, _open: Guarded<AllowAny>, session: CallerSession) -> Result<LoggedOut, Problem> {
        session.log_out().await?;
        Ok(LoggedOut::Over)
    }
}
