use std::{fmt, ops::Deref, sync::Arc};

use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaOperation, Registry},
};

use crate::{
    Result,
    auth::Auth,
    http::{Problem, Site, client_address, site_of},
    throttle::PasswordTry,
    viewset::marker,
};

/// The users of the site, asked from where the request comes: an argument of an `#[OpenApi]` method that takes a password.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{Guarded, IsAuthenticated, LimitedAuth, Problem};
///
/// struct Sudo;
///
/// #[OpenApi]
/// impl Sudo {
///     #[oai(path = "/sudo", method = "post")]
///     async fn sudo(
///         &self,
///         caller: Guarded<IsAuthenticated>,
///         users: LimitedAuth,
///         password: PlainText<String>,
///     ) -> Result<PlainText<&'static str>, Problem> {
///         let is_right = users.confirm_password(&caller, &password.0).await?;
///         Ok(PlainText(if is_right { "go on" } else { "no" }))
///     }
/// }
/// ```
///
/// Who is wrong too often from one address, or about one account, is answered 429
/// ([`PasswordTries`](crate::throttle::PasswordTries)); the document tells of it.
pub struct LimitedAuth {
    pub(super) site: Arc<Site>,
    auth: Auth,
}

impl LimitedAuth {
    pub(super) fn of(request: &Request) -> Result<Self> {
        let site = site_of(request)?;
        let auth = site.auth.asked_from(client_address(request, site.proxies));
        Ok(Self { site, auth })
    }

    /// One try of what is no password and must not be asked without end either; counted unless it is taken back.
    pub(super) async fn begin(&self, what: &str, about: &str) -> Result<Option<PasswordTry>> {
        self.auth.try_password(&format!("{what} {about}")).await
    }
}

impl Deref for LimitedAuth {
    type Target = Auth;

    fn deref(&self) -> &Auth {
        &self.auth
    }
}

impl<'a> ApiExtractor<'a> for LimitedAuth {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {}

    fn security_schemes() -> Vec<&'static str> {
        vec![marker::<Self>()]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        Ok(Self::of(request).map_err(Problem::from)?)
    }
}

impl fmt::Debug for LimitedAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.auth.fmt(f)
    }
}

/// Does an operation take one, and so count tries?
pub(super) fn is_taken_by(operation: &MetaOperation) -> bool {
    operation.security.iter().any(|schemes| schemes.contains_key(marker::<LimitedAuth>()))
}
