use std::fmt::Write;

use super::{Declaration, Field, Kind, PrimaryKey};

/// The migration that makes a model's table, by sea-query's builders.
pub(crate) fn migration_file(model: &Declaration, number: usize) -> String {
    let (table, name) = (&model.table, migration_struct(model));
    let has_moment = model.fields.iter().any(|field| field.kind == Kind::Moment);
    let keys: Vec<&Field> = model.fields.iter().filter(|field| field.refers_to.is_some()).collect();
    let mut imports = vec!["ColumnDef", "Table"];
    if !keys.is_empty() {
        imports.splice(1..1, ["ForeignKey", "Index"]);
    }
    let mut text = format!(
        "//! The table of {}.\n\nuse refrain::{{\n    async_trait,\n    migration::{{MigrationName, MigrationTrait, \
         SchemaManager}},\n}};\nuse sea_orm::{{\n    DbErr,\n    sea_query::{{{}}},\n}};\n{}\n/// Makes it, and drops \
         it again.\npub struct {name};\n\nimpl MigrationName for {name} {{\n    fn name(&self) -> &str {{\n        \
         \"m{number:04}_{}\"\n    }}\n}}\n\n#[async_trait]\nimpl MigrationTrait for {name} {{\n    async fn up(&self, \
         manager: &SchemaManager) -> Result<(), DbErr> {{\n",
        model.rows(),
        imports.join(", "),
        if has_moment { "\nuse super::moment;\n" } else { "" },
        model.module(),
    );
    let _ = write!(text, "        let mut table = Table::create();\n        table.table({table:?});\n");
    for field in &model.fields {
        let _ = writeln!(text, "        table.col({});", column(field));
    }
    for field in &keys {
        let reference = field.refers_to.as_ref().expect("these have one");
        let _ = writeln!(
            text,
            "        table.foreign_key(ForeignKey::create().from({table:?}, {:?}).to({:?}, {:?}));",
            field.column, reference.table, reference.column
        );
    }
    text += "        manager.create_table(table).await";
    if keys.is_empty() {
        text += "\n";
    } else {
        text += "?;\n";
        for (place, field) in keys.iter().enumerate() {
            let index = format!("{table}_{}", field.column);
            let end = if place + 1 == keys.len() { "" } else { "?;" };
            let _ = writeln!(
                text,
                "        let index = Index::create().name({index:?}).table({table:?}).col({:?}).to_owned();\n        \
                 manager.create_index(index).await{end}",
                field.column
            );
        }
    }
    let _ = write!(
        text,
        "    }}\n\n    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {{\n        \
         manager.drop_table(Table::drop().table({table:?}).to_owned()).await\n    }}\n}}\n"
    );
    text
}

/// What the migration is called: `TasksTable`.
pub(super) fn migration_struct(model: &Declaration) -> String {
    format!("{}Table", model.viewset())
}

fn column(field: &Field) -> String {
    let mut text = match field.kind {
        Kind::Moment => format!("ColumnDef::new_with_type({:?}, moment(manager))", field.column),
        kind => format!("ColumnDef::new({:?}).{}", field.column, kind.builder()),
    };
    text += if field.nullable { ".null()" } else { ".not_null()" };
    text += match field.key {
        Some(PrimaryKey::Counted) => ".auto_increment().primary_key()",
        Some(PrimaryKey::Given) => ".primary_key()",
        None => "",
    };
    if field.unique {
        text += ".unique_key()";
    }
    text
}
