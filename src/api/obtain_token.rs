use poem::{Request, http::header};
use poem_openapi::{
    Object, OpenApi,
    payload::{Json, Response},
};

use super::{Guarded, Valid};
use crate::{
    auth::Credentials,
    http::{Problem, WHOLE_BODY, client_address, site_of},
    permission::AllowAny,
    serializer::Serializer,
};

/// `POST /auth/token`: a name and a password for the user's token (CONTRACT 5.27).
///
/// ```no_run
/// use refrain::{Api, ObtainToken};
///
/// # fn build(db: sea_orm::DatabaseConnection) -> refrain::Result<()> {
/// let api = Api::new("Drivers", "1.0", db).with(ObtainToken).build()?;
/// # let _ = api;
/// # Ok(())
/// # }
/// ```
///
/// A wrong password, an unknown name and an inactive user get one and the same answer, after the same time. The token is
/// made at the first call and stays the same. How often somebody may be wrong is limited
/// ([`PasswordTries`](crate::throttle::PasswordTries), 429), and so is how many try at once (503 `busy`).
/// A body may have 4 KB.
#[doc(alias("ObtainAuthToken", "obtain_auth_token"))]
#[derive(Clone, Copy, Debug)]
pub struct ObtainToken;

/// A name and a password, however they are escaped; anybody may send it.
const MOST_BYTES: usize = 4096;

/// Who asks for a token.
#[derive(Serializer)]
struct Login {
    /// The unique name.
    #[serializer(length(1..))]
    username: String,
    /// The password.
    #[serializer(length(1..))]
    password: String,
}

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
        request: &Request,
        login: Valid<Login, MOST_BYTES>,
    ) -> Result<Response<Json<Token>>, Problem> {
        let site = site_of(request)?;
        let Login { username, password } = login.0;
        let credentials = Credentials::Password { username: username.trim(), password: &password };
        // a backend of one's own may know inactive users
        let auth = site.auth.asked_from(client_address(request, site.proxies));
        let user = auth.authenticate(&site.db, credentials).await?.filter(|user| user.is_active);
        let user =
            user.ok_or_else(|| Problem::invalid([(WHOLE_BODY, "Unable to log in with provided credentials.")]))?;
        let token = user.token(&site.db).await?;
        Ok(Response::new(Json(Token { token })).header(header::CACHE_CONTROL, "no-store"))
    }
}
