//! The tables: Django's, and those of this program, made from its entities.

use refrain::{
    async_trait,
    migration::{self, MigrationName, MigrationTrait, MigratorTrait, SchemaManager},
};
use sea_orm::{DbErr, EntityTrait, Schema};

use super::{comments::comment, memberships::membership, organizations::organization, projects::project, tasks::task};

/// All migrations, in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migration::tables(Default::default());
        all.push(Box::new(TrackerTables));
        all
    }
}

/// A program that shares its database with nobody lets sea-orm write its tables, keys and indexes.
struct TrackerTables;

impl MigrationName for TrackerTables {
    fn name(&self) -> &str {
        "tracker_m0001_initial"
    }
}

#[async_trait]
impl MigrationTrait for TrackerTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, organization::Entity).await?;
        make(manager, membership::Entity).await?;
        make(manager, project::Entity).await?;
        make(manager, task::Entity).await?;
        make(manager, comment::Entity).await
    }
}

async fn make(manager: &SchemaManager<'_>, entity: impl EntityTrait) -> Result<(), DbErr> {
    let schema = Schema::new(manager.get_database_backend());
    manager.create_table(schema.create_table_from_entity(entity)).await?;
    for index in schema.create_index_from_entity(entity) {
        manager.create_index(index).await?;
    }
    Ok(())
}
