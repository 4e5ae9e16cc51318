use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

/// Until when everything that changed has been heard of.
///
/// A beat is a notice that we ask for ourselves. Notices arrive in the order of their commits, so one that was asked for
/// at a moment and has arrived says that every change committed before that moment was heard of. It counts where the
/// triggers that tell of changes were seen in place by the statement that asked for it.
pub(super) struct Freshness {
    bound: Duration,
    since: Instant,
    /// nanoseconds after that; never is 0
    until: AtomicU64,
    beat: Mutex<Beat>,
}

#[derive(Default)]
struct Beat {
    number: u64,
    asked_at: Option<Instant>,
    is_answered: bool,
    is_heard: bool,
}

impl Freshness {
    pub(super) fn new(bound: Duration) -> Self {
        Self { bound, since: Instant::now(), until: AtomicU64::new(0), beat: Mutex::default() }
    }

    /// Was everything heard of that changed more than the bound ago?
    pub(super) fn is_fresh(&self) -> bool {
        self.nanoseconds(Instant::now()) < self.until.load(SeqCst)
    }

    /// Nothing is heard any more.
    pub(super) fn lose(&self) {
        let mut beat = self.lock();
        *beat = Beat { number: beat.number, ..Beat::default() };
        self.until.store(0, SeqCst);
    }

    /// A beat is about to be asked for; it is the one with this number.
    pub(super) fn ask(&self) -> u64 {
        let mut beat = self.lock();
        *beat = Beat { number: beat.number + 1, asked_at: Some(Instant::now()), ..Beat::default() };
        beat.number
    }

    /// It was asked for, and the triggers were there.
    pub(super) fn answered(&self, number: u64) {
        self.settle(number, |beat| beat.is_answered = true);
    }

    /// It arrived.
    pub(super) fn heard(&self, number: u64) {
        self.settle(number, |beat| beat.is_heard = true);
    }

    fn settle(&self, number: u64, note: impl FnOnce(&mut Beat)) {
        let mut beat = self.lock();
        if beat.number != number {
            return;
        }
        note(&mut beat);
        if let (Some(asked_at), true, true) = (beat.asked_at, beat.is_answered, beat.is_heard) {
            self.until.store(self.nanoseconds(asked_at + self.bound), SeqCst);
        }
    }

    fn nanoseconds(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.since).as_nanos()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Beat> {
        self.beat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn it_is_fresh_from_the_beat_that_was_heard_until_the_bound() {
        let fresh = Freshness::new(Duration::from_millis(200));
        assert!(!fresh.is_fresh());
        let first = fresh.ask();
        fresh.answered(first);
        assert!(!fresh.is_fresh(), "it was not heard");
        let second = fresh.ask();
        fresh.heard(first);
        fresh.answered(second);
        assert!(!fresh.is_fresh(), "another was heard");
        fresh.heard(second);
        assert!(fresh.is_fresh());
        sleep(Duration::from_millis(220));
        assert!(!fresh.is_fresh(), "the bound is over");
    }

    #[test]
    fn the_bound_counts_from_when_it_was_asked_for() {
        let fresh = Freshness::new(Duration::from_millis(100));
        let beat = fresh.ask();
        sleep(Duration::from_millis(120));
        fresh.answered(beat);
        fresh.heard(beat);
        assert!(!fresh.is_fresh());
    }

    #[test]
    fn a_beat_of_a_lost_connection_counts_for_nothing() {
        let fresh = Freshness::new(Duration::from_secs(9));
        let beat = fresh.ask();
        fresh.heard(beat);
        fresh.lose();
        fresh.answered(beat);
        assert!(!fresh.is_fresh());
        let beat = fresh.ask();
        fresh.heard(beat);
        fresh.answered(beat);
        assert!(fresh.is_fresh());
        fresh.lose();
        assert!(!fresh.is_fresh());
    }
}
