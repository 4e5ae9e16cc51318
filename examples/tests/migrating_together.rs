//! Programs that migrate one database wait for each other: not for ever, and for nobody who only says so.

#![cfg(unix)]
#![allow(missing_docs)]

use std::{
    fs::{self, File},
    path::PathBuf,
    time::{Duration, Instant},
};

use refrain::{
    Api, BuiltApi, Result,
    cli::Project,
    migration::{MigratorTrait, WithPermissions},
    model::Models,
};
use refrain_examples::drivers::{Drivers, migration::Migrator};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};

/// The drivers, who wait less.
struct Hurried;

impl Project for Hurried {
    const NAME: &'static str = "drivers";
    const VERSION: &'static str = "1";
    const MIGRATION_WAIT: Duration = Duration::from_millis(400);
    type Migrator = Migrator;

    fn models() -> Models {
        Drivers::models()
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        Drivers::api(api, db)
    }
}

type Migrations = WithPermissions<Hurried>;

fn file(db: &TestDb) -> PathBuf {
    let url = db.url();
    url.strip_prefix("sqlite://").and_then(|rest| rest.split('?').next()).expect("a file").into()
}

fn lock_file(db: &TestDb) -> PathBuf {
    file(db).with_extension("sqlite3-migrating")
}

/// As another program has it that migrates.
struct Other {
    _file: Option<File>,
    session: Option<DatabaseConnection>,
}

impl Other {
    async fn migrates(db: &TestDb) -> Self {
        let sql = match db.backend() {
            Backend::Sqlite => {
                let file = File::create_new(lock_file(db)).expect("nobody has it");
                file.lock().expect("nobody has it");
                return Self { _file: Some(file), session: None };
            }
            Backend::Postgres => "SELECT pg_advisory_lock(7264711, 1)",
            Backend::MariaDb => "SELECT GET_LOCK(CONCAT('refrain.migrate.', MD5(DATABASE())), 0)",
        };
        let session = one_connection(&db.url()).await;
        session.execute_unprepared(sql).await.expect("it is free");
        Self { _file: None, session: Some(session) }
    }

    async fn ends(self) {
        if let Some(session) = self.session {
            session.close().await.expect("it ends");
        }
    }
}

async fn one_connection(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.expect("the database answers")
}

#[every_database(tables = none)]
async fn the_wait_has_an_end_and_says_for_whom(db: TestDb) {
    let other = Other::migrates(&db).await;
    let begun = Instant::now();
    let refused = Migrations::up(db.db(), None).await.expect_err("the other migrates").to_string();
    assert!(begun.elapsed() >= Hurried::MIGRATION_WAIT, "it waited for {:?} only", begun.elapsed());
    let by = match db.backend() {
        Backend::Sqlite => format!("`{}`", lock_file(&db).display()),
        Backend::Postgres => "SELECT pg_terminate_backend(".to_owned(),
        Backend::MariaDb => "KILL ".to_owned(),
    };
    assert!(refused.contains("another program migrates this database") && refused.contains(&by), "{refused}");
    assert!(refused.contains("MIGRATION_WAIT"), "{refused}");
    other.ends().await;
    Migrations::up(db.db(), None).await.expect("it has ended");
    if db.backend() == Backend::Sqlite {
        assert!(!lock_file(&db).exists(), "nothing is left");
    }
}

#[every_database(tables = none, postgres, because = "only there a caller's transaction can be migrated and keep a lock")]
async fn the_wait_has_an_end_within_a_transaction(db: TestDb) {
    let other = Other::migrates(&db).await;
    let transaction = db.begin().await.expect("begins");
    let refused = Migrations::up(&transaction, None).await.expect_err("the other migrates").to_string();
    assert!(refused.contains("another program migrates this database"), "{refused}");
    other.ends().await;
    Migrations::up(&transaction, None).await.expect("the transaction goes on");
    // and keeps others out until it ends
    assert!(Migrations::up(&db.another_pool().await, None).await.is_err());
    transaction.commit().await.expect("commits");
    Migrations::up(db.db(), None).await.expect("it has ended");
}

/// Any role that may connect can take what locks it likes.
#[every_database(tables = none, postgres, because = "MariaDB does not tell whose a lock is, and SQLite has no roles")]
async fn a_role_that_cannot_migrate_keeps_nobody(db: TestDb) {
    let name = format!("stranger_{}", std::process::id());
    db.execute_unprepared(&format!("CREATE ROLE {name} LOGIN")).await.expect("a role");
    let session = one_connection(&db.url().replacen("refrain@", &format!("{name}@"), 1)).await;
    for lock in ["pg_advisory_lock(7264711)", "pg_advisory_lock(7264711, 0)", "pg_advisory_lock(7264711, 1)"] {
        session.execute_unprepared(&format!("SELECT {lock}")).await.expect("any role may");
    }
    // before there are tables, and after
    Migrations::up(db.db(), Some(1)).await.expect("a stranger migrates nothing");
    Migrations::up(db.db(), None).await.expect("a stranger migrates nothing");
    // but one who may act as the tables' owner does
    db.execute_unprepared(&format!("GRANT refrain TO {name}")).await.expect("a member");
    let refused = Migrations::up(db.db(), None).await.expect_err("it may migrate").to_string();
    assert!(refused.contains(&format!("the role `{name}`")), "{refused}");
    session.close().await.expect("it ends");
    db.execute_unprepared(&format!("DROP ROLE {name}")).await.expect("nothing is its own");
}

/// Every account can open a folder, and lock what it opens.
#[every_database(tables = none, sqlite, because = "servers have no folder")]
async fn a_locked_folder_keeps_nobody(db: TestDb) {
    let folder = File::open(file(&db).parent().expect("a folder")).expect("it is opened");
    folder.lock().expect("nobody has it");
    Migrations::up(db.db(), None).await.expect("the folder is not asked");
}

/// A program that was killed leaves its file, and no lock.
#[every_database(tables = none, sqlite, because = "a server gives back the locks of who is gone")]
async fn a_file_that_was_left_keeps_nobody(db: TestDb) {
    fs::write(lock_file(&db), "1").expect("it is left");
    Migrations::up(db.db(), None).await.expect("nobody has it");
    assert!(!lock_file(&db).exists(), "nothing is left");
}
