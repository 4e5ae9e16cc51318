use poem::http::header;
use poem_openapi::{
    Object, OpenApi,
    payload::{Json, Response},
};

use super::{
    Guarded, LimitedAuth, Valid,
    credentials::{Login, MOST_BYTES},
};
use crate::{http::Problem, permission::AllowAny};

/// `POST /auth/token`: a name and a password for the user's token (CONTRACT 5.27).
///
/// ```
/// use refrain::{Api, ObtainToken};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let api = Api::new("Drivers", "1.0", db).with(ObtainToken).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// A wrong password, an unknown name and an inactive user get one and the same answer, after the same time. The token is
/// made at the first call and stays the same. How often somebody may be wrong is limited
/// ([`PasswordTries`](crate::throttle::PasswordTries), 429), and so is how many try at once (503 `busy`).
/// A body may have 4 KB.
#[doc(alias("ObtainAuthToken", "obtain_auth_token"))]
#[derive(Clone, Copy, Debug)]
pub struct ObtainToken;

/// The token to send as `Authorization: Token …`.
#[derive(Object)]
#[oai(rename = "Token")]
struct Token {
    /// 40 hexadecimal digits.
    token: String,
}

#[OpenApi]
impl ObtainToken {
    /// Obtain a token
    #[oai(path = "/auth/token", method = "post", operation_id = "auth_token")]
    async fn token(
        &self,
        _open: Guarded<AllowAny>,
        users: LimitedAuth,
        login: Valid<Login, MOST_BYTES>,
    ) -> Result<Response<Json<Token>>, Problem> {
        let user = login.0.user(&users).await?;
        let token = user.token(&users.site.db).await?;
        Ok(Response::new(Json(Token { token })).header(header::CACHE_CONTROL, "no-store"))
    }
}
