//! Puts a declared viewset into an API: its guards, its routes, and the six standard actions.

mod below;
mod guard;
mod list_mistakes;
mod mistakes;
mod mounted;
mod places;
mod related;
mod routes;
#[cfg(feature = "testing")]
mod row_paths;
mod standard;

pub use routes::ViewSetApi;

pub(crate) use guard::{Asked, Below, Guard, Visit};
pub(crate) use mistakes::unreadable;
pub(crate) use mounted::{Actions, Endpoint, Mounted, MountedAction, told_in};
pub(crate) use places::Place;
pub(crate) use routes::METHODS;
#[cfg(feature = "testing")]
pub(crate) use row_paths::RowPaths;
pub(crate) use standard::{json, metadata, represented};
