use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

use super::Db;

/// A column that points at another table, whose rows the database deletes with those they point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cascading {
    pub(crate) from: String,
    pub(crate) column: String,
    pub(crate) to: String,
}

/// Every such column, as the database itself tells of it.
pub(crate) async fn cascading(db: Db<'_>) -> Result<Vec<Cascading>, DbErr> {
    let on = db.get_database_backend();
    let sql = match on {
        DbBackend::Postgres => {
            "SELECT CAST(c.relname AS text) AS child, CAST(a.attname AS text) AS named, \
                    CAST(p.relname AS text) AS parent \
             FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid \
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) \
             WHERE k.contype = 'f' AND k.confdeltype = 'c' AND k.conparentid = 0 ORDER BY 1, 2, 3"
        }
        DbBackend::MySql => {
            "SELECT k.table_name AS child, k.column_name AS named, k.referenced_table_name AS parent \
             FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r \
             ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name \
                AND r.table_name = k.table_name \
             WHERE k.constraint_schema = database() AND r.delete_rule = 'CASCADE' ORDER BY 1, 2, 3"
        }
        _ => {
            "SELECT m.name AS child, f.\"from\" AS named, f.\"table\" AS parent \
             FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
             WHERE m.type = 'table' AND f.on_delete = 'CASCADE' ORDER BY 1, 2, 3"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(on, sql)).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Cascading, DbErr> {
    Ok(Cascading { from: row.try_get("", "child")?, column: row.try_get("", "named")?, to: row.try_get("", "parent")? })
}
