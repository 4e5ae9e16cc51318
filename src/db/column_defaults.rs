use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityName, Statement};

use super::{Db, quoted};

/// The columns of a table to which the database itself gives a value where a new row leaves them out: by a default, a
/// sequence, or an expression over the others.
pub(crate) async fn columns_with_defaults(db: Db<'_>, table: &impl EntityName) -> Result<HashSet<String>, DbErr> {
    let on = db.get_database_backend();
    let (name, schema) = (table.table_name(), table.schema_name());
    let (sql, values) = match on {
        DbBackend::Postgres => {
            let parts = schema.into_iter().chain([name]);
            let whole = parts.map(|part| quoted(part, on)).collect::<Vec<_>>().join(".");
            let sql = "SELECT CAST(a.attname AS text) AS name FROM pg_catalog.pg_attribute a \
                       JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
                       WHERE a.attrelid = CAST(CAST($1 AS text) AS regclass) AND a.attnum > 0 AND NOT a.attisdropped \
                       AND (a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL)";
            (sql, vec![whole.into()])
        }
        DbBackend::Sqlite => (
            "SELECT name FROM pragma_table_xinfo(?) WHERE dflt_value IS NOT NULL OR hidden IN (2, 3)",
            vec![name.into()],
        ),
        // MariaDB writes `NULL` where there is none, and both file generated columns under `extra`
        _ => {
            let sql = "SELECT CONVERT(column_name USING utf8mb4) AS name FROM information_schema.columns \
                       WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? \
                       AND (COALESCE(column_default, 'NULL') <> 'NULL' OR extra LIKE '%GENERATED%' \
                       OR extra LIKE '%auto_increment%')";
            (sql, vec![schema.map(str::to_owned).into(), name.into()])
        }
    };
    let found = db.query_all_raw(Statement::from_sql_and_values(on, sql, values)).await?;
    found.iter().map(|row| row.try_get::<String>("", "name")).collect()
}
