use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use refrain::migration::{SchemaManager, identity_notices};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{node::Node, program::Folder};

/// Two nodes over one database, in which one caller's right to read changes all the time, as Django's admin would change it.
pub struct Site {
    pub nodes: Arc<[Node]>,
    /// where rights are changed
    admin: String,
    _folder: Arc<Folder>,
}

/// A caller's token.
pub fn token(name: &str) -> String {
    format!("{name:0<40}")
}

const GIVE: &str = "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT u.id, p.id FROM auth_user u, \
    auth_permission p WHERE u.username = 'reader' AND p.codename = 'view_car' ON CONFLICT DO NOTHING";
const TAKE: &str =
    "DELETE FROM auth_user_user_permissions p USING auth_user u WHERE u.id = p.user_id AND u.username = 'reader'";
const LISTENERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND application_name IN ('refrain, listening', 'refrain, beating')";
const SESSIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

/// A server that failed is back by then.
const PATIENCE: Duration = Duration::from_secs(30);

impl Site {
    /// The empty database at `admin`, filled, and two nodes that ask it at `url` and listen to it at `direct`.
    pub async fn start(folder: Arc<Folder>, [url, direct, admin]: [&str; 3]) -> Self {
        fill(&folder, admin).await;
        let nodes = (0..2).map(|_| Node::start(&folder, url, direct)).collect();
        Self { nodes, admin: admin.to_owned(), _folder: folder }
    }

    /// After a moment, and beside what the test does, the reader is given the right or loses it; the time when it was done.
    pub fn give_or_take(&self, gives: bool, after: Duration) -> JoinHandle<Instant> {
        let (admin, sql, begun) = (self.admin.clone(), if gives { GIVE } else { TAKE }, Instant::now());
        tokio::spawn(async move {
            sleep(after).await;
            while let Err(error) = execute(&admin, sql).await {
                assert!(begun.elapsed() < PATIENCE, "the database does not come back: {error}");
                sleep(Duration::from_millis(50)).await;
            }
            Instant::now()
        })
    }

    /// Ends the sessions that hear of changes, or ask for them.
    pub async fn cut_listeners(&self) {
        drop(execute(&self.admin, LISTENERS).await);
    }

    /// Ends all sessions but its own.
    pub async fn end_sessions(&self) {
        drop(execute(&self.admin, SESSIONS).await);
    }

    /// The names of all cars.
    pub async fn cars(&self) -> Vec<String> {
        let db = connect(&self.admin).await.expect("the database is there");
        let names = Statement::from_string(db.get_database_backend(), "SELECT name FROM drivers_car");
        let rows = db.query_all_raw(names).await.expect("it answers");
        rows.iter().map(|row| row.try_get("", "name").expect("a name")).collect()
    }
}

/// The tables, a caller whose rights change and one who writes.
async fn fill(folder: &Folder, url: &str) {
    let migrated = folder.program(&["migrate"]).env("DATABASE_URL", url).output().expect("the example is built");
    assert!(migrated.status.success(), "{migrated:?}");
    let db = connect(url).await.expect("the database is there");
    for migration in identity_notices(Default::default()) {
        migration.up(&SchemaManager::new(&db)).await.expect("the triggers are made");
    }
    let users = "INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, \
           is_active, date_joined) VALUES ('reader', '!', FALSE, '', '', '', FALSE, TRUE, now()), \
           ('writer', '!', TRUE, '', '', '', TRUE, TRUE, now()); \
         INSERT INTO authtoken_token (key, created, user_id) SELECT rpad(username, 40, '0'), now(), id FROM auth_user \
           WHERE username IN ('reader', 'writer')";
    db.execute_unprepared(users).await.expect("the tables are there");
}

/// Over a connection of its own: one that was there before may not have noticed what failed.
async fn execute(url: &str, sql: &str) -> Result<(), DbErr> {
    let executed = async { connect(url).await?.execute_unprepared(sql).await.map(drop) };
    let late = |_| Err(DbErr::Custom("no answer".to_owned()));
    timeout(PATIENCE / 6, executed).await.unwrap_or_else(late)
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await
}
