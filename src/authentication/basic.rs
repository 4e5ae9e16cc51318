use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Authenticator, Offered, Refused, SecurityKind, SecurityScheme,
    authorization::{Credential, authorization},
};
use crate::{
    Db,
    auth::{Auth, Credentials, User},
};

/// `Authorization: Basic …`: a name and a password (CONTRACT 5.20).
///
/// ```
/// use refrain::authentication::{Authenticator, BasicAuthentication};
///
/// let basic = BasicAuthentication::default().with_realm("Drivers");
/// assert!(basic.challenge().unwrap().contains("realm=\"Drivers\""));
/// ```
///
/// A password is hashed at every request, which is slow on purpose: for people and tests; programs should have a token.
/// Anybody can send such headers to any path, so these hashes take at most half of the places there are: beyond it the
/// answer is 503 at once, and who logs in elsewhere still finds a place.
/// A request with more than one `Authorization` header is never let in by one of them.
#[derive(Clone, Copy, Debug)]
pub struct BasicAuthentication {
    realm: &'static str,
}

impl BasicAuthentication {
    /// The realm, which is what a browser says it wants a password for; `api` where nothing is said.
    ///
    /// # Panics
    /// Where the realm has anything but printable ASCII characters, or `"` or `\`.
    #[must_use]
    pub const fn with_realm(self, realm: &'static str) -> Self {
        let bytes = realm.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            assert!(matches!(bytes[at], b' '..=b'~') && !matches!(bytes[at], b'"' | b'\\'), "a realm is plain ASCII");
            at += 1;
        }
        Self { realm }
    }
}

/// DRF's realm, `api`.
impl Default for BasicAuthentication {
    fn default() -> Self {
        Self { realm: "api" }
    }
}

#[async_trait]
impl Authenticator for BasicAuthentication {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let header = authorization(offered.headers);
        let given = match Credential::of(&header, "Basic") {
            Credential::Absent => return Ok(None),
            Credential::Missing => return Err(Refused::failed("Invalid basic header. No credentials provided.")),
            Credential::Spaced => {
                return Err(Refused::failed("Invalid basic header. Credentials string should not contain spaces."));
            }
            Credential::Given(given) => given,
        };
        let Some((username, password)) = decode(given) else {
            return Err(Refused::failed("Invalid basic header. Credentials not correctly base64 encoded."));
        };
        let credentials = Credentials::Password { username: &username, password: &password };
        match auth.in_half_of_the_places().authenticate(db, credentials).await? {
            None => Err(Refused::failed("Invalid username/password.")),
            // only by a backend that lets them in: Django's own does not
            Some(user) if !user.is_active => Err(Refused::failed("User inactive or deleted.")),
            Some(user) => Ok(Some(user)),
        }
    }

    fn challenge(&self) -> Option<String> {
        Some(format!("Basic realm=\"{}\"", self.realm))
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("basicAuth", SecurityKind::HttpBasic)
    }

    fn varies_by(&self) -> &'static str {
        "Authorization"
    }
}

