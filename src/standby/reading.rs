use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::HeaderMap;
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use tokio::sync::{Mutex as Turn, OnceCell};
use tracing::Instrument;

use super::{
    Standby,
    commits::Commits,
    marks::Marks,
    position::Position,
    servers::{Mark, Replayed},
};
use crate::{
    Error, Result,
    auth::User,
    db::{Abandonable, begin_write},
    http::Problem,
};

/// The standby of an API, beside its primary.
pub(crate) struct StandbyReads {
    settings: Standby,
    pub(super) primary: DatabaseConnection,
    /// once it could be reached
    pool: OnceCell<DatabaseConnection>,
    opening: Arc<Turn<()>>,
    pub(super) marks: Marks,
    pub(super) commits: Commits,
    state: Mutex<State>,
}

/// How the standby was when it was last asked.
#[derive(Default)]
struct State {
    is_used: bool,
    is_logged: bool,
    /// until when it is not asked again
    rests: Option<Instant>,
}

/// Why a list is not read from the standby, though the caller has written nothing that it lacks.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it cannot be asked")]
    Away(#[source] Error),
    #[error("it did not answer within {0:?}")]
    Slow(Duration),
    #[error("it is more than {0:?} behind")]
    Behind(Duration),
    #[error("it is no standby")]
    Promoted,
    #[error("it follows another server than the one that is written to, or does not say yet that it follows it")]
    FollowsAnother,
}

/// For so long a standby that was of no use is not asked again.
const REST: Duration = Duration::from_secs(1);

/// The most that is waited for it to begin.
const TO_BEGIN: Duration = Duration::from_secs(1);

/// The most that is waited for a page, where a request has no limit.
const TO_ANSWER: Duration = Duration::from_secs(10);

impl StandbyReads {
    pub(crate) fn new(settings: Standby, primary: DatabaseConnection) -> Self {
        Self {
            primary,
            pool: OnceCell::new(),
            opening: Arc::default(),
            marks: Marks::new(settings.bound),
            commits: Commits::new(settings.bound),
            state: Mutex::default(),
            settings,
        }
    }

    pub(super) fn bound(&self) -> Duration {
        self.settings.bound
    }

    /// The most that is waited for what is asked beside a request's own questions.
    pub(super) fn patience(&self) -> Duration {
        self.bound().min(TO_BEGIN)
    }

