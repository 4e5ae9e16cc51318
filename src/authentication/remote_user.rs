use std::borrow::Cow;

use async_trait::async_trait;

use super::{Authenticator, Offered, Refused, SecurityKind, SecurityScheme, authorization::is_name};
use crate::{
    Db, Error,
    auth::{Auth, Credentials, User},
};

/// Takes the name in a request header for the caller's, because the server in front put it there (CONTRACT 5.22).
///
/// **Whoever can send this header is anybody they like.** The server in front must take it away from what clients send,
/// in every spelling, and nothing may reach this program but through that server.
///
/// It finds users where a backend trusts such names:
///
/// ```
/// use std::sync::Arc;
///
/// use refrain::{
///     auth::{Auth, ModelBackend, RemoteUserBackend},
///     authentication::{Authenticators, RemoteUserAuthentication},
/// };
///
/// let auth = Auth::default().with_backends(vec![
///     Arc::new(ModelBackend),
///     Arc::new(RemoteUserBackend { create_unknown_user: false }),
/// ]);
/// let authenticators = Authenticators::none().with(RemoteUserAuthentication::by_header("X-Remote-User"));
/// # let _ = (auth, authenticators);
/// ```
///
/// A name that no backend lets in is nobody in particular, not an error. Two of these headers are an error: one of them
/// may be the client's.
#[derive(Clone, Copy, Debug)]
pub struct RemoteUserAuthentication {
    header: &'static str,
}

impl RemoteUserAuthentication {
    /// Trusts the header of this name. There is no default: none is safe to trust unasked.
    ///
    /// # Panics
    /// Unless it can be the name of a header.
    pub const fn by_header(header: &'static str) -> Self {
        assert!(is_name(header), "the header of a remote user has a name that headers cannot have");
        Self { header }
    }
}

#[async_trait]
impl Authenticator for RemoteUserAuthentication {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let mut values = offered.headers.get_all(self.header).iter();
        let Some(name) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Refused::default());
        }
        let name = text(name.as_bytes());
        if name.is_empty() {
            return Ok(None);
        }
        Ok(find(auth, db, &name).await?.filter(|user| user.is_active))
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("remoteUserAuth", SecurityKind::Header(self.header.into()))
            .described("Set by the server in front; clients do not send it")
    }

    fn varies_by(&self) -> &'static str {
        self.header
    }
}

/// The user of this name, made where the backend makes users.
async fn find(auth: &Auth, db: Db<'_>, name: &str) -> Result<Option<User>, Error> {
    let credentials = Credentials::RemoteUser(name);
    let found = match auth.authenticate(db, credentials).await {
        // made by another first request since we looked
        Err(Error::Invalid(_)) => auth.authenticate(db, credentials).await,
        found => found,
    };
    match found {
        Err(Error::Invalid(reason)) => {
            tracing::warn!(reason, "a remote user cannot be made");
            Ok(None)
        }
        found => found,
    }
}

/// UTF-8, and where it is none, Latin-1.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use refrain_testing::{TestDb, every_database};

    use super::*;
    use crate::{
        auth::RemoteUserBackend,
        authentication::fixture::{Request, Site, told},
    };

    const REMOTE: RemoteUserAuthentication = RemoteUserAuthentication::by_header("X-Remote-User");

    fn request(name: impl AsRef<[u8]>) -> Request {
        Request::to("/").header("x-remote-user", name)
    }

    fn trusting(auth: &Auth, create_unknown_user: bool) -> Auth {
        auth.with_backends(vec![Arc::new(RemoteUserBackend { create_unknown_user })])
    }

    #[every_database]
    async fn the_name_is_believed(db: TestDb) {
        let mut site = Site::open(&db).await;
        site.auth = trusting(&site.auth, false);
        for (name, answer) in [
            ("alice", "alice"),
            ("bob", "bob"),
            ("Alice", "nobody"),
            ("dave", "nobody"),
            ("zoe", "nobody"),
            ("", "nobody"),
        ] {
            assert_eq!(site.ask(&REMOTE, &request(name)).await, answer, "{name:?}");
        }
        assert_eq!(site.ask(&REMOTE, &Request::to("/").header("remote-user", "alice")).await, "nobody");
    }

    #[every_database]
    async fn unknown_names_become_users_where_the_backend_makes_them(db: TestDb) {
        let mut site = Site::open(&db).await;
        site.auth = trusting(&site.auth, true);
        for (name, answer) in [
            (&b"zoe"[..], "zoe"),
            (b"zoe", "zoe"),
            ("zoë".as_bytes(), "zoë"),
            (b"l\xe9o", "léo"),
            (b"DOMAIN\\zoe", "nobody"),
            (&[b'x'; 200], "nobody"),
        ] {
            assert_eq!(site.ask(&REMOTE, &request(name)).await, answer, "{}", name.escape_ascii());
        }
    }

    #[every_database]
    async fn two_first_requests_at_once_are_one_user(db: TestDb) {
        let mut site = Site::open(&db).await;
        site.auth = trusting(&site.auth, true);
        let request = request("zoe");
        let (a, b, c) =
            tokio::join!(site.ask(&REMOTE, &request), site.ask(&REMOTE, &request), site.ask(&REMOTE, &request));
        assert_eq!([a, b, c], ["zoe", "zoe", "zoe"]);
    }

    #[every_database]
    async fn a_second_header_may_be_the_clients(db: TestDb) {
        let mut site = Site::open(&db).await;
        site.auth = trusting(&site.auth, false);
        for (first, second) in [("alice", "bob"), ("alice", "alice"), ("", "alice")] {
            let request = request(first).header("X-Remote-User", second);
            assert_eq!(site.ask(&REMOTE, &request).await, "Incorrect authentication credentials.");
        }
    }

    #[every_database]
    async fn nobody_is_found_without_a_backend_that_trusts(db: TestDb) {
        let site = Site::open(&db).await;
        assert_eq!(site.ask(&REMOTE, &request("alice")).await, "nobody");
    }

    #[every_database(tables = none)]
    async fn a_database_that_cannot_tell_is_not_nobody(db: TestDb) {
        let auth = trusting(&Auth::default(), true);
        let answer = REMOTE.authenticate(&auth, db.db().into(), &request("alice").offered()).await;
        assert_eq!(told(answer), "could not tell");
    }

    #[test]
    fn how_it_is_documented() {
        assert_eq!((REMOTE.challenge(), REMOTE.varies_by()), (None, "X-Remote-User"));
        assert_eq!(REMOTE.security_scheme().kind, SecurityKind::Header("X-Remote-User".into()));
    }
}
