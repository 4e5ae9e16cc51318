//! Django's tables, a site's own, and the permissions that are made after them.
//!
//! ```
//! use refrain::migration::{self, MigrationTrait, MigratorTrait};
//!
//! struct Migrator;
//!
//! impl MigratorTrait for Migrator {
//!     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
//!         let mut all = migration::tables(Default::default());
//!         all.extend(own_tables());
//!         all
//!     }
//! }
//!
//! fn own_tables() -> Vec<Box<dyn MigrationTrait>> {
//!     vec![]
//! }
//! ```

mod lock;
mod with_permissions;

pub(crate) use lock::{MigrationLock, WAIT as MIGRATION_WAIT};
/// A program's own tables, made where they are missing, or adopted.
pub use refrain_migration::OwnTables;
/// The tables of Django found here that Refrain did not make.
pub use refrain_migration::adopted_tables;
/// The migrations that make or adopt Django's tables, to be put before a site's own.
pub use refrain_migration::django_tables as tables;
/// The migration that makes the table of [named tokens](crate::auth::NamedToken), to be put behind [`tables`].
pub use refrain_migration::named_tokens;
/// The migration by which PostgreSQL tells of changed users, for [snapshots](crate::auth::Snapshots).
pub use refrain_migration::{identity_notices, make_identity_notices};
pub use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
pub use with_permissions::WithPermissions;
