//! `django_session`: Django's sessions (CONTRACT 5.7–5.13).

use sea_orm::entity::prelude::*;

use crate::{Moment, Secret};

/// A session.
///
/// ```
/// use refrain_entity::{Moment, session};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let alive = session::Entity::find().filter(session::Column::ExpireDate.gt(Moment::now()));
/// let sql = alive.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#""django_session"."expire_date" > "#));
/// ```
///
/// Key and data would let a reader take it over, so `Debug` shows neither.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "django_session")]
pub struct Model {
    /// The value of the cookie, 32 characters of `a-z0-9`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_key: Secret,
    /// The signed payload.
    pub session_data: Secret,
    /// From when on it is as if the row were not there.
    pub expire_date: Moment,
}

/// A session names its user only inside its data.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
