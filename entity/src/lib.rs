//! sea-orm entities over the tables of Django's `auth`, `contenttypes` and `sessions`, of DRF's `authtoken` and of
//! django-guardian, column for column (CONTRACT section 1), and over one of Refrain's own, [`named_token`].
//!
//! Each module is one table, named as its model is spoken of. Django's tables have no database defaults, so an insert
//! must name every column that is not null (CONTRACT 1.2), and no foreign key deletes what hangs on it (CONTRACT 1.3).
//!
//! The `id` of the link tables and of `django_migrations` is `integer` on one site and `bigint` on the next
//! (CONTRACT 1.5), and PostgreSQL decodes neither as the other. So those entities do not map it: their key is the
//! combination of columns that names the row, and the database numbers the row by itself.

#[doc(hidden)]
pub mod clock;
mod moment;
mod secret;
mod user_table;
mod uuid_text;

pub mod applied_migration;
pub mod content_type;
pub mod group;
pub mod group_object_permission;
pub mod group_permission;
pub mod named_token;
pub mod permission;
pub mod session;
pub mod token;
pub mod user;
pub mod user_group;
pub mod user_object_permission;
pub mod user_permission;

pub use moment::Moment;
pub use secret::Secret;
pub use user_table::{Key, UserColumn, UserTable};
pub use uuid_text::UuidText;
