//! Connections to a server that is not there any more are found out, and given up, in bounded time; none goes back to
//! the pool in a transaction.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use sea_orm::sqlx::{self, AssertSqlSafe, Database, Executor, pool::PoolOptions};

use super::given_up::{Last, given_up_lately};

/// A connection that was used within this time is taken to stand.
const TRUSTED: Duration = Duration::from_secs(1);

/// An answer over any connection vouches for the way to the server for this time.
const VOUCHED: Duration = Duration::from_millis(100);

/// How long a connection may take to come to rest after its request was given up. One that is out of step with its
/// server, or whose statement still runs, is closed: nobody waits for the answer.
const AFTER_GIVING_UP: Duration = Duration::from_millis(300);

/// Settings for each new connection, and a look at those that may have broken.
///
/// sqlx asks every connection that comes back whether it stands, and waits for the answer for as long as the system
/// waits for lost packets, which is a quarter of an hour; until then the connection's place in the pool is taken. So the
/// question is asked here first, with a limit, unless the server answered just now.
///
/// The question is `end`, which costs as much as any: whatever transaction was left open ends there. Refrain leaves none;
/// a program may that begins its own and drops what it does. Where a request was given up lately, every connection that
/// comes back is asked.
pub(super) fn watched<D: Database>(pool: PoolOptions<D>, session: String, end: &'static str) -> PoolOptions<D>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let limit = pool.get_acquire_timeout();
    let heard = Arc::new(Last::never());
    pool.after_connect(move |connection, _| {
        let session = session.clone();
        boxed(async move {
            let set = connection.execute(AssertSqlSafe(session));
            tokio::time::timeout(limit, set).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(drop)
        })
    })
    .before_acquire(move |connection, used| {
        boxed(async move {
            if given_up_lately() {
                end_transaction(connection, end, limit).await?;
            } else if used.idle_for > TRUSTED {
                // half of the time is left to connect anew
                end_transaction(connection, end, limit / 2).await?;
            }
            Ok(true)
        })
    })
    .after_release(move |connection, _| {
        let heard = heard.clone();
        boxed(async move {
            if given_up_lately() {
                end_transaction(connection, end, limit).await?;
            } else if !heard.lately(VOUCHED) {
                end_transaction(connection, end, limit).await?;
                heard.now();
            }
            Ok(true)
        })
    })
}

/// The future as sqlx's hooks want it; a closure alone does not say for how long it borrows.
fn boxed<'c, T>(
    future: impl Future<Output = Result<T, sqlx::Error>> + Send + 'c,
) -> Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'c>> {
    Box::pin(future)
}

async fn end_transaction<'c, D: Database>(
    connection: &'c mut D::Connection,
    end: &'static str,
    limit: Duration,
) -> Result<(), sqlx::Error>
where
    &'c mut D::Connection: Executor<'c, Database = D>,
{
    let ended = connection.execute(sqlx::raw_sql(end));
    tokio::time::timeout(limit.min(AFTER_GIVING_UP), ended).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(drop)
}
