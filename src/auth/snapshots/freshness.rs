use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

use crate::db::Age;

/// How fresh what was heard is.
///
/// A beat is a notice that we ask for ourselves. Notices arrive in the order of their commits, so one that was asked for
/// at a moment and has arrived says that every change committed before that moment was heard of. It counts where the
/// triggers that tell of changes were seen in place by the statement that asked for it.
pub(super) struct Freshness {
    bound: Duration,
    /// since when everything that changed before has been heard of
    since: RwLock<Option<Age>>,
    beats: Mutex<Beats>,
}

#[derive(Default)]
struct Beats {
    last: u64,
    /// those that are under way, the oldest first
    asked: VecDeque<Beat>,
}

struct Beat {
    number: u64,
    at: Age,
    is_answered: bool,
    is_heard: bool,
}

/// So many beats are waited for at a time: one may be late by some others.
const UNDER_WAY: usize = 16;

impl Freshness {
    pub(super) fn new(bound: Duration) -> Self {
        Self { bound, since: RwLock::default(), beats: Mutex::default() }
    }

    /// Was everything heard of that changed more than the bound ago?
    pub(super) fn is_fresh(&self) -> bool {
        let since = *self.since.read().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.is_below(self.bound))
    }

    /// Nothing is heard any more.
    pub(super) fn lose(&self) {
        let mut beats = self.beats();
        beats.asked.clear();
        *self.since.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// A beat is about to be asked for; it is the one with this number.
    pub(super) fn ask(&self) -> u64 {
        let mut beats = self.beats();
        beats.last += 1;
        if beats.asked.len() == UNDER_WAY {
            beats.asked.pop_front();
        }
        let beat = Beat { number: beats.last, at: Age::now(), is_answered: false, is_heard: false };
        beats.asked.push_back(beat);
        beats.last
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
        let mut beats = self.beats();
        let Some(place) = beats.asked.iter().position(|beat| beat.number == number) else { return };
        note(&mut beats.asked[place]);
        if beats.asked[place].is_answered && beats.asked[place].is_heard {
            let at = beats.asked[place].at;
            beats.asked.drain(..=place);
            *self.since.write().unwrap_or_else(PoisonError::into_inner) = Some(at);
        }
    }

    fn beats(&self) -> std::sync::MutexGuard<'_, Beats> {
        self.beats.lock().unwrap_or_else(PoisonError::into_inner)
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
        fresh.answered(second);
        assert!(!fresh.is_fresh(), "none was heard");
        // late, and in time
        fresh.heard(first);
        assert!(fresh.is_fresh());
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
    fn what_is_heard_of_one_beat_is_nothing_about_another() {
        let fresh = Freshness::new(Duration::from_secs(9));
        let (first, second) = (fresh.ask(), fresh.ask());
        fresh.answered(first);
        fresh.heard(second);
        assert!(!fresh.is_fresh());
        fresh.answered(second);
        assert!(fresh.is_fresh());
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
