use std::time::{Duration, Instant, SystemTime};

use refrain_entity::clock;

/// How long ago something was, by two clocks: one stands still while the machine sleeps, and the other may be set.
#[derive(Clone, Copy)]
pub(crate) struct Age {
    at: Instant,
    by_calendar: SystemTime,
    /// a test can let time pass
    ahead: Duration,
}

impl Age {
    pub(crate) fn now() -> Self {
        Self { at: Instant::now(), by_calendar: SystemTime::now(), ahead: clock::ahead() }
    }

    /// Is it less, by either? A calendar that was set back tells nothing.
    pub(crate) fn is_below(self, longest: Duration) -> bool {
        let ahead = clock::ahead().saturating_sub(self.ahead);
        let by_calendar = SystemTime::now().duration_since(self.by_calendar);
        self.at.elapsed() + ahead < longest && by_calendar.is_ok_and(|elapsed| elapsed + ahead < longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_clock_makes_it_old() {
        let minute = Duration::from_secs(60);
        let now = Age::now();
        assert!(now.is_below(minute));
        assert!(!Age { at: now.at - minute, ..now }.is_below(minute));
        // the machine slept
        assert!(!Age { by_calendar: now.by_calendar - minute, ..now }.is_below(minute));
        // somebody set the calendar back
        assert!(!Age { by_calendar: now.by_calendar + minute, ..now }.is_below(minute));
    }
}
