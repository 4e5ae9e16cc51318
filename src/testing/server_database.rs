use std::{
    process,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, SystemTime},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

use crate::{PoolSettings, Result};

/// A database on a server, for one test: dropped with it, kept where the test fails.
pub(super) struct ServerDatabase {
    server: String,
    backend: DbBackend,
    name: String,
}

impl ServerDatabase {
    /// A new one on the server at this address, which names any database of it.
    pub(super) async fn create(server: &str) -> Result<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // a process of this number may have been there before, and have left its own
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO).as_millis();
        let name = format!("test_{now}_{}_{number}", process::id());
        let db = one_connection(server).await?;
        let backend = db.get_database_backend();
        let characters = if backend == DbBackend::MySql { " CHARACTER SET utf8mb4" } else { "" };
        db.execute_unprepared(&format!("CREATE DATABASE {name}{characters}")).await?;
        db.close().await?;
        Ok(Self { server: server.to_owned(), backend, name })
    }

    pub(super) fn url(&self) -> String {
        at_database(&self.server, &self.name)
    }

    async fn drop_it(server: &str, backend: DbBackend, name: &str) -> Result<()> {
        // connections of the test's pool may be open still
        let force = if backend == DbBackend::Postgres { " WITH (FORCE)" } else { "" };
        let db = one_connection(server).await?;
        if backend == DbBackend::MySql {
            // a transaction of the test's may be open still, and nobody ends it while this is waited for
            db.execute_unprepared("SET lock_wait_timeout = 5").await?;
        }
        db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}{force}")).await?;
        Ok(db.close().await?)
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        let Self { server, backend, name } = self;
        if thread::panicking() {
            eprintln!("kept for a look: the database `{name}`");
            return;
        }
        // on a thread of its own: within the test's runtime nothing could be waited for
        let dropped = thread::scope(|scope| {
            let dropping = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime
                    .block_on(Self::drop_it(server, *backend, name))
                    .map_err(|error| std::io::Error::other(error.to_string()))
            });
            dropping.join()
        });
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("not dropped: the database `{name}`");
        }
    }
}

async fn one_connection(url: &str) -> Result<DatabaseConnection> {
    PoolSettings::default().max_connections(1).connect(url).await
}

/// The address of another database of the same server.
fn at_database(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').map_or((server, None), |(address, rest)| (address, Some(rest)));
    let after_scheme = address.find("://").map_or(0, |at| at + 3);
    let host_ends = address[after_scheme..].find('/').map_or(address.len(), |at| after_scheme + at);
    let parameters = parameters.map(|parameters| format!("?{parameters}")).unwrap_or_default();
    format!("{}/{name}{parameters}", &address[..host_ends])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_servers_with_another_database() {
        for (server, expected) in [
            ("postgres://me:word@db:5432/postgres", "postgres://me:word@db:5432/test_1"),
            ("postgres://db", "postgres://db/test_1"),
            ("mysql://db/?ssl-mode=DISABLED", "mysql://db/test_1?ssl-mode=DISABLED"),
        ] {
            assert_eq!(at_database(server, "test_1"), expected);
        }
    }
}
