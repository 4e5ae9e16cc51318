//! A PostgreSQL of the test's own, and a standby that follows it.
//!
//! | file | what is in it |
//! |---|---|
//! | `mod.rs` | what a test does with the two |
//! | `server.rs` | one server: made, started, stopped |
//! | `programs.rs` | PostgreSQL's programs, and as whom they run |

mod programs;
mod server;

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DbErr, Statement};
use url::Url;

use self::server::Server;
use crate::{Proxy, postgres::admin};

pub use self::server::Stop;

/// A primary, a standby that streams from it, and an address that leads to whoever is primary.
///
/// ```
/// use refrain_testing::{Cluster, TestDb, every_database};
///
/// #[every_database(postgres, tables = none, because = "no other has a standby")]
/// async fn a_standby_takes_over(_db: TestDb) {
///     let mut cluster = Cluster::start().await;
///     let address = cluster.url();
///     cluster.promote().await;
///     assert_eq!(cluster.url(), address);
/// }
/// # fn main() {}
/// ```
///
/// Each of them is stopped and removed with this value. The database is `postgres`, empty; the standby is a moment behind,
/// unless [`replicate_synchronously`](Self::replicate_synchronously) was called.
pub struct Cluster {
    primary: Server,
    standby: Server,
    proxy: Proxy,
    copies: usize,
    folder: Folder,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Cluster {
    /// Makes both, and starts them: some seconds.
    pub async fn start() -> Self {
        let folder = Folder::new();
        let primary = Server::init(folder.0.join("first"));
        let standby = Server::following(&primary, folder.0.join("copy"));
        let proxy = Proxy::to(&primary.url()).await;
        Self { primary, standby, proxy, copies: 1, folder }
    }

    /// The address that leads to whoever is primary.
    pub fn url(&self) -> String {
        self.proxy.url()
    }

    /// The primary's own address.
    pub fn primary_url(&self) -> String {
        self.primary.url()
    }

    /// The standby's own address.
    pub fn standby_url(&self) -> String {
        self.standby.url()
    }

    /// What stands behind [`url`](Self::url), where connections are cut and bytes swallowed.
    pub fn proxy(&mut self) -> &mut Proxy {
        &mut self.proxy
    }

    /// Stops the primary, and waits until it has ended.
    pub fn stop_primary(&mut self, how: Stop) {
        self.primary.stop(how);
    }

    /// Starts the primary again, at its port.
    pub fn start_primary(&mut self) {
        self.primary.start();
    }

    /// Stops the primary and starts it again.
    pub fn restart_primary(&mut self, how: Stop) {
        self.primary.stop(how);
        self.primary.start();
    }

    /// Stops the standby, and waits until it has ended.
    pub fn stop_standby(&mut self, how: Stop) {
        self.standby.stop(how);
    }

    /// Starts the standby again, at its port.
    pub fn start_standby(&mut self) {
        self.standby.start();
    }

    /// The standby receives what the primary writes, and does not show it.
    pub async fn pause_replay(&self) {
        ask(&self.standby, "SELECT pg_wal_replay_pause()::text").await;
        // it is asked to pause, and does so before the next record
        until(&self.standby, "SELECT (pg_get_wal_replay_pause_state() = 'paused')::text").await;
    }

    /// The standby shows what it received, and goes on.
    pub async fn resume_replay(&self) {
        ask(&self.standby, "SELECT pg_wal_replay_resume()::text").await;
    }

    /// Waits until the standby has received what the primary has committed so far, whether it shows that or not.
    pub async fn wait_until_received(&self) {
        let at = ask(&self.primary, "SELECT pg_current_wal_flush_lsn()::text").await;
        until(&self.standby, &format!("SELECT (pg_last_wal_receive_lsn() >= '{at}'::pg_lsn)::text")).await;
    }

    /// Waits until the standby shows what the primary has committed so far.
    pub async fn wait_until_shown(&self) {
        let at = ask(&self.primary, "SELECT pg_current_wal_flush_lsn()::text").await;
        until(&self.standby, &format!("SELECT (pg_last_wal_replay_lsn() >= '{at}'::pg_lsn)::text")).await;
    }

    /// From now on a commit is answered only once the standby shows it, so that none is lost when that takes over.
    ///
    /// Without a standby nothing is committed any more.
    pub async fn replicate_synchronously(&self) {
        ask(&self.primary, "ALTER SYSTEM SET synchronous_commit = remote_apply").await;
        ask(&self.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'").await;
        ask(&self.primary, "SELECT pg_reload_conf()::text").await;
        until(&self.primary, "SELECT bool_or(sync_state = 'sync')::text FROM pg_stat_replication").await;
    }

    /// The standby becomes the primary, to which [`url`](Self::url) leads from then on; who was it is killed, if it still
    /// runs.
    pub async fn promote(&mut self) {
        self.primary.stop(Stop::Immediate);
        let promoted = ask(&self.standby, "SELECT pg_promote()::text").await;
        assert_eq!(promoted, "true", "the standby takes over");
        std::mem::swap(&mut self.primary, &mut self.standby);
        self.proxy.lead_to(&self.primary.url()).await;
    }

    /// Makes another standby, in place of the one there was, or of the primary that it became.
    pub fn renew_standby(&mut self) {
        self.copies += 1;
        let data = self.folder.0.join(format!("copy-{}", self.copies));
        self.standby = Server::following(&self.primary, data);
    }
}

/// The first column of the first row, as text.
async fn ask(server: &Server, sql: &str) -> String {
    let answer = async {
        let url = Url::parse(&server.url()).map_err(|error| DbErr::Custom(error.to_string()))?;
        let db = admin(&url).await?;
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
        let text = row.map(|row| row.try_get_by_index::<Option<String>>(0)).transpose()?.flatten();
        db.close().await?;
        Ok::<_, DbErr>(text.unwrap_or_default())
    };
    answer.await.unwrap_or_else(|error| panic!("`{sql}`: {error}"))
}

/// Waits until the answer is true.
async fn until(server: &Server, sql: &str) {
    let begun = Instant::now();
    while ask(server, sql).await != "true" {
        assert!(begun.elapsed() < PATIENCE, "never true: `{sql}`");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A folder of the cluster's own, which is removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = Self(env::temp_dir().join(format!("refrain-cluster-{}-{number}", process::id())));
        programs::make_folder(&folder.0);
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
