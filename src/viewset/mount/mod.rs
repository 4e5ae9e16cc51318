//! Puts a declared viewset into an API: its guards, its routes, and the six standard actions.

mod guard;
mod mistakes;
mod mounted;
mod routes;
mod standard;

pub use routes::ViewSetApi;

pub(crate) use guard::{Asked, Guard, Visit};
pub(crate) use mounted::{Actions, Endpoint, Mounted, MountedAction, path_of, told_in};
pub(crate) use routes::METHODS;
