use std::{
    sync::{Arc, PoisonError, Weak},
    time::Duration,
};

use sea_orm::{
    DbBackend,
    sqlx::{
        self,
        pool::PoolOptions,
        postgres::{PgConnectOptions, PgListener},
    },
};
use tokio::task::JoinHandle;

use super::{KeptUsers, heartbeat::Heartbeat};
use crate::{Error, Result, db::lends_by_the_transaction};

/// What the triggers tell of.
const CHANNEL: &str = "refrain_identity";

/// A connection that was lost is made anew, at first at once.
const AGAIN: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(500)];

/// Hears what changes, until it is dropped.
pub(super) struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl KeptUsers {
    /// Begins to hear what changes; an error where it cannot be heard yet.
    pub(crate) async fn listen(self: &Arc<Self>) -> Result<()> {
        if !self.settings.told {
            return Ok(());
        }
        let options = self.own_address()?;
        let mut listener =
            Listener { kept: Arc::downgrade(self), beat: Heartbeat::new(&self.db, &self.tables), options };
        let checked = listener.check(self.settings.bound).await;
        let task = tokio::spawn(listener.run());
        *self.listening.lock().unwrap_or_else(PoisonError::into_inner) = Some(Listening(task));
        checked
    }

    fn own_address(&self) -> Result<PgConnectOptions> {
        let db = &self.db;
        if db.get_database_backend() != DbBackend::Postgres {
            return Err(Error::wiring(
                "only PostgreSQL tells what changed: on another database keep users for a time, \
                 `Snapshots::kept_for`",
            ));
        }
        let options = match &self.settings.direct {
            Some(url) => url.expose().parse().map_err(|_| Error::wiring("the address to listen at cannot be read"))?,
            None => PgConnectOptions::clone(&db.get_postgres_connection_pool().connect_options()),
        };
        Ok(options.application_name("refrain, listening"))
    }
}

struct Listener {
    kept: Weak<KeptUsers>,
    beat: Heartbeat,
    options: PgConnectOptions,
}

impl Listener {
    /// Is everything there that it needs: a connection of its own, and triggers that tell?
    async fn check(&mut self, bound: Duration) -> Result<()> {
        let limit = bound.max(Duration::from_secs(5));
        let is_lent = tokio::time::timeout(limit, lends_by_the_transaction(&self.options)).await;
        match is_lent {
            Ok(Ok(false)) => {}
            Ok(Ok(true)) => {
                return Err(Error::wiring(
                    "who listens needs a session of its own, and this address goes through a pooler that lends \
                     connections by the transaction: give the server's own, `Snapshots::listening_at` or \
                     `DIRECT_DATABASE_URL`",
                ));
            }
            Ok(Err(error)) => return Err(Error::could_not_tell(error)),
            Err(_) => return Err(Error::could_not_tell("the address to listen at does not answer")),
        }
        self.beat.check().await
    }

    /// Hears, and asks for what it is to hear, over one connection after another.
    async fn run(mut self) {
        let mut is_down = false;
        let mut wait = AGAIN[0];
        while let Some(bound) = self.kept.upgrade().map(|kept| kept.settings.bound) {
            match self.connect(bound).await {
                Ok(listener) => {
                    if std::mem::take(&mut is_down) {
                        tracing::info!("changes of users are heard again");
                    }
                    wait = AGAIN[0];
                    let why = tokio::select! {
                        why = hear(listener, bound, &self.kept) => why,
                        () = self.beat.every(bound / 4, &self.kept) => return,
                    };
                    let Some(kept) = self.kept.upgrade() else { return };
                    kept.freshness.lose();
                    tracing::warn!(%why, "changes of users are not heard any more: the database is asked with each request");
                }
                Err(error) => {
                    if !is_down {
                        tracing::warn!(%error, "changes of users cannot be heard: the database is asked with each request");
                    }
                }
            }
            is_down = true;
            tokio::time::sleep(wait).await;
            wait = longer(wait);
        }
    }

    /// A connection that hears; what was told before is lost, so that it may be about anybody.
    async fn connect(&self, bound: Duration) -> sqlx::Result<PgListener> {
        let limit = bound.max(Duration::from_secs(5));
        let one = PoolOptions::<sqlx::Postgres>::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let connecting = async {
            let pool = one.acquire_timeout(limit).connect_with(self.options.clone()).await?;
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.ignore_pool_close_event(true);
            listener.eager_reconnect(false);
            listener.listen_all([CHANNEL, self.beat.channel()]).await?;
            Ok(listener)
        };
        let listener = tokio::time::timeout(limit, connecting).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        if let Some(kept) = self.kept.upgrade() {
            kept.notices.about_everybody();
        }
        Ok(listener)
    }
}

/// Twice as long as before, until that is long enough.
fn longer(wait: Duration) -> Duration {
    (wait * 2).min(AGAIN[1])
}

/// Until the connection is lost, or has nothing to say although it was asked to.
async fn hear(mut listener: PgListener, bound: Duration, kept: &Weak<KeptUsers>) -> String {
    loop {
        let notice = match tokio::time::timeout(bound * 3, listener.try_recv()).await {
            Ok(Ok(Some(notice))) => notice,
            Ok(Ok(None)) => return "the connection was closed".to_owned(),
            Ok(Err(error)) => return error.to_string(),
            Err(_) => return "nothing arrived for three times the bound".to_owned(),
        };
        let Some(kept) = kept.upgrade() else { return String::new() };
        match (notice.channel(), notice.payload()) {
            (CHANNEL, "") => kept.notices.about_everybody(),
            (CHANNEL, user) => kept.notices.about(user),
            (_, number) => number.parse().into_iter().for_each(|number| kept.freshness.heard(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::iter::successors;

    use super::*;

    #[test]
    fn a_server_that_stays_away_is_asked_less_and_less_often() {
        let waits = successors(Some(AGAIN[0]), |wait| Some(longer(*wait)));
        let waits: Vec<u128> = waits.take(6).map(|wait| wait.as_millis()).collect();
        assert_eq!(waits, [50, 100, 200, 400, 500, 500]);
    }
}
