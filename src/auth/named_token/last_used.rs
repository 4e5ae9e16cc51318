use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use moka::sync::Cache;
use refrain_entity::Moment;
use sea_orm::{
    DatabaseConnection, DbErr,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::TABLE;
use crate::{Db, db::moment};

/// A token's last use is written where the one that is stored is older.
const SELDOM: TimeDelta = TimeDelta::minutes(10);

/// What is used meanwhile is written together.
const TOGETHER: Duration = Duration::from_secs(2);

/// The most uses that wait to be written; beyond it they are written when they are used the next time.
const MOST: usize = 1000;

/// Uses of tokens that wait to be written.
///
/// They are written beside the requests, by a task of its own: no request waits for it, none that is dropped leaves
/// something half done, and where the database refuses it the next use tries again.
#[derive(Debug)]
pub(in crate::auth) struct LastUsed {
    waiting: Mutex<Waiting>,
    /// when each was noted last, of those used lately: a token that is kept does not say what was written since
    noted: Cache<i64, Moment>,
}

/// So many tokens are remembered: of more, some are written more often.
const REMEMBERED: u64 = 100_000;

impl Default for LastUsed {
    fn default() -> Self {
        Self { waiting: Mutex::default(), noted: Cache::new(REMEMBERED) }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    /// by the token's key
    uses: BTreeMap<i64, Moment>,
    /// the connection over which somebody is about to write them
    over: Option<usize>,
}

impl LastUsed {
    /// A token is used.
    pub(in crate::auth) fn note(self: &Arc<Self>, db: Db<'_>, token: i64, stored: Option<Moment>, now: Moment) {
        let lately = |at: Moment| now.to_utc() - at.to_utc() < SELDOM;
        let is_recent = stored.is_some_and(lately) || self.noted.get(&token).is_some_and(lately);
        // in a transaction it would be rolled back with it, or keep others waiting
        let Some(connection) = db.connection().filter(|_| !is_recent) else { return };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let over = db.address();
        if waiting.uses.len() >= MOST || waiting.over.is_some_and(|other| other != over) {
            return;
        }
        waiting.uses.insert(token, now);
        self.noted.insert(token, now);
        if waiting.over.is_none() {
            waiting.over = Some(over);
            tokio::spawn(self.clone().write(connection.clone()));
        }
    }

    /// Writes what waits, until nothing does.
    async fn write(self: Arc<Self>, db: DatabaseConnection) {
        let ended = Ended(&self);
        loop {
            tokio::time::sleep(TOGETHER).await;
            let Some(uses) = self.take() else { return std::mem::forget(ended) };
            if let Err(error) = write(&db, &uses).await {
                tracing::warn!(%error, "when tokens were last used could not be written");
            }
        }
    }

    fn take(&self) -> Option<BTreeMap<i64, Moment>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let uses = std::mem::take(&mut waiting.uses);
        if uses.is_empty() {
            waiting.over = None;
            return None;
        }
        Some(uses)
    }
}

/// Whatever ends the task: the next use begins another.
struct Ended<'a>(&'a LastUsed);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).over = None;
    }
}

async fn write(db: &DatabaseConnection, uses: &BTreeMap<i64, Moment>) -> Result<(), DbErr> {
    // to ten minutes one moment is as good as another of these few seconds
    let Some(latest) = uses.values().max() else { return Ok(()) };
    let last_used = || Expr::col(Alias::new("last_used"));
    let statement = Query::update()
        .table(Alias::new(TABLE))
        .value(Alias::new("last_used"), *latest)
        .and_where(Expr::col(Alias::new("id")).is_in(uses.keys().copied()))
        .and_where(last_used().is_null().or(last_used().lt(moment(*latest, db.get_database_backend()))))
        .to_owned();
    Db::from(db).execute_whole(&statement).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect;

    async fn database() -> DatabaseConnection {
        connect("sqlite::memory:").await.expect("it is opened")
    }

    fn before(now: Moment, minutes: i64) -> Moment {
        Moment::from(now.to_utc() - TimeDelta::minutes(minutes))
    }

    #[tokio::test]
    async fn a_use_is_written_where_the_one_before_is_ten_minutes_old() {
        let (db, uses, now) = (database().await, Arc::<LastUsed>::default(), Moment::now());
        for (token, stored) in [(1, None), (2, Some(0)), (3, Some(9)), (4, Some(10)), (5, Some(11))] {
            uses.note((&db).into(), token, stored.map(|minutes| before(now, minutes)), now);
        }
        let written: Vec<i64> = uses.take().expect("some are").into_keys().collect();
        assert_eq!(written, [1, 4, 5]);
        // whose row is kept does not say what was written since
        uses.note((&db).into(), 1, None, before(now, -9));
        assert!(uses.take().is_none());
        uses.note((&db).into(), 1, None, before(now, -10));
        assert!(uses.take().is_some());
    }

    #[tokio::test]
    async fn where_the_task_that_writes_ends_the_next_use_begins_another() {
        let (db, uses) = (database().await, Arc::<LastUsed>::default());
        uses.waiting.lock().expect("no panic").over = Some(Db::from(&db).address());
        let task = tokio::spawn(uses.clone().write(db.clone()));
        tokio::time::sleep(Duration::from_millis(50)).await;
        task.abort();
        assert!(task.await.is_err_and(|ended| ended.is_cancelled()));
        assert_eq!(uses.waiting.lock().expect("no panic").over, None);
    }

    #[tokio::test]
    async fn what_waits_is_bounded_and_of_one_database() {
        let (here, there, uses) = (database().await, database().await, Arc::<LastUsed>::default());
        for token in 0..1200 {
            uses.note((&here).into(), token, None, Moment::now());
            uses.note((&there).into(), token + 5000, None, Moment::now());
        }
        let waiting = uses.take().expect("they wait");
        assert_eq!(waiting.len(), MOST);
        assert!(waiting.keys().all(|token| *token < 5000), "the other database has other tokens");
    }
}
