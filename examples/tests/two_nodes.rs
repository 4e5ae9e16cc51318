//! Two programs over one PostgreSQL, each of which keeps callers, while rights change and things fail.
//!
//! The rights of one caller are given and taken all the time by SQL, as Django's admin would. Whoever asks either node in
//! between writes down when, and what the answer was. Then, whatever failed meanwhile: nobody is let in later than the bound
//! after a right ended, nobody is refused for an outage, and every row that was answered 201 is there.

#![cfg(unix)]
#![allow(missing_docs)]

mod program;

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use program::{Folder, Server, pooler::Pooler};
use refrain::migration::{SchemaManager, identity_notices};
use refrain_testing::{TestDb, every_database};
use sea_orm::ConnectionTrait;

/// What is said to the programs.
const BOUND: Duration = Duration::from_secs(1);

/// What a busy machine may add.
const SLACK: Duration = Duration::from_millis(700);

/// One answer: when it was asked for, when it came, what it was.
struct Asked {
    from: Instant,
    to: Instant,
    code: u16,
}

/// The caller had the right from then on, or had it not.
struct Turn {
    from: Instant,
    to: Instant,
    holds: bool,
}

/// A node that can be killed, and comes back at the same address.
struct Node {
    address: String,
    server: Mutex<Option<Server>>,
    folder: Arc<Folder>,
    url: String,
    direct: String,
}

impl Node {
    fn start(folder: &Arc<Folder>, url: &str, direct: &str) -> Self {
        let (folder, url, direct) = (folder.clone(), url.to_owned(), direct.to_owned());
        let server = Server::start(command(&folder, &url, &direct));
        Self { address: server.address.clone(), server: Mutex::new(Some(server)), folder, url, direct }
    }

    fn kill(&self) {
        if let Some(server) = self.server.lock().expect("no panic").take() {
            server.stop("-KILL");
        }
    }

    fn start_again(&self) {
        let mut command = command(&self.folder, &self.url, &self.direct);
        command.args(["--bind", &self.address]).env_remove("BIND");
        let server = Server::start_at(command, &self.address);
        *self.server.lock().expect("no panic") = Some(server);
    }

    /// The status; nothing where nobody answers.
    fn ask(&self, method: &str, token: &str, body: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(40))).ok()?;
        let more = match body {
            "" => String::new(),
            body => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
        };
        write!(
            stream,
            "{method} /api/cars HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Token {token}\r\n{more}\r\n{body}",
            self.address
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.get(9..12)?.parse().ok()
    }
}

fn command(folder: &Folder, url: &str, direct: &str) -> Command {
    let mut command = folder.program(&["serve"]);
    command.env("DATABASE_URL", url).env("DIRECT_DATABASE_URL", direct).env("SNAPSHOTS_WITHIN", "1");
    command.env("DATABASE_ACQUIRE_TIMEOUT", "3").stderr(Stdio::null());
    command
}

/// The tables, a caller whose rights change and one who writes.
async fn fill(folder: &Folder, db: &TestDb) {
    let migrated = folder.program(&["migrate"]).env("DATABASE_URL", db.url()).output().expect("the example is built");
    assert!(migrated.status.success(), "{migrated:?}");
    for migration in identity_notices(Default::default()) {
        migration.up(&SchemaManager::new(db.db())).await.expect("the triggers are made");
    }
    db.execute_unprepared(
        "INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active, \
           date_joined) VALUES ('reader', '!', FALSE, '', '', '', FALSE, TRUE, now()), \
           ('writer', '!', TRUE, '', '', '', TRUE, TRUE, now()); \
         INSERT INTO authtoken_token (key, created, user_id) SELECT rpad(username, 40, '0'), now(), id FROM auth_user \
           WHERE username IN ('reader', 'writer')",
    )
    .await
    .expect("the tables are there");
}

fn token(name: &str) -> String {
    format!("{name:0<40}")
}

const GIVE: &str = "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT u.id, p.id FROM auth_user u, \
    auth_permission p WHERE u.username = 'reader' AND p.codename = 'view_car'";
const TAKE: &str =
    "DELETE FROM auth_user_user_permissions p USING auth_user u WHERE u.id = p.user_id AND u.username = 'reader'";
const LISTENERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND application_name IN ('refrain, listening', 'refrain, beating')";
const SESSIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[every_database(postgres, tables = none, because = "no other tells")]
async fn nothing_stale_is_believed_and_nothing_is_lost(db: TestDb) {
    let folder = Arc::new(Folder::new("two-nodes"));
    let url = db.url();
    endure(&db, &folder, &url).await;
}

#[every_database(postgres, tables = none, because = "pgbouncer serves PostgreSQL alone")]
async fn nor_behind_a_pooler_that_lends_by_the_transaction(db: TestDb) {
    let folder = Arc::new(Folder::new("two-nodes-pooled"));
    let Some(pooler) = Pooler::start_newer(&folder, &db.url()) else { return };
    endure(&db, &folder, &pooler.url).await;
}

async fn endure(db: &TestDb, folder: &Arc<Folder>, url: &str) {
    fill(folder, db).await;
    let nodes: Arc<[Node]> = (0..2).map(|_| Node::start(folder, url, &db.url())).collect();
    let (over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::<Asked>::new())));
    let written = Arc::new(AtomicUsize::new(0));
    let mut clients = Vec::new();
    for at in 0..4 {
        let (nodes, over, asked) = (nodes.clone(), over.clone(), asked.clone());
        clients.push(thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let from = Instant::now();
                if let Some(code) = nodes[at % 2].ask("GET", &token("reader"), "") {
                    asked.lock().expect("no panic").push(Asked { from, to: Instant::now(), code });
                }
                thread::sleep(Duration::from_millis(3));
            }
        }));
    }
    for at in 0..2 {
        let (nodes, over, written) = (nodes.clone(), over.clone(), written.clone());
        clients.push(thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let body = r#"{"name": "Golf"}"#;
                if nodes[at].ask("POST", &token("writer"), body) == Some(201) {
                    written.fetch_add(1, Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(20));
            }
        }));
    }

    let mut turns = Vec::new();
    for round in 0..10 {
        let holds = round % 2 == 0;
        db.execute_unprepared(if holds { GIVE } else { TAKE }).await.expect("the server is there");
        let from = Instant::now();
        match round {
            3 => drop(db.execute_unprepared(LISTENERS).await),
            5 => drop(db.execute_unprepared(SESSIONS).await),
            6 => nodes[0].kill(),
            7 => nodes[0].start_again(),
            8 => drop(db.execute_unprepared(SESSIONS).await),
            _ => {}
        }
        tokio::time::sleep(BOUND + SLACK + Duration::from_millis(400)).await;
        turns.push(Turn { from, to: Instant::now(), holds });
    }
    over.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().expect("no client panics"));

    let asked = std::mem::take(&mut *asked.lock().expect("no panic"));
    let mut counted = [0; 2];
    for Asked { from, to, code } in &asked {
        assert!(matches!(code, 200 | 403 | 503), "{code}");
        // wholly within a turn, and later in it than the bound
        let Some(turn) = turns.iter().find(|turn| *from >= turn.from + BOUND + SLACK && *to <= turn.to) else {
            continue;
        };
        counted[usize::from(turn.holds)] += 1;
        let right = if turn.holds { 200 } else { 403 };
        assert!(*code == right || *code == 503, "{code} {:?} after the right was {}", *from - turn.from, turn.holds);
    }
    println!("{} answers, of which {counted:?} tell", asked.len());
    assert!(counted.iter().all(|count| *count > 50), "{counted:?} of {}", asked.len());
    // what failed has come back by itself
    for node in nodes.iter() {
        assert_eq!(node.ask("GET", &token("reader"), ""), Some(403));
        assert_eq!(node.ask("GET", &token("writer"), ""), Some(200));
    }
    let rows = db.query_one_raw(db.statement("SELECT count(*) FROM drivers_car")).await.expect("it is there");
    let rows: i64 = rows.expect("a row").try_get_by_index(0).expect("a number");
    let written = written.load(Ordering::Relaxed);
    assert!(written > 50 && usize::try_from(rows).expect("not less than none") >= written, "{rows} of {written}");
}
