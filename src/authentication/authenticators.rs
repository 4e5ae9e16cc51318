use std::{fmt, sync::Arc};

use super::{AuthenticationError, Authenticator, Offered, Refused, SecurityScheme};
use crate::{
    Db,
    auth::{Auth, User},
};

/// Who is asked, in order, who sent a request.
///
/// ```
/// use refrain::authentication::{Authenticators, BasicAuthentication, TokenAuthentication};
///
/// let authenticators =
///     Authenticators::none().with(TokenAuthentication::default()).with(BasicAuthentication::default());
/// let schemes: Vec<_> = authenticators.security_schemes().map(|scheme| scheme.name).collect();
/// assert_eq!(schemes, ["tokenAuth", "basicAuth"]);
/// assert_eq!(authenticators.varies_by(), ["Authorization"]);
/// ```
///
/// The order matters twice: the first who knows the caller settles it, and the first of all decides whether denied
/// callers without a name get a 401 or a 403 (CONTRACT 5.24). A cheap handle.
#[doc(alias = "authentication_classes")]
#[derive(Clone, Default)]
pub struct Authenticators(Arc<[Arc<dyn Authenticator>]>);

impl Authenticators {
    /// Nobody: every caller is anonymous, and denials are 403 (CONTRACT 5.25).
    pub fn none() -> Self {
        Self::default()
    }

    /// The same and, after them, one more.
    #[must_use]
    pub fn with(self, authenticator: impl Authenticator) -> Self {
        self.0.iter().cloned().chain([Arc::new(authenticator) as Arc<dyn Authenticator>]).collect()
    }

    /// Who sent this? The user that the first authenticator finds; where none finds any, an anonymous one.
    ///
    /// An error ends it: no other authenticator is asked (CONTRACT 5.18).
    pub async fn authenticate(
        &self,
        auth: &Auth,
        db: impl Into<Db<'_>>,
        offered: &Offered<'_>,
    ) -> Result<User, AuthenticationError> {
        let db = db.into();
        for authenticator in self.0.iter() {
            match authenticator.authenticate(auth, db, offered).await {
                Ok(None) => {}
                Ok(Some(user)) => return Ok(user),
                Err(Refused::Failed(sentence)) => {
                    return Err(AuthenticationError::Failed { sentence, challenge: self.challenge() });
                }
                Err(Refused::CouldNotTell(error)) => return Err(AuthenticationError::CouldNotTell(error)),
            }
        }
        Ok(User::anonymous(auth))
    }

    /// What a caller without a name is told in `WWW-Authenticate`: the first authenticator's challenge. `None` where it
    /// has none, or there is no authenticator: the answer is then 403 instead of 401 (CONTRACT 5.24).
    pub fn challenge(&self) -> Option<String> {
        self.0.first().and_then(|first| first.challenge())
    }

    /// Is there no authenticator, so that callers have no way to say who they are (CONTRACT 5.25)?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How the OpenAPI document describes each credential; a request needs one of them.
    pub fn security_schemes(&self) -> impl Iterator<Item = SecurityScheme> {
        self.0.iter().map(|authenticator| authenticator.security_scheme())
    }

    /// The request headers that say who is asking, for `Vary`, each once.
    pub fn varies_by(&self) -> Vec<&'static str> {
        let mut headers: Vec<&'static str> = Vec::new();
        for header in self.0.iter().map(|authenticator| authenticator.varies_by()) {
            if !headers.iter().any(|known| known.eq_ignore_ascii_case(header)) {
                headers.push(header);
            }
        }
        headers
    }
}

impl FromIterator<Arc<dyn Authenticator>> for Authenticators {
    fn from_iter<I: IntoIterator<Item = Arc<dyn Authenticator>>>(authenticators: I) -> Self {
        Self(authenticators.into_iter().collect())
    }
}

