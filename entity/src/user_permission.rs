//! `auth_user_user_permissions`: the permissions that a user holds directly.

use sea_orm::entity::prelude::*;

/// A link, whose key is the pair of its ends.
///
/// ```
/// use refrain_entity::user_permission;
/// use sea_orm::{ActiveValue::Set, DbBackend, EntityTrait, QueryTrait};
///
/// let link = user_permission::ActiveModel { user_id: Set(1), permission_id: Set(2) };
/// let sql = user_permission::Entity::insert(link).build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains("VALUES (1, 2)"));
/// ```
///
/// The width of the table's own `id` varies (CONTRACT 1.5), so it is left to the database.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_user_user_permissions")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i32,
    /// A permission the user holds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub permission_id: i32,
}

/// The two ends of the link.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The user.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
    /// A permission the user holds.
    #[sea_orm(
        belongs_to = "super::permission::Entity",
        from = "Column::PermissionId",
        to = "super::permission::Column::Id"
    )]
    Permission,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl Related<super::permission::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Permission.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
