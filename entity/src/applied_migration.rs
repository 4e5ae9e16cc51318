//! `django_migrations`: which of its migrations Django takes as applied (CONTRACT 1.14).

use sea_orm::entity::prelude::*;

use crate::Moment;

/// An applied migration.
///
/// ```
/// use refrain_entity::applied_migration::{Column, Entity};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let of_auth = Entity::find().filter(Column::App.eq("auth"));
/// let sql = of_auth.build(DbBackend::Sqlite).to_string();
/// assert!(sql.ends_with(r#"WHERE "django_migrations"."app" = 'auth'"#));
/// ```
///
/// The table itself allows the same app and name twice; Django reads the set of them, and so does this entity, which leaves
/// out the `id` as its width varies (CONTRACT 1.5).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "django_migrations")]
pub struct Model {
    /// The label of the Django app, `auth`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app: String,
    /// The migration's name, `0001_initial`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// When it was applied; nothing depends on it.
    pub applied: Moment,
}

/// An applied migration stands alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
