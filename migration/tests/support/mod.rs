//! A database of its own for each test: SQLite in memory; PostgreSQL and MariaDB on the servers that `TEST_POSTGRES_URL`
//! and `TEST_MARIADB_URL` name, which `cargo xtask test` starts. Without them a test fails, unless
//! `REFRAIN_TEST_ONLY=sqlite` leaves them out.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::atomic::{AtomicU32, Ordering};

use refrain_entity::{Key, UserTable};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub(crate) struct Site;

impl MigratorTrait for Site {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        refrain_migration::django_tables(UserTable::default())
    }
}

/// A site whose users are its own.
pub(crate) struct Club;

impl MigratorTrait for Club {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        refrain_migration::django_tables(UserTable::custom("club", "Member", Key::Uuid))
    }
}

/// Runs a test on each kind of database there is.
pub(crate) async fn on_every_database(test: impl AsyncFn(&DatabaseConnection)) {
    on_sqlite(&test).await;
    on_postgres(&test).await;
    on_mariadb(&test).await;
}

pub(crate) async fn on_sqlite(test: impl AsyncFn(&DatabaseConnection)) {
    let db = connect("sqlite::memory:").await;
    test(&db).await;
    db.close().await.expect("it closes");
}

pub(crate) async fn on_postgres(test: impl AsyncFn(&DatabaseConnection)) {
    on_server("TEST_POSTGRES_URL", test).await;
}

pub(crate) async fn on_mariadb(test: impl AsyncFn(&DatabaseConnection)) {
    on_server("TEST_MARIADB_URL", test).await;
}

async fn on_server(variable: &str, test: impl AsyncFn(&DatabaseConnection)) {
    if std::env::var("REFRAIN_TEST_ONLY").is_ok_and(|only| only == "sqlite") {
        assert!(std::env::var_os("CI").is_none(), "every database counts in CI");
        eprintln!("not run: what asks for `{variable}` (REFRAIN_TEST_ONLY=sqlite)");
        return;
    }
    let url = std::env::var(variable).unwrap_or_else(|_| panic!("`{variable}` is not set: `cargo xtask test` sets it"));
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("migration_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let server = connect(&url).await;
    server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database is made");
    let (host, _) = url.rsplit_once('/').expect("the address ends in a database");
    let db = connect(&format!("{host}/{name}")).await;
    test(&db).await;
    db.close().await.expect("it closes");
    server.execute_unprepared(&format!("DROP DATABASE {name}")).await.expect("the database is dropped");
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("the database answers")
}

/// Runs statements that each end a line with `;`.
pub(crate) async fn run(db: &DatabaseConnection, script: &str) -> Result<(), DbErr> {
    let script: String =
        script.lines().filter(|line| !line.starts_with("--")).map(|line| format!("{line}\n")).collect();
    for statement in script.split(";\n").filter(|text| !text.trim().is_empty()) {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}

/// One text column of a query.
pub(crate) async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("it is read");
    rows.iter().map(|row| row.try_get_by_index(0).expect("the first column is text")).collect()
}

/// What Django itself would make here.
pub(crate) fn djangos_own(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => include_str!("../schema/sqlite.sql"),
        DbBackend::Postgres => include_str!("../schema/postgres.sql"),
        _ => include_str!("../schema/mariadb.sql"),
    }
}

/// The whole schema as text, without what Refrain and sea-orm keep for themselves.
pub(crate) async fn schema(db: &DatabaseConnection) -> Vec<String> {
    let own = "('seaql_migrations', 'refrain_made_tables')";
    let mut schema = match db.get_database_backend() {
        DbBackend::Sqlite => {
            let sql = format!(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite_%' AND tbl_name NOT IN {own}"
            );
            texts(db, &sql).await
        }
        DbBackend::Postgres => {
            let columns = format!(
                "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, character_maximum_length, \
                 is_nullable, is_identity, identity_generation, column_default) FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name NOT IN {own}"
            );
            let constraints = format!(
                "SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint \
                 WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT IN {own}"
            );
            let indexes =
                format!("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT IN {own}");
            [texts(db, &columns).await, texts(db, &constraints).await, texts(db, &indexes).await].concat()
        }
        _ => {
            let tables = format!(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_name NOT IN {own}"
            );
            let mut all = Vec::new();
            for table in texts(db, &tables).await {
                let row = Statement::from_string(DbBackend::MySql, format!("SHOW CREATE TABLE `{table}`"));
                let row = db.query_one_raw(row).await.expect("it is read").expect("the table is there");
                let table: String = row.try_get_by_index(1).expect("the second column is the statement");
                all.push(without_next_number(&table));
            }
            all
        }
    };
    schema.sort();
    schema
}

/// MariaDB says with a table which number its next row would get.
fn without_next_number(table: &str) -> String {
    match table.split_once(" AUTO_INCREMENT=") {
        Some((before, after)) => format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => table.to_owned(),
    }
}

/// The rows of `django_migrations`, as `app.name`.
pub(crate) async fn recorded(db: &DatabaseConnection) -> Vec<String> {
    match db.get_database_backend() {
        DbBackend::MySql => texts(db, "SELECT concat(app, '.', name) FROM django_migrations ORDER BY app, name").await,
        _ => texts(db, "SELECT app || '.' || name FROM django_migrations ORDER BY app, name").await,
    }
}
