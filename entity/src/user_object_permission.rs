//! `guardian_userobjectpermission`: the permissions that a user holds on single rows (CONTRACT 8.1).

use sea_orm::entity::prelude::*;

/// One permission on one row, unique by user, permission and row (CONTRACT 1.6).
///
/// ```
/// use refrain_entity::user_object_permission::{Column, Entity};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let of_user_7 = Entity::find().filter(Column::UserId.eq(7));
/// let sql = of_user_7.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#"FROM "guardian_userobjectpermission""#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guardian_userobjectpermission")]
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
    pub user_id: i32,
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
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
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

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
