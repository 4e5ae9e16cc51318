//! The database: which executor runs, and how transactions begin.

mod constraint;
mod executor;
mod write;

pub(crate) use constraint::Constraint;
pub use executor::Db;
pub(crate) use write::{begin_write, is_worth_retrying};
