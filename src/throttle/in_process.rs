use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use moka::{Expiry, sync::Cache};
use refrain_entity::clock;

use super::{
    Rate,
    window::{Room, Slot, Window},
};

/// How many callers are counted at one time; of more, those who asked longest ago are forgotten.
const CALLERS: u64 = 100_000;

/// Who asked how often, in this process. A cheap handle.
#[derive(Clone)]
pub(super) struct InProcess {
    windows: Cache<Key, Arc<Counted>, RandomState>,
    since: Instant,
    hashed: RandomState,
}

/// What is counted and for whom, in a form that is short however long their names are.
type Key = (u64, u64);

struct Counted {
    rate: Rate,
    window: Mutex<Window>,
}

/// Where something was taken, and can be given back.
pub(super) struct Place {
    counted: Arc<Counted>,
    slot: Slot,
}

impl Default for InProcess {
    fn default() -> Self {
        let windows = Cache::builder()
            .max_capacity(CALLERS)
            .eviction_policy(moka::policy::EvictionPolicy::lru())
            .expire_after(Idle)
            .build_with_hasher(RandomState::new());
        Self { windows, since: Instant::now(), hashed: RandomState::new() }
    }
}

impl InProcess {
    /// One more by this rate, of what and for whom; or how long to wait.
    pub(super) fn take(&self, rate: Rate, of: &str, whom: &str) -> Result<(Room, Place), Duration> {
        // another rate counts in other slots
        let key = (self.hashed.hash_one((of, whom, rate)), self.hashed.hash_one((rate, whom, of)));
        let counted = self.windows.get_with(key, || Arc::new(Counted { rate, window: Mutex::default() }));
        let (room, slot) = counted.window().take(rate, self.since.elapsed() + clock::ahead())?;
        Ok((room, Place { counted, slot }))
    }
}

impl Place {
    pub(super) fn give_back(self) {
        self.counted.window().give_back(self.slot);
    }
}

impl Counted {
    fn window(&self) -> std::sync::MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was asked longer ago than the rate's time counts no more; a slot is a sixty-fourth of it.
struct Idle;

impl Expiry<Key, Arc<Counted>> for Idle {
    fn expire_after_create(&self, _: &Key, counted: &Arc<Counted>, _: Instant) -> Option<Duration> {
        Some(counted.rate.time * 2)
    }

    fn expire_after_read(
        &self,
        _: &Key,
        counted: &Arc<Counted>,
        _: Instant,
        _: Option<Duration>,
        _: Instant,
    ) -> Option<Duration> {
        Some(counted.rate.time * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_is_remembered_for_as_long_as_it_counts_and_not_for_ever() {
        let (long, brief) = (Rate::new(1, Duration::from_secs(2)), Rate::new(1, Duration::from_millis(10)));
        let asked = |counts: &InProcess, rate| {
            assert!(counts.take(rate, "list", "alice").is_ok() && counts.take(rate, "list", "bob").is_ok());
            // bob's is looked at once more
            let _ = counts.take(rate, "list", "bob");
        };
        let (counts, over, began) = (InProcess::default(), InProcess::default(), Instant::now());
        asked(&counts, long);
        asked(&over, brief);
        // idle callers are swept out about every second
        std::thread::sleep(Duration::from_millis(1200));
        let refused = ["alice", "bob"].map(|whom| counts.take(long, "list", whom).is_err());
        assert!(refused == [true, true] || began.elapsed() > long.time, "{refused:?}");
        over.windows.run_pending_tasks();
        assert_eq!(over.windows.entry_count(), 0);
    }

    #[cfg(feature = "testing")]
    #[tokio::test]
    async fn who_waited_may_ask_again_in_a_test_that_lets_time_pass() {
        let (counts, rate) = (InProcess::default(), Rate::per_minute(1));
        let may_ask = || counts.take(rate, "a", "alice").is_ok();
        assert_eq!([may_ask(), may_ask()], [true, false]);
        assert!(clock::ahead_of(Duration::from_secs(62), async { may_ask() }).await);
    }

    #[test]
    fn everybody_is_counted_for_themselves() {
        let (counts, rate) = (InProcess::default(), Rate::per_minute(1));
        let take = |of, whom| counts.take(rate, of, whom).is_ok();
        assert!(take("a", "alice") && take("a", "bob") && take("b", "alice"));
        assert!(!take("a", "alice") && !take("b", "alice"));
        assert!(take("ab", "c") && take("a", "bc"));
        assert!(counts.take(Rate::per_hour(1), "a", "alice").is_ok(), "by each rate");
    }

    #[test]
    fn however_many_there_are_no_more_are_kept() {
        let (counts, rate) = (InProcess::default(), Rate::per_minute(1));
        for caller in 0..150_000 {
            assert!(counts.take(rate, "a", &caller.to_string()).is_ok());
        }
        counts.windows.run_pending_tasks();
        assert!(counts.windows.entry_count() <= CALLERS);
        assert!(counts.take(rate, "a", "149999").is_err(), "the last are known");
    }

    #[test]
    fn at_once_no_more_than_the_rate() {
        let (counts, rate) = (InProcess::default(), Rate::per_hour(50));
        let let_in = std::thread::scope(|scope| {
            let asking = || (0..100).filter(|_| counts.take(rate, "a", "alice").is_ok()).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(asking)).collect();
            threads.into_iter().map(|thread| thread.join().expect("it counts")).sum::<usize>()
        });
        assert_eq!(let_in, 50);
    }
}
