//! A primary and its standby do what tests ask of them, and leave nothing behind.

#![cfg(unix)]

use std::{
    net::TcpStream,
    path::PathBuf,
    time::{Duration, Instant},
};

use refrain_testing::{Cluster, Stop, TestDb, every_database};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    Database::connect(url).await
}

async fn cars(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let all = Statement::from_string(db.get_database_backend(), "SELECT name FROM car ORDER BY name");
    db.query_all_raw(all).await?.iter().map(|row| row.try_get("", "name")).collect()
}

async fn add(db: &DatabaseConnection, car: &str) -> Result<(), DbErr> {
    db.execute_unprepared(&format!("INSERT INTO car VALUES ('{car}')")).await.map(drop)
}

#[every_database(postgres, tables = none, because = "no other has a standby")]
async fn a_standby_shows_what_the_primary_wrote_unless_it_pauses(_db: TestDb) -> Result<(), DbErr> {
    let cluster = Cluster::start().await;
    let (primary, standby) = (connect(&cluster.url()).await?, connect(&cluster.standby_url()).await?);
    primary.execute_unprepared("CREATE TABLE car (name text)").await?;
    add(&primary, "Beetle").await?;
    cluster.wait_until_shown().await;
    assert_eq!(cars(&standby).await?, ["Beetle"]);
    assert!(add(&standby, "Golf").await.is_err_and(|error| error.to_string().contains("read-only")));

    cluster.pause_replay().await;
    add(&primary, "Golf").await?;
    cluster.wait_until_received().await;
    assert_eq!(cars(&standby).await?, ["Beetle"]);
    cluster.resume_replay().await;
    cluster.wait_until_shown().await;
    assert_eq!(cars(&standby).await?, ["Beetle", "Golf"]);

    cluster.replicate_synchronously().await;
    add(&primary, "Passat").await?;
    assert_eq!(cars(&standby).await?, ["Beetle", "Golf", "Passat"], "at once");
    Ok(())
}

#[every_database(postgres, tables = none, because = "no other has a standby")]
async fn what_was_committed_outlives_restarts_and_a_promotion(_db: TestDb) -> Result<(), DbErr> {
    let mut cluster = Cluster::start().await;
    let db = connect(&cluster.url()).await?;
    db.execute_unprepared("CREATE TABLE car (name text)").await?;
    for (car, how) in [("Beetle", Stop::Fast), ("Golf", Stop::Immediate)] {
        add(&db, car).await?;
        cluster.restart_primary(how);
    }
    cluster.stop_standby(Stop::Fast);
    add(&db, "Passat").await?;
    cluster.start_standby();
    cluster.replicate_synchronously().await;
    add(&db, "Polo").await?;

    let (before, old) = (cluster.url(), cluster.primary_url());
    cluster.promote().await;
    assert_eq!((cluster.url(), cluster.standby_url()), (before, old));
    assert_eq!(cars(&db).await?, ["Beetle", "Golf", "Passat", "Polo"]);
    // nobody follows it, and it waits for nobody
    add(&db, "Tiguan").await?;
    assert_eq!(cars(&connect(&cluster.primary_url()).await?).await?.len(), 5);
    cluster.renew_standby();
    cluster.wait_until_shown().await;
    assert_eq!(cars(&connect(&cluster.standby_url()).await?).await?.len(), 5);
    Ok(())
}

#[every_database(postgres, tables = none, because = "no other has a standby")]
async fn nothing_of_a_cluster_is_left_also_where_its_test_fails(_db: TestDb) -> Result<(), DbErr> {
    let failing = tokio::spawn(async {
        let cluster = Cluster::start().await;
        let db = connect(&cluster.url()).await.expect("it runs");
        let folder = Statement::from_string(
            db.get_database_backend(),
            "SELECT setting FROM pg_settings WHERE name = 'data_directory'",
        );
        let folder = db.query_one_raw(folder).await.expect("it answers").expect("a row");
        let folder: String = folder.try_get_by_index(0).expect("a text");
        std::panic::panic_any((folder, [cluster.url(), cluster.primary_url(), cluster.standby_url()]));
    });
    let panicked = failing.await.map(|(): ()| ()).expect_err("it fails").into_panic();
    let (folder, addresses) = *panicked.downcast::<(String, [String; 3])>().expect("what it was told");
    assert!(!PathBuf::from(folder).parent().expect("the cluster's").exists());
    for address in addresses {
        let server = address.split(['@', '/']).nth(3).expect("a server");
        // the proxy's task ends a moment later than its owner
        let begun = Instant::now();
        while TcpStream::connect(server).is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(5), "{address}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    Ok(())
}
