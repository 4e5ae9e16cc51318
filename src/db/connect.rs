use sea_orm::{
    DatabaseConnection,
    sqlx::{self, ConnectOptions, Connection, Database, pool::PoolOptions},
};

#[cfg(feature = "postgres")]
use super::pooler::Pooling;
use super::settings::PoolSettings;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use super::watch;
use crate::{Error, Result};

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
/// | `sqlite://cars.sqlite3` | the file is made where there is none, for its owner alone (mode 0600), and written through a log (WAL); foreign keys are enforced |
/// | `postgres://…` | the time zone is UTC |
/// | `mysql://…` | the time zone is UTC; what a column cannot hold is refused, not cut; transactions are READ COMMITTED, as Django's are |
///
/// Numbers of connections and limits of time are those of [`PoolSettings`], which opens a database with others. A
/// connection that nobody used for a second is asked whether it still stands before it is used again, so a database that
/// was away is found again without a restart. A pooler in front of PostgreSQL that lends connections by the transaction is
/// refused. Statements are logged at the level `debug`, without their values. No
/// error shows the address, which may hold a password.
pub async fn connect(url: &str) -> Result<DatabaseConnection> {
    PoolSettings::default().connect(url).await
}

/// What a database is opened for.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line does more than serve"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Requests.
    Serving(PoolSettings),
    /// Changes of the schema: over one connection, as settings made on the way are a connection's own, and without a
    /// limit on how long they take.
    Migrating,
    /// A look: nothing is made, no setting is left behind, and a database that is not there is none.
    Looking,
}

impl Opening {
    fn settings(&self) -> PoolSettings {
        match self {
            Self::Serving(settings) => settings.clone(),
            Self::Migrating | Self::Looking => {
                PoolSettings::default().max_connections(1).statement_timeout(None).idle_transaction_timeout(None)
            }
        }
    }
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
            let settings = opening.settings();
            reach(&options, &place, &opening).await?;
            let session = match Pooling::of(&options, &place, &opening, settings.acquire_timeout).await? {
                Pooling::BySession => postgres_session(&settings),
                // it would be set for whoever is lent the connection next
                Pooling::ByTransaction => String::new(),
            };
            Ok(server::<sqlx::Postgres>(options, &settings, session, END_ON_POSTGRES).into())
        }
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => {
            let options: sqlx::mysql::MySqlConnectOptions = read(url)?;
            let options = options.timezone("+00:00".to_owned());
            let place = format!("MySQL at `{}:{}`", options.get_host(), options.get_port());
            let settings = opening.settings();
            reach(&options, &place, &opening).await?;
            Ok(server::<sqlx::MySql>(options, &settings, mysql_session(&settings), "ROLLBACK").into())
        }
        _ => Err(Error::wiring(unknown(url))),
    }
}

/// Why no database of this program has this address, which may hold a password and is not shown.
fn unknown(url: &str) -> String {
    let known = known().join(", ");
    let Some((scheme, _)) = url.split_once(':') else {
        let what = if url.is_empty() { "is empty" } else { "does not say which kind of database it is" };
        return format!("the address of the database {what}: it is to begin with {known}");
    };
    let feature = match scheme {
        "sqlite" => "sqlite",
        "postgres" | "postgresql" => "postgres",
        "mysql" | "mariadb" => "mysql",
        _ => return format!("the address of no database begins with `{scheme}`; this program knows {known}"),
    };
    format!("`{scheme}:` needs Refrain's feature `{feature}`, which this program is built without; it knows {known}")
}

#[cfg(feature = "sqlite")]
async fn sqlite(url: &str, opening: Opening) -> Result<DatabaseConnection> {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

    let settings = opening.settings();
    let mut options: SqliteConnectOptions = read(url)?;
    options = options.foreign_keys(true).busy_timeout(settings.lock_timeout);
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    if opening == Opening::Looking {
        options = options.create_if_missing(false);
    } else if !url.contains("mode=ro") {
        options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
        #[cfg(unix)]
        if !in_memory {
            super::private_file::make(options.get_filename());
        }
    }
    let place = format!("the SQLite file `{}`", options.get_filename().display());
    reach(&options, &place, &opening).await?;
    // each connection to memory is a database of its own
    let most = if in_memory { 1 } else { settings.max_connections.unwrap_or(FILE_CONNECTIONS) };
    // a connection that is closed takes its memory with it
    let pool = sized::<sqlx::Sqlite>(&settings, most).idle_timeout(None).max_lifetime(None);
    Ok(pool.connect_lazy_with(options).into())
}

