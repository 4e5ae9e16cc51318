//! `auth_group`: a named set of permissions.

use sea_orm::entity::prelude::*;

/// A group of users.
///
/// ```
/// use refrain_entity::{group, permission};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let permissions_of_editors = group::Entity::find()
///     .filter(group::Column::Name.eq("editors"))
///     .find_also_related(permission::Entity);
/// let sql = permissions_of_editors.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#"LEFT JOIN "auth_group_permissions""#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_group")]
pub struct Model {
    /// Its key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Its name, unique; at most 150 characters.
    #[sea_orm(unique)]
    pub name: String,
}

/// A group's links go through [`super::group_permission`] and [`super::user_group`].
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<super::permission::Entity> for Entity {
    fn to() -> RelationDef {
        super::group_permission::Relation::Permission.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::group_permission::Relation::Group.def().rev())
    }
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        super::user_group::Relation::User.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::user_group::Relation::Group.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
