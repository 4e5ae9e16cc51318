//! Every test has a database of its own, with the tables it asked for.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Mutex,
    time::Duration,
};

use refrain_testing::{Backend, TestDb, every_database, on};
use sea_orm::{ConnectionTrait, DbErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait};
use tokio::time::timeout;

async fn cars(db: &impl ConnectionTrait) -> Result<usize, DbErr> {
    Ok(db.query_all_raw(Statement::from_string(db.get_database_backend(), "SELECT name FROM drivers_car")).await?.len())
}

async fn add_car(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    db.execute_unprepared("INSERT INTO drivers_car (name, published) VALUES ('Beetle', TRUE)").await.map(|_| ())
}

#[every_database]
async fn tables_are_there_and_empty(db: TestDb) -> Result<(), DbErr> {
    assert_eq!(cars(db.db()).await?, 0);
    add_car(db.db()).await?;
    assert_eq!(cars(db.db()).await?, 1);
    for table in ["auth_user", "auth_permission", "guardian_userobjectpermission", "drivers_trip"] {
        assert!(db.query_all_raw(db.statement(&format!("SELECT id FROM {table}"))).await?.is_empty(), "{table}");
    }
    Ok(())
}

#[every_database]
async fn no_test_sees_the_rows_of_another(db: TestDb) -> Result<(), DbErr> {
    assert_eq!(cars(db.db()).await?, 0);
    add_car(db.db()).await
}

#[every_database]
async fn another_pool_reaches_the_same_rows(db: TestDb) -> Result<(), DbErr> {
    let other = db.another_pool().await;
    add_car(&other).await?;
    assert_eq!(cars(db.db()).await?, 1);
    Ok(())
}

#[every_database]
async fn writers_wait_for_each_other(db: TestDb) -> Result<(), DbErr> {
    let (other, statement) = (db.another_pool().await, "UPDATE drivers_car SET name = 'Golf'");
    add_car(db.db()).await?;
    let immediate =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let first = db.begin_with_options(immediate).await?;
    first.execute_unprepared(statement).await?;
    let second = tokio::spawn(async move { other.execute_unprepared(statement).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!second.is_finished());
    first.commit().await?;
    let second = timeout(Duration::from_secs(4), second).await.expect("the first has committed");
    second.expect("the task does not panic").map(|_| ())
}

#[every_database]
async fn owners_are_users(db: TestDb) {
    let nobody = "INSERT INTO drivers_trip (title, owner_id) VALUES ('North', 7)";
    let refused = db.execute_unprepared(nobody).await.expect_err("there is no user 7").to_string().to_lowercase();
    assert!(refused.contains("foreign key"), "{refused}");
}

#[every_database(tables = none)]
async fn a_database_can_be_empty(db: TestDb) -> Result<(), DbErr> {
    let tables = match db.backend() {
        Backend::Sqlite => "SELECT name FROM sqlite_master",
        Backend::Postgres => "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        Backend::MariaDb => "SHOW TABLES",
    };
    assert!(db.query_all_raw(db.statement(tables)).await?.is_empty());
    Ok(())
}

#[every_database(tables = uuid_users)]
async fn users_can_have_uuid_keys(db: TestDb) -> Result<(), DbErr> {
    assert!(db.query_all_raw(db.statement("SELECT id FROM club_member")).await?.is_empty());
    assert_eq!(cars(db.db()).await?, 0);
    assert!(db.query_all_raw(db.statement("SELECT id FROM auth_user")).await.is_err());
    Ok(())
}

#[every_database(sqlite, because = "servers do not keep a database in one file")]
async fn sqlite_keeps_a_write_ahead_log(db: TestDb) -> Result<(), DbErr> {
    let mode = db.query_one_raw(db.statement("PRAGMA journal_mode")).await?.expect("a pragma answers");
    assert_eq!(mode.try_get_by_index::<String>(0)?, "wal");
    Ok(())
}

#[every_database]
async fn property_tests_can_block(db: TestDb) {
    let counted = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(cars(db.db())));
    assert_eq!(counted, Ok(0));
}

#[test]
fn a_failing_test_keeps_its_database() {
    let kept = Mutex::new(None);
    let failing = async |db: TestDb| -> Result<(), DbErr> {
        kept.lock().expect("nobody else holds it").replace(db.url());
        db.execute_unprepared("SELECT nothing FROM nowhere").await.map(|_| ())
    };
    assert!(catch_unwind(AssertUnwindSafe(|| on(Backend::Sqlite, failing))).is_err());
    let url = kept.lock().expect("nobody else holds it").take().expect("the test ran");
    let file = url.trim_start_matches("sqlite://").split('?').next().expect("a url has a first part");
    assert!(fs::exists(file).expect("the temp folder can be read"));
    fs::remove_dir_all(Path::new(file).parent().expect("a file is in a folder")).expect("it was there just now");
}
