use std::{fmt, sync::Arc};

use super::{
    AuthenticationError, Authenticator, Offered, Refused, SecurityScheme,
    cross_site::{Origin, is_cross_site},
    csrf,
};
use crate::{
    Db,
    auth::{Auth, User},
    sessions::Sessions,
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
pub struct Authenticators {
    asked: Arc<[Arc<dyn Authenticator>]>,
    trusted: Arc<[Origin]>,
}

impl Authenticators {
    /// Nobody: every caller is anonymous, and denials are 403 (CONTRACT 5.25).
    pub fn none() -> Self {
        Self::default()
    }

    /// Asks one more, after those that are there.
    #[must_use]
    pub fn with(self, authenticator: impl Authenticator) -> Self {
        let asked = self.asked.iter().cloned().chain([Arc::new(authenticator) as Arc<dyn Authenticator>]).collect();
        Self { asked, ..self }
    }

    /// Lets pages of this other origin, `https://app.example.com`, act with what their reader's browser sends by itself (see
    /// [`Authenticator::sent_by_browsers`]).
    ///
    /// ```
    /// use refrain::authentication::{Authenticators, BasicAuthentication};
    ///
    /// let authenticators =
    ///     Authenticators::none().with(BasicAuthentication::default()).trusting_origin("https://app.example.com");
    /// # let _ = authenticators;
    /// ```
    ///
    /// # Panics
    /// Unless it is a scheme and a host, with its port where that is not the scheme's own.
    #[doc(alias = "CSRF_TRUSTED_ORIGINS")]
    #[must_use]
    pub fn trusting_origin(self, origin: &str) -> Self {
        let trusted = self.trusted.iter().cloned().chain([Origin::written(origin)]).collect();
        Self { trusted, ..self }
    }

    /// Who sent this? The user that the first authenticator finds; where none finds any, an anonymous one.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// use poem::http::{HeaderMap, Method, Uri, header};
    /// use refrain::authentication::{Authenticators, Offered, TokenAuthentication};
    ///
    /// let authenticators = Authenticators::none().with(TokenAuthentication::default());
    /// let (method, uri, mut headers) = (Method::GET, Uri::from_static("/api/cars"), HeaderMap::new());
    /// let nobody = authenticators.authenticate(&auth, &db, &Offered::new(&method, &uri, &headers)).await?;
    /// assert!(nobody.is_anonymous());
    ///
    /// let token = alice.token(&db).await?;
    /// headers.insert(header::AUTHORIZATION, format!("Token {token}").parse()?);
    /// let user = authenticators.authenticate(&auth, &db, &Offered::new(&method, &uri, &headers)).await?;
    /// assert_eq!(user.username, "alice");
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// An error ends it: no other authenticator is asked (CONTRACT 5.18). An inactive user is one, whoever finds them; and
    /// so is a request that may change something, where another site's page made it and the browser added the credential.
    pub async fn authenticate(
        &self,
        auth: &Auth,
        db: impl Into<Db<'_>>,
        offered: &Offered<'_>,
    ) -> Result<User, AuthenticationError> {
        let db = db.into();
        let asking = auth.asking(offered.asked.cloned(), offered.joined.cloned(), db).asked_from(offered.address);
        let offered = &Offered { trusted: &self.trusted, ..*offered };
        let failed = |sentence| AuthenticationError::Failed { sentence, challenge: self.challenge() };
        #[cfg(feature = "testing")]
        if let Some(crate::testing::ActingUser(name)) = offered.acting {
            let user = asking.user(db, name).await.map_err(AuthenticationError::CouldNotTell)?;
            return match user {
                Some(user) if user.is_active => Ok(user),
                _ => Err(failed("User inactive or deleted.".into())),
            };
        }
        for authenticator in self.asked.iter() {
            match authenticator.authenticate(&asking, db, offered).await {
                Ok(None) => {}
                Ok(Some(user)) if user.is_authenticated() && !user.is_active => {
                    return Err(failed("User inactive or deleted.".into()));
                }
                Ok(Some(user)) => {
                    if is_cross_site(offered, &self.trusted)
                        && authenticator.sent_by_browsers()
                        && !authenticator.checks_csrf()
                    {
                        return Err(AuthenticationError::CrossSite);
                    }
                    return Ok(user);
                }
                Err(Refused::Failed(sentence)) => return Err(failed(sentence)),
                Err(Refused::FailedWith { sentence, challenge }) => {
                    return Err(AuthenticationError::Failed { sentence, challenge: Some(challenge) });
                }
                Err(Refused::Csrf(reason)) => return Err(AuthenticationError::Csrf(reason)),
                Err(Refused::CouldNotTell(error)) => return Err(AuthenticationError::CouldNotTell(error)),
            }
        }
        Ok(User::anonymous(auth))
    }

    /// Is a page of another site behind a request that may change something? Then it is an error, whoever sends it.
    ///
    /// ```
    /// use poem::http::{HeaderMap, Method, Uri, header};
    /// use refrain::authentication::{Authenticators, Offered};
    ///
    /// let (method, uri, mut headers) = (Method::POST, Uri::from_static("/login"), HeaderMap::new());
    /// headers.insert(header::HOST, "cars.example.com".parse()?);
    /// headers.insert(header::ORIGIN, "https://evil.example".parse()?);
    /// let offered = Offered::new(&method, &uri, &headers);
    /// assert!(Authenticators::none().refuse_cross_site(&offered).is_err());
    /// assert!(Authenticators::none().trusting_origin("https://evil.example").refuse_cross_site(&offered).is_ok());
    /// # Ok::<(), poem::http::header::InvalidHeaderValue>(())
    /// ```
    ///
    /// For what has no credential yet, such as a log-in: another site's page must not log its reader in as somebody else.
    pub fn refuse_cross_site(&self, offered: &Offered<'_>) -> Result<(), AuthenticationError> {
        if is_cross_site(offered, &self.trusted) { Err(AuthenticationError::CrossSite) } else { Ok(()) }
    }

    /// Does a page of the site's own send this? It has the CSRF token, whoever sends it.
    ///
    /// ```
    /// # fn main() -> refrain::Result<()> {
    /// use poem::http::{HeaderMap, Method, Uri};
    /// use refrain::{
    ///     authentication::{Authenticators, Offered, SessionAuthentication},
    ///     sessions::{SecretKey, Sessions},
    /// };
    ///
    /// let sessions = Sessions::new(SecretKey::new("a site's own, long and random")?);
    /// let authenticators = Authenticators::none().with(SessionAuthentication::new(sessions));
    /// assert!(authenticators.sessions().is_some());
    ///
    /// // a form without the token
    /// let (method, uri, headers) = (Method::POST, Uri::from_static("/login"), HeaderMap::new());
    /// assert!(authenticators.check_csrf(&Offered::new(&method, &uri, &headers)).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// For forms of nobody in particular, such as one that people log in by. Whoever has a session is asked for it by
    /// [`authenticate`](Self::authenticate).
    #[doc(alias = "csrf_protect")]
    pub fn check_csrf(&self, offered: &Offered<'_>) -> Result<(), AuthenticationError> {
        let Some(sessions) = self.sessions() else { return self.refuse_cross_site(offered) };
        let offered = Offered { trusted: &self.trusted, ..*offered };
        csrf::check(&offered, sessions).map_err(AuthenticationError::Csrf)
    }

    /// The sessions that the first authenticator takes who takes any.
    pub fn sessions(&self) -> Option<&Sessions> {
        self.asked.iter().find_map(|authenticator| authenticator.sessions())
    }

    /// What a caller without a name is told in `WWW-Authenticate`: the first authenticator's challenge.
    ///
    /// ```
    /// use refrain::authentication::{Authenticators, TokenAuthentication};
    ///
    /// let tokens = Authenticators::none().with(TokenAuthentication::default());
    /// assert_eq!(tokens.challenge().as_deref(), Some("Token"));
    /// assert_eq!(Authenticators::none().challenge(), None);
    /// assert!(Authenticators::none().is_empty());
    /// ```
    ///
    /// `None` where it has none, or there is no authenticator: the answer is then 403 instead of 401 (CONTRACT 5.24).
    pub fn challenge(&self) -> Option<String> {
        self.asked.first().and_then(|first| first.challenge())
    }

    /// Is there no authenticator, so that callers have no way to say who they are (CONTRACT 5.25)?
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// How the OpenAPI document describes each credential; a request needs one of them.
    pub fn security_schemes(&self) -> impl Iterator<Item = SecurityScheme> {
        self.asked.iter().map(|authenticator| authenticator.security_scheme())
    }

    /// The request headers that say who is asking, for `Vary`, each once.
    pub fn varies_by(&self) -> Vec<&'static str> {
        let mut headers: Vec<&'static str> = Vec::new();
        for header in self.asked.iter().map(|authenticator| authenticator.varies_by()) {
            if !headers.iter().any(|known| known.eq_ignore_ascii_case(header)) {
                headers.push(header);
            }
        }
        headers
    }
}

