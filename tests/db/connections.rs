//! Connections are set up alike whatever the server's own settings are, and a moment is the same moment everywhere.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta, Utc};
use refrain::{PoolSettings, Result, auth::NewUser};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TryGetable};

use crate::{
    people::{column, run},
    support::auth,
};

async fn asked<T: TryGetable>(db: &DatabaseConnection, sql: &str) -> T {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    row.expect("it is answered").expect("a row").try_get_by_index(0).expect("of this type")
}

fn limits() -> PoolSettings {
    PoolSettings::default().statement_timeout(Duration::from_millis(1500)).lock_timeout(Duration::from_millis(2500))
}

#[every_database(mariadb, because = "these are its settings")]
async fn a_connection_to_mariadb_is_strict_bounded_and_in_utc(db: TestDb) -> Result<()> {
    let and = if db.url().contains('?') { '&' } else { '?' };
    for url in [db.url(), format!("{}{and}timezone=%2B05:00", db.url())] {
        let pool = limits().connect(&url).await?;
        assert_eq!(asked::<f64>(&pool, "SELECT CAST(@@max_statement_time AS DOUBLE)").await, 1.5);
        assert_eq!(asked::<u64>(&pool, "SELECT @@innodb_lock_wait_timeout").await, 3, "in whole seconds");
        assert_eq!(asked::<String>(&pool, "SELECT @@time_zone").await, "+00:00");
        let mode = asked::<String>(&pool, "SELECT @@sql_mode").await;
        assert!(mode.contains("STRICT_ALL_TABLES"), "{mode}");
        pool.close().await?;
    }
    let pool = limits().statement_timeout(None).connect(&db.url()).await?;
    assert_eq!(asked::<f64>(&pool, "SELECT CAST(@@max_statement_time AS DOUBLE)").await, 0.0);
    Ok(())
}

#[every_database(postgres, because = "these are its settings")]
async fn a_connection_to_postgres_is_bounded_and_in_utc(db: TestDb) -> Result<()> {
    let name = asked::<String>(&db, "SELECT quote_ident(current_database())").await;
    run(&db, &format!("ALTER DATABASE {name} SET timezone = 'Asia/Karachi'")).await?;
    let pool = limits().connect(&db.url()).await?;
    assert_eq!(asked::<String>(&pool, "SHOW statement_timeout").await, "1500ms");
    assert_eq!(asked::<String>(&pool, "SHOW lock_timeout").await, "2500ms");
    assert_eq!(asked::<String>(&pool, "SHOW TimeZone").await, "UTC");
    assert_eq!(asked::<String>(&pool, "SHOW jit").await, "off");
    pool.close().await?;
    let pool = limits().statement_timeout(None).connect(&db.url()).await?;
    assert_eq!(asked::<String>(&pool, "SHOW statement_timeout").await, "0");
    Ok(())
}

#[every_database]
async fn no_more_connections_are_made_than_were_asked_for(db: TestDb) -> Result<()> {
    let pool = PoolSettings::default().max_connections(1).acquire_timeout(Duration::from_millis(300));
    let pool = pool.connect(&db.url()).await?;
    let held = sea_orm::TransactionTrait::begin(&pool).await?;
    assert!(pool.query_one_raw(db.statement("SELECT 1")).await.is_err());
    held.rollback().await?;
    assert!(pool.query_one_raw(db.statement("SELECT 1")).await?.is_some());
    Ok(())
}

/// Times are written and read in UTC, as Django does, on a server that keeps another one.
#[every_database]
async fn moments_do_not_depend_on_the_servers_time_zone(db: TestDb) -> Result<()> {
    match db.backend() {
        Backend::Sqlite => {}
        Backend::Postgres => {
            let name = asked::<String>(&db, "SELECT quote_ident(current_database())").await;
            run(&db, &format!("ALTER DATABASE {name} SET timezone = 'Asia/Karachi'")).await?;
        }
        // for every connection of this run that does not set its own, and each of ours does
        Backend::MariaDb => run(&db, "SET GLOBAL time_zone = '+05:00'").await?,
    }
    let auth = auth();
    let pool = refrain::connect(&db.url()).await?;
    let before = Utc::now();
    let alice = auth.create_user(&pool, NewUser::new("alice").password("secret")).await?;
    alice.token(&pool).await?;
    let sql = match db.backend() {
        Backend::Sqlite => "SELECT date_joined FROM auth_user UNION ALL SELECT created FROM authtoken_token",
        Backend::Postgres => {
            "SELECT to_char(date_joined AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') FROM auth_user UNION ALL \
             SELECT to_char(created AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') FROM authtoken_token"
        }
        Backend::MariaDb => {
            "SELECT CAST(date_joined AS CHAR) FROM auth_user UNION ALL SELECT CAST(created AS CHAR) FROM authtoken_token"
        }
    };
    for stored in column::<String>(&db, sql).await? {
        let stored = NaiveDateTime::parse_from_str(&stored, "%Y-%m-%d %H:%M:%S%.f").expect("Django's form").and_utc();
        assert!((stored - before).abs() < TimeDelta::seconds(20), "{stored} was written at {before}");
    }
    let read = auth.user(&pool, "alice").await?.expect("she was made").date_joined.expect("it is set");
    assert!((read.to_utc() - before).abs() < TimeDelta::seconds(20), "{read} was written at {before}");
    assert_eq!(alice.date_joined, Some(read));
    Ok(())
}
