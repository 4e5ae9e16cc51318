//! Creates the tables of Django's `auth`, `contenttypes` and `sessions`, of DRF's `authtoken` and of django-guardian, or
//! adopts them where they exist.
//!
//! A site puts [`django_tables`] before its own migrations:
//!
//! ```
//! use refrain_entity::UserTable;
//! use sea_orm_migration::{MigrationTrait, MigratorTrait};
//!
//! struct Migrator;
//!
//! impl MigratorTrait for Migrator {
//!     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
//!         let mut all = refrain_migration::django_tables(UserTable::default());
//!         all.extend(site_tables());
//!         all
//!     }
//! }
//!
//! fn site_tables() -> Vec<Box<dyn MigrationTrait>> {
//!     vec![]
//! }
//! ```
//!
//! Each Django app is judged by itself. Where all its tables exist they are adopted: looked at, never altered. Where none
//! exists they are made exactly as Django makes them, and `django_migrations` is told so, so that `manage.py migrate`
//! takes the database as its own (CONTRACT 1.15). Where some exist nothing at all is done, and the error says which.
//!
//! A program's own tables, those of its models, are made or adopted in the same way by [`OwnTables`].
//!
//! Which tables were made here is kept in `refrain_made_tables`; rolling back drops those and no others.

mod adopted;
mod app;
mod catalog;
mod dialect;
mod m0001_django_tables;
mod m0002_named_tokens;
mod m0003_identity_notices;
mod made;
mod name;
mod own;
mod plan;
mod recorded;

use refrain_entity::UserTable;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, SchemaManager};

pub use adopted::{adopted_tables, made_tables};
pub use own::OwnTables;

/// The migrations that create or adopt Django's tables, to be put first among a site's own.
///
/// ```
/// use refrain_entity::{Key, UserTable};
/// use sea_orm_migration::{MigrationTrait, MigratorTrait};
///
/// struct Migrator;
///
/// impl MigratorTrait for Migrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         refrain_migration::django_tables(UserTable::custom("club", "Member", Key::Integer))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sea_orm::DbErr> {
/// let db = sea_orm::Database::connect("sqlite::memory:").await?;
/// Migrator::up(&db, None).await?;
/// assert!(refrain_migration::made_tables(&db).await?.contains(&"club_member".to_owned()));
/// # Ok(())
/// # }
/// ```
///
/// With a user table of the site's own, that table and its two link tables are made or adopted as the site's app, and
/// `auth_user` and its link tables are not made. `django_migrations` is then told that the `0001_initial` of that app is
/// applied: if the site's Django app has more models, their tables are for the site's own migrations to make.
pub fn django_tables(users: UserTable) -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_django_tables::DjangoTables { users })]
}

/// The migration that makes the table of tokens with a name, an end and a ceiling, to be put behind [`django_tables`].
///
/// ```
/// use refrain_entity::UserTable;
/// use sea_orm_migration::{MigrationTrait, MigratorTrait};
///
/// struct Migrator;
///
/// impl MigratorTrait for Migrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         let mut all = refrain_migration::django_tables(UserTable::default());
///         all.extend(refrain_migration::named_tokens(UserTable::default()));
///         all
///     }
/// }
/// # assert_eq!(Migrator::migrations().len(), 2);
/// ```
///
/// It is Refrain's own, `refrain_token`. Its rows go with their user, whoever deletes that: a foreign key sees to it, so
/// that nobody who gets a deleted user's key gets their tokens.
pub fn named_tokens(users: UserTable) -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0002_named_tokens::NamedTokens { users })]
}

/// The migration by which PostgreSQL tells, within milliseconds, that a user, a token or what somebody holds changed, to be
/// put behind all others that make the tables of these.
///
/// ```
/// use refrain_entity::UserTable;
/// use sea_orm_migration::MigrationTrait;
///
/// fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///     let mut all = refrain_migration::django_tables(UserTable::default());
///     all.extend(refrain_migration::named_tokens(UserTable::default()));
///     all.extend(refrain_migration::identity_notices(UserTable::default()));
///     all
/// }
/// # assert_eq!(migrations().len(), 3);
/// ```
///
/// It is the one migration that touches tables which a Django site made: each table of users, their tokens, groups and
/// permissions gets four triggers for statements, `refrain_tells_insert`, `…_update`, `…_delete` and `…_truncate`, which
/// `NOTIFY` the channel `refrain_identity` of the users a statement was about, or of all where they are more than a
/// hundred. They tell whoever writes: Refrain, Django, `psql`. Rolling back drops them and the function that they run.
///
/// A transaction that wrote to such a table cannot be prepared (`PREPARE TRANSACTION`) any more, and such transactions
/// commit one after another. On other databases it does nothing.
///
/// What makes such a table later, as a release that begins to have named tokens, calls [`make_identity_notices`] behind it.
pub fn identity_notices(users: UserTable) -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0003_identity_notices::IdentityNotices { users })]
}

/// What [`identity_notices`] does, in a migration of one's own: where it is done already, it is done anew.
///
/// ```
/// use refrain_entity::UserTable;
/// use sea_orm::DbErr;
/// use sea_orm_migration::SchemaManager;
///
/// // the `up` of a migration behind `named_tokens`, where `identity_notices` stood before it
/// async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
///     refrain_migration::make_identity_notices(manager, &UserTable::default()).await
/// }
/// # let _ = up;
/// ```
pub async fn make_identity_notices(manager: &SchemaManager<'_>, users: &UserTable) -> Result<(), DbErr> {
    m0003_identity_notices::make(manager, users).await
}
