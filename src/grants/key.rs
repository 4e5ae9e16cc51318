use sea_orm::{ColumnTrait, DbBackend, IdenStatic, Value, sea_query::ColumnType};
use uuid::Uuid;

use super::{table::Grants, uuid_key};
use crate::{
    db::{Sql, quoted},
    model::{Model, TableName, key_columns},
};

/// A model's key, in the two forms in which a grant meets it: the column, and guardian's text (CONTRACT 8.1).
///
/// A grant's text is compared with the canonical text of a key. A bare cast would make `007` and `7abc` into 7 on
/// SQLite and MariaDB, and an error on PostgreSQL; so a cast is guarded by a pattern, or cast back and compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyColumn {
    pub(super) table: TableName,
    pub(super) column: &'static str,
    pub(super) kind: Kind,
}

/// What a key is, and what its column keeps of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    /// In a column of the type that sea-orm has for it: PostgreSQL's and MariaDB's own, 16 bytes elsewhere. SQLite keeps
    /// what it is given, so Django's digits may stand there too.
    Uuid,
    /// In a column of text, as Django has it on SQLite and MySQL: 32 digits, or five groups of them.
    UuidText,
}

impl Kind {
    /// The forms in which the column may hold a key's value.
    pub(super) fn forms(self, value: &Value, on: DbBackend) -> Vec<Value> {
        let text = |id: Uuid| [id.simple().to_string().into(), id.to_string().into()];
        match (self, uuid_key::of(value)) {
            (Self::Uuid, Some(id)) if on == DbBackend::Sqlite => text(id).into_iter().chain([id.into()]).collect(),
            (Self::UuidText, Some(id)) => text(id).into(),
            _ => vec![value.clone()],
        }
    }
}

impl KeyColumn {
    /// Is it the same column?
    pub(crate) fn is_column_of(&self, other: &Self) -> bool {
        (&self.table, self.column) == (&other.table, other.column)
    }

    /// `None` for keys of several columns, or of a type that guardian's text cannot name.
    pub(crate) fn of<M: Model>() -> Option<Self> {
        let mut keys = key_columns::<M>();
        let (column, None) = (keys.next()?, keys.next()) else { return None };
        let kind = match column.def().get_column_type() {
            ColumnType::Uuid => Kind::Uuid,
            _ if M::KEY_IS_UUID => Kind::UuidText,
            ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger => Kind::Integer,
            ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text => Kind::Text,
            _ => return None,
        };
        Some(Self { table: TableName::of_model::<M>(), column: column.as_str(), kind })
    }

    /// The model's table.
    pub(super) fn rows(&self, on: DbBackend) -> String {
        let table = quoted(&self.table.table, on);
        self.table.schema.iter().fold(table, |table, schema| [quoted(schema, on), table].join("."))
    }

    /// The key of the row at hand.
    pub(super) fn of_row(&self, on: DbBackend) -> String {
        [quoted(&self.table.table, on), quoted(self.column, on)].join(".")
    }

    /// The canonical text of a key's value, as a new grant writes it; `None` for what is no such key.
    pub(crate) fn text(&self, value: &Value) -> Option<String> {
        match (self.kind, value) {
            (Kind::Integer, Value::SmallInt(Some(id))) => Some(id.to_string()),
            (Kind::Integer, Value::Int(Some(id))) => Some(id.to_string()),
            (Kind::Integer, Value::BigInt(Some(id))) => Some(id.to_string()),
            (Kind::Text, Value::String(Some(id))) => Some(id.to_string()),
            (Kind::Uuid | Kind::UuidText, value) => uuid_key::of(value).map(|id| id.to_string()),
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
            (Kind::UuidText, _) => uuid_key::text_of_text(column, on),
            (Kind::Uuid, DbBackend::MySql) => uuid_key::text_of_bytes(column, on),
            (_, DbBackend::Postgres) => format!("CAST({column} AS varchar)"),
            // unlike a cast, it takes the collation of what it is compared with
            (Kind::Integer, DbBackend::MySql) => format!("CONCAT({column})"),
            (Kind::Integer, _) => format!("CAST({column} AS text)"),
            (Kind::Uuid, _) => uuid_key::text_of_either(column, on),
        }
    }

    /// The queries for the keys that grants name by their texts, one for each form of a key; the text of none gives
    /// NULL, or no row.
    pub(super) fn named_by(&self, grants: &Grants, on: DbBackend) -> Vec<Sql> {
        match (self.kind, on) {
            // where a cast is never an error the test need not stand around it, which is quicker
            (Kind::Integer, DbBackend::Sqlite) => vec![
                grants
                    .select("CAST(g.object_pk AS integer) AS k")
                    .text(" AND CAST(CAST(g.object_pk AS integer) AS text) = g.object_pk"),
            ],
            _ => self.named_by_grant(on).iter().map(|key| grants.select(&[key, " AS k"].concat())).collect(),
        }
    }

