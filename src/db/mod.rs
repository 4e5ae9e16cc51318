//! The database: how it is opened, which executor runs, how values are bound, and how transactions begin.

mod age;
mod cascading;
mod column_defaults;
mod connect;
mod constraint;
mod executor;
mod given_up;
mod isolation;
mod parameter;
mod passing;
#[cfg(feature = "postgres")]
mod pooler;
#[cfg(all(feature = "sqlite", unix))]
mod private_file;
mod settings;
mod sql;
mod statements_run;
mod stored_decimals;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod watch;
mod write;

pub(crate) use age::Age;
pub(crate) use cascading::{Cascading, cascading};
pub(crate) use column_defaults::columns_with_defaults;
pub use connect::connect;
#[cfg(feature = "cli")]
pub(crate) use connect::{Opening, lacks_file, open};
pub(crate) use constraint::Constraint;
pub use executor::Db;
#[cfg(feature = "cli")]
pub(crate) use executor::Executor;
pub(crate) use given_up::Abandonable;
pub(crate) use isolation::{Begun, Isolation};
pub(crate) use parameter::{bounded, moment, parameter};
pub(crate) use passing::may_pass;
#[cfg(feature = "postgres")]
pub(crate) use pooler::lends_by_the_transaction;
pub use settings::PoolSettings;
pub(crate) use sql::{Sql, StatementText, joined, quoted, quoted_table};
pub(crate) use statements_run::counting_statements;
pub(crate) use stored_decimals::{columns_named, is_stored_otherwise, read_from, readable};
pub(crate) use write::{begin_write, commit, is_worth_retrying, roll_back, was_refused};
