//! `auth_permission`: what may be held, by a user or a group, on a model or on one of its rows.

use sea_orm::entity::prelude::*;

/// A permission, unique by content type and codename (CONTRACT 1.6).
///
/// ```
/// use refrain_entity::{content_type, permission};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let of_drivers = permission::Entity::find()
///     .find_also_related(content_type::Entity)
///     .filter(content_type::Column::AppLabel.eq("drivers"));
/// let sql = of_drivers.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#"LEFT JOIN "django_content_type""#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_permission")]
pub struct Model {
    /// Its key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// What a person reads, `Can add car`; at most 255 characters.
    pub name: String,
    /// The model that it is about.
    pub content_type_id: i32,
    /// What a program asks for, `add_car`; at most 100 characters.
    pub codename: String,
}

/// What a permission belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The model that it is about.
    #[sea_orm(
        belongs_to = "super::content_type::Entity",
        from = "Column::ContentTypeId",
        to = "super::content_type::Column::Id"
    )]
    ContentType,
}

impl Related<super::content_type::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ContentType.def()
    }
}

impl Related<super::group::Entity> for Entity {
    fn to() -> RelationDef {
        super::group_permission::Relation::Group.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::group_permission::Relation::Permission.def().rev())
    }
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        super::user_permission::Relation::User.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::user_permission::Relation::Permission.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
