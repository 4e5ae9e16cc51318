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
/// The name is read as UTF-8 and compared as it is. One that no backend lets in is nobody in particular, not an error. Two
/// of these headers are an error: one of them may be the client's.
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
        let Some(name) = offered.header(self.header)? else { return Ok(None) };
        // in one encoding: in two, two names for the server in front could be one here
        let Ok(name) = str::from_utf8(name.as_bytes()) else {
            tracing::warn!(header = self.header, "the name of a remote user is not in UTF-8: nobody is let in by it");
            return Ok(None);
        };
        if name.is_empty() {
            return Ok(None);
        }
        Ok(find(auth, db, name).await?.filter(|user| user.is_active))
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("remoteUserAuth", SecurityKind::Header(self.header.into()))
            .described("Set by the server in front; clients do not send it")
    }

    fn varies_by(&self) -> &'static str {
        self.header
    }

    /// The browser sends what the server in front knows it by: a certificate, a password, a cookie.
    fn sent_by_browsers(&self) -> bool {
        true
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use refrain_entity::user;
    use refrain_testing::{TestDb, every_database};
    use sea_orm::{EntityTrait, QueryOrder};

    use super::*;
    use crate::{
        auth::{NewUser, RemoteUserBackend},
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
            // the same name in Latin-1 would be another way to be her
            (b"zo\xeb", "nobody"),
            (b"l\xe9o", "nobody"),
            (b"DOMAIN\\zoe", "nobody"),
            (&[b'x'; 200], "nobody"),
        ] {
            assert_eq!(site.ask(&REMOTE, &request(name)).await, answer, "{}", name.escape_ascii());
        }
    }

    /// Whoever is vouched for by a name that looks like another's, or is written like it, is not that other.
    #[every_database]
    async fn a_name_is_compared_as_it_is(db: TestDb) {
        let mut site = Site::open(&db).await;
        for name in ["root", "caf\u{e9}"] {
            site.auth.create_user(site.db, NewUser::new(name)).await.expect("the tables are there");
        }
        let users = || async {
            let found =
                user::Entity::find().order_by_asc(user::Column::Id).all(site.db).await.expect("the tables are there");
            found.into_iter().map(|user| user.username).collect::<Vec<_>>()
        };
        let before = users().await;
        let names: [&[u8]; 7] = [
            "\u{ff52}\u{ff4f}\u{ff4f}\u{ff54}".as_bytes(),
            "r\u{ba}\u{ba}t".as_bytes(),
            b"r\xba\xbat",
            "cafe\u{301}".as_bytes(),
            b"caf\xe9",
            "\u{212b}".as_bytes(),
            "ROOT".as_bytes(),
        ];
        for create in [false, true] {
            site.auth = trusting(&site.auth, create);
            for (at, name) in names.iter().enumerate() {
                let answer = if create && at == 6 { "ROOT" } else { "nobody" };
                assert_eq!(site.ask(&REMOTE, &request(name)).await, answer, "{}", name.escape_ascii());
            }
            assert_eq!(site.ask(&REMOTE, &request("root")).await, "root");
            assert_eq!(site.ask(&REMOTE, &request("caf\u{e9}")).await, "caf\u{e9}");
        }
        assert_eq!(users().await, [before, vec!["ROOT".to_owned()]].concat());
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
