//! Databases for refrain's own tests: one of its own for every test, on SQLite, PostgreSQL and MariaDB.
//!
//! ```
//! use refrain_testing::{TestDb, every_database};
//! use sea_orm::{ConnectionTrait, DbErr};
//!
//! #[every_database]
//! async fn there_are_no_users_yet(db: TestDb) -> Result<(), DbErr> {
//!     let users = db.query_all_raw(db.statement("SELECT id FROM auth_user")).await?;
//!     assert!(users.is_empty());
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! The servers come from `cargo xtask test`, or from `cargo xtask servers` for single tests. Without them, the tests on
//! PostgreSQL and MariaDB fail; `REFRAIN_TEST_ONLY=sqlite` leaves them out and says so.
//!
//! What becomes of a program when its server goes away is tried behind a [`Proxy`], and over a `Cluster`, which is servers
//! of the test's own.

mod backend;
#[cfg(unix)]
mod cluster;
mod counter;
mod database;
mod mariadb;
mod outcome;
mod port;
mod postgres;
mod proxy;
mod run;
mod sqlite;
mod tables;
mod test_db;

pub use backend::Backend;
#[cfg(unix)]
pub use cluster::{Cluster, Stop};
pub use counter::{Counter, counted};
pub use outcome::Outcome;
pub use port::free_port;
pub use proxy::Proxy;
/// Runs one async test on every database: `async fn name(db: TestDb)` becomes `name::sqlite`, `name::postgres` and
/// `name::mariadb`.
///
/// Docs, `#[ignore]` and `#[should_panic]` go to the tests. `#[every_database(tables = none)]` gives an empty database
/// and `tables = uuid_users` a user table with uuid keys. A test that holds for some databases only names them and says
/// why: `#[every_database(sqlite, because = "servers have no files")]`.
pub use refrain_macros::every_database;
pub use run::{on, on_tables};
pub use tables::Tables;
pub use test_db::TestDb;