    /// What `read` answers from the standby; `None` where it is not near enough, or failed in any way that is not the
    /// caller's: then the primary is asked.
    pub(crate) async fn answer<T, F>(
        self: &Arc<Self>,
        user: &User,
        headers: &HeaderMap,
        request_timeout: Option<Duration>,
        read: impl FnOnce(Arc<DatabaseTransaction>) -> F,
    ) -> Option<Result<T, Problem>>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        let transaction = self.begin(user, headers).await?;
        // half of the time is left for the primary
        let limit = request_timeout.map_or(TO_ANSWER, |limit| limit / 2);
        match tokio::time::timeout(limit, Abandonable::new(read(Arc::new(transaction)))).await {
            // it may be about this very list: a column that is not there yet, a hook that writes
            Ok(Err(problem)) if problem.status().is_server_error() => None,
            Ok(answer) => Some(answer),
            Err(_) => {
                self.rest(&Refused::Slow(limit));
                None
            }
        }
    }

    /// A transaction on the standby that sees whatever was committed before the bound, and what this caller wrote.
    async fn begin(self: &Arc<Self>, user: &User, headers: &HeaderMap) -> Option<DatabaseTransaction> {
        // also while it rests: what it has to have reached is known only where it was asked for before
        self.make_marks();
        let written = self.commits.of(user, headers);
        if written == Some(Position::UNKNOWN) || self.marks.oldest_in_bound().is_none() || self.rests() {
            return None;
        }
        match self.try_begin().await {
            Ok(begun) => {
                let (transaction, position) = begun?;
                self.is_of_use();
                written.is_none_or(|written| written <= position).then_some(transaction)
            }
            Err(refused) => {
                self.rest(&refused);
                None
            }
        }
    }

    /// `None` where another time may do.
    async fn try_begin(self: &Arc<Self>) -> Result<Option<(DatabaseTransaction, Position)>, Refused> {
        let limit = self.patience();
        let began = tokio::time::timeout(limit, Abandonable::new(self.begin_reading())).await;
        let (transaction, replayed) = began.map_err(|_| Refused::Slow(limit))?.map_err(Refused::Away)?;
        if !replayed.is_standby {
            return Err(Refused::Promoted);
        }
        // looked for behind the wait, from when on nothing is waited for any more
        let Some(mark) = self.marks.oldest_in_bound() else { return Ok(None) };
        if replayed.history != mark.history {
            return Err(Refused::FollowsAnother);
        }
        if replayed.position >= mark.position {
            return Ok(Some((transaction, replayed.position)));
        }
        // one that was made just now is where the primary is, and nobody is there yet
        if mark.asked.is_below(self.bound() / 2) { Ok(None) } else { Err(Refused::Behind(self.bound())) }
    }

    /// It says that it is READ COMMITTED, as otherwise its later statements would see no more than the first one.
    async fn begin_reading(self: &Arc<Self>) -> Result<(DatabaseTransaction, Replayed)> {
        let transaction = begin_write(&self.pool().await?).await?;
        let replayed = Replayed::read(&transaction).await?;
        Ok((transaction, replayed))
    }

    /// Opened when it is first asked for, by one at a time, in a task of its own: whoever waits may be gone before.
    async fn pool(self: &Arc<Self>) -> Result<DatabaseConnection> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool.clone());
        }
        let turn = self.opening.clone().try_lock_owned().map_err(Error::could_not_tell)?;
        let own = self.clone();
        let open = async move {
            let _turn = turn;
            let Standby { url, pool, .. } = &own.settings;
            own.pool.get_or_try_init(|| pool.connect(url.expose())).await.cloned()
        };
        tokio::spawn(open.in_current_span()).await.map_err(Error::could_not_tell)?
    }

    /// Asks the primary now and then where its log is, behind the request.
    fn make_marks(self: &Arc<Self>) {
        if !self.marks.begin_reading() {
            return;
        }
        let own = self.clone();
        let read = async move {
            match Mark::read(&own.primary).await {
                Ok(mark) => own.marks.note(mark),
                Err(error) => tracing::debug!(%error, "the primary does not say where its log is"),
            }
            own.marks.end_reading();
        };
        tokio::spawn(read.in_current_span());
    }

    /// Is it not to be asked now? One that was of no use is asked by one caller, and by the others where that went well.
    fn rests(&self) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        if state.rests.is_some_and(|until| now < until) {
            return true;
        }
        if !state.is_used {
            state.rests = Some(now + TO_BEGIN);
        }
        false
    }

    fn rest(&self, why: &Refused) {
        let mut state = self.state();
        state.rests = Some(Instant::now() + REST);
        if std::mem::take(&mut state.is_used) || !std::mem::replace(&mut state.is_logged, true) {
            let cause = std::error::Error::source(why).map(ToString::to_string);
            tracing::warn!(cause, "lists are read from the primary, and not from the standby: {why}");
        }
    }

    fn is_of_use(&self) {
        let mut state = self.state();
        state.rests = None;
        if !std::mem::replace(&mut state.is_used, true) {
            state.is_logged = true;
            tracing::info!("lists are read from the standby");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often it is looked whether the standby is there.
const LOOK: Duration = Duration::from_millis(2);

impl StandbyReads {
    /// How long it takes the standby to have what the primary has now; an error where it has not within the bound.
    pub(crate) async fn lag(self: &Arc<Self>) -> Result<Duration> {
        let began = Instant::now();
        let mark = Mark::read(&self.primary).await?;
        let arrive = async {
            loop {
                let (_, replayed) = self.begin_reading().await?;
                if !replayed.is_standby {
                    return Err(Error::could_not_tell(Refused::Promoted));
                }
                if replayed.history != mark.history {
                    return Err(Error::could_not_tell(Refused::FollowsAnother));
                }
                if replayed.position >= mark.position {
                    return Ok(began.elapsed());
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let arrived = tokio::time::timeout(self.bound(), Abandonable::new(arrive)).await;
        arrived.unwrap_or_else(|_| Err(Error::could_not_tell(Refused::Behind(self.bound()))))
    }
}
