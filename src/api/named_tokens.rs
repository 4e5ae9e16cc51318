use poem::{Request, http::header};
use poem_openapi::{
    ApiResponse, OpenApi,
    param::Path,
    payload::{Json, Response},
};
use refrain_entity::Moment;

use super::{Guarded, Valid};
use crate::{
    auth::{self, Ceiling, MOST_TOKENS, Mistake},
    http::{Kind, Problem, site_of},
    permission::IsAuthenticated,
    serializer::Serializer,
};

/// `GET`, `POST /auth/tokens` and `DELETE /auth/tokens/{id}`: the caller's tokens with a name, an end and a ceiling.
///
/// ```
/// use refrain::{
///     Api, NamedTokens,
///     authentication::{Authenticators, TokenAuthentication},
/// };
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let authenticators = Authenticators::none().with(TokenAuthentication::default().with_named_tokens());
/// let api = Api::new("Drivers", "1.0", db).authenticators(authenticators).with(NamedTokens::default()).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// They are in a table of Refrain's own, which `migration::named_tokens` makes. A token is told once, when it is made. No
/// named token makes another, so that nobody has what they found for longer than it was good for; one with a ceiling
/// neither lists nor revokes any.
#[derive(Clone, Copy, Debug)]
pub struct NamedTokens {
    most: u64,
}

impl NamedTokens {
    /// How many tokens a user may have; a hundred where nothing is said.
    ///
    /// ```
    /// use refrain::NamedTokens;
    ///
    /// let few = NamedTokens::default().at_most(5);
    /// # let _ = few;
    /// ```
    #[must_use]
    pub const fn at_most(self, most: u64) -> Self {
        Self { most }
    }
}

/// A hundred tokens a user.
impl Default for NamedTokens {
    fn default() -> Self {
        Self { most: MOST_TOKENS }
    }
}

/// The labels of a ceiling are texts of 201 characters at most, and most are far from that.
const MOST_BYTES: usize = 64 * 1024;

/// A token to be made.
#[derive(Serializer)]
struct NewNamedToken {
    /// What to call it.
    #[serializer(length(1..=100))]
    name: String,
    /// From when on it is nobody's; never where nothing is said.
    expires_at: Option<Moment>,
    /// The permissions it allows, as in `drivers.view_car`; all that its user has where nothing is said.
    ceiling: Option<Vec<String>>,
}

/// A token, as its user sees it.
#[derive(Serializer)]
struct NamedToken {
    /// By which it is revoked.
    id: i64,
    /// What its user calls it.
    name: String,
    /// When it was made.
    created: Moment,
    /// From when on it is nobody's; never where it is null.
    expires_at: Option<Moment>,
    /// When it was last used, to ten minutes; never where it is null.
    last_used: Option<Moment>,
    /// The permissions it allows; all that its user has where it is null.
    ceiling: Option<Vec<String>>,
}

/// A token that was just made.
#[derive(Serializer)]
struct MadeToken {
    /// By which it is revoked.
    id: i64,
    /// What its user calls it.
    name: String,
    /// When it was made.
    created: Moment,
    /// From when on it is nobody's; never where it is null.
    expires_at: Option<Moment>,
    /// The permissions it allows; all that its user has where it is null.
    ceiling: Option<Vec<String>>,
    /// To send as `Authorization: Token …`. It is told now, and never again.
    token: String,
}

#[derive(ApiResponse)]
enum Made {
    /// The token.
    #[oai(status = 201)]
    Made(Json<MadeToken>),
}

#[derive(ApiResponse)]
enum Revoked {
    /// It lets nobody in any more.
    #[oai(status = 204)]
    Revoked,
}

#[OpenApi]
impl NamedTokens {
    /// List one's tokens
    #[oai(path = "/auth/tokens", method = "get", operation_id = "auth_tokens")]
    async fn list(
        &self,
        caller: Guarded<IsAuthenticated>,
        request: &Request,
    ) -> Result<Json<Vec<NamedToken>>, Problem> {
        let tokens = caller.named_tokens(&site_of(request)?.db).await?;
        Ok(Json(tokens.into_iter().map(NamedToken::from).collect()))
    }

    /// Make a token
    #[oai(path = "/auth/tokens", method = "post", operation_id = "auth_tokens_create")]
    async fn make(
        &self,
        caller: Guarded<IsAuthenticated>,
        request: &Request,
        new: Valid<NewNamedToken, MOST_BYTES>,
    ) -> Result<Response<Made>, Problem> {
        if !caller.makes_tokens() {
            let sentence = "This credential makes no tokens: log in, and make it then.";
            return Err(Problem::of(Kind::INSUFFICIENT_SCOPE, sentence));
        }
        let site = site_of(request)?;
        let NewNamedToken { name, expires_at, ceiling } = new.0;
        let token = auth::NewToken::new(name);
        let token = expires_at.into_iter().fold(token, auth::NewToken::expiring);
        let token = ceiling.map(Ceiling::new).into_iter().fold(token, auth::NewToken::within);
        let made = caller.make_token_of((&site.db).into(), token, self.most).await?;
        let (token, secret) = made.map_err(|mistake| match mistake {
            Mistake::Field(field, sentence) => Problem::invalid([(field, sentence)]),
            Mistake::TooMany(most) => Problem::conflict(format!("There are {most} tokens already: revoke one first.")),
        })?;
        let auth::NamedToken { id, name, created, expires_at, ceiling, .. } = token;
        let ceiling = ceiling.as_ref().map(labels);
        let made = MadeToken { id, name, created, expires_at, ceiling, token: secret.into_exposed() };
        Ok(Response::new(Made::Made(Json(made))).header(header::CACHE_CONTROL, "no-store"))
    }

    /// Revoke a token
    #[oai(path = "/auth/tokens/:id", method = "delete", operation_id = "auth_tokens_destroy")]
    async fn revoke(
        &self,
        caller: Guarded<IsAuthenticated>,
        request: &Request,
        id: Path<i64>,
    ) -> Result<Revoked, Problem> {
        match caller.revoke_named_token(&site_of(request)?.db, id.0).await? {
            true => Ok(Revoked::Revoked),
            false => Err(Problem::not_found()),
        }
    }
}

impl From<auth::NamedToken> for NamedToken {
    fn from(token: auth::NamedToken) -> Self {
        let auth::NamedToken { id, name, created, expires_at, last_used, ceiling } = token;
        Self { id, name, created, expires_at, last_used, ceiling: ceiling.as_ref().map(labels) }
    }
}

fn labels(ceiling: &Ceiling) -> Vec<String> {
    ceiling.labels().map(str::to_owned).collect()
}
