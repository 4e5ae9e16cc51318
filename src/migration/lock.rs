use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::Db;

/// How often it is asked whether the other has ended.
const PAUSE: Duration = Duration::from_millis(100);

/// Keeps two programs from migrating one database at the same time: the second waits, and then finds everything done.
///
/// On the servers it is an advisory lock of a session of its own, which the server gives back when the program dies; on
/// SQLite a lock on the folder of the file. It is asked for again and again, and not waited for, since PostgreSQL's
/// `CREATE INDEX CONCURRENTLY` waits for whoever waits.
pub(crate) enum MigrationLock {
    Session(DatabaseConnection),
    #[cfg(unix)]
    Folder(std::fs::File),
    /// Memory, or the caller's transaction, which keeps it.
    None,
}

impl MigrationLock {
    /// Waits for whoever migrates this database.
    pub(crate) async fn take(db: Db<'_>) -> Result<Self, DbErr> {
        match db {
            Db::Transaction(transaction) => {
                let mut others = Others::default();
                while transaction.get_database_backend() == DbBackend::Postgres
                    && !granted(transaction, "SELECT pg_try_advisory_xact_lock(7264711)").await?
                {
                    others.wait().await;
                }
                Ok(Self::None)
            }
            Db::Connection(pool) => Self::of_pool(pool).await,
        }
    }

    async fn of_pool(pool: &DatabaseConnection) -> Result<Self, DbErr> {
        match pool.get_database_backend() {
            #[cfg(feature = "postgres")]
            DbBackend::Postgres => {
                let options = pool.get_postgres_connection_pool().connect_options().as_ref().clone();
                let session = one::<sea_orm::sqlx::Postgres>().connect_lazy_with(options);
                Self::of_session(session.into(), "SELECT pg_try_advisory_lock(7264711)").await
            }
            #[cfg(feature = "mysql")]
            DbBackend::MySql => {
                let options = pool.get_mysql_connection_pool().connect_options().as_ref().clone();
                let session = one::<sea_orm::sqlx::MySql>().connect_lazy_with(options);
                // these locks are the whole server's
                let sql = "SELECT GET_LOCK(CONCAT('refrain.migrate.', MD5(DATABASE())), 0) = 1";
                Self::of_session(session.into(), sql).await
            }
            #[cfg(all(feature = "sqlite", unix))]
            DbBackend::Sqlite => {
                let options = pool.get_sqlite_connection_pool().connect_options();
                Self::of_folder(options.get_filename()).await
            }
            _ => Ok(Self::None),
        }
    }

    #[cfg(any(feature = "postgres", feature = "mysql"))]
    async fn of_session(session: DatabaseConnection, sql: &str) -> Result<Self, DbErr> {
        let mut others = Others::default();
        loop {
            match granted(&session, sql).await {
                Ok(true) => return Ok(Self::Session(session)),
                Ok(false) => others.wait().await,
                // engines that speak a database's language and have no such locks
                Err(error) if error.to_string().contains("not supported") => {
                    tracing::warn!(%error, "migrating without a lock");
                    return Ok(Self::None);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Not the file itself: whoever closes that gives back SQLite's own locks on it.
    #[cfg(all(feature = "sqlite", unix))]
    async fn of_folder(file: &std::path::Path) -> Result<Self, DbErr> {
        use std::{fs::TryLockError, path::Path};

        if !file.exists() {
            return Ok(Self::None);
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let told = |error: std::io::Error| DbErr::Custom(format!("`{}`: {error}", folder.display()));
        let folder = std::fs::File::open(folder).map_err(told)?;
        let mut others = Others::default();
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(Self::Folder(folder)),
                Err(TryLockError::WouldBlock) => others.wait().await,
                Err(TryLockError::Error(error)) => {
                    tracing::warn!(%error, "migrating without a lock");
                    return Ok(Self::None);
                }
            }
        }
    }

    /// Lets the next one migrate.
    pub(crate) async fn release(self) -> Result<(), DbErr> {
        match self {
            // the lock ends with its session
            Self::Session(session) => session.close().await,
            #[cfg(unix)]
            Self::Folder(folder) => folder.unlock().map_err(|error| DbErr::Custom(error.to_string())),
            Self::None => Ok(()),
        }
    }
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn one<D: sea_orm::sqlx::Database>() -> sea_orm::sqlx::pool::PoolOptions<D> {
    sea_orm::sqlx::pool::PoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None)
}

async fn granted(db: &impl ConnectionTrait, sql: &str) -> Result<bool, DbErr> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    row.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// Those who migrate meanwhile.
#[derive(Default)]
struct Others {
    told: bool,
}

impl Others {
    async fn wait(&mut self) {
        if !self.told {
            tracing::info!("another program migrates this database: waiting until it has ended");
            self.told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
