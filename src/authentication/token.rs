use async_trait::async_trait;

use super::{
    Authenticator, Offered, Refused, SecurityKind, SecurityScheme,
    authorization::{Credential, authorization, is_name},
};
use crate::{
    Db,
    auth::{Auth, User, is_named_token},
};

/// `Authorization: Token 9944b0…`: a key of `authtoken_token` (CONTRACT 5.19).
///
/// ```
/// use refrain::authentication::{Authenticator, TokenAuthentication};
///
/// let bearer = TokenAuthentication::default().with_keyword("Bearer");
/// assert_eq!(bearer.challenge().as_deref(), Some("Bearer"));
/// ```
///
/// A request with more than one `Authorization` header is never let in by one of them.
#[derive(Clone, Copy, Debug)]
pub struct TokenAuthentication {
    keyword: &'static str,
    takes_named: bool,
}

impl TokenAuthentication {
    /// The word before the key; `Token` where nothing is said.
    ///
    /// # Panics
    /// Unless it is one word, as an authentication scheme has to be.
    #[must_use]
    pub const fn with_keyword(self, keyword: &'static str) -> Self {
        assert!(is_name(keyword), "the keyword of a token is one word");
        Self { keyword, ..self }
    }

    /// Takes [named tokens](crate::auth::NamedToken) too, `rfn_…`, from their own table.
    ///
    /// ```
    /// use refrain::authentication::{Authenticators, TokenAuthentication};
    ///
    /// let authenticators = Authenticators::none().with(TokenAuthentication::default().with_named_tokens());
    /// # let _ = authenticators;
    /// ```
    ///
    /// A token is looked for in one of the two tables, of which its form tells. One that is revoked, has ended or is an
    /// inactive user's gets the answer of one that never was.
    #[must_use]
    pub const fn with_named_tokens(self) -> Self {
        Self { takes_named: true, ..self }
    }
}

/// Django's keyword, `Token`.
impl Default for TokenAuthentication {
    fn default() -> Self {
        Self { keyword: "Token", takes_named: false }
    }
}

#[async_trait]
impl Authenticator for TokenAuthentication {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let header = authorization(offered.headers);
        let key = match Credential::of(&header, self.keyword) {
            Credential::Absent => return Ok(None),
            Credential::Missing => return Err(Refused::failed("Invalid token header. No credentials provided.")),
            Credential::Spaced => {
                return Err(Refused::failed("Invalid token header. Token string should not contain spaces."));
            }
            Credential::Given(key) => str::from_utf8(key).map_err(|_| {
                Refused::failed("Invalid token header. Token string should not contain invalid characters.")
            })?,
        };
        if self.takes_named && is_named_token(key) {
            let user = auth.user_by_named_token(db, key).await?.filter(|user| user.is_active);
            return user.ok_or_else(|| Refused::failed("Invalid token.")).map(Some);
        }
        match auth.user_by_token(db, key).await? {
            None => Err(Refused::failed("Invalid token.")),
            Some(user) if !user.is_active => Err(Refused::failed("User inactive or deleted.")),
            Some(user) => Ok(Some(user)),
        }
    }

    fn challenge(&self) -> Option<String> {
        Some(self.keyword.to_owned())
    }

    fn security_scheme(&self) -> SecurityScheme {
        if self.keyword.eq_ignore_ascii_case("bearer") {
            return SecurityScheme::new("bearerAuth", SecurityKind::HttpBearer);
        }
        SecurityScheme::new("tokenAuth", SecurityKind::Header("Authorization".into()))
            .described(format!("The word `{}`, a space and the key: `{0} <key>`", self.keyword))
    }

    fn varies_by(&self) -> &'static str {
        "Authorization"
    }
}

#[cfg(test)]
mod tests {
    use refrain_testing::{TestDb, every_database};

    use super::*;
    use crate::authentication::fixture::{Request, Site, told};

    const INVALID: &str = "Invalid token.";
    const NO_KEY: &str = "Invalid token header. No credentials provided.";
    const SPACES: &str = "Invalid token header. Token string should not contain spaces.";
    const CHARACTERS: &str = "Invalid token header. Token string should not contain invalid characters.";

