//! `refrain_token`: tokens with a name, an end and a ceiling.

use async_trait::async_trait;
use refrain_entity::UserTable;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use crate::app::{self, App};
use crate::catalog::Catalog;
use crate::dialect::Dialect;
use crate::own::make;
use crate::{made, plan};

pub(crate) struct NamedTokens {
    pub(crate) users: UserTable,
}

impl NamedTokens {
    async fn app(&self, manager: &SchemaManager<'_>) -> Result<App, DbErr> {
        let db = manager.get_connection();
        let dialect = Dialect::of(db).await?;
        app::named_tokens(&dialect, &dialect.user_key(db, &self.users).await?, &self.users)
    }
}

impl MigrationName for NamedTokens {
    fn name(&self) -> &str {
        "refrain_m0002_named_tokens"
    }
}

#[async_trait]
impl MigrationTrait for NamedTokens {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let catalog = Catalog::read(db).await?;
        let (app, made) = (self.app(manager).await?, made::all(db, &catalog).await?);
        make(manager, &plan::missing_of(&app, &catalog, &made)?).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let made = made::all(db, &Catalog::read(db).await?).await?;
        for table in self.app(manager).await?.tables.iter().filter(|table| made.contains(&table.name)) {
            made::drop_table(manager, &table.name).await?;
        }
        made::uninstall_if_empty(manager).await
    }
}
