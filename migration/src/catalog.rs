use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// The tables of a database and their columns, read once.
#[derive(Debug, Default)]
pub(crate) struct Catalog(BTreeMap<String, BTreeSet<String>>);

impl Catalog {
    pub(crate) async fn read(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let backend = db.get_database_backend();
        let sql = match backend {
            DbBackend::Sqlite => SQLITE,
            DbBackend::Postgres => POSTGRES,
            _ => MYSQL,
        };
        let mut tables = BTreeMap::<String, BTreeSet<String>>::new();
        for row in db.query_all_raw(Statement::from_string(backend, sql)).await? {
            tables.entry(row.try_get("", "in_table")?).or_default().insert(row.try_get("", "named")?);
        }
        Ok(Self(tables))
    }

    pub(crate) fn has(&self, table: &str) -> bool {
        self.0.contains_key(table)
    }

    pub(crate) fn has_column(&self, table: &str, column: &str) -> bool {
        self.0.get(table).is_some_and(|columns| columns.contains(column))
    }
}

const SQLITE: &str = "SELECT t.name AS in_table, c.name AS named FROM sqlite_master t \
    JOIN pragma_table_info(t.name) c WHERE t.type IN ('table', 'view')";

/// What an unqualified name would find, as Django looks too.
const POSTGRES: &str = "SELECT t.relname::text AS in_table, c.attname::text AS named FROM pg_catalog.pg_class t \
    JOIN pg_catalog.pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped \
    WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(t.oid)";

const MYSQL: &str = "SELECT CAST(table_name AS char) AS in_table, CAST(column_name AS char) AS named \
    FROM information_schema.columns WHERE table_schema = database()";
