//! `guardian_groupobjectpermission`: the permissions that a group holds on single rows (CONTRACT 8.1).

use sea_orm::entity::prelude::*;

/// One permission on one row, unique by group, permission and row (CONTRACT 1.6).
///
/// ```
/// use refrain_entity::group_object_permission::{Column, Entity};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let on_row_7 = Entity::find().filter(Column::ContentTypeId.eq(1)).filter(Column::ObjectPk.eq("7"));
/// let sql = on_row_7.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#"FROM "guardian_groupobjectpermission""#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guardian_groupobjectpermission")]
pub struct Model {
    /// Its key, which guardian pins to `integer`.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// The row's key as text: decimal digits, a dashed lower-case uuid, or a text key as it is; at most 255 characters.
    pub object_pk: String,
    /// The model that the row is of.
    pub content_type_id: i32,
    /// The permission, which is on that same model.
    pub permission_id: i32,
    /// Who holds it.
    pub group_id: i32,
}

/// What a grant belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The model that the row is of.
    #[sea_orm(
        belongs_to = "super::content_type::Entity",
        from = "Column::ContentTypeId",
        to = "super::content_type::Column::Id"
    )]
    ContentType,
    /// The permission.
    #[sea_orm(
        belongs_to = "super::permission::Entity",
        from = "Column::PermissionId",
        to = "super::permission::Column::Id"
    )]
    Permission,
    /// Who holds it.
    #[sea_orm(belongs_to = "super::group::Entity", from = "Column::GroupId", to = "super::group::Column::Id")]
    Group,
}

impl Related<super::content_type::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ContentType.def()
    }
}

impl Related<super::permission::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Permission.def()
    }
}

impl Related<super::group::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Group.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
