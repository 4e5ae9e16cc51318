//! Permissions are made after each migration, by whichever way it is run.

#![allow(missing_docs)]

use refrain::{
    auth::Auth,
    migration::{MigratorTrait, WithPermissions},
};
use refrain_examples::drivers::Drivers;
use refrain_testing::{TestDb, every_database};
use sea_orm::{ConnectionTrait, TransactionTrait};

type Migrations = WithPermissions<Drivers>;

async fn labels(db: &TestDb) -> Vec<String> {
    let permissions = Auth::default().permissions(db.db()).await.expect("the tables are there");
    permissions.iter().map(|permission| permission.label()).collect()
}

const ALL: [&str; 10] = [
    "drivers.add_car",
    "drivers.change_car",
    "drivers.delete_car",
    "drivers.export_car",
    "drivers.publish_car",
    "drivers.view_car",
    "drivers.add_trip",
    "drivers.change_trip",
    "drivers.delete_trip",
    "drivers.view_trip",
];

#[every_database(tables = none)]
async fn after_up_fresh_and_refresh_alike(db: TestDb) {
    Migrations::up(db.db(), Some(0)).await.expect("where there is no table yet, nothing is made");
    Migrations::up(db.db(), None).await.expect("up");
    assert_eq!(labels(&db).await, ALL);
    Migrations::up(db.db(), None).await.expect("up again");
    assert_eq!(labels(&db).await, ALL);
    Migrations::refresh(db.db()).await.expect("refresh");
    assert_eq!(labels(&db).await, ALL);
    Migrations::fresh(db.db()).await.expect("fresh");
    assert_eq!(labels(&db).await, ALL);
    Migrations::down(db.db(), None).await.expect("down");
    assert!(Auth::default().permissions(db.db()).await.is_err());
}

#[every_database(tables = none, sqlite, postgres, because = "MariaDB commits at each change of the schema")]
async fn within_a_transaction(db: TestDb) {
    let transaction = db.begin().await.expect("begins");
    Migrations::up(&transaction, None).await.expect("up");
    transaction.rollback().await.expect("rolls back");
    assert!(Auth::default().permissions(db.db()).await.is_err());

    let transaction = db.begin().await.expect("begins");
    Migrations::up(transaction, None).await.expect("up commits what it was given");
    assert_eq!(labels(&db).await, ALL);
}

#[every_database(tables = none)]
async fn fresh_is_refused_where_somebody_else_made_tables(db: TestDb) {
    db.execute_unprepared("CREATE TABLE auth_group (id integer NOT NULL PRIMARY KEY, name varchar(150) NOT NULL)")
        .await
        .expect("a table of Django's");
    let refused = Migrations::fresh(db.db()).await.expect_err("it would be dropped").to_string();
    assert!(refused.contains("`fresh` drops every table") && refused.contains("`auth_group`"), "{refused}");
    assert!(db.execute_unprepared("SELECT name FROM auth_group").await.is_ok());
}

/// As the servers of a site do that are all started at once.
#[every_database(tables = none)]
async fn programs_that_start_together_migrate_once(db: TestDb) {
    let mut programs = Vec::new();
    for _ in 0..4 {
        let pool = db.another_pool().await;
        programs.push(tokio::spawn(async move { Migrations::up(&pool, None).await }));
    }
    for program in programs {
        program.await.expect("it does not panic").expect("each finds the tables made");
    }
    assert_eq!(labels(&db).await, ALL);
    let applied =
        db.query_all_raw(db.statement("SELECT version FROM seaql_migrations")).await.expect("they are recorded");
    assert_eq!(applied.len(), Migrations::migrations().len());
}
