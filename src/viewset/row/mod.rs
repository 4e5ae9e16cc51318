//! One row: the one that a path names, as an argument of actions, and what its reader may do with it.

mod ahead;
mod arguments;
mod chosen;
mod listed;
mod locked_rows;
mod lookup;
mod permissions;
mod representation;
mod shown_row;

pub use arguments::{Locked, Row, Rows};
pub use listed::Listed;
pub use locked_rows::{LockedBatch, LockedRows};
pub use shown_row::ShownRow;

pub(crate) use ahead::ReadAhead;
pub(crate) use chosen::{ChosenMembers, FIELDS, members_of};
pub(crate) use lookup::{
    Named, Scope, looks_up_key, lookup_columns, own_rows, path_parameters, path_variable, read_lookup,
};
pub(crate) use permissions::{RowPermissions, TOLD, TOLD_MEMBER, ToldActions, names_told, tell_in};
pub(crate) use representation::Representation;