/// The name and, behind the first colon, the password: UTF-8, and where it is none, Latin-1.
fn decode(given: &[u8]) -> Option<(String, String)> {
    let decoded = STANDARD.decode(given).ok()?;
    let text = String::from_utf8(decoded)
        .unwrap_or_else(|not_utf8| not_utf8.as_bytes().iter().copied().map(char::from).collect());
    text.split_once(':').map(|(username, password)| (username.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use refrain_testing::{TestDb, every_database};

    use super::*;
    use crate::{
        Result,
        auth::{Backend, Login, ModelBackend},
        authentication::fixture::{PASSWORD, Request, Site, told},
    };

    const WRONG: &str = "Invalid username/password.";
    const MISSING: &str = "Invalid basic header. No credentials provided.";
    const SPACES: &str = "Invalid basic header. Credentials string should not contain spaces.";
    const NOT_BASE64: &str = "Invalid basic header. Credentials not correctly base64 encoded.";

    fn request(header: impl AsRef<[u8]>) -> Request {
        Request::to("/").header("authorization", header)
    }

    fn login(credentials: impl AsRef<[u8]>) -> Request {
        request(format!("Basic {}", STANDARD.encode(credentials)))
    }

    #[every_database]
    async fn who_is_let_in(db: TestDb) {
        let site = Site::open(&db).await;
        for (credentials, answer) in [
            (format!("alice:{PASSWORD}"), "alice"),
            (format!("alice:{PASSWORD} "), WRONG),
            ("alice:".into(), WRONG),
            (format!("Alice:{PASSWORD}"), WRONG),
            (format!(":{PASSWORD}"), WRONG),
            (":".into(), WRONG),
            (format!("zoe:{PASSWORD}"), WRONG),
            (format!("dave:{PASSWORD}"), WRONG),
            (format!("bob:{PASSWORD}"), WRONG),
            ("bob:!".into(), WRONG),
            (format!("alice\0:{PASSWORD}"), WRONG),
            ("alice:\0".into(), WRONG),
            (format!("alice:{}", "x".repeat(5000)), WRONG),
            (format!("{}:{PASSWORD}", "x".repeat(5000)), WRONG),
        ] {
            let answered = site.ask(&BasicAuthentication::default(), &login(&credentials)).await;
            assert_eq!(answered, answer, "{credentials:?}");
        }
    }

    #[every_database]
    async fn what_is_no_name_and_password(db: TestDb) {
        let site = Site::open(&db).await;
        let right = STANDARD.encode(format!("alice:{PASSWORD}"));
        for (header, answer) in [
            (format!("bAsIc\t{right} "), "alice"),
            ("Basic".into(), MISSING),
            ("Basic ".into(), MISSING),
            (format!("Basic {right} {right}"), SPACES),
            ("Basic %".into(), NOT_BASE64),
            ("Basic Zm9vOmJhcg".into(), NOT_BASE64),
            ("Basic alice:secret".into(), NOT_BASE64),
            (format!("Basic {}", STANDARD.encode("alice")), NOT_BASE64),
            (format!("Basic {right},"), NOT_BASE64),
            ("Basic é".into(), NOT_BASE64),
            (format!("Token {right}"), "nobody"),
            (format!("Basic{right}"), "nobody"),
            ("".into(), "nobody"),
        ] {
            assert_eq!(site.ask(&BasicAuthentication::default(), &request(&header)).await, answer, "{header:?}");
        }
        assert_eq!(site.ask(&BasicAuthentication::default(), &Request::to("/")).await, "nobody");
    }

    #[every_database]
    async fn two_headers_let_nobody_in(db: TestDb) {
        let site = Site::open(&db).await;
        let right = format!("Basic {}", STANDARD.encode(format!("alice:{PASSWORD}")));
        for (first, second, answer) in [
            (&*right, &*right, SPACES),
            (&right, "", NOT_BASE64),
            ("", &right, "nobody"),
            ("Token x", &right, "nobody"),
        ] {
            let request = request(first).header("authorization", second);
            assert_eq!(site.ask(&BasicAuthentication::default(), &request).await, answer);
        }
    }

    #[test]
    fn utf_8_else_latin_1_up_to_the_first_colon() {
        let pair = |username: &str, password: &str| Some((username.to_owned(), password.to_owned()));
        for (bytes, decoded) in [
            (&b"al:se:cret"[..], pair("al", "se:cret")),
            ("zoë:clé".as_bytes(), pair("zoë", "clé")),
            (b"zo\xeb:cl\xe9", pair("zoë", "clé")),
            ("zoë:\u{1f511}".as_bytes(), pair("zoë", "\u{1f511}")),
            (b"a\xff:\xc3\xa9", pair("aÿ", "Ã©")),
            (b"alice", None),
            (b"", None),
        ] {
            assert_eq!(decode(STANDARD.encode(bytes).as_bytes()), decoded, "{}", bytes.escape_ascii());
        }
    }

    /// Lets everybody in, inactive users too.
    struct AllowAllUsers;

    #[async_trait]
    impl Backend for AllowAllUsers {
        async fn authenticate(&self, auth: &Auth, db: Db<'_>, credentials: &Credentials<'_>) -> Result<Login> {
            let Credentials::Password { username, .. } = credentials else { return Ok(Login::Abstain) };
            Ok(auth.user(db, username).await?.map_or(Login::Abstain, |user| Login::Known(Box::new(user))))
        }
    }

    #[every_database]
    async fn an_inactive_user_whom_a_backend_knows(db: TestDb) {
        let mut site = Site::open(&db).await;
        site.auth = site.auth.with_backends(vec![Arc::new(ModelBackend), Arc::new(AllowAllUsers)]);
        for (credentials, answer) in [("alice:x", "alice"), ("dave:x", "User inactive or deleted."), ("zoe:x", WRONG)] {
            assert_eq!(site.ask(&BasicAuthentication::default(), &login(credentials)).await, answer, "{credentials}");
        }
    }

    #[every_database(tables = none)]
    async fn a_database_that_cannot_tell_is_no_bad_password(db: TestDb) {
        let request = login("alice:s3cret");
        let answer =
            BasicAuthentication::default().authenticate(&Auth::default(), db.db().into(), &request.offered()).await;
        let printed = format!("{answer:?}");
        assert!(!printed.contains("s3cret") && !printed.contains(&STANDARD.encode("alice:s3cret")), "{printed}");
        assert_eq!(told(answer), "could not tell");
    }

    #[test]
    fn how_it_is_documented() {
        let basic = BasicAuthentication::default();
        assert_eq!(basic.challenge().as_deref(), Some("Basic realm=\"api\""));
        assert_eq!(basic.with_realm("our cars").challenge().as_deref(), Some("Basic realm=\"our cars\""));
        assert_eq!(basic.security_scheme(), SecurityScheme::new("basicAuth", SecurityKind::HttpBasic));
    }

    #[test]
    fn a_realm_that_does_not_fit_a_header_is_a_mistake() {
        for realm in ["a\"b", "a\\b", "é", "a\r\nb"] {
            let made = std::panic::catch_unwind(|| BasicAuthentication::default().with_realm(realm));
            assert!(made.is_err(), "{realm:?}");
        }
    }
}
