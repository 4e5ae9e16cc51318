//! `auth_user_groups`: the groups that a user is in.

use sea_orm::entity::prelude::*;

/// A link, whose key is the pair of its ends.
///
/// ```
/// use refrain_entity::user_group;
/// use sea_orm::{ActiveValue::Set, DbBackend, EntityTrait, QueryTrait};
///
/// let link = user_group::ActiveModel { user_id: Set(1), group_id: Set(2) };
/// let sql = user_group::Entity::insert(link).build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains("VALUES (1, 2)"));
/// ```
///
/// The width of the table's own `id` varies (CONTRACT 1.5), so it is left to the database.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_user_groups")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i32,
    /// A group that the user is in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: i32,
}

/// The two ends of the link.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The user.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
    /// A group that the user is in.
    #[sea_orm(belongs_to = "super::group::Entity", from = "Column::GroupId", to = "super::group::Column::Id")]
    Group,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl Related<super::group::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Group.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