impl FromIterator<Arc<dyn Authenticator>> for Authenticators {
    fn from_iter<I: IntoIterator<Item = Arc<dyn Authenticator>>>(authenticators: I) -> Self {
        Self { asked: authenticators.into_iter().collect(), ..Self::default() }
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
    use http::Method;
    use refrain_testing::{TestDb, every_database};

    use super::*;
    use crate::{
        Error,
        auth::RemoteUserBackend,
        authentication::{
            BasicAuthentication, RemoteUserAuthentication, SecurityKind, SessionAuthentication, TokenAuthentication,
            fixture::{PASSWORD, Request, Site},
        },
        sessions::SecretKey,
    };

    /// Answers without looking, and has no challenge, as a session authenticator has none.
    #[derive(Clone, Copy)]
    enum Fake {
        Abstains,
        Finds(&'static str),
        FindsNobody,
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
                Self::FindsNobody => Ok(Some(User::anonymous(auth))),
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
            Err(AuthenticationError::CrossSite) => "another site".into(),
            Err(AuthenticationError::Csrf(reason)) => format!("403 CSRF Failed: {reason}"),
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
            (&[FindsNobody, IsNotAsked], "nobody"),
            // found inactive, by an authenticator that did not look
            (&[Finds("dave"), IsNotAsked], "403 User inactive or deleted."),
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

    /// What a browser adds by itself is good for its own site's pages, and for reading; what a program adds, for all.
    #[every_database]
    async fn another_sites_page_may_not_act_for_its_reader(db: TestDb) {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let site = Site::open(&db).await;
        let token = format!("Token {}", site.token("alice").await);
        let basic = format!("Basic {}", STANDARD.encode(format!("alice:{PASSWORD}")));
        let cookie = fakes(&[Fake::Finds("alice")]);
        let trusting = token_and_basic().trusting_origin("https://app.example.com");
        let [app, evil] = ["https://app.example.com", "https://evil.example"];
        for (authenticators, credential, method, origin, answer) in [
            (token_and_basic(), &basic, Method::POST, evil, "another site"),
            (token_and_basic(), &basic, Method::DELETE, evil, "another site"),
            (token_and_basic(), &basic, Method::POST, "https://cars.example.com", "alice"),
            (token_and_basic(), &basic, Method::GET, evil, "alice"),
            (token_and_basic(), &basic, Method::POST, app, "another site"),
            (trusting.clone(), &basic, Method::POST, app, "alice"),
            (trusting, &basic, Method::POST, evil, "another site"),
            (token_and_basic(), &token, Method::POST, evil, "alice"),
            (cookie.clone(), &token, Method::POST, evil, "another site"),
            (cookie, &token, Method::GET, evil, "alice"),
            // nobody's rights are borrowed
            (token_and_basic(), &"Digest x".to_owned(), Method::POST, evil, "nobody"),
        ] {
            let request = Request::to("/").by(method.clone()).header("host", "cars.example.com");
            let request = request.header("authorization", credential).header("origin", origin);
            assert_eq!(ask(&site, &authenticators, &request).await, answer, "{method} {origin} {authenticators:?}");
        }
    }

    /// The server in front knows them by what their browser sends, whichever page makes the request.
    #[every_database]
    async fn another_sites_page_may_not_act_for_a_remote_user(db: TestDb) {
        let mut site = Site::open(&db).await;
        site.auth = site.auth.with_backends(vec![Arc::new(RemoteUserBackend { create_unknown_user: false })]);
        let remote = Authenticators::none().with(RemoteUserAuthentication::by_header("X-Remote-User"));
        for (method, origin, answer) in [
            (Method::POST, "https://evil.example", "another site"),
            (Method::POST, "https://cars.example.com", "alice"),
            (Method::GET, "https://evil.example", "alice"),
        ] {
            let request = Request::to("/").by(method.clone()).header("host", "cars.example.com");
            let request = request.header("x-remote-user", "alice").header("origin", origin);
            assert_eq!(ask(&site, &remote, &request).await, answer, "{method} {origin}");
        }
    }

    #[test]
    fn a_form_of_nobodys_is_the_sites_own_or_of_a_trusted_origin() {
        let sessions = Sessions::new(SecretKey::random());
        let own = Authenticators::none().with(SessionAuthentication::new(sessions));
        let trusting = own.clone().trusting_origin("https://app.example.com");
        let told = |authenticators: &Authenticators, origin: &str, token: &str| {
            let request = Request::to("/login").by(Method::POST).header("host", "cars.example.com");
            let request = request.header("cookie", format!("csrftoken={}", "a".repeat(32)));
            let request = request.header("origin", origin).header("x-csrftoken", token);
            authenticators.check_csrf(&request.offered()).is_ok()
        };
        let (right, wrong) = ("a".repeat(32), "b".repeat(32));
        for (authenticators, origin, is_fine) in [
            (&own, "https://cars.example.com", true),
            (&own, "https://app.example.com", false),
            (&trusting, "https://app.example.com", true),
            (&trusting, "https://evil.example", false),
            // without sessions there is no token to ask for
            (&token_and_basic(), "https://cars.example.com", true),
            (&token_and_basic(), "https://app.example.com", false),
        ] {
            assert_eq!(told(authenticators, origin, &right), is_fine, "{origin} {authenticators:?}");
            let needs_token = authenticators.sessions().is_some();
            assert_eq!(told(authenticators, origin, &wrong), is_fine && !needs_token, "{origin} {authenticators:?}");
        }
    }

    #[cfg(feature = "testing")]
    #[every_database]
    async fn a_test_acts_as_whom_it_names_if_they_would_be_let_in(db: TestDb) {
        let site = Site::open(&db).await;
        let nobody = Err("User inactive or deleted.");
        for (name, expected) in [("alice", Ok("alice")), ("dave", nobody), ("zoe", nobody)] {
            let (request, acting) = (Request::to("/"), crate::testing::ActingUser(name.to_owned()));
            let offered = request.offered().by(Some(&acting));
            let found = token_and_basic().authenticate(&site.auth, site.db, &offered).await;
            let found = found.map(|user| user.username).map_err(|error| error.to_string());
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{name}");
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
        let each: [Arc<dyn Authenticator>; 2] = [Arc::new(TokenAuthentication::default()), Arc::new(Fake::Abstains)];
        let collected: Authenticators = each.into_iter().collect();
        assert_eq!(format!("{collected:?}"), r#"["tokenAuth", "cookieAuth"]"#);
    }
}
