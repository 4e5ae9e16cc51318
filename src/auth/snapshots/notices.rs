use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

/// So many users share a counter that a change of one of them hardly ever spoils another's snapshot.
const COUNTERS: usize = 4096;

/// Which users changed, as far as it was heard, each by the number of the last notice about them.
///
/// What was read after a notice was heard has what it is about: the database tells after the commit. So a snapshot counts
/// where no notice about its user is younger than the beginning of its reading, whenever it came to be kept.
pub(in crate::auth) struct Notices {
    heard: AtomicU64,
    about_everybody: AtomicU64,
    about: Box<[AtomicU64]>,
    hashed: RandomState,
}

impl Default for Notices {
    fn default() -> Self {
        let about = (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Self { heard: AtomicU64::new(0), about_everybody: AtomicU64::new(0), about, hashed: RandomState::new() }
    }
}

impl Notices {
    /// How many there were.
    pub(super) fn heard(&self) -> u64 {
        self.heard.load(SeqCst)
    }

    /// The user with this key changed.
    pub(in crate::auth) fn about(&self, user: &str) {
        let number = self.next();
        self.about[self.counter_of(user)].fetch_max(number, SeqCst);
    }

    /// Anybody may have changed.
    pub(super) fn about_everybody(&self) {
        let number = self.next();
        self.about_everybody.fetch_max(number, SeqCst);
    }

    /// Where notices about this user are counted.
    pub(super) fn counter_of(&self, user: &str) -> usize {
        (self.hashed.hash_one(user) % COUNTERS as u64) as usize
    }

    /// Was there none about the users who are counted there, since so many were heard?
    pub(super) fn none_since(&self, heard: u64, counter: usize) -> bool {
        self.about_everybody.load(SeqCst) <= heard && self.about[counter].load(SeqCst) <= heard
    }

    fn next(&self) -> u64 {
        self.heard.fetch_add(1, SeqCst) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_notice_does_not_count_after_it() {
        let notices = Notices::default();
        let (alice, bob) = (notices.counter_of("1"), notices.counter_of("2"));
        assert_ne!(alice, bob, "run it again: one in 4096");
        let before = notices.heard();
        assert!(notices.none_since(before, alice));
        notices.about("1");
        assert!(!notices.none_since(before, alice));
        assert!(notices.none_since(before, bob));
        // begun after it was heard
        let after = notices.heard();
        assert!(notices.none_since(after, alice));
        notices.about_everybody();
        assert!(!notices.none_since(after, alice) && !notices.none_since(after, bob));
    }
}
