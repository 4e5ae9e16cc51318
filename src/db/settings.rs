use std::time::Duration;

use sea_orm::DatabaseConnection;

use super::connect::{Opening, open};
use crate::Result;

/// How many connections a program keeps to its database, and how long it waits for what.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> refrain::Result<()> {
/// use std::time::Duration;
///
/// use refrain::PoolSettings;
///
/// let settings = PoolSettings::default().max_connections(20).acquire_timeout(Duration::from_secs(2));
/// let db = settings.connect("sqlite::memory:").await?;
/// # let _ = db;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// ```
///
/// <!-- table: settings PoolSettings -->
///
/// | setting | what it says | left out | environment, option |
/// |---|---|---|---|
/// | `max_connections(connections)` | The most connections at a time, one at least | 10 to a server, 8 to a SQLite file and 1 to SQLite in memory | `DATABASE_MAX_CONNECTIONS`, `--max-connections` |
/// | `min_connections(connections)` | The connections kept open though nobody needs them, never more than there may be at most | 0 | `DATABASE_MIN_CONNECTIONS`, `--min-connections` |
/// | `acquire_timeout(limit)` | How long a request waits for a connection, for one that others use or for a new one to be made | 5 s | `DATABASE_ACQUIRE_TIMEOUT`, `--acquire-timeout` |
/// | `lock_timeout(limit)` | How long a statement waits for a lock that somebody else holds, on MariaDB in whole seconds | 5 s | `DATABASE_LOCK_TIMEOUT`, `--lock-timeout` |
/// | `statement_timeout(limit)` | How long a statement may run before the server gives up on it; `None` for ever | 20 s | `DATABASE_STATEMENT_TIMEOUT`, `--statement-timeout` |
/// | `idle_transaction_timeout(limit)` | How long a transaction may stand open while nothing is asked in it, before the server ends it and the connection; `None` for ever | 60 s | `DATABASE_IDLE_TRANSACTION_TIMEOUT`, `--idle-transaction-timeout` |
/// | `idle_timeout(limit)` | After what time without use a connection is closed; `None` for never | 10 min | `DATABASE_IDLE_TIMEOUT`, `--idle-timeout` |
/// | `max_lifetime(limit)` | After what time a connection is closed though it is used; `None` for never | 30 min | `DATABASE_MAX_LIFETIME`, `--max-lifetime` |
///
/// <!-- end of table -->
///
/// What runs into one of them is "could not tell": 503 over HTTP, with `Retry-After`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSettings {
    pub(super) max_connections: Option<u32>,
    pub(super) min_connections: u32,
    pub(super) acquire_timeout: Duration,
    pub(super) lock_timeout: Duration,
    pub(super) statement_timeout: Option<Duration>,
    pub(super) idle_transaction_timeout: Option<Duration>,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_connections: None,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Some(Duration::from_secs(20)),
            idle_transaction_timeout: Some(Duration::from_secs(60)),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
        }
    }
}

impl PoolSettings {
    /// The most connections at a time, one at least; 10 to a server, 8 to a SQLite file and 1 to SQLite in memory where
    /// nothing is said. All servers of a site together must stay below what the database
    /// allows.
    #[must_use]
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = Some(connections.max(1));
        self
    }

    /// The connections kept open though nobody needs them, never more than there may be at most.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::PoolSettings;
    ///
    /// let settings = PoolSettings::default()
    ///     .min_connections(2)
    ///     .lock_timeout(Duration::from_secs(2))
    ///     .statement_timeout(Duration::from_secs(10))
    ///     .idle_transaction_timeout(Duration::from_secs(30))
    ///     .idle_timeout(Duration::from_secs(300))
    ///     .max_lifetime(None);
    /// # let _ = settings;
    /// ```
    #[must_use]
    pub fn min_connections(mut self, connections: u32) -> Self {
        self.min_connections = connections;
        self
    }

    /// How long a request waits for a connection, for one that others use or for a new one to be made.
    #[must_use]
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.acquire_timeout = limit;
        self
    }

    /// How long a statement waits for a lock that somebody else holds, on MariaDB in whole seconds.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_timeout = limit;
        self
    }

    /// How long a statement may run before the server gives up on it; `None` for ever. MySQL proper bounds only those that
    /// read, SQLite none.
    #[must_use]
    pub fn statement_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.statement_timeout = limit.into();
        self
    }

    /// How long a transaction may stand open while nothing is asked in it, before the server ends it and the connection;
    /// `None` for ever. It is longer than a request may take, so that it ends only what was forgotten. MariaDB counts in
    /// whole seconds, rounded up; SQLite and MySQL proper know no such limit.
    #[must_use]
    pub fn idle_transaction_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle_transaction_timeout = limit.into();
        self
    }

    /// After what time without use a connection is closed; `None` for never.
    #[must_use]
    pub fn idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = limit.into();
        self
    }

    /// After what time a connection is closed though it is used; `None` for never.
    #[must_use]
    pub fn max_lifetime(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.max_lifetime = limit.into();
        self
    }

    /// Opens a database with these, and otherwise as [`connect`](crate::connect) does.
    pub async fn connect(&self, url: &str) -> Result<DatabaseConnection> {
        open(url, Opening::Serving(self.clone())).await
    }
}
