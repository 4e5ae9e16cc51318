//! A car, which somebody may own.

use sea_orm::entity::prelude::*;

/// A row of `drivers_car`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
#[sea_orm(table_name = "drivers_car")]
#[refrain(
    app = "drivers",
    model = "Car",
    permissions(publish_car = "Can publish car listing", export_car = "Can export car data"),
    owner = "owner_id"
)]
pub struct Model {
    /// Its key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What it is called; at most 100 characters.
    pub name: String,
    /// Whose it is.
    pub owner_id: Option<i32>,
    /// Is it shown to buyers?
    pub published: bool,
}

/// None are used here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
