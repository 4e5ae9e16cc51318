use refrain_entity::UserTable;
use sea_orm::{ConnectionTrait, DbErr};

use crate::app;
use crate::catalog::Catalog;
use crate::dialect::Dialect;
use crate::made;

/// The tables of Django that exist here and were not made by this crate's migration, so that somebody else's data is in
/// them: a database with any is not Refrain's to empty.
///
/// ```
/// # use refrain_entity::UserTable;
/// # use sea_orm_migration::{MigrationTrait, MigratorTrait};
/// # struct Migrator;
/// # impl MigratorTrait for Migrator {
/// #     fn migrations() -> Vec<Box<dyn MigrationTrait>> { refrain_migration::django_tables(UserTable::default()) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sea_orm::DbErr> {
/// # use sea_orm::ConnectionTrait;
/// let db = sea_orm::Database::connect("sqlite::memory:").await?;
/// db.execute_unprepared("CREATE TABLE django_migrations (id integer PRIMARY KEY)").await?;
/// assert_eq!(refrain_migration::adopted_tables(&db).await?, ["django_migrations"]);
/// # Ok(())
/// # }
/// ```
///
/// It looks for Django's own names, `django_migrations` included. A site's own user table comes with those.
pub async fn adopted_tables(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let catalog = Catalog::read(db).await?;
    let made = made::all(db, &catalog).await?;
    let apps = app::apps(&Dialect::of(db).await?, "integer", &UserTable::default())?;
    let names = apps.into_iter().flat_map(|app| app.tables).map(|table| table.name);
    Ok(names.filter(|name| catalog.has(name) && !made.contains(name)).collect())
}

/// The tables that this crate's migration made here, which rolling it back drops with all that is in them.
///
/// ```
/// # use refrain_entity::UserTable;
/// # use sea_orm_migration::{MigrationTrait, MigratorTrait};
/// # struct Migrator;
/// # impl MigratorTrait for Migrator {
/// #     fn migrations() -> Vec<Box<dyn MigrationTrait>> { refrain_migration::django_tables(UserTable::default()) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sea_orm::DbErr> {
/// let db = sea_orm::Database::connect("sqlite::memory:").await?;
/// Migrator::up(&db, None).await?;
/// assert!(refrain_migration::made_tables(&db).await?.contains(&"auth_user".to_owned()));
/// # Ok(())
/// # }
/// ```
pub async fn made_tables(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    Ok(made::all(db, &Catalog::read(db).await?).await?.into_iter().collect())
}