    #[every_database]
    async fn every_sentence(db: TestDb) {
        let site = Site::open(&db).await;
        let (alice, dave) = (site.token("alice").await, site.token("dave").await);
        let upper = alice.to_uppercase();
        assert_ne!(alice, upper, "a key of digits alone is hardly ever made");
        let bytes = |text: String| text.into_bytes();
        for (header, answer) in [
            (bytes(format!("Token {alice}")), "alice"),
            (bytes(format!("tOkEn \t {alice} ")), "alice"),
            (bytes(format!("Token {upper}")), INVALID),
            (bytes(format!("Token {}", &alice[..39])), INVALID),
            (bytes(format!("Token {alice}0")), INVALID),
            (bytes(format!("Token {alice},")), INVALID),
            (bytes(format!("Token {}", "a".repeat(9000))), INVALID),
            (b"Token %".to_vec(), INVALID),
            ("Token clé".into(), INVALID),
            (bytes(format!("Token {dave}")), "User inactive or deleted."),
            (b"Token".to_vec(), NO_KEY),
            (b"Token  ".to_vec(), NO_KEY),
            (bytes(format!("Token {alice} x")), SPACES),
            (b"Token \xff".to_vec(), CHARACTERS),
            (bytes(format!("Bearer {alice}")), "nobody"),
            (bytes(alice.clone()), "nobody"),
            (b"".to_vec(), "nobody"),
        ] {
            let request = Request::to("/").header("authorization", &header);
            assert_eq!(site.ask(&TokenAuthentication::default(), &request).await, answer, "{}", header.escape_ascii());
        }
        assert_eq!(site.ask(&TokenAuthentication::default(), &Request::to("/")).await, "nobody");
    }

    #[every_database]
    async fn a_key_with_a_nul_byte_is_nobodys(db: TestDb) {
        let site = Site::open(&db).await;
        assert!(site.auth.user_by_token(db.db(), "a\0b").await.expect("no statement is run").is_none());
    }

    #[every_database]
    async fn two_headers_let_nobody_in(db: TestDb) {
        let site = Site::open(&db).await;
        let right = format!("Token {}", site.token("alice").await);
        for (first, second, answer) in [
            (&*right, &*right, SPACES),
            (&right, "Token x", SPACES),
            ("Token x", &right, SPACES),
            (&right, "", INVALID),
            ("", &right, "nobody"),
            ("Basic x", &right, "nobody"),
        ] {
            let request = Request::to("/").header("authorization", first).header("authorization", second);
            assert_eq!(site.ask(&TokenAuthentication::default(), &request).await, answer);
        }
    }

    #[every_database]
    async fn another_keyword(db: TestDb) {
        const BEARER: TokenAuthentication =
            TokenAuthentication { keyword: "Token", takes_named: false }.with_keyword("Bearer");
        let site = Site::open(&db).await;
        let key = site.token("alice").await;
        for (keyword, answer) in [("Bearer", "alice"), ("bearer", "alice"), ("Token", "nobody")] {
            let request = Request::to("/").header("authorization", format!("{keyword} {key}"));
            assert_eq!(site.ask(&BEARER, &request).await, answer);
        }
    }

    #[every_database(tables = none)]
    async fn a_database_that_cannot_tell_is_no_bad_token(db: TestDb) {
        let request = Request::to("/").header("authorization", "Token s3cret");
        let answer =
            TokenAuthentication::default().authenticate(&Auth::default(), db.db().into(), &request.offered()).await;
        assert!(!format!("{answer:?}").contains("s3cret"));
        assert_eq!(told(answer), "could not tell");
    }

    #[test]
    fn how_it_is_documented() {
        let token = TokenAuthentication::default();
        assert_eq!(token.challenge().as_deref(), Some("Token"));
        let scheme = token.security_scheme();
        assert_eq!((scheme.name, scheme.kind), ("tokenAuth", SecurityKind::Header("Authorization".into())));
        assert!(scheme.description.is_some_and(|description| description.contains("`Token <key>`")));
        let bearer = token.with_keyword("Bearer").security_scheme();
        assert_eq!(bearer, SecurityScheme::new("bearerAuth", SecurityKind::HttpBearer));
    }

    #[test]
    #[should_panic(expected = "one word")]
    fn a_keyword_of_two_words_is_a_mistake() {
        let _ = TokenAuthentication::default().with_keyword("Api Key");
    }
}
