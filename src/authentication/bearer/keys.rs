use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{
    Algorithm, KeySource,
    key_set::{Key, KeySet},
};
use crate::{Error, Result};

/// A fetch takes no longer.
const LONGEST: Duration = Duration::from_secs(10);

/// Who could do with the keys that are known waits no longer for others.
const PATIENCE: Duration = Duration::from_secs(1);

/// The keys of a provider, fetched where they are needed.
///
/// A fetch runs in a task of its own, one at a time: requests wait for it, and one that is dropped stops nothing.
pub(super) struct Keys {
    pub(super) source: Arc<dyn KeySource>,
    /// From then on they are fetched again.
    pub(super) fresh: Duration,
    /// From then on they count no more.
    pub(super) stale: Duration,
    /// After a fetch there is none for so long.
    pub(super) pause: Duration,
    known: Mutex<Known>,
    /// How many fetches have ended.
    ended: watch::Sender<u64>,
}

#[derive(Default)]
struct Known {
    set: Option<(Arc<KeySet>, Instant)>,
    /// when the last fetch ended, and whether it failed
    tried: Option<Instant>,
    has_failed: bool,
    is_fetching: bool,
}

impl Keys {
    pub(super) fn new(source: Arc<dyn KeySource>) -> Self {
        Self {
            source,
            fresh: Duration::from_secs(600),
            stale: Duration::from_secs(3600),
            pause: Duration::from_secs(10),
            known: Mutex::default(),
            ended: watch::Sender::new(0),
        }
    }

    /// Other settings, and no key known.
    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Arc<Self> {
        let Self { source, fresh, stale, pause, .. } = self;
        let mut keys = Self { fresh: *fresh, stale: *stale, pause: *pause, ..Self::new(source.clone()) };
        change(&mut keys);
        Arc::new(keys)
    }

    /// The key of this name, for tokens signed so; `None` where the provider has none. An error where nobody can tell.
    pub(super) async fn find(self: &Arc<Self>, id: Option<&str>, algorithm: Algorithm) -> Result<Option<Key>> {
        let found = self.set().await?.find(id, algorithm).cloned();
        if found.is_some() {
            return Ok(found);
        }
        // it may be new; or nobody's, of which there can be any number
        if let Some(ended) = self.fetch() {
            wait(ended).await?;
        }
        let found = self.set().await?.find(id, algorithm).cloned();
        // it may be one that the provider has by now
        if found.is_none() && self.known().has_failed { Err(not_fetched()) } else { Ok(found) }
    }

    /// The keys that count now.
    async fn set(self: &Arc<Self>) -> Result<Arc<KeySet>> {
        let age = |at: &Instant| at.elapsed();
        let known = self.known().set.clone();
        let is_good = known.as_ref().is_some_and(|(_, at)| age(at) < self.stale);
        match known {
            Some((set, at)) if age(&at) < self.fresh => return Ok(set),
            // fetched beside the request; a second time round it is waited for
            Some((set, at)) if age(&at) < self.fresh * 2 && age(&at) < self.stale => {
                self.fetch();
                return Ok(set);
            }
            _ => {}
        }
        match self.fetch() {
            Some(ended) if is_good => drop(tokio::time::timeout(PATIENCE, wait(ended)).await),
            Some(ended) => wait(ended).await?,
            None => {}
        }
        match self.known().set.clone() {
            Some((set, at)) if age(&at) < self.stale => Ok(set),
            _ => Err(not_fetched()),
        }
    }

    /// Fetches them, unless that was tried just now; what ends with the fetch under way.
    fn fetch(self: &Arc<Self>) -> Option<watch::Receiver<u64>> {
        let mut known = self.known();
        if !known.is_fetching {
            if known.tried.is_some_and(|tried| tried.elapsed() < self.pause) {
                return None;
            }
            known.is_fetching = true;
            tokio::spawn(self.clone().fetched());
        }
        // before the lock is given back, so that no end is missed
        Some(self.ended.subscribe())
    }

    async fn fetched(self: Arc<Self>) {
        let source = self.source.clone();
        // what a source of one's own does, a panic included, is not to leave a fetch under way for ever
        let fetching = tokio::spawn(async move { tokio::time::timeout(LONGEST, source.fetch()).await });
        let read = match fetching.await {
            Ok(Ok(Ok(text))) => KeySet::read(&text).map_err(str::to_owned),
            Ok(Ok(Err(error))) => Err(with_causes(&error)),
            Ok(Err(_)) => Err("it took too long".to_owned()),
            Err(_) => Err("the source failed".to_owned()),
        };
        let mut known = self.known();
        (known.is_fetching, known.tried, known.has_failed) = (false, Some(Instant::now()), read.is_err());
        match read {
            Ok(set) => known.set = Some((Arc::new(set), Instant::now())),
            Err(error) => tracing::error!(%error, "the keys of bearer tokens could not be fetched"),
        }
        self.ended.send_modify(|ended| *ended += 1);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn wait(mut ended: watch::Receiver<u64>) -> Result<()> {
    ended.changed().await.map_err(Error::could_not_tell)
}

fn not_fetched() -> Error {
    Error::could_not_tell("the provider's keys could not be fetched")
}

fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(of) = cause {
        text += &format!(": {of}");
        cause = of.source();
    }
    text
}
