//! Keeps two programs from migrating one database at the same time: the second waits, and then finds everything done.

#[cfg(all(feature = "sqlite", unix))]
mod file;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;

use std::time::Duration;

use rand::RngExt;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use tokio::time::{Instant, sleep};

use crate::{Db, Error, Result, db::Executor};

/// How long the other is waited for where nothing is said.
pub(crate) const WAIT: Duration = Duration::from_secs(10 * 60);

/// How soon it is asked again whether the other has ended, and how soon after a while, in milliseconds.
const PAUSES: (u64, u64) = (100, 1000);

/// A lock that ends with the program that took it, however that ends.
///
/// It is asked for again and again, and not waited for, since PostgreSQL's `CREATE INDEX CONCURRENTLY` waits for whoever
/// waits.
pub(crate) enum MigrationLock {
    /// A transaction beside the migrations' own.
    #[cfg(feature = "postgres")]
    Postgres(postgres::Session),
    /// A session beside theirs.
    #[cfg(feature = "mysql")]
    MySql(sea_orm::DatabaseConnection),
    /// A file beside the database's.
    #[cfg(all(feature = "sqlite", unix))]
    File(file::LockFile),
    /// Memory, an engine without such locks, or the caller's transaction, which keeps it.
    None,
}

/// What came of asking once.
enum Attempt<L> {
    Taken(L),
    /// By whom, as far as that can be known.
    Held(String),
}

impl<L> Attempt<L> {
    fn map<M>(self, lock: impl FnOnce(L) -> M) -> Attempt<M> {
        match self {
            Self::Taken(taken) => Attempt::Taken(lock(taken)),
            Self::Held(by) => Attempt::Held(by),
        }
    }
}

impl MigrationLock {
    /// Waits for whoever migrates this database, for so long.
    pub(crate) async fn take(db: Db<'_>, wait: Duration) -> Result<Self> {
        let until = Instant::now() + wait;
        let (mut pause, longest) = PAUSES;
        let mut told = false;
        loop {
            let by = match Self::attempt(db).await {
                Ok(Attempt::Taken(lock)) => return Ok(lock),
                Ok(Attempt::Held(by)) => by,
                // engines that speak a database's language and have no such locks
                Err(error) if error.to_string().contains("not supported") => {
                    tracing::warn!(%error, "migrating without a lock");
                    return Ok(Self::None);
                }
                Err(error) => return Err(error.into()),
            };
            if Instant::now() >= until {
                return Err(Error::could_not_tell(StillMigrating { by, wait }));
            }
            if !told {
                tracing::info!(%by, "another program migrates this database: waiting until it has ended");
                told = true;
            }
            // never the same, so that two do not go on meeting
            let about = rand::rng().random_range(pause * 4 / 5..=pause);
            sleep(Duration::from_millis(about)).await;
            pause = longest.min(pause * 3 / 2);
        }
    }

    async fn attempt(db: Db<'_>) -> Result<Attempt<Self>, DbErr> {
        match (db.executor(), db.get_database_backend()) {
            #[cfg(feature = "postgres")]
            (Executor::Connection(pool), DbBackend::Postgres) => {
                Ok(postgres::Session::attempt(pool).await?.map(Self::Postgres))
            }
            #[cfg(feature = "postgres")]
            (Executor::Transaction(transaction), DbBackend::Postgres) => {
                Ok(postgres::attempt_within(transaction).await?.map(|()| Self::None))
            }
            #[cfg(feature = "mysql")]
            (Executor::Connection(pool), DbBackend::MySql) => Ok(mysql::attempt(pool).await?.map(Self::MySql)),
            #[cfg(all(feature = "sqlite", unix))]
            (Executor::Connection(pool), DbBackend::Sqlite) => {
                let options = pool.get_sqlite_connection_pool().connect_options();
                Ok(file::LockFile::attempt(options.get_filename())?.map(|file| file.map_or(Self::None, Self::File)))
            }
            _ => Ok(Attempt::Taken(Self::None)),
        }
    }

    /// Lets the next one migrate.
    pub(crate) async fn release(self) -> Result<()> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(session.end().await?),
            #[cfg(feature = "mysql")]
            Self::MySql(session) => Ok(session.close().await?),
            #[cfg(all(feature = "sqlite", unix))]
            Self::File(file) => {
                drop(file);
                Ok(())
            }
            Self::None => Ok(()),
        }
    }
}

/// A pool of one connection, which is kept.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn one<D: sea_orm::sqlx::Database>() -> sea_orm::sqlx::pool::PoolOptions<D> {
    sea_orm::sqlx::pool::PoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None)
}

#[derive(Debug, thiserror::Error)]
#[error(
    "another program migrates this database, and had not ended after {} seconds: {by}; nothing was changed \
     (`MIGRATION_WAIT` is how many seconds it is waited for)",
    self.wait.as_secs_f64()
)]
struct StillMigrating {
    by: String,
    wait: Duration,
}
