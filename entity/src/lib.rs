//! sea-orm entities over the tables of Django's `auth`, `contenttypes` and `sessions`, of DRF's `authtoken` and of
//! django-guardian, column for column.

mod user_table;

pub use user_table::{Key, UserTable};
