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
    /// Told of each fetch that has ended.
    ended: watch::Sender<()>,
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
            ended: watch::Sender::new(()),
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
    fn fetch(self: &Arc<Self>) -> Option<watch::Receiver<()>> {
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
        self.ended.send_replace(());
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn wait(mut ended: watch::Receiver<()>) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use async_trait::async_trait;
    use tokio::time::{sleep, timeout};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// It publishes keys of these names, so many milliseconds after it was asked, or fails.
    #[derive(Default)]
    struct Provider {
        names: Mutex<Vec<&'static str>>,
        takes: AtomicUsize,
        is_away: Mutex<bool>,
        fetches: AtomicUsize,
    }

    impl Provider {
        fn publishes(&self, names: &[&'static str], takes: usize) {
            *self.names.lock().expect("no panic") = names.to_vec();
            self.takes.store(takes, SeqCst);
        }

        fn is_away(&self) {
            *self.is_away.lock().expect("no panic") = true;
        }
    }

    struct Asked(Arc<Provider>);

    #[async_trait]
    impl KeySource for Asked {
        async fn fetch(&self) -> Result<String> {
            self.0.fetches.fetch_add(1, SeqCst);
            sleep(Duration::from_millis(self.0.takes.load(SeqCst) as u64)).await;
            if *self.0.is_away.lock().expect("no panic") {
                return Err(Error::could_not_tell("it is away"));
            }
            let key = |name: &&str| format!(r#"{{"kty":"RSA","kid":"{name}","n":"AQAB","e":"AQAB"}}"#);
            let keys: Vec<String> = self.0.names.lock().expect("no panic").iter().map(key).collect();
            Ok(format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
        }
    }

    /// Keys that are fresh for ten seconds and good for so many.
    fn keys(stale: u32) -> (Arc<Provider>, Arc<Keys>) {
        let provider = Arc::new(Provider::default());
        provider.publishes(&["a"], 0);
        let keys = Keys::new(Arc::new(Asked(provider.clone()))).with(|keys| {
            (keys.fresh, keys.stale, keys.pause) = (SECOND * 10, SECOND * stale, Duration::ZERO);
        });
        (provider, keys)
    }

    async fn has(keys: &Arc<Keys>, name: &str) -> Result<bool, ()> {
        keys.find(Some(name), Algorithm::Rs256).await.map(|key| key.is_some()).map_err(|_| ())
    }

    /// As if what is known had been fetched so many seconds before.
    fn age(keys: &Keys, seconds: u32) {
        let mut known = keys.known();
        let (_, at) = known.set.as_mut().expect("they were fetched");
        *at = Instant::now().checked_sub(SECOND * seconds).expect("there was time before");
    }

    /// What is told without waiting for a provider.
    async fn at_once<T>(asking: impl Future<Output = T>) -> Option<T> {
        timeout(SECOND / 2, asking).await.ok()
    }

    #[tokio::test]
    async fn the_older_known_keys_are_the_more_is_done_for_new_ones() {
        let (provider, keys) = keys(60);
        assert_eq!(has(&keys, "a").await, Ok(true));
        provider.publishes(&["b"], 300);
        age(&keys, 5);
        assert_eq!(has(&keys, "a").await, Ok(true));
        assert_eq!(provider.fetches.load(SeqCst), 1, "they are fresh");
        // a request is answered by what is known, and new ones are fetched beside it
        for seconds in [12, 18] {
            age(&keys, seconds);
            assert_eq!(at_once(has(&keys, "a")).await, Some(Ok(true)));
        }
        sleep(Duration::from_millis(600)).await;
        assert_eq!(provider.fetches.load(SeqCst), 2, "in one fetch");
        assert_eq!((has(&keys, "a").await, has(&keys, "b").await), (Ok(false), Ok(true)));
        // nobody asked for so long that what is known is not used before it was asked for anew
        provider.publishes(&["c"], 50);
        age(&keys, 25);
        assert_eq!(has(&keys, "b").await, Ok(false));
    }

    #[tokio::test]
    async fn a_provider_that_is_slow_is_not_waited_for_where_keys_are_good() {
        let (provider, keys) = keys(60);
        assert_eq!(has(&keys, "a").await, Ok(true));
        provider.publishes(&["b"], 60_000);
        age(&keys, 25);
        assert_eq!(timeout(PATIENCE * 3, has(&keys, "a")).await, Ok(Ok(true)));
    }

    #[tokio::test]
    async fn the_first_keys_are_waited_for() {
        let (provider, keys) = keys(60);
        provider.publishes(&["a"], 1_500);
        assert_eq!(has(&keys, "a").await, Ok(true), "none is known that would do");
    }

    #[tokio::test]
    async fn keys_that_are_stale_let_nobody_in() {
        let (provider, keys) = keys(12);
        assert_eq!(has(&keys, "a").await, Ok(true));
        provider.is_away();
        provider.publishes(&["a"], 1_000);
        age(&keys, 11);
        assert_eq!(at_once(has(&keys, "a")).await, Some(Ok(true)));
        for seconds in [13, 25] {
            age(&keys, seconds);
            assert_eq!(has(&keys, "a").await, Err(()), "after {seconds} seconds");
        }
    }

    #[tokio::test]
    async fn after_a_fetch_there_is_none_for_the_pause() {
        let (provider, keys) = keys(60);
        let keys = keys.with(|keys| keys.pause = SECOND * 30);
        for _ in 0..3 {
            assert_eq!((has(&keys, "a").await, has(&keys, "b").await), (Ok(true), Ok(false)));
        }
        assert_eq!(provider.fetches.load(SeqCst), 1);
    }

    #[test]
    fn each_setting_leaves_the_others() {
        let (_, keys) = keys(60);
        for keys in [
            keys.with(|keys| keys.fresh = SECOND)
                .with(|keys| keys.stale = SECOND * 2)
                .with(|keys| keys.pause = SECOND * 3),
            keys.with(|keys| keys.pause = SECOND * 3)
                .with(|keys| keys.stale = SECOND * 2)
                .with(|keys| keys.fresh = SECOND),
        ] {
            assert_eq!([keys.fresh, keys.stale, keys.pause], [SECOND, SECOND * 2, SECOND * 3]);
        }
    }
}
