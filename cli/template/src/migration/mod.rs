//! The tables: Django's, and then the program's own.

mod m0001_notes;

use refrain::migration::{self, MigrationTrait, MigratorTrait, SchemaManager};
use sea_orm::{DbBackend, sea_query::ColumnType};

/// All migrations, in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = migration::tables(Default::default());
        all.push(Box::new(m0001_notes::NotesTable));
        all
    }
}

/// The type of a column of moments.
pub fn moment(manager: &SchemaManager) -> ColumnType {
    match manager.get_database_backend() {
        DbBackend::MySql => ColumnType::custom("datetime(6)"),
        _ => ColumnType::TimestampWithTimeZone,
    }
}
