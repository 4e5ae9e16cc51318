//! Tokens with a name, an end and a ceiling: many a user, in a table of Refrain's own.
//!
//! | file | what is in it |
//! |---|---|
//! | `secret.rs` | what a client presents: how it is made, and what of it is stored |
//! | `rows.rs` | making, listing and revoking them |
//! | `read.rs` | whose one is, read with its user |
//! | `last_used.rs` | when they were last used, written beside the requests |

mod last_used;
mod read;
mod rows;
mod secret;

use refrain_entity::Moment;

use super::Ceiling;

pub(super) use last_used::LastUsed;
pub(crate) use read::TABLE;
pub(super) use read::{COLUMNS, TokenRow};
pub use rows::clear_expired_tokens;
pub(crate) use rows::{MOST_TOKENS, Mistake};
pub(super) use secret::digest_of;
pub(crate) use secret::is_named_token;

/// A token with a name, as its user sees it once it is made.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, alice, .. }| {
/// use refrain::auth::NewToken;
///
/// alice.make_token(&db, NewToken::new("nightly backup")).await?;
/// for token in alice.named_tokens(&db).await? {
///     assert_eq!((token.name.as_str(), token.expires_at, token.ceiling), ("nightly backup", None, None));
///     alice.revoke_named_token(&db, token.id).await?;
/// }
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedToken {
    /// By which it is revoked.
    pub id: i64,
    /// What its user calls it.
    pub name: String,
    /// When it was made.
    pub created: Moment,
    /// From when on it is nobody's; never, where nothing is said.
    pub expires_at: Option<Moment>,
    /// When it was last used, to ten minutes; never, where nothing is said.
    pub last_used: Option<Moment>,
    /// What it allows; all that its user can where nothing is said.
    pub ceiling: Option<Ceiling>,
}

/// A token to be made.
///
/// ```
/// use refrain::auth::{Ceiling, NewToken};
///
/// let backup = NewToken::new("nightly backup").within(Ceiling::new(["drivers.view_car", "drivers.export_car"]));
/// # let _ = backup;
/// ```
#[derive(Clone, Debug)]
pub struct NewToken {
    name: String,
    expires_at: Option<Moment>,
    ceiling: Option<Ceiling>,
}

impl NewToken {
    /// A token that never ends and stands for all that its user can.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), expires_at: None, ceiling: None }
    }

    /// From then on it is nobody's.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::{auth::NewToken, entity::Moment};
    ///
    /// let tomorrow = Moment::from(Moment::now().to_utc() + Duration::from_secs(24 * 60 * 60));
    /// let token = NewToken::new("a day").expiring(tomorrow);
    /// # let _ = token;
    /// ```
    #[must_use]
    pub fn expiring(self, at: Moment) -> Self {
        Self { expires_at: Some(at), ..self }
    }

    /// It stands for what its user can and this allows.
    #[must_use]
    pub fn within(self, ceiling: Ceiling) -> Self {
        Self { ceiling: Some(ceiling), ..self }
    }
}
