use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::servers::Mark;

/// Where the primary's log was, within the bound.
pub(super) struct Marks {
    bound: Duration,
    kept: Mutex<VecDeque<Mark>>,
    is_reading: AtomicBool,
}

/// One that was made within this part of the bound is new enough for writes to add none.
const NEW: u32 = 64;

/// So often within the bound one is made, where nobody writes.
const WITHIN_BOUND: u32 = 4;

impl Marks {
    pub(super) fn new(bound: Duration) -> Self {
        Self { bound, kept: Mutex::default(), is_reading: AtomicBool::new(false) }
    }

    pub(super) fn note(&self, mark: Mark) {
        let mut kept = self.kept();
        // those of a log that is written no more say nothing of this one
        kept.retain(|older| older.history == mark.history);
        if !kept.back().is_some_and(|newest| newest.asked.is_below(self.bound / NEW)) {
            kept.push_back(mark);
        }
    }

    /// What a standby has to have reached for its answer to be no staler than the bound.
    pub(super) fn oldest_in_bound(&self) -> Option<Mark> {
        let mut kept = self.kept();
        while kept.front().is_some_and(|mark| !mark.asked.is_below(self.bound)) {
            kept.pop_front();
        }
        kept.front().cloned()
    }

    /// Is it time for another? Yes to one of those who ask, until they have [read](Self::end_reading) it.
    pub(super) fn begin_reading(&self) -> bool {
        let is_recent = |mark: &Mark| mark.asked.is_below(self.bound / WITHIN_BOUND);
        !self.kept().back().is_some_and(is_recent) && !self.is_reading.swap(true, Ordering::AcqRel)
    }

    pub(super) fn end_reading(&self) {
        self.is_reading.store(false, Ordering::Release);
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Mark>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
