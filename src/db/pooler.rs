//! A pooler that lends connections by the transaction is found out when a program starts.

use std::time::Duration;

use sea_orm::sqlx::{self, Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};

use super::connect::Opening;
use crate::{Error, Result};

/// What stands between the program and PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Nobody, or somebody who lends a connection for as long as it is kept.
    BySession,
    /// Somebody who lends connections by the transaction, and keeps each client's prepared statements apart.
    ByTransaction,
}

impl Pooling {
    /// Finds out, and refuses what cannot be served.
    ///
    /// sqlx prepares a statement in one turn and runs it in another, by a name that it counts up for each connection. Lent
    /// to somebody else in between, the server's connection knows another statement by that name, and runs it: an answer to
    /// a question that nobody asked. So a pooler that lends by the transaction has to keep statements apart, and to show
    /// it. Where the database cannot be asked nothing is said; whoever asks next finds that out.
    pub(super) async fn of(
        options: &PgConnectOptions,
        place: &str,
        opening: &Opening,
        limit: Duration,
    ) -> Result<Self> {
        let refused = |why| Err(Error::could_not_tell(Refused { place: place.to_owned(), why }));
        match tokio::time::timeout(limit, lends_by_the_transaction(options)).await {
            Ok(Ok(true)) if matches!(opening, Opening::Migrating) => refused(Why::Migrates),
            Ok(Ok(true)) => match tokio::time::timeout(limit, keeps_statements_apart(options)).await {
                Ok(Ok(true)) => {
                    warn_without_limits(options, place, limit).await;
                    Ok(Self::ByTransaction)
                }
                Ok(Ok(false) | Err(_)) | Err(_) => refused(Why::MixesStatements),
            },
            Ok(Ok(false) | Err(_)) | Err(_) => Ok(Self::BySession),
        }
    }
}

/// Do two connections, both of them there, have one process of the server's? One that a pooler lends to whoever asks next
/// is lent to the second once the first has its answer; or the first is lent another.
pub(crate) async fn lends_by_the_transaction(options: &PgConnectOptions) -> sqlx::Result<bool> {
    let mut first = PgConnection::connect_with(options).await?;
    let mut second = PgConnection::connect_with(options).await?;
    let before = process(&mut first).await?;
    second.execute("BEGIN").await?;
    let others = process(&mut second).await?;
    let after = process(&mut first).await?;
    second.close().await?;
    first.close().await?;
    Ok(before == others || before != after)
}

/// The server's process that answers. Of two servers behind one address, in a container each, processes have the same
/// numbers: the servers did not start at the same moment.
const PROCESS: &str = "SELECT concat(pg_backend_pid(), ' since ', pg_postmaster_start_time())";

async fn process(connection: &mut PgConnection) -> sqlx::Result<String> {
    // without preparing it
    connection.fetch_one(sqlx::raw_sql(PROCESS)).await?.try_get(0)
}

/// So many connections are held, one after the other, until a statement is run by another process than prepared it.
const HELD: usize = 6;

/// Is a statement that one process of the server's has prepared run by another, though a second client has its own by that
/// name there? Where it is never run by another, nothing is shown.
async fn keeps_statements_apart(options: &PgConnectOptions) -> sqlx::Result<bool> {
    let mut first = PgConnection::connect_with(options).await?;
    let prepared: String = sqlx::query(PROCESS).fetch_one(&mut first).await?.try_get(0)?;
    let mut others = Vec::new();
    for held in 0..HELD {
        let mut other = PgConnection::connect_with(options).await?;
        other.execute("BEGIN").await?;
        let number: i32 = sqlx::query("SELECT 17 AS seventeen").fetch_one(&mut other).await?.try_get(0)?;
        let ran = sqlx::query(PROCESS).fetch_one(&mut first).await?;
        // an answer to the other's question cannot be read
        let ran: String = ran.try_get(0)?;
        others.push(other);
        if number != 17 || !ran.contains(" since ") {
            return Ok(false);
        }
        if ran != prepared {
            // and what the others prepared is still theirs
            for other in &mut others {
                let number: i32 = sqlx::query("SELECT 17 AS seventeen").fetch_one(&mut *other).await?.try_get(0)?;
                if number != 17 {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        tracing::trace!(held, "the pooler lends the same connection again");
    }
    Ok(false)
}

/// Settings of a session are anybody's there, so none are made: the server has to have them, of the role or the database.
async fn warn_without_limits(options: &PgConnectOptions, place: &str, limit: Duration) {
    let unbounded = async {
        let mut connection = PgConnection::connect_with(options).await?;
        let row = connection.fetch_one(sqlx::raw_sql(UNBOUNDED)).await?;
        connection.close().await?;
        row.try_get::<Option<String>, _>(0)
    };
    if let Ok(Ok(Some(settings))) = tokio::time::timeout(limit, unbounded).await {
        tracing::warn!(
            "{place} is reached through a pooler that lends connections by the transaction, where a program cannot set \
             limits of its own, and the server has none as {settings}: set them by `ALTER ROLE … SET …`"
        );
    }
}

const UNBOUNDED: &str = "SELECT string_agg('`' || name || '`', ', ' ORDER BY name) FROM pg_settings \
    WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout') AND setting = '0'";

#[derive(Debug, thiserror::Error)]
#[error("{place} is reached through a pooler that lends connections by the transaction, {}", self.why.sentence())]
struct Refused {
    place: String,
    why: Why,
}

#[derive(Debug)]
enum Why {
    MixesStatements,
    Migrates,
}

impl Why {
    fn sentence(&self) -> &'static str {
        match self {
            Self::MixesStatements => {
                "where the statements of one program are answered with another's: let it keep prepared statements apart \
                 (pgbouncer 1.21 or newer with `max_prepared_statements`), let it pool by the session (`pool_mode = \
                 session`), or give the server's own address, as `DIRECT_DATABASE_URL` where only `serve` is to go \
                 through the pooler"
            }
            Self::Migrates => {
                "and migrations need a session of their own: give the server's own address, as `DIRECT_DATABASE_URL` \
                 where only `serve` is to go through the pooler"
            }
        }
    }
}
