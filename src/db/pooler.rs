//! A pooler that lends connections by the transaction is found out when a program starts.

use std::time::Duration;

use sea_orm::sqlx::{self, Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};

use crate::{Error, Result};

/// Refuses a database behind a pooler that lends its connections by the transaction, as pgbouncer's `pool_mode =
/// transaction`.
///
/// sqlx prepares a statement in one turn and runs it in another, by a name that it counts up for each connection. Lent to
/// somebody else in between, the server's connection knows another statement by that name, and runs it: an answer to a
/// question that nobody asked. Where the database cannot be asked nothing is said; whoever asks next finds that out.
pub(super) async fn refuse(options: &PgConnectOptions, place: &str, limit: Duration) -> Result<()> {
    match tokio::time::timeout(limit, lends_by_the_transaction(options)).await {
        Ok(Ok(true)) => Err(Error::could_not_tell(Pooled { place: place.to_owned() })),
        Ok(Ok(false) | Err(_)) | Err(_) => Ok(()),
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
async fn process(connection: &mut PgConnection) -> sqlx::Result<String> {
    // without preparing it
    let process = sqlx::raw_sql("SELECT concat(pg_backend_pid(), ' since ', pg_postmaster_start_time())");
    connection.fetch_one(process).await?.try_get(0)
}

#[derive(Debug, thiserror::Error)]
#[error(
    "{place} is reached through a pooler that lends connections by the transaction, where the statements of one program \
     are answered with another's, and a session's settings are anybody's: let it pool by the session (pgbouncer: `pool_mode = session`), or give the server's own \
     address, as `DIRECT_DATABASE_URL` where only `serve` is to go through the pooler"
)]
struct Pooled {
    place: String,
}
