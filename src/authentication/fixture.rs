//! A site with a few users, and requests to it, for the tests of this folder.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use sea_orm::DatabaseConnection;

use super::{Authenticator, Offered, Refused};
use crate::auth::{Auth, NewUser, User, password::Passwords};

/// The password of alice and dave.
pub(super) const PASSWORD: &str = "se:cret";

/// A site where alice may log in, bob has no usable password, and dave is inactive.
pub(super) struct Site<'a> {
    pub(super) auth: Auth,
    pub(super) db: &'a DatabaseConnection,
}

impl<'a> Site<'a> {
    pub(super) async fn open(db: &'a DatabaseConnection) -> Self {
        let auth = Auth::default().with_passwords(Passwords::default().iterations(1));
        for user in [
            NewUser::new("alice").password(PASSWORD),
            NewUser::new("bob"),
            NewUser::new("dave").password(PASSWORD).inactive(),
        ] {
            auth.create_user(db, user).await.expect("the tables are there");
        }
        Self { auth, db }
    }

    pub(super) async fn token(&self, username: &str) -> String {
        let user = self.auth.user(self.db, username).await.expect("the tables are there").expect("a user of the site");
        user.token(self.db).await.expect("the tables are there")
    }

    pub(super) async fn ask(&self, authenticator: &dyn Authenticator, request: &Request) -> String {
        told(authenticator.authenticate(&self.auth, self.db.into(), &request.offered()).await)
    }
}

/// The user's name, `nobody`, or the sentence of the refusal.
pub(super) fn told(answer: Result<Option<User>, Refused>) -> String {
    match answer {
        Ok(None) => "nobody".into(),
        Ok(Some(user)) => user.username,
        Err(Refused::Failed(sentence) | Refused::FailedWith { sentence, .. }) => sentence.into_owned(),
        Err(Refused::Csrf(reason)) => format!("CSRF Failed: {reason}"),
        Err(Refused::CouldNotTell(_)) => "could not tell".into(),
    }
}

/// The head of a request.
pub(super) struct Request {
    method: Method,
    uri: Uri,
    pub(super) headers: HeaderMap,
}

impl Request {
    pub(super) fn to(uri: &'static str) -> Self {
        Self { method: Method::GET, uri: Uri::from_static(uri), headers: HeaderMap::new() }
    }

    pub(super) fn by(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Adds a header; one of the same name stays.
    pub(super) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name: HeaderName = name.parse().expect("a test names headers that can be");
        self.headers.append(name, HeaderValue::from_bytes(value.as_ref()).expect("a test's value can be sent"));
        self
    }

    pub(super) fn offered(&self) -> Offered<'_> {
        Offered::new(&self.method, &self.uri, &self.headers)
    }
}
