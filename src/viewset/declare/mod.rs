//! What a viewset says of itself: who may do what, and its own actions.

mod access;
mod action;
mod declared;
mod marker;
mod nested;
mod reference;
mod represent;
mod through;

pub use access::Access;
pub use action::{CollectionAction, RowAction};
pub use declared::Declared;
pub use nested::Nested;
pub use reference::Reference;
pub use represent::{Represent, Shown};
pub use through::{Through, ThroughRows};

pub(crate) use action::{ActionInfo, announce, collect_actions};
pub(crate) use marker::marker;
