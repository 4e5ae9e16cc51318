//! The final state of Django 5.2, DRF 3.18 and django-guardian 3.5 in one step.

use async_trait::async_trait;
use refrain_entity::UserTable;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use crate::app;
use crate::catalog::Catalog;
use crate::dialect::Dialect;
use crate::own::make;
use crate::{made, plan, recorded};

pub(crate) struct DjangoTables {
    pub(crate) users: UserTable,
}

impl MigrationName for DjangoTables {
    fn name(&self) -> &str {
        "refrain_m0001_django_tables"
    }
}

#[async_trait]
impl MigrationTrait for DjangoTables {
    /// MySQL and MariaDB commit at each statement all the same: there a run that broke off is taken up where it ended.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let dialect = Dialect::of(db).await?;
        let catalog = Catalog::read(db).await?;
        let apps = app::apps(&dialect, &dialect.user_key(db, &self.users).await?, &self.users)?;
        let mut made = made::all(db, &catalog).await?;

        let missing = plan::missing_tables(&apps, &self.users, &catalog, &made)?;
        made.extend(make(manager, &missing).await?);
        recorded::record(db, apps.iter().filter(|app| app.is_made(&made))).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let dialect = Dialect::of(db).await?;
        let catalog = Catalog::read(db).await?;
        let apps = app::apps(&dialect, &dialect.user_key(db, &self.users).await?, &self.users)?;
        let made = made::all(db, &catalog).await?;

        if catalog.has(app::RECORDER) {
            recorded::forget(db, apps.iter().filter(|app| app.is_made(&made))).await?;
        }
        for table in apps.iter().flat_map(|app| &app.tables).rev().filter(|table| made.contains(&table.name)) {
            // Django's record of other apps outlives this rollback.
            if table.name == app::RECORDER && !recorded::is_empty(db).await? {
                continue;
            }
            made::drop_table(manager, &table.name).await?;
        }
        made::uninstall_if_empty(manager).await
    }
}
