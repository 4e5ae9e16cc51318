use std::time::Duration;

use sea_orm::{
    DatabaseConnection,
    sqlx::{self, ConnectOptions, Connection, Database, pool::PoolOptions},
};

use crate::{Error, Result};

/// How long the first connection, and a request for one of the pool's, may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most connections to a server that one process holds.
#[cfg(any(feature = "postgres", feature = "mysql"))]
const SERVER_CONNECTIONS: u32 = 10;

/// The most connections to a file: readers run beside each other and beside the one that writes.
#[cfg(feature = "sqlite")]
const FILE_CONNECTIONS: u32 = 8;

/// Opens a database as Refrain wants it.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> refrain::Result<()> {
/// let db = refrain::connect("sqlite::memory:").await?;
/// # let _ = db;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// ```
///
/// | address | what is set |
/// |---|---|
/// | `sqlite://cars.sqlite3` | the file is made where there is none, and written through a log (WAL); foreign keys are enforced; a writer waits 5 s for another |
/// | `postgres://…`, `mysql://…` | 10 connections at most |
///
/// Whoever waits more than 5 s for a connection gets an error instead. Statements are logged at the level `debug`,
/// without their values. No error shows the address, which may hold a password.
pub async fn connect(url: &str) -> Result<DatabaseConnection> {
    open(url, Opening::Serving).await
}

/// What a database is opened for.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line does more than serve"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Requests.
    Serving,
    /// Changes of the schema: over one connection, as settings made on the way are a connection's own.
    Migrating,
    /// A look: nothing is made, no setting is left behind, and nothing is connected before it is asked.
    Looking,
}

pub(crate) async fn open(url: &str, opening: Opening) -> Result<DatabaseConnection> {
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme {
        #[cfg(feature = "sqlite")]
        "sqlite" => sqlite(url, opening).await,
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => {
            let options: sqlx::postgres::PgConnectOptions = read(url)?;
            let place = format!("PostgreSQL at `{}:{}`", options.get_host(), options.get_port());
            Ok(pool::<sqlx::Postgres>(options, place, servers(), opening).await?.into())
        }
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => {
            let options: sqlx::mysql::MySqlConnectOptions = read(url)?;
            let place = format!("MySQL at `{}:{}`", options.get_host(), options.get_port());
            Ok(pool::<sqlx::MySql>(options, place, servers(), opening).await?.into())
        }
        _ => Err(Error::wiring(format!(
            "no database of this program has an address that begins with `{}`; it knows {}",
            if url.contains(':') { scheme } else { "…" },
            known().join(", ")
        ))),
    }
}

#[cfg(feature = "sqlite")]
async fn sqlite(url: &str, opening: Opening) -> Result<DatabaseConnection> {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

    let mut options: SqliteConnectOptions = read(url)?;
    options = options.foreign_keys(true).busy_timeout(PATIENCE);
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    if opening == Opening::Looking {
        options = options.create_if_missing(false);
    } else if !url.contains("mode=ro") {
        options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    }
    // each connection to memory is a database of its own
    let most = if in_memory { 1 } else { FILE_CONNECTIONS };
    let place = format!("the SQLite file `{}`", options.get_filename().display());
    // a connection that is closed takes its memory with it
    let settings = PoolOptions::new().max_connections(most).idle_timeout(None).max_lifetime(None);
    Ok(pool::<sqlx::Sqlite>(options, place, settings, opening).await?.into())
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn servers<D: Database>() -> PoolOptions<D> {
    PoolOptions::new().max_connections(SERVER_CONNECTIONS)
}

async fn pool<D: Database>(
    options: <D::Connection as Connection>::Options,
    place: String,
    settings: PoolOptions<D>,
    opening: Opening,
) -> Result<sqlx::Pool<D>> {
    if opening != Opening::Looking {
        reach(&options).await.map_err(|why| Error::could_not_tell(Unreachable { place, why }))?;
    }
    let settings = if opening == Opening::Serving { settings } else { settings.max_connections(1) };
    Ok(settings.acquire_timeout(PATIENCE).test_before_acquire(false).connect_lazy_with(options))
}

/// A pool only says that it waited in vain; one connection says why.
async fn reach<O: ConnectOptions<Connection: Sized>>(options: &O) -> std::result::Result<(), sqlx::Error> {
    let connected = tokio::time::timeout(PATIENCE, options.connect()).await;
    connected.unwrap_or(Err(sqlx::Error::PoolTimedOut))?.close().await
}

fn read<O: std::str::FromStr<Err = sqlx::Error>>(url: &str) -> Result<O> {
    url.parse().map_err(|why| Error::could_not_tell(Unreadable { why }))
}

fn known() -> Vec<&'static str> {
    [
        (cfg!(feature = "sqlite"), "`sqlite:`"),
        (cfg!(feature = "postgres"), "`postgres:`"),
        (cfg!(feature = "mysql"), "`mysql:`"),
    ]
    .into_iter()
    .filter_map(|(known, scheme)| known.then_some(scheme))
    .collect()
}

#[derive(Debug, thiserror::Error)]
#[error("{place} cannot be reached")]
struct Unreachable {
    place: String,
    #[source]
    why: sqlx::Error,
}

#[derive(Debug, thiserror::Error)]
#[error("the database's address cannot be read")]
struct Unreadable {
    #[source]
    why: sqlx::Error,
}
