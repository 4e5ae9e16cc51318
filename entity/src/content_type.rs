//! `django_content_type`: one row a model, which permissions and object grants point at.

use sea_orm::entity::prelude::*;

/// A model, by the label of its app and its name in lower case without separators (CONTRACT 2.2).
///
/// ```
/// use refrain_entity::content_type::{Column, Entity};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let cars = Entity::find().filter(Column::AppLabel.eq("drivers")).filter(Column::Model.eq("car"));
/// let sql = cars.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#"FROM "django_content_type""#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "django_content_type")]
pub struct Model {
    /// Its key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// The label of the Django app, `drivers`.
    pub app_label: String,
    /// The model's name in lower case, `car`.
    pub model: String,
}

/// What hangs on a content type.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The permissions on the model.
    #[sea_orm(has_many = "super::permission::Entity")]
    Permission,
}

impl Related<super::permission::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Permission.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
