//! The table of notes.

use refrain::{
    async_trait,
    migration::{MigrationName, MigrationTrait, SchemaManager},
};
use sea_orm::{
    DbErr,
    sea_query::{ColumnDef, ForeignKey, ForeignKeyAction, Index, Table},
};

/// Makes it, and drops it again.
pub struct NotesTable;

impl MigrationName for NotesTable {
    fn name(&self) -> &str {
        "m0001_notes"
    }
}

#[async_trait]
impl MigrationTrait for NotesTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("{{crate_name}}_note");
        table.col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key());
        table.col(ColumnDef::new("text").text().not_null());
        table.col(ColumnDef::new("owner_id").integer().not_null());
        let mut owner = ForeignKey::create();
        owner.from("{{crate_name}}_note", "owner_id").to("auth_user", "id").on_delete(ForeignKeyAction::Cascade);
        table.foreign_key(&mut owner);
        manager.create_table(table).await?;
        let index = Index::create().name("{{crate_name}}_note_owner_id").table("{{crate_name}}_note").col("owner_id").to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("{{crate_name}}_note").to_owned()).await
    }
}
