use sea_orm::{
    Identity, Iterable, RelationDef, RelationTrait,
    sea_query::{ForeignKeyAction, TableRef},
};

use super::Model;

/// A table, as an entity names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TableName {
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
}

/// A foreign key of one column, as one of a model's relations declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForeignKey {
    /// The table that has it.
    pub(crate) from: TableName,
    pub(crate) column: String,
    /// The table that it points at.
    pub(crate) to: TableName,
    pub(crate) to_column: String,
}

impl ForeignKey {
    /// Those by which rows can be deleted together: what is declared to stay is left out. The relation may be declared
    /// on either side.
    pub(crate) fn of<M: Model>() -> Vec<Self> {
        let relations = M::Relation::iter().map(|relation| relation.def());
        let stay = |action| matches!(action, ForeignKeyAction::SetNull | ForeignKeyAction::SetDefault);
        relations.filter(|relation| !relation.on_delete.is_some_and(stay)).filter_map(Self::read).collect()
    }

    fn read(relation: RelationDef) -> Option<Self> {
        let near = (TableName::of(&relation.from_tbl)?, column(&relation.from_col)?);
        let far = (TableName::of(&relation.to_tbl)?, column(&relation.to_col)?);
        // whose "owner" is the row that others point at, whatever sea-orm's documentation says of it
        let ((from, column), (to, to_column)) = if relation.is_owner { (far, near) } else { (near, far) };
        Some(Self { from, column, to, to_column })
    }
}

impl TableName {
    pub(crate) fn of_model<M: Model>() -> Self {
        let entity = M::default();
        Self { schema: entity.schema_name().map(str::to_owned), table: entity.table_name().to_owned() }
    }

    fn of(table: &TableRef) -> Option<Self> {
        let TableRef::Table(name, _) = table else { return None };
        let schema = name.0.as_ref().map(|schema| schema.1.to_string());
        Some(Self { schema, table: name.1.to_string() })
    }
}

fn column(columns: &Identity) -> Option<String> {
    match columns {
        Identity::Unary(column) => Some(column.to_string()),
        _ => None,
    }
}
