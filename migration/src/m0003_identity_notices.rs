//! Triggers by which PostgreSQL tells who listens that users, their tokens or what they hold changed.

use async_trait::async_trait;
use refrain_entity::UserTable;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use crate::app::check_names;

pub(crate) struct IdentityNotices {
    pub(crate) users: UserTable,
}

const FUNCTION: &str = include_str!("sql/postgres/identity_notices.sql");

/// The events of a trigger each: the rows before and after a statement have names in triggers of one event only.
const EVENTS: [(&str, &str); 4] = [
    ("INSERT", " REFERENCING NEW TABLE AS rows_after"),
    ("UPDATE", " REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after"),
    ("DELETE", " REFERENCING OLD TABLE AS rows_before"),
    ("TRUNCATE", ""),
];

pub(crate) async fn make(manager: &SchemaManager<'_>, users: &UserTable) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    check_names(users)?;
    let there = db.query_all_raw(Statement::from_string(DbBackend::Postgres, PLAIN_TABLES)).await?;
    let there = there.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()?;
    db.execute_unprepared(FUNCTION).await?;
    for (table, columns) in
        users.identity_tables().into_iter().filter(|(table, _)| there.iter().any(|name| name == table))
    {
        let columns = columns.iter().map(|column| format!("'{column}'")).collect::<Vec<_>>().join(", ");
        for (event, rows) in EVENTS {
            let name = format!("refrain_tells_{}", event.to_lowercase());
            db.execute_unprepared(&format!(
                "DROP TRIGGER IF EXISTS {name} ON \"{table}\"; \
                 CREATE TRIGGER {name} AFTER {event} ON \"{table}\"{rows} FOR EACH STATEMENT \
                 EXECUTE FUNCTION refrain_tell_identity({columns}); \
                 ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER {name}"
            ))
            .await?;
        }
    }
    Ok(())
}

/// Views, foreign and partitioned tables have no such triggers; who listens says so.
const PLAIN_TABLES: &str = "SELECT relname::text FROM pg_catalog.pg_class \
    WHERE relkind = 'r' AND NOT relispartition AND pg_catalog.pg_table_is_visible(oid)";

impl MigrationName for IdentityNotices {
    fn name(&self) -> &str {
        "refrain_m0003_identity_notices"
    }
}

#[async_trait]
impl MigrationTrait for IdentityNotices {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, &self.users).await
    }

    /// The triggers go with the function that they run.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared("DROP FUNCTION IF EXISTS refrain_tell_identity() CASCADE").await?;
        }
        Ok(())
    }
}
