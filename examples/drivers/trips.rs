//! `/api/trips`: no classes of its own, so the global default holds.

use refrain::{Access, Serializer, ViewSet};

use super::trip;

/// Trips.
pub struct Trips;

impl ViewSet for Trips {
    type Serializer = Trip;
    const PATH: &'static str = "/trips";

    // as nothing at all would, but on purpose: `check` refuses a viewset that says nothing
    fn permissions() -> Access<trip::Entity> {
        Access::global()
    }
}

/// A trip.
#[derive(Serializer)]
#[serializer(model = trip)]
pub struct Trip {
    /// Its key.
    #[serializer(read_only)]
    pub id: i64,
    /// Where it went.
    #[serializer(length(1..=100))]
    pub title: String,
    /// Whose it is; the caller's, when a new one leaves it out.
    pub owner_id: Option<i32>,
}
