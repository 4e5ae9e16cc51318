//! Triggers by which PostgreSQL tells who listens that users, their tokens or what they hold changed.

use async_trait::async_trait;
use refrain_entity::UserTable;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use crate::app::check_names;
use crate::catalog::Catalog;

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

impl IdentityNotices {
    /// The tables that say who somebody is and what they hold, each with the column that says whose row it is; nothing
    /// where a row may be about everybody.
    fn tables(&self) -> [(&str, Option<&str>); 8] {
        let UserTable { table, groups_table, permissions_table, link_column, .. } = &self.users;
        [
            (table, Some("id")),
            (groups_table, Some(link_column)),
            (permissions_table, Some(link_column)),
            ("authtoken_token", Some("user_id")),
            ("refrain_token", Some("user_id")),
            ("auth_group_permissions", None),
            ("auth_permission", None),
            ("django_content_type", None),
        ]
    }
}

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
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        check_names(&self.users)?;
        let catalog = Catalog::read(db).await?;
        db.execute_unprepared(FUNCTION).await?;
        for (table, whose) in self.tables().into_iter().filter(|(table, _)| catalog.has(table)) {
            let whose = whose.map_or(String::new(), |column| format!("'{column}'"));
            for (event, rows) in EVENTS {
                let name = format!("refrain_tells_{}", event.to_lowercase());
                db.execute_unprepared(&format!(
                    "CREATE TRIGGER {name} AFTER {event} ON \"{table}\"{rows} FOR EACH STATEMENT \
                     EXECUTE FUNCTION refrain_tell_identity({whose}); \
                     ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER {name}"
                ))
                .await?;
            }
        }
        Ok(())
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
