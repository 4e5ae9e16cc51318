//! A name and a password in a body, of what hands out tokens and sessions.

use super::LimitedAuth;
use crate::{
    Result,
    auth::{Credentials, User},
    http::{Problem, WHOLE_BODY},
    serializer::Serializer,
};

/// A name and a password, however they are escaped; anybody may send it.
pub(super) const MOST_BYTES: usize = 4096;

/// Who logs in.
#[derive(Serializer)]
pub(super) struct Login {
    /// The unique name.
    #[serializer(length(1..))]
    username: String,
    /// The password.
    #[serializer(length(1..))]
    password: String,
}

impl Login {
    /// Whose they are; in one and the same answer for a wrong password, an unknown name and an inactive user.
    pub(super) async fn user(self, users: &LimitedAuth) -> Result<User, Problem> {
        let Self { username, password } = self;
        let credentials = Credentials::Password { username: username.trim(), password: &password };
        user_of(users, credentials)
            .await?
            .ok_or_else(|| Problem::invalid([(WHOLE_BODY, "Unable to log in with provided credentials.")]))
    }
}

/// The active user whose credentials a request brings.
pub(super) async fn user_of(users: &LimitedAuth, credentials: Credentials<'_>) -> Result<Option<User>> {
    // a backend of one's own may know inactive users
    Ok(users.authenticate(&users.site.db, credentials).await?.filter(|user| user.is_active))
}
