//! Bearer tokens of an OpenID provider: JSON web tokens, signed with keys that the provider publishes.
//!
//! | file | what is in it |
//! |---|---|
//! | `token.rs` | a token, from its text to claims that hold |
//! | `algorithm.rs` | how tokens are signed |
//! | `key_set.rs` | the keys that a provider publishes |
//! | `keys.rs` | when they are fetched, and for how long they are good |
//! | `source.rs`, `fetch.rs` | from where, and how |
//! | `claims.rs` | what a token says |
//! | `users.rs` | whose it is |

mod algorithm;
mod claims;
mod fetch;
mod key_set;
mod keys;
mod source;
mod token;
mod users;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http::Uri;
use refrain_entity::Moment;

use super::{
    Authenticator, Offered, Refused, SecurityKind, SecurityScheme,
    authorization::{Credential, authorization},
};
use crate::{
    Db, Error, Result,
    auth::{Auth, Ceiling, User},
};

pub use algorithm::Algorithm;
pub use claims::Claims;
pub use source::KeySource;
pub use users::BearerUsers;

use keys::Keys;
use source::Published;
use token::{Expected, Fault, Token};
use users::ByClaim;

/// `Authorization: Bearer eyJ…`: a JSON web token of an OpenID provider (RFC 9068).
///
/// ```
/// use refrain::{
///     auth::Ceiling,
///     authentication::{Authenticators, bearer::{Algorithm, BearerAuthentication}},
/// };
///
/// # fn main() -> refrain::Result<()> {
/// let bearer = BearerAuthentication::new("https://id.example.com", "https://api.example.com", [Algorithm::Es256])?
///     .with_ceiling(|claims| Some(Ceiling::new(claims.scopes().filter(|scope| scope.contains('.')))));
/// let authenticators = Authenticators::none().with(bearer);
/// # let _ = authenticators;
/// # Ok(())
/// # }
/// ```
///
/// A token counts that this issuer signed, for this audience, by one of these algorithms, with a key that it publishes,
/// and that has not ended; `none` and shared secrets never. Its subject is the name of a user, unless
/// [`with_users`](Self::with_users) says otherwise; nobody is made a user. Where the keys could not be fetched the answer
/// is "could not tell", never a wrong token.
///
/// Keys are fetched when they are first needed, and again when ten minutes have passed or a token names one that is not
/// there; of however many such tokens, once in ten seconds. While the provider is away those that are known count for
/// an hour.
#[derive(Clone)]
pub struct BearerAuthentication {
    expected: Expected,
    keys: Arc<Keys>,
    users: Arc<dyn BearerUsers>,
    ceiling: Option<CeilingOf>,
    metadata: Option<Arc<str>>,
}

type CeilingOf = Arc<dyn Fn(&Claims) -> Option<Ceiling> + Send + Sync>;

impl BearerAuthentication {
    /// Takes the tokens that this issuer signs for this audience by one of these algorithms. The issuer's document
    /// `.well-known/openid-configuration` says where its keys are.
    ///
    /// An error for an issuer that is no `https` address, or of this very machine, and where no algorithm is named.
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Self> {
        let (issuer, algorithms): (String, Vec<_>) = (issuer.into(), algorithms.into_iter().collect());
        if algorithms.is_empty() {
            return Err(Error::wiring("bearer tokens are taken by no algorithm: name one"));
        }
        let source = Published::by_issuer(&issuer)?;
        Ok(Self {
            expected: Expected { issuer, audience: audience.into(), algorithms, takes_plain: false },
            keys: Arc::new(Keys::new(Arc::new(source))),
            users: Arc::new(ByClaim("sub".into())),
            ceiling: None,
            metadata: None,
        })
    }

