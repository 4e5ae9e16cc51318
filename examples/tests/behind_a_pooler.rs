//! The program before Debian's pgbouncer.

#![cfg(unix)]
#![allow(missing_docs)]

mod program;

use program::{Folder, Server, Told, pooler::Pooler};
use refrain_testing::{TestDb, every_database};
use sea_orm::ConnectionTrait;

const EVERY_COMMAND: [&[&str]; 11] = [
    &["migrate"],
    &["migrate", "status"],
    &["sync-permissions"],
    &["createsuperuser", "--no-input", "--username", "root"],
    &["changepassword", "root"],
    &["check"],
    &["permissions"],
    &["explain", "GET", "/api/cars"],
    &["clean-orphans"],
    &["clear-sessions"],
    &["serve"],
];

fn run(folder: &Folder, arguments: &[&str], url: &str, direct: Option<&str>) -> Told {
    let mut command = folder.program(arguments);
    command.env("DATABASE_URL", url).env("DJANGO_SUPERUSER_PASSWORD", "a password of four words");
    if let Some(direct) = direct {
        command.env("DIRECT_DATABASE_URL", direct);
    }
    Told::of(command.env("BIND", "127.0.0.1:0").output().expect("the example is built"))
}

async fn tables(db: &TestDb) -> usize {
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    db.query_all_raw(db.statement(tables)).await.expect("it can be asked").len()
}

#[every_database(postgres, tables = none, because = "pgbouncer serves PostgreSQL alone")]
async fn one_that_lends_by_the_transaction_is_refused(db: TestDb) {
    let folder = Folder::new("pooler-transaction");
    let pooler = Pooler::start(&folder, "transaction", &db.url());
    for command in EVERY_COMMAND {
        let told = run(&folder, command, &pooler.url, None);
        told.is(1, "", "a pooler that lends connections by the transaction").is_silent_about(&pooler.url);
    }
    assert_eq!(tables(&db).await, 0);

    // each but requests goes past it
    let direct = db.url();
    run(&folder, &["migrate"], &pooler.url, Some(&direct)).is(0, "applied", "");
    assert!(tables(&db).await > 10);
    for command in &EVERY_COMMAND[1..4] {
        run(&folder, command, &pooler.url, Some(&direct)).is(0, "", "");
    }
    for command in &EVERY_COMMAND[5..10] {
        let told = run(&folder, command, &pooler.url, Some(&direct));
        assert!(told.code == Some(0) && !told.err.contains("pooler"), "{command:?}: {told:?}");
    }
    run(&folder, &["serve"], &pooler.url, Some(&direct)).is(1, "", "DIRECT_DATABASE_URL");
}

#[every_database(postgres, tables = none, because = "pgbouncer serves PostgreSQL alone")]
async fn one_that_keeps_statements_apart_is_served_through(db: TestDb) {
    let folder = Folder::new("pooler-newer");
    let Some(pooler) = Pooler::start_newer(&folder, &db.url()) else { return };
    // migrations want the server itself
    run(&folder, &["migrate"], &pooler.url, None).is(1, "", "migrations need a session of their own");
    let direct = db.url();
    run(&folder, &["migrate"], &pooler.url, Some(&direct)).is(0, "applied", "");
    let mut command = folder.program(&[]);
    command.env("DATABASE_URL", &pooler.url).env("DIRECT_DATABASE_URL", &direct).env("DEMO_DATA", "1");
    command.stderr(std::process::Stdio::piped());
    let mut server = Server::start(command);
    assert!(server.get("/readyz", "").starts_with("HTTP/1.1 200"));
    assert!(server.get("/api/cars", "").starts_with("HTTP/1.1 401"));
    let mut told = String::new();
    let mut stderr = server.child.stderr.take().expect("piped");
    assert_eq!(server.stop("-TERM"), Some(0));
    std::io::Read::read_to_string(&mut stderr, &mut told).expect("text");
    // settings of a session are anybody's there, so it has made none
    assert!(told.contains("`statement_timeout`") && told.contains("ALTER ROLE"), "{told}");
}

#[every_database(postgres, tables = none, because = "pgbouncer serves PostgreSQL alone")]
async fn one_that_lends_by_the_session_is_as_the_server_itself(db: TestDb) {
    let folder = Folder::new("pooler-session");
    let pooler = Pooler::start(&folder, "session", &db.url());
    for command in &EVERY_COMMAND[..4] {
        run(&folder, command, &pooler.url, None).is(0, "", "");
    }
    for command in &EVERY_COMMAND[5..10] {
        let told = run(&folder, command, &pooler.url, None);
        assert!(told.code == Some(0), "{command:?}: {told:?}");
    }
    let mut command = folder.program(&[]);
    command.env("DATABASE_URL", &pooler.url).env("DEMO_DATA", "1");
    let server = Server::start(command);
    assert!(server.get("/readyz", "").starts_with("HTTP/1.1 200"));
    assert!(server.get("/api/cars", "").starts_with("HTTP/1.1 401"));
    let login = r#"{"username": "root", "password": "a password of four words"}"#;
    let head = format!(
        "POST /api/auth/token HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        login.len()
    );
    let answer = server.ask(&head, login);
    let token = answer.rsplit('"').nth(1).expect("a token");
    assert!(server.get("/api/cars", token).starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.stop("-TERM"), Some(0));
}
