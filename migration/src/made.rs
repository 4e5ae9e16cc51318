//! `refrain_made_tables`: which tables were made here and may be dropped again.

use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Table};
use sea_orm::{ConnectionTrait, DbErr, Schema, Set};
use sea_orm_migration::SchemaManager;

use crate::catalog::Catalog;

const TABLE: &str = "refrain_made_tables";

pub(crate) async fn all(db: &impl ConnectionTrait, catalog: &Catalog) -> Result<BTreeSet<String>, DbErr> {
    if !catalog.has(TABLE) {
        return Ok(BTreeSet::new());
    }
    Ok(Entity::find().all(db).await?.into_iter().map(|table| table.name).collect())
}

pub(crate) async fn install(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let schema = Schema::new(manager.get_database_backend());
    manager.create_table(schema.create_table_from_entity(Entity).if_not_exists().to_owned()).await
}

/// To be called after the table is made, never before: what is listed here is dropped on rollback.
pub(crate) async fn remember(db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    let row = ActiveModel { name: Set(table.to_owned()) };
    Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Drops a table and forgets it.
pub(crate) async fn drop_table(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table(Alias::new(table)).if_exists().to_owned()).await?;
    Entity::delete_by_id(table).exec(manager.get_connection()).await.map(drop)
}

pub(crate) async fn uninstall_if_empty(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if !Catalog::read(db).await?.has(TABLE) || Entity::find().count(db).await? > 0 {
        return Ok(());
    }
    manager.drop_table(Table::drop().table(Entity).to_owned()).await
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refrain_made_tables")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "String(StringLen::N(100))")]
    pub(crate) name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