/// The names of the schemes.
impl fmt::Debug for Authenticators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.security_schemes().map(|scheme| scheme.name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use refrain_testing::{TestDb, every_database};

    use super::*;
    use crate::{
        Error,
        authentication::{
            BasicAuthentication, SecurityKind, TokenAuthentication,
            fixture::{PASSWORD, Request, Site},
        },
    };

    /// Answers without looking, and has no challenge, as a session authenticator has none.
    #[derive(Clone, Copy)]
    enum Fake {
        Abstains,
        Finds(&'static str),
        Refuses,
        CannotTell,
        IsNotAsked,
    }

    #[async_trait]
    impl Authenticator for Fake {
        async fn authenticate(&self, auth: &Auth, db: Db<'_>, _: &Offered<'_>) -> Result<Option<User>, Refused> {
            match self {
                Self::Abstains => Ok(None),
                Self::Finds(name) => Ok(auth.user(db, name).await?),
                Self::Refuses => Err(Refused::failed("Not you.")),
                Self::CannotTell => Err(Error::could_not_tell("nobody answers").into()),
                Self::IsNotAsked => panic!("asked, although it was settled"),
            }
        }

        fn security_scheme(&self) -> SecurityScheme {
            SecurityScheme::new("cookieAuth", SecurityKind::Cookie("sessionid".into()))
        }

        fn varies_by(&self) -> &'static str {
            "Cookie"
        }
    }

    fn fakes(fakes: &[Fake]) -> Authenticators {
        fakes.iter().fold(Authenticators::none(), |authenticators, fake| authenticators.with(*fake))
    }

    fn token_and_basic() -> Authenticators {
        Authenticators::none().with(TokenAuthentication::default()).with(BasicAuthentication::default())
    }

    /// Who it is; or the sentence, and the challenge where it is a 401.
    async fn ask(site: &Site<'_>, authenticators: &Authenticators, request: &Request) -> String {
        match authenticators.authenticate(&site.auth, site.db, &request.offered()).await {
            Ok(user) if user.is_anonymous() => "nobody".into(),
            Ok(user) => user.username,
            Err(AuthenticationError::Failed { sentence, challenge: None }) => format!("403 {sentence}"),
            Err(AuthenticationError::Failed { sentence, challenge: Some(challenge) }) => {
                format!("401 {sentence} [{challenge}]")
            }
            Err(AuthenticationError::CouldNotTell(_)) => "could not tell".into(),
        }
    }

    #[every_database]
    async fn the_first_who_knows_or_refuses_settles_it(db: TestDb) {
        use Fake::*;
        let site = Site::open(&db).await;
        for (chain, answer) in [
            (&[][..], "nobody"),
            (&[Abstains, Abstains], "nobody"),
            (&[Finds("alice"), IsNotAsked], "alice"),
            (&[Abstains, Finds("bob"), IsNotAsked], "bob"),
            (&[Refuses, IsNotAsked], "403 Not you."),
            (&[Abstains, Refuses, IsNotAsked], "403 Not you."),
            (&[CannotTell, IsNotAsked], "could not tell"),
        ] {
            assert_eq!(ask(&site, &fakes(chain), &Request::to("/")).await, answer);
        }
    }

    #[every_database]
    async fn the_first_authenticator_decides_between_401_and_403(db: TestDb) {
        let site = Site::open(&db).await;
        let session_first = Authenticators::none().with(Fake::Abstains).with(TokenAuthentication::default());
        let basic_first =
            Authenticators::none().with(BasicAuthentication::default()).with(TokenAuthentication::default());
        let bad_basic = "401 Invalid basic header. Credentials not correctly base64 encoded. [Token]";
        for (authenticators, header, answer) in [
            (&token_and_basic(), "Token x", "401 Invalid token. [Token]"),
            (&token_and_basic(), "Basic x", bad_basic),
            (&basic_first, "Token x", "401 Invalid token. [Basic realm=\"api\"]"),
            (&session_first, "Token x", "403 Invalid token."),
            (&token_and_basic(), "Digest x", "nobody"),
            (&Authenticators::none(), "Token x", "nobody"),
        ] {
            let request = Request::to("/").header("authorization", header);
            assert_eq!(ask(&site, authenticators, &request).await, answer, "{authenticators:?}: {header}");
        }
        let challenges = [&token_and_basic(), &basic_first, &session_first, &Authenticators::none()]
            .map(|authenticators| authenticators.challenge());
        assert_eq!(challenges, [Some("Token".into()), Some("Basic realm=\"api\"".into()), None, None]);
    }

    #[every_database]
    async fn either_credential_is_enough(db: TestDb) {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let site = Site::open(&db).await;
        let token = format!("Token {}", site.token("alice").await);
        let basic = format!("Basic {}", STANDARD.encode(format!("alice:{PASSWORD}")));
        for header in [&token, &basic] {
            let request = Request::to("/").header("authorization", header);
            assert_eq!(ask(&site, &token_and_basic(), &request).await, "alice");
        }
        for (first, second) in [(&token, &basic), (&basic, &token)] {
            let request = Request::to("/").header("authorization", first).header("authorization", second);
            assert!(ask(&site, &token_and_basic(), &request).await.starts_with("401 Invalid "));
        }
    }

    #[every_database(tables = none)]
    async fn callers_who_offer_nothing_cost_no_statement(db: TestDb) {
        let user = token_and_basic().authenticate(&Auth::default(), db.db(), &Request::to("/").offered()).await;
        assert!(user.expect("no table is read").is_anonymous());
    }

    #[test]
    fn what_the_document_and_caches_are_told() {
        let all = token_and_basic().with(Fake::Abstains);
        assert_eq!(format!("{all:?}"), r#"["tokenAuth", "basicAuth", "cookieAuth"]"#);
        assert_eq!(all.varies_by(), ["Authorization", "Cookie"]);
        assert!(!all.is_empty() && Authenticators::none().is_empty());
        assert!(Authenticators::none().varies_by().is_empty());
    }
}
