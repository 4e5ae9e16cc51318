//! `/api/trips`: no classes of its own, so the global default holds.

use poem_openapi::Object;
use refrain::{Access, ViewSet};
use sea_orm::DeriveIntoActiveModel;

use super::trip;

/// Trips.
pub struct Trips;

impl ViewSet for Trips {
    type Entity = trip::Entity;
    type Output = Trip;
    type Input = TripInput;
    const PATH: &'static str = "/trips";

    // as nothing at all would, but on purpose: `check` refuses a viewset that says nothing
    fn permissions() -> Access<trip::Entity> {
        Access::global()
    }
}

/// A trip as callers see it.
#[derive(Object)]
pub struct Trip {
    /// Its key.
    pub id: i64,
    /// Where it went.
    pub title: String,
    /// Whose it is.
    #[oai(nullable)]
    pub owner_id: Option<i32>,
}

impl From<trip::Model> for Trip {
    fn from(trip: trip::Model) -> Self {
        Self { id: trip.id, title: trip.title, owner_id: trip.owner_id }
    }
}

/// A trip as callers write it.
#[derive(Object, DeriveIntoActiveModel)]
#[sea_orm(active_model = "trip::ActiveModel")]
pub struct TripInput {
    /// Where it went.
    #[oai(validator(min_length = 1, max_length = 100))]
    pub title: String,
    /// Whose it is; the caller's, when a new one leaves it out.
    #[oai(nullable)]
    pub owner_id: Option<i32>,
}
