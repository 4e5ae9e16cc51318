//! The program before Debian's pgbouncer.

#![cfg(unix)]
#![allow(missing_docs)]

mod program;

use std::{
    fs,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use program::{Folder, Server, Told};
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

/// A pgbouncer before the test's PostgreSQL, which ends with this value.
struct Pooler {
    process: Child,
    /// of the test's database, through it
    url: String,
}

impl Pooler {
    fn start(folder: &Folder, mode: &str, db: &TestDb) -> Self {
        let url = db.url();
        let (server, rest) = url.split_once('@').expect("a user").1.split_once('/').expect("a database");
        let (host, port) = server.split_once(':').expect("a port");
        let own = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let settings = format!(
            "[databases]\n* = host={host} port={port} user=refrain\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {own}\nauth_type = any\npool_mode = {mode}\nunix_socket_dir =\n\
             ignore_startup_parameters = extra_float_digits\n"
        );
        let file = folder.0.join(format!("{mode}.ini"));
        fs::write(&file, settings).expect("the temp folder can be written");
        let program = std::env::var("REFRAIN_PGBOUNCER").unwrap_or_else(|_| "/usr/sbin/pgbouncer".to_owned());
        let mut command = Command::new(program);
        // it refuses to be root
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
        if is_root {
            command.args(["-u", "nobody"]);
        }
        let process = command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.expect("`cargo xtask test` installs pgbouncer");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", own)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "pgbouncer did not start");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, url: format!("postgres://refrain@127.0.0.1:{own}/{rest}") }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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
    let pooler = Pooler::start(&folder, "transaction", &db);
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
async fn one_that_lends_by_the_session_is_as_the_server_itself(db: TestDb) {
    let folder = Folder::new("pooler-session");
    let pooler = Pooler::start(&folder, "session", &db);
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
