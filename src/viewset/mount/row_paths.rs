use sea_orm::{DbErr, EntityTrait, ModelTrait, Value};

use crate::viewset::{EntityOf, Mounted, ViewSet, columns::field_of, row::lookup_columns};

/// How the rows of a viewset are named by paths, whoever may see them.
pub(crate) struct RowPaths {
    /// the members of a representation that name its row; `None` where one of them is no field
    pub(crate) names: Option<Vec<&'static str>>,
    /// for each row of the table, what names it
    pub(crate) rows: Vec<Vec<String>>,
}

impl<V: ViewSet> Mounted<V> {
    /// Of every row in the table.
    pub(crate) async fn row_paths(&self) -> Result<RowPaths, DbErr> {
        let columns = lookup_columns::<V>();
        let shown = columns.iter().map(|column| field_of::<V>(column).filter(|field| field.is_shown()));
        let names = shown.map(|field| field.map(|field| field.name())).collect();
        let rows = <EntityOf<V> as EntityTrait>::find().all(&self.site.db).await?;
        let text = |row: &_| columns.iter().map(|column| path_text(ModelTrait::get(row, *column))).collect();
        Ok(RowPaths { names, rows: rows.iter().map(text).collect() })
    }
}

/// A value of a key as a path has it.
fn path_text(value: Value) -> String {
    match value {
        Value::String(Some(text)) => text,
        Value::Char(Some(char)) => char.to_string(),
        Value::Uuid(Some(uuid)) => uuid.to_string(),
        // numbers are written as SQL writes them
        other => other.to_string(),
    }
}
