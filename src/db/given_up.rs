//! Which work was dropped before it ended, so that pools look twice at what such a one gives back.

#[cfg(any(feature = "postgres", feature = "mysql"))]
use std::time::Duration;
use std::{
    future::Future,
    pin::Pin,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Instant,
};

/// Was one given up so lately that connections still come back from it?
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(super) fn given_up_lately() -> bool {
    GIVEN_UP.lately(SUSPICIOUS)
}

/// For this time after something was given up, nothing is believed of the connections that come back.
#[cfg(any(feature = "postgres", feature = "mysql"))]
const SUSPICIOUS: Duration = Duration::from_secs(5);

/// When a request, or a statement, of this process was last given up.
static GIVEN_UP: Last = Last::never();

/// Work that may be dropped before it ends, a request's or one statement's: then the pools look twice at what it gives
/// back.
pub(crate) struct Abandonable<F> {
    work: F,
    ended: bool,
}

impl<F: Future> Abandonable<Pin<Box<F>>> {
    pub(crate) fn new(work: F) -> Self {
        Self::pinned(Box::pin(work))
    }
}

impl<F: Future + Unpin> Abandonable<F> {
    pub(crate) fn pinned(work: F) -> Self {
        Self { work, ended: false }
    }
}

impl<F: Future + Unpin> Future for Abandonable<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let polled = Pin::new(&mut self.work).poll(cx);
        self.ended = polled.is_ready();
        polled
    }
}

/// Runs before what the work holds is dropped.
impl<F> Drop for Abandonable<F> {
    fn drop(&mut self) {
        if !self.ended {
            GIVEN_UP.now();
        }
    }
}

/// When something last happened: the server answered a question of ours, a request was given up.
pub(super) struct Last {
    epoch: LazyLock<Instant>,
    /// milliseconds since then, and one: never is 0
    at: AtomicU64,
}

impl Last {
    pub(super) const fn never() -> Self {
        Self { epoch: LazyLock::new(Instant::now), at: AtomicU64::new(0) }
    }

    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn lately(&self, within: Duration) -> bool {
        let at = self.at.load(Ordering::Acquire);
        at > 0 && self.elapsed().saturating_sub(at - 1) < within.as_millis() as u64
    }

    pub(super) fn now(&self) {
        self.at.store(self.elapsed() + 1, Ordering::Release);
    }

    fn elapsed(&self) -> u64 {
        self.epoch.elapsed().as_millis() as u64
    }
}
