//! What time it is, which a test can set forward.

use chrono::{DateTime, Utc};

/// Now; for what a test does [ahead](ahead_of) of its time, later.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now() + ahead()
}

/// How far what runs here is ahead of the clock.
#[cfg(not(feature = "testing"))]
pub fn ahead() -> std::time::Duration {
    std::time::Duration::ZERO
}

#[cfg(feature = "testing")]
pub use set::{ahead, ahead_of};

#[cfg(feature = "testing")]
mod set {
    use std::{cell::Cell, future::poll_fn, pin::pin, time::Duration};

    thread_local! {
        static AHEAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    /// How far what runs here is ahead of the clock.
    pub fn ahead() -> Duration {
        AHEAD.get()
    }

    /// Runs a future so far ahead of the clock, whichever threads it runs on; not what it spawns.
    pub async fn ahead_of<F: Future>(clock: Duration, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let _set = Set(AHEAD.replace(clock));
            future.as_mut().poll(cx)
        })
        .await
    }

    /// Sets it back, also where the future panics.
    struct Set(Duration);

    impl Drop for Set {
        fn drop(&mut self) {
            AHEAD.set(self.0);
        }
    }

    #[cfg(test)]
    mod tests {
        use std::task::{Context, Poll, Waker};

        use super::*;
        use crate::Moment;

        #[test]
        fn a_future_is_ahead_and_nothing_beside_it() {
            let day = Duration::from_secs(86_400);
            let mut future = pin!(ahead_of(day, async { Moment::now() }));
            let Poll::Ready(then) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
                panic!("it waits for nothing")
            };
            let between = then.to_utc() - Moment::now().to_utc();
            assert!((86_399..=86_400).contains(&between.num_seconds()), "{between}");
            assert_eq!(ahead(), Duration::ZERO);
        }
    }
}
