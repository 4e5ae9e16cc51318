//! Connections to a server that is not there any more are found out, and given up, in bounded time.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Database, Executor, pool::PoolOptions};

/// A connection that was used within this time is taken to stand.
const TRUSTED: Duration = Duration::from_secs(1);

/// An answer over any connection vouches for the way to the server for this time.
const VOUCHED: Duration = Duration::from_millis(100);

/// Settings for each new connection, and a look at those that may have broken.
///
/// sqlx asks every connection that comes back whether it stands, and waits for the answer for as long as the system
/// waits for lost packets, which is a quarter of an hour; until then the connection's place in the pool is taken. So the
/// question is asked here first, with a limit, unless the server answered just now.
pub(super) fn watched<D: Database>(pool: PoolOptions<D>, session: String) -> PoolOptions<D>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let limit = pool.get_acquire_timeout();
    let heard = Arc::new(Heard::default());
    pool.after_connect(move |connection, _| {
        let session = session.clone();
        boxed(async move {
            let set = connection.execute(AssertSqlSafe(session));
            tokio::time::timeout(limit, set).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(drop)
        })
    })
    .before_acquire(move |connection, used| {
        boxed(async move {
            if used.idle_for > TRUSTED {
                // half of the time is left to connect anew
                ping(connection, limit / 2).await?;
            }
            Ok(true)
        })
    })
    .after_release(move |connection, _| {
        let heard = heard.clone();
        boxed(async move {
            if !heard.lately() {
                ping(connection, limit).await?;
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

async fn ping(connection: &mut impl Connection, limit: Duration) -> Result<(), sqlx::Error> {
    tokio::time::timeout(limit, connection.ping()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// When the server last answered a question of ours.
struct Heard {
    epoch: Instant,
    /// milliseconds since then, and one: none is 0
    at: AtomicU64,
}

impl Default for Heard {
    fn default() -> Self {
        Self { epoch: Instant::now(), at: AtomicU64::new(0) }
    }
}

impl Heard {
    fn lately(&self) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        at > 0 && self.elapsed().saturating_sub(at - 1) < VOUCHED.as_millis() as u64
    }

    fn now(&self) {
        self.at.store(self.elapsed() + 1, Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        self.epoch.elapsed().as_millis() as u64
    }
}
