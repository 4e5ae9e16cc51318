use std::fmt;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};

/// Text that opens a door: a password hash, a token, a session's key.
///
/// ```
/// use refrain_entity::Secret;
///
/// let key = Secret::from("9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b");
/// assert_eq!(format!("{key:?}"), "Secret(…)");
/// assert_eq!(key.expose().len(), 40);
/// ```
///
/// It is stored as it is and never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text itself, owned.
    ///
    /// ```
    /// use refrain_entity::Secret;
    ///
    /// assert_eq!(Secret::from("9944b0").into_exposed(), "9944b0");
    /// ```
    pub fn into_exposed(self) -> String {
        self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// sea-orm asks this of every primary key; a secret is never a number that the database hands out.
impl TryFromU64 for Secret {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("secret"))
    }
}
