//! `/api/auth/me`: a plain handler.

use poem_openapi::{Object, OpenApi, payload::Json};
use refrain::{Guarded, IsAuthenticated, Problem, auth::UserId};
use sea_orm::DatabaseConnection;

/// Tells callers who they are.
pub struct Me {
    /// The database.
    pub db: DatabaseConnection,
}

/// A user as they see themselves.
#[derive(Object)]
pub struct Profile {
    /// The key.
    pub id: i64,
    /// The unique name.
    pub username: String,
    /// May they be in where staff is?
    pub is_staff: bool,
    /// Do they hold every permission?
    pub is_superuser: bool,
    /// An inactive user cannot log in.
    pub is_active: bool,
    /// The names of their groups, in order.
    pub groups: Vec<String>,
    /// The permissions they hold, directly and through groups, in order.
    pub permissions: Vec<String>,
}

#[OpenApi]
impl Me {
    /// Tell who is asking
    #[oai(path = "/auth/me", method = "get", operation_id = "auth_me")]
    async fn me(&self, caller: Guarded<IsAuthenticated>) -> Result<Json<Profile>, Problem> {
        let mut permissions: Vec<String> = caller.all_permissions(&self.db).await?.into_iter().collect();
        permissions.sort();
        Ok(Json(Profile {
            // the users here have integer keys, as Django's own have
            id: if let Some(UserId::Integer(id)) = caller.id() { id } else { 0 },
            username: caller.username.clone(),
            is_staff: caller.is_staff,
            is_superuser: caller.is_superuser,
            is_active: caller.is_active,
            groups: caller.group_names(&self.db).await?,
            permissions,
        }))
    }
}
