//! One row: the one that a path names, as an argument of actions, and what its reader may do with it.

mod arguments;
mod lookup;
mod permissions;

pub use arguments::{Locked, Row, Rows};

pub(crate) use lookup::{Named, RowsOf, Scope};
pub(crate) use permissions::{MEMBER, RowPermissions, TOLD, ToldActions, names_told, telling};