    /// The key that the grant at hand, `g`, names by its text, in each form that the column may hold it in; NULL where
    /// that is the text of none.
    fn named_by_grant(&self, on: DbBackend) -> Vec<String> {
        match self.kind {
            Kind::Text => vec!["g.object_pk".to_owned()],
            Kind::Integer => vec![integer_named_by_grant(on).to_owned()],
            Kind::Uuid if on == DbBackend::Sqlite => {
                uuid_key::named(&["unhex(g.object_pk, '-')", "replace(g.object_pk, '-', '')", "g.object_pk"], on)
            }
            Kind::Uuid if on == DbBackend::MySql => uuid_key::named(&["UNHEX(REPLACE(g.object_pk, '-', ''))"], on),
            Kind::Uuid => uuid_key::named(&["CAST(g.object_pk AS uuid)"], on),
            Kind::UuidText => uuid_key::named_as_text(on),
        }
    }

    /// Is the row that the grant at hand names not there? Whatever form the column has, also one that was not declared:
    /// who judges by a comparison that cannot match takes every grant for one of no row.
    pub(super) fn names_no_row(&self, on: DbBackend) -> String {
        let (rows, key) = (self.rows(on), self.of_row(on));
        let missing = |named: String| format!("NOT EXISTS (SELECT 1 FROM {rows} WHERE {key} = {named})");
        // by key where the text is one, so that the model's own index serves
        let exactly = |named: String| {
            let same = self.is_named_by_grant(on);
            format!("NOT EXISTS (SELECT 1 FROM {rows} WHERE {key} = {named} AND {same})")
        };
        let named = self.named_by_grant(on).into_iter();
        let (named, undeclared): (Vec<String>, Vec<String>) = match self.kind {
            Kind::Integer => (named.map(exactly).collect(), Vec::new()),
            // digits that Django keeps, which guardian names by groups
            Kind::Text => (named.map(exactly).collect(), uuid_key::named_as_text(on)),
            Kind::Uuid if on == DbBackend::MySql => (named.map(missing).collect(), uuid_key::named_as_text(on)),
            Kind::Uuid | Kind::UuidText => (named.map(missing).collect(), Vec::new()),
        };
        named.into_iter().chain(undeclared.into_iter().map(missing)).collect::<Vec<_>>().join(" AND ")
    }

    /// Must a match found by the database's own comparison be compared byte for byte once more?
    pub(super) fn compares_loosely(&self, on: DbBackend) -> bool {
        matches!(self.kind, Kind::Text | Kind::UuidText) && on == DbBackend::MySql
    }
}

/// The number that the grant at hand, `g`, names by its text; NULL where that is the text of none.
fn integer_named_by_grant(on: DbBackend) -> &'static str {
    match on {
        // the first test is the quick one, for nearly all there are: digits, not of zero or of nothing
        DbBackend::Postgres => {
            "CASE \
             WHEN g.object_pk !~ '[^0-9]' AND ascii(g.object_pk) > 48 AND octet_length(g.object_pk) < 19 \
                  THEN CAST(g.object_pk AS bigint) \
             WHEN g.object_pk ~ '^(0|-?[1-9][0-9]{0,18})$' THEN CASE WHEN CAST(g.object_pk AS numeric) \
                  BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(g.object_pk AS bigint) END END"
        }
        // unlike a cast, it says nothing of text that is no number, which in a strict UPDATE would be an error
        DbBackend::MySql => {
            "CASE WHEN CONV(g.object_pk, 10, -10) = BINARY g.object_pk THEN CAST(g.object_pk AS signed) END"
        }
        _ => {
            "CASE WHEN CAST(CAST(g.object_pk AS integer) AS text) = g.object_pk \
             THEN CAST(g.object_pk AS integer) END"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_text_whatever_its_value_is_kept_as() {
        let text = |kind: Kind, value: Value| {
            let table = TableName { schema: None, table: "keyed".to_owned() };
            KeyColumn { table, column: "id", kind }.text(&value)
        };
        for seven in [Value::from(7_i16), Value::from(7_i32), Value::from(7_i64)] {
            assert_eq!(text(Kind::Integer, seven).as_deref(), Some("7"));
        }
        assert_eq!(text(Kind::Text, "7".into()).as_deref(), Some("7"));
        let id = Uuid::from_u128(0x65be_8549_8bb5_4ac3_a2ee_8d67_278c_f143);
        for kind in [Kind::Uuid, Kind::UuidText] {
            for value in [Value::from(id), id.as_bytes().to_vec().into(), id.simple().to_string().into()] {
                assert_eq!(text(kind, value), Some(id.to_string()));
            }
            assert_eq!(text(kind, b"65be8549".to_vec().into()), None);
        }
        assert_eq!(text(Kind::Integer, "7".into()), None);
        assert_eq!(text(Kind::Text, Value::from(7_i64)), None);
    }
}
