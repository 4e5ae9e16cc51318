//! `auth_group_permissions`: the permissions a group gives its users.

use sea_orm::entity::prelude::*;

/// A link, whose key is the pair of its ends.
///
/// ```
/// use refrain_entity::group_permission;
/// use sea_orm::{ActiveValue::Set, DbBackend, EntityTrait, QueryTrait};
///
/// let link = group_permission::ActiveModel { group_id: Set(1), permission_id: Set(2) };
/// let sql = group_permission::Entity::insert(link).build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains("VALUES (1, 2)"));
/// ```
///
/// The width of the table's own `id` varies (CONTRACT 1.5), so it is left to the database.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_group_permissions")]
pub struct Model {
    /// The group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: i32,
    /// A permission it gives.
    #[sea_orm(primary_key, auto_increment = false)]
    pub permission_id: i32,
}

/// The two ends of the link.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The group.
    #[sea_orm(belongs_to = "super::group::Entity", from = "Column::GroupId", to = "super::group::Column::Id")]
    Group,
    /// A permission it gives.
    #[sea_orm(
        belongs_to = "super::permission::Entity",
        from = "Column::PermissionId",
        to = "super::permission::Column::Id"
    )]
    Permission,
}

impl Related<super::group::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Group.def()
    }
}

impl Related<super::permission::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Permission.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