    /// The address of the keys; where the issuer's configuration says where nothing is said.
    ///
    /// ```
    /// # fn main() -> refrain::Result<()> {
    /// use std::time::Duration;
    ///
    /// use refrain::authentication::bearer::{Algorithm, BearerAuthentication};
    ///
    /// let bearer = BearerAuthentication::new("https://id.example.com", "https://api.example.com", [Algorithm::Es256])?
    ///     .with_keys_at("https://id.example.com/keys")?
    ///     .with_keys_for(Duration::from_secs(300), Duration::from_secs(3600))
    ///     .with_pause(Duration::from_secs(30))
    ///     .taking_plain_tokens()
    ///     .with_username_in("employee_number")
    ///     .with_metadata_at("https://api.example.com/.well-known/oauth-protected-resource");
    /// assert_eq!((bearer.issuer(), bearer.audience()), ("https://id.example.com", "https://api.example.com"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_keys_at(self, address: &str) -> Result<Self> {
        Ok(self.with_keys_from(Published::at(address)?))
    }

    /// Where keys come from, such as through a proxy, or by a certificate authority of one's own; from their address where
    /// nothing is said.
    ///
    /// ```
    /// use refrain::{Result, async_trait, authentication::bearer::{BearerAuthentication, KeySource}};
    ///
    /// /// A key set that never changes.
    /// struct Kept;
    ///
    /// #[async_trait]
    /// impl KeySource for Kept {
    ///     async fn fetch(&self) -> Result<String> {
    ///         Ok(r#"{"keys": []}"#.to_owned())
    ///     }
    /// }
    ///
    /// fn with_kept_keys(bearer: BearerAuthentication) -> BearerAuthentication {
    ///     bearer.with_keys_from(Kept)
    /// }
    /// ```
    #[must_use]
    pub fn with_keys_from(self, source: impl KeySource) -> Self {
        Self { keys: self.keys.with(|keys| keys.source = Arc::new(source)), ..self }
    }

    /// How long keys are used before they are fetched again, and how long while that fails; ten minutes and an hour where
    /// nothing is said.
    #[must_use]
    pub fn with_keys_for(self, fresh: Duration, stale: Duration) -> Self {
        Self { keys: self.keys.with(|keys| (keys.fresh, keys.stale) = (fresh, stale.max(fresh))), ..self }
    }

    /// How long after a fetch there is no other, whatever key a token names; ten seconds where nothing is said.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { keys: self.keys.with(|keys| keys.pause = pause), ..self }
    }

    /// Takes tokens whose head does not say that they are for access, which many providers leave out.
    ///
    /// Then an ID token of the same issuer for the same audience counts as well.
    #[must_use]
    pub fn taking_plain_tokens(mut self) -> Self {
        self.expected.takes_plain = true;
        self
    }

    /// The claim that is the user's name; `sub` where nothing is said.
    ///
    /// Only one that nobody can choose for themselves: at some providers `preferred_username` and `email` are not.
    #[must_use]
    pub fn with_username_in(self, claim: impl Into<String>) -> Self {
        self.with_users(ByClaim(claim.into()))
    }

    /// Who finds a token's user, or makes one; by their name, and nobody is made, where nothing is said.
    ///
    /// ```
    /// use refrain::{
    ///     Db, Result, async_trait,
    ///     auth::{Auth, User},
    ///     authentication::bearer::{BearerAuthentication, BearerUsers, Claims},
    /// };
    ///
    /// /// Users are called as their provider calls them, in small letters.
    /// struct InSmallLetters;
    ///
    /// #[async_trait]
    /// impl BearerUsers for InSmallLetters {
    ///     async fn user(&self, auth: &Auth, db: Db<'_>, claims: &Claims) -> Result<Option<User>> {
    ///         auth.user(db, &claims.subject().to_lowercase()).await
    ///     }
    /// }
    ///
    /// fn with_our_users(bearer: BearerAuthentication) -> BearerAuthentication {
    ///     bearer.with_users(InSmallLetters)
    /// }
    /// ```
    #[must_use]
    pub fn with_users(self, users: impl BearerUsers) -> Self {
        Self { users: Arc::new(users), ..self }
    }

    /// The ceiling that a token's claims stand for; all that its user can where nothing is said.
    #[must_use]
    pub fn with_ceiling(self, ceiling: impl Fn(&Claims) -> Option<Ceiling> + Send + Sync + 'static) -> Self {
        Self { ceiling: Some(Arc::new(ceiling)), ..self }
    }

    /// Where the challenge says that this resource's metadata are (RFC 9728).
    ///
    /// # Panics
    /// Where the address has what no header can.
    #[must_use]
    pub fn with_metadata_at(self, address: &str) -> Self {
        assert!(address.parse::<Uri>().is_ok() && !address.contains(['"', '\\']), "metadata are at an address");
        Self { metadata: Some(address.into()), ..self }
    }

    /// Who signs the tokens.
    pub fn issuer(&self) -> &str {
        &self.expected.issuer
    }

    /// Whom they are for.
    pub fn audience(&self) -> &str {
        &self.expected.audience
    }

    /// `Bearer`, with an error where there is one, and where the metadata are (RFC 6750, RFC 9728).
    fn challenge_with(&self, error: Option<(&str, &str)>) -> String {
        let error = error.map(|(code, description)| format!("error=\"{code}\", error_description=\"{description}\""));
        let metadata = self.metadata.as_ref().map(|address| format!("resource_metadata=\"{address}\""));
        let told: Vec<String> = error.into_iter().chain(metadata).collect();
        if told.is_empty() { "Bearer".to_owned() } else { format!("Bearer {}", told.join(", ")) }
    }

    fn refuse(&self, sentence: &'static str) -> Refused {
        let challenge = self.challenge_with(Some(("invalid_token", sentence)));
        Refused::FailedWith { sentence: sentence.into(), challenge }
    }

    /// What a token says, where it counts.
    async fn claims(&self, text: &str) -> Result<Claims, Refused> {
        let refuse = |fault: Fault| self.refuse(fault.sentence());
        let token = Token::read(text, &self.expected).map_err(refuse)?;
        let key = self.keys.find(token.key_id(), token.algorithm()).await?;
        let key = key.ok_or_else(|| refuse(Fault::UnknownKey))?;
        token.verify(&key, &self.expected, Moment::now().to_utc().timestamp()).map_err(refuse)
    }
}

#[async_trait]
impl Authenticator for BearerAuthentication {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let header = authorization(offered.headers);
        let text = match Credential::of(&header, "Bearer") {
            Credential::Absent => return Ok(None),
            Credential::Missing | Credential::Spaced => return Err(self.refuse(Fault::Malformed.sentence())),
            Credential::Given(text) => str::from_utf8(text).map_err(|_| self.refuse(Fault::Malformed.sentence()))?,
        };
        let claims = self.claims(text).await?;
        let user = self.users.user(auth, db, &claims).await?.filter(|user| user.is_active);
        let user = user.ok_or_else(|| self.refuse("The token is no user's."))?.not_making_tokens();
        let ceiling = self.ceiling.as_ref().and_then(|ceiling| ceiling(&claims));
        Ok(Some(match ceiling {
            Some(ceiling) => user.within(ceiling),
            None => user,
        }))
    }

    fn challenge(&self) -> Option<String> {
        Some(self.challenge_with(None))
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("bearerAuth", SecurityKind::HttpBearer)
            .described(format!("A JSON web token of `{}`", self.expected.issuer))
    }

    fn varies_by(&self) -> &'static str {
        "Authorization"
    }
}

/// The issuer and the audience.
impl std::fmt::Debug for BearerAuthentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BearerAuthentication")
            .field("issuer", &self.expected.issuer)
            .field("audience", &self.expected.audience)
            .finish_non_exhaustive()
    }
}
