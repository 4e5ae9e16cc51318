use std::sync::OnceLock;

use poem::{FromRequest, Request, RequestBody};

use super::{
    CallerSession, LimitedAuth,
    credentials::{MOST_BYTES, user_of},
};
use crate::{
    Result,
    auth::{Credentials, User},
    authentication::Authenticators,
    http::Problem,
    sessions::masked,
};

/// The session of whoever opens a page: an argument of a poem handler behind a guard.
///
/// ```
/// use poem::{Result, handler, web::{Form, Html, Redirect}};
/// use refrain::{PageSession, http::safe_next};
/// # use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct LogIn {
///     username: String,
///     password: String,
///     next: String,
/// }
///
/// #[handler]
/// fn page(session: PageSession<'_>) -> Html<String> {
///     let token = session.form_token();
///     Html(format!(r#"<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">…</form>"#))
/// }
///
/// #[handler]
/// async fn log_in(session: PageSession<'_>, form: Form<LogIn>) -> Result<Redirect> {
///     let user = session.log_in(&form.username, &form.password).await?;
///     Ok(Redirect::see_other(if user.is_some() { safe_next(&form.next).unwrap_or("/") } else { "/login" }))
/// }
/// ```
///
/// The page stands behind [`BuiltApi::guarding`](crate::BuiltApi::guarding), one that everybody may open behind
/// `guarding(AllowAny)`. What may change something is refused where its form lacks the token, whoever sends it: 403
/// `csrf_failed`, with Django's reason.
pub struct PageSession<'a> {
    session: CallerSession,
    request: &'a Request,
    /// one for all forms of the page
    secret: OnceLock<String>,
}

impl<'a> PageSession<'a> {
    /// What a form of this page sends as its field `csrfmiddlewaretoken`: another text each time.
    #[doc(alias("csrf_token", "get_token"))]
    pub fn form_token(&self) -> String {
        let secret = self.secret.get_or_init(|| self.session.csrf_secret(self.request));
        masked(secret).expect("what is no secret was replaced")
    }

    /// Logs in whoever has this name and password, and tells who that is; `None` where nobody has, after the same time.
    ///
    /// An error where passwords were [wrong too often](crate::throttle::PasswordTries).
    #[doc(alias("authenticate", "login"))]
    pub async fn log_in(self, username: &str, password: &str) -> Result<Option<User>, Problem> {
        let users = LimitedAuth::of(self.request)?;
        if username.len() > MOST_BYTES {
            // nobody's, and a try all the same
            users.begin("log in", "").await?;
            return Ok(None);
        }
        let credentials = Credentials::Password { username: username.trim(), password };
        let Some(mut user) = user_of(&users, credentials).await? else { return Ok(None) };
        self.session.log_in(&mut user).await?;
        Ok(Some(user))
    }

    /// Ends the session, whoever logged in.
    ///
    /// ```
    /// use poem::{Result, handler, web::Redirect};
    /// use refrain::PageSession;
    ///
    /// #[handler]
    /// async fn log_out(session: PageSession<'_>) -> Result<Redirect> {
    ///     session.log_out().await?;
    ///     Ok(Redirect::see_other("/"))
    /// }
    /// ```
    #[doc(alias = "logout")]
    pub async fn log_out(self) -> Result<(), Problem> {
        Ok(self.session.log_out().await?)
    }

    /// The session itself.
    ///
    /// ```
    /// use poem::{Result, handler};
    /// use refrain::{PageSession, Problem};
    ///
    /// #[handler]
    /// async fn visits(page: PageSession<'_>) -> Result<String, Problem> {
    ///     let session = page.into_session().load().await?;
    ///     Ok(format!("{:?}", session.get("visits")))
    /// }
    /// ```
    pub fn into_session(self) -> CallerSession {
        self.session
    }
}

impl<'a> FromRequest<'a> for PageSession<'a> {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let session = CallerSession::of(request, Authenticators::check_csrf)?;
        Ok(Self { session, request, secret: OnceLock::new() })
    }
}
