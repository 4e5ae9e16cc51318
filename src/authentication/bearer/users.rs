use async_trait::async_trait;

use super::Claims;
use crate::{
    Db, Result,
    auth::{Auth, Lookup, User},
};

/// Finds the user whose a token is.
///
/// ```
/// use refrain::{
///     Db, Result, async_trait,
///     auth::{Auth, NewUser, User},
///     authentication::bearer::{BearerUsers, Claims},
/// };
///
/// /// Whoever comes with a token is a user from then on.
/// struct WhoeverComes;
///
/// #[async_trait]
/// impl BearerUsers for WhoeverComes {
///     async fn user(&self, auth: &Auth, db: Db<'_>, claims: &Claims) -> Result<Option<User>> {
///         match auth.user(db, claims.subject()).await? {
///             Some(user) => Ok(Some(user)),
///             None => auth.create_user(db, NewUser::new(claims.subject())).await.map(Some),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait BearerUsers: Send + Sync + 'static {
    /// Whose token says this? `None` where it is no user's; an inactive one is let in by nobody.
    async fn user(&self, auth: &Auth, db: Db<'_>, claims: &Claims) -> Result<Option<User>>;
}

/// The user whose name a claim is, to the last character.
pub(super) struct ByClaim(pub(super) String);

#[async_trait]
impl BearerUsers for ByClaim {
    async fn user(&self, auth: &Auth, db: Db<'_>, claims: &Claims) -> Result<Option<User>> {
        match claims.text(&self.0) {
            Some(name) if !name.is_empty() => Ok(auth.load(db, Lookup::VouchedFor(name)).await?),
            _ => Ok(None),
        }
    }
}
