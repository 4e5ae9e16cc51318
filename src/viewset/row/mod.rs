//! One row: the one that a path names, as an argument of actions, and what its reader may do with it.

mod ahead;
mod arguments;
mod lookup;
mod permissions;

pub use arguments::{Locked, Row, Rows};

pub(crate) use ahead::ReadAhead;
pub(crate) use lookup::{Named, Scope, looks_up_key, lookup_columns, own_rows, path_parameters, path_variable};
pub(crate) use permissions::{RowPermissions, TOLD, TOLD_MEMBER, ToldActions, names_told, telling};
