use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::{Error, Result};

/// Work that is done behind an answer: what differs between somebody who has an account and somebody who has none must
/// not be seen in the time of the answer.
///
/// Its amount is bounded: so many at once, so many waiting, each for so long. Who comes when it is full is told so at
/// once, whoever they ask about.
#[derive(Clone)]
pub(crate) struct Outbox {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
    longest: Duration,
}

/// As many as ask the database, or the mail server, at one time.
const RUNNING: usize = 8;

/// Those that wait count.
const PLACES: usize = 256;

/// The work begins when the answer is made: beside it, it would take some of the processor from it, the more of it there is.
const BEHIND: Duration = Duration::from_millis(20);

/// A mail server that does not answer keeps nobody waiting for ever.
const LONGEST: Duration = Duration::from_secs(60);

impl Default for Outbox {
    fn default() -> Self {
        let [places, running] = [PLACES, RUNNING].map(|most| Arc::new(Semaphore::new(most)));
        Self { places, running, longest: LONGEST }
    }
}

impl Outbox {
    /// Begins some work, and does not wait for it; [`Error::Busy`] where there is no place.
    pub(crate) fn post(&self, work: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let (running, longest) = (self.running.clone(), self.longest);
        let work = async move {
            let _place = place;
            tokio::time::sleep(BEHIND).await;
            let Ok(_turn) = running.acquire().await else { return };
            match tokio::time::timeout(longest, work).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a mail could not be sent"),
                Err(_) => tracing::error!(limit = ?longest, "a mail took too long, and was given up"),
            }
        };
        tokio::spawn(work.in_current_span());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use tokio::{sync::Notify, time::sleep};

    use super::*;

    /// Waits for all places and turns: a place that stays taken lets this wait until the test is given up.
    async fn is_free(outbox: &Outbox) {
        let free = |outbox: &Outbox| (outbox.places.available_permits(), outbox.running.available_permits());
        while free(outbox) != (PLACES, RUNNING) {
            sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn no_more_is_begun_than_there_are_places() {
        let (outbox, go, done) = (Outbox::default(), Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
        for _ in 0..PLACES {
            let (go, done) = (go.clone(), done.clone());
            let work = async move {
                go.notified().await;
                done.fetch_add(1, SeqCst);
                Ok(())
            };
            outbox.post(work).expect("there is a place");
        }
        assert!(matches!(outbox.post(async { Ok(()) }), Err(Error::Busy)));
        while done.load(SeqCst) < PLACES {
            go.notify_waiters();
            sleep(Duration::from_millis(1)).await;
        }
        is_free(&outbox).await;
    }

    #[tokio::test]
    async fn who_panics_or_fails_leaves_a_place() {
        let outbox = Outbox::default();
        for _ in 0..2 * PLACES {
            while outbox.post(async { panic!("on purpose") }).is_err() {
                sleep(Duration::from_millis(1)).await;
            }
            let _ = outbox.post(async { Err(Error::invalid("on purpose")) });
        }
        is_free(&outbox).await;
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up() {
        let outbox = Outbox { longest: Duration::from_millis(5), ..Outbox::default() };
        outbox.post(std::future::pending()).expect("there is a place");
        is_free(&outbox).await;
    }
}
