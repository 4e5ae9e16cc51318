//! A trip that somebody made.

use sea_orm::entity::prelude::*;

/// A row of `drivers_trip`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
#[sea_orm(table_name = "drivers_trip")]
#[refrain(app = "drivers", model = "Trip", owner = "owner_id")]
pub struct Model {
    /// Its key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Where it went; at most 100 characters.
    pub title: String,
    /// Whose it is.
    pub owner_id: Option<i32>,
}

/// None are used here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
