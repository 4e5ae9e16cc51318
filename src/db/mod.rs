//! The database: which executor runs, and how transactions begin.

mod executor;
mod write;

pub use executor::Db;
pub(crate) use write::{begin_write, is_worth_retrying};
