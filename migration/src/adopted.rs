use refrain_entity::UserTable;
use sea_orm::{ConnectionTrait, DbErr};

use crate::app;
use crate::catalog::Catalog;
use crate::dialect::Dialect;
use crate::made;

/// The tables of Django that exist here and were not made by this crate's migration, so that somebody else's data is in
/// them: a database with any is not Refrain's to empty.
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
pub async fn made_tables(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    Ok(made::all(db, &Catalog::read(db).await?).await?.into_iter().collect())
}
