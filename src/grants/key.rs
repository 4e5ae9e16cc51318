use sea_orm::{ColumnTrait, DbBackend, IdenStatic, Iterable, PrimaryKeyToColumn, Value, sea_query::ColumnType};

use super::table::Grants;
use crate::{
    db::{Sql, quoted},
    model::Model,
};

/// A model's key, in the two forms in which a grant meets it: the column, and guardian's text (CONTRACT 8.1).
///
/// A grant's text is compared with the canonical text of a key. A bare cast would make `007` and `7abc` into 7 on
/// SQLite and MariaDB, and an error on PostgreSQL; so a cast is guarded by a pattern, or cast back and compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyColumn {
    schema: Option<String>,
    table: &'static str,
    column: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Uuid,
}

impl KeyColumn {
    /// `None` for keys of several columns, or of a type that guardian's text cannot name.
    pub(crate) fn of<M: Model>() -> Option<Self> {
        let mut keys = M::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        let (column, None) = (keys.next()?, keys.next()) else { return None };
        let kind = match column.def().get_column_type() {
            ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger => Kind::Integer,
            ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text => Kind::Text,
            ColumnType::Uuid => Kind::Uuid,
            _ => return None,
        };
        let entity = M::default();
        let schema = entity.schema_name().map(str::to_owned);
        Some(Self { schema, table: entity.table_name(), column: column.as_str(), kind })
    }

    /// The model's table.
    pub(super) fn rows(&self, on: DbBackend) -> String {
        let table = quoted(self.table, on);
        self.schema.iter().fold(table, |table, schema| [quoted(schema, on), table].join("."))
    }

    /// The key of the row at hand.
    pub(super) fn of_row(&self, on: DbBackend) -> String {
        [quoted(self.table, on), quoted(self.column, on)].join(".")
    }

    /// The canonical text of a key's value, as a new grant writes it.
    pub(crate) fn text(&self, value: &Value) -> Option<String> {
        match value {
            Value::SmallInt(Some(id)) => Some(id.to_string()),
            Value::Int(Some(id)) => Some(id.to_string()),
            Value::BigInt(Some(id)) => Some(id.to_string()),
            Value::String(Some(id)) => Some(id.to_string()),
            Value::Uuid(Some(id)) => Some(id.to_string()),
            _ => None,
        }
    }

    /// Does the grant at hand, `g`, name the row at hand?
    pub(super) fn is_named_by_grant(&self, on: DbBackend) -> String {
        let text = self.text_of(&self.of_row(on), on);
        match on {
            // served by the index; the second compares what a collation would let pass
            DbBackend::MySql => format!("g.object_pk = {text} AND BINARY g.object_pk = {text}"),
            _ => format!("g.object_pk = {text}"),
        }
    }

    /// The canonical text of a column that holds a key.
    pub(super) fn text_of(&self, column: &str, on: DbBackend) -> String {
        match (self.kind, on) {
            (Kind::Text, _) => column.to_owned(),
            (_, DbBackend::Postgres) => format!("CAST({column} AS varchar)"),
            // unlike a cast, it takes the collation of what it is compared with
            (Kind::Integer, DbBackend::MySql) => format!("CONCAT({column})"),
            (Kind::Integer, _) => format!("CAST({column} AS text)"),
            // sea-orm keeps a uuid as 16 bytes where there is no such type
            (Kind::Uuid, DbBackend::MySql) => format!("CONCAT_WS('-', {})", dashed_parts(column).join(", ")),
            (Kind::Uuid, _) => dashed_parts(column).join(" || '-' || "),
        }
    }

    /// The query for the keys that grants name by their texts; the text of none gives NULL, or no row.
    pub(super) fn named_by(&self, grants: &Grants, on: DbBackend) -> Sql {
        match (self.kind, on) {
            // where a cast is never an error the test need not stand around it, which is quicker
            (Kind::Integer, DbBackend::Sqlite) => grants
                .select("CAST(g.object_pk AS integer) AS k")
                .text(" AND CAST(CAST(g.object_pk AS integer) AS text) = g.object_pk"),
            _ => grants.select(&[&self.named_by_grant(on), " AS k"].concat()),
        }
    }

    /// The key that the grant at hand, `g`, names by its text; NULL where that is the text of none.
    pub(super) fn named_by_grant(&self, on: DbBackend) -> String {
        match (self.kind, on) {
            (Kind::Text, _) => "g.object_pk".to_owned(),
            // the first test is the quick one, for nearly all there are: digits, not of zero or of nothing
            (Kind::Integer, DbBackend::Postgres) => "CASE \
                 WHEN g.object_pk !~ '[^0-9]' AND ascii(g.object_pk) > 48 AND octet_length(g.object_pk) < 19 \
                      THEN CAST(g.object_pk AS bigint) \
                 WHEN g.object_pk ~ '^(0|-?[1-9][0-9]{0,18})$' THEN CASE WHEN CAST(g.object_pk AS numeric) \
                      BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(g.object_pk AS bigint) END END"
                .to_owned(),
            // unlike a cast, it says nothing of text that is no number, which in a strict UPDATE would be an error
            (Kind::Integer, DbBackend::MySql) => "CASE WHEN CONV(g.object_pk, 10, -10) = BINARY g.object_pk \
                 THEN CAST(g.object_pk AS signed) END"
                .to_owned(),
            (Kind::Integer, _) => "CASE WHEN CAST(CAST(g.object_pk AS integer) AS text) = g.object_pk \
                 THEN CAST(g.object_pk AS integer) END"
                .to_owned(),
            (Kind::Uuid, DbBackend::Postgres) => {
                format!("CASE WHEN g.object_pk ~ '^{UUID_PATTERN}$' THEN CAST(g.object_pk AS uuid) END")
            }
            (Kind::Uuid, DbBackend::MySql) => format!(
                "CASE WHEN g.object_pk REGEXP '^{UUID_PATTERN}$' AND BINARY g.object_pk = LOWER(g.object_pk) \
                 THEN UNHEX(REPLACE(g.object_pk, '-', '')) END"
            ),
            (Kind::Uuid, _) => format!(
                "CASE WHEN g.object_pk GLOB '{}' THEN unhex(g.object_pk, '-') END",
                UUID_LENGTHS.map(|length| "[0-9a-f]".repeat(length)).join("-")
            ),
        }
    }

    /// Must a match found by the database's own comparison be compared byte for byte once more?
    pub(super) fn compares_loosely(&self, on: DbBackend) -> bool {
        self.kind == Kind::Text && on == DbBackend::MySql
    }
}

/// The five groups of a uuid's digits.
fn dashed_parts(column: &str) -> [String; 5] {
    let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)];
    parts.map(|(from, length)| format!("substr(lower(hex({column})), {from}, {length})"))
}

const UUID_LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
const UUID_PATTERN: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