/// Is this the address of a SQLite file that is not there?
#[cfg(feature = "cli")]
pub(crate) fn lacks_file(url: &str) -> bool {
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") && !url.contains(":memory:") && !url.contains("mode=memory") {
        return read::<sqlx::sqlite::SqliteConnectOptions>(url).is_ok_and(|options| !options.get_filename().exists());
    }
    let _ = url;
    false
}

/// A `ROLLBACK` without a transaction is a warning; a `BEGIN` within one too, and that one is worth a line in the log.
#[cfg(feature = "postgres")]
const END_ON_POSTGRES: &str = "BEGIN; ROLLBACK";

/// The wait for a lock, and the time a statement may take, as a connection's own settings.
///
/// `jit` is off: a rule over other rules is many short sub-queries, which the server may guess to be long, and then it
/// compiles each before it begins.
#[cfg(feature = "postgres")]
fn postgres_session(settings: &PoolSettings) -> String {
    let statement = settings.statement_timeout.map_or(0, |limit| limit.as_millis().max(1));
    format!(
        "SET lock_timeout = {}; SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {}; \
         SET jit = off",
        settings.lock_timeout.as_millis().max(1),
        settings.idle_transaction_timeout.map_or(0, |limit| limit.as_millis().max(1))
    )
}

/// The same. MariaDB reads what stands in `/*M! … */`, MySQL what stands in `/*!50708 … */`, and neither the other's.
#[cfg(feature = "mysql")]
fn mysql_session(settings: &PoolSettings) -> String {
    let statement = settings.statement_timeout.unwrap_or_default();
    format!(
        "SET sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), innodb_lock_wait_timeout = {} \
         /*M! , max_statement_time = {:.3}, idle_transaction_timeout = {} */ /*!50708 , max_execution_time = {} */; \
         SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        settings.lock_timeout.as_secs_f64().ceil().max(1.0),
        statement.as_secs_f64(),
        settings.idle_transaction_timeout.map_or(0.0, |limit| limit.as_secs_f64().ceil().max(1.0)),
        statement.as_millis()
    )
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn server<D: Database>(
    options: <D::Connection as Connection>::Options,
    settings: &PoolSettings,
    session: String,
    end: &'static str,
) -> sqlx::Pool<D>
where
    for<'c> &'c mut D::Connection: sqlx::Executor<'c, Database = D>,
{
    let pool = sized(settings, settings.max_connections.unwrap_or(SERVER_CONNECTIONS))
        .idle_timeout(settings.idle_timeout)
        .max_lifetime(settings.max_lifetime);
    watch::watched(pool, session, end).connect_lazy_with(options)
}

fn sized<D: Database>(settings: &PoolSettings, most: u32) -> PoolOptions<D> {
    PoolOptions::new()
        .max_connections(most)
        .min_connections(settings.min_connections.min(most))
        .acquire_timeout(settings.acquire_timeout)
        .test_before_acquire(false)
}

/// A pool only says that it waited in vain; one connection says why.
async fn reach<O: ConnectOptions<Connection: Sized>>(options: &O, place: &str, opening: &Opening) -> Result<()> {
    if *opening == Opening::Looking {
        return Ok(());
    }
    let limit = opening.settings().acquire_timeout;
    let connected = tokio::time::timeout(limit, options.connect()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    let reached = async { connected?.close().await };
    reached.await.map_err(|why| Error::could_not_tell(Unreachable { place: place.to_owned(), why }))
}

fn read<O: std::str::FromStr<Err = sqlx::Error>>(url: &str) -> Result<O> {
    url.parse().map_err(|why| Error::could_not_tell(Unreadable { why }))
}

fn known() -> Vec<&'static str> {
    [
        (cfg!(feature = "sqlite"), "`sqlite://`"),
        (cfg!(feature = "postgres"), "`postgres://`"),
        (cfg!(feature = "mysql"), "`mysql://`"),
    ]
    .into_iter()
    .filter_map(|(known, scheme)| known.then_some(scheme))
    .collect()
}

#[derive(Debug, thiserror::Error)]
#[error("{place} cannot be reached{}", self.hint())]
struct Unreachable {
    place: String,
    #[source]
    why: sqlx::Error,
}

impl Unreachable {
    /// sqlx says that it was built without TLS, and not how that is changed.
    fn hint(&self) -> &'static str {
        let without_tls = !cfg!(feature = "tls") && matches!(self.why, sqlx::Error::Tls(_));
        if without_tls { " (TLS needs Refrain's feature `tls`)" } else { "" }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the database's address cannot be read")]
struct Unreadable {
    #[source]
    why: sqlx::Error,
}
