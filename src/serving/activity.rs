use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    sync::Notify,
    time::{Duration, Instant},
};

use super::ServeSettings;

/// How long a connection that is asked to leave may take to do so.
const LEAVING: Duration = Duration::from_secs(5);

/// How every connection of HTTP/2 begins, and no request of HTTP/1.
const HTTP2: &[u8; 3] = b"PRI";

/// What one connection is doing, as far as its limits need to know.
pub(super) struct Activity {
    settings: Arc<ServeSettings>,
    state: Mutex<State>,
    leave: Notify,
}

struct State {
    /// the first bytes that came, as far as they tell the version
    first: Vec<u8>,
    /// requests whose answers were not handed over as a whole
    exchanges: usize,
    /// since when there are none, or nothing was written
    quiet_since: Instant,
    /// was there ever a request?
    served: bool,
    /// the first byte that came since then
    head_since: Option<Instant>,
    /// answers of which the client could take more
    untaken: usize,
    /// when it last took something
    taken_at: Instant,
    /// the connection was asked to leave, and may take so long
    leaving_until: Option<Instant>,
    /// somebody else's protocol is spoken
    upgraded: bool,
}

/// What follows when a deadline is over.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Leave,
    Close,
}

impl Activity {
    pub(super) fn new(settings: Arc<ServeSettings>) -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            first: Vec::with_capacity(HTTP2.len()),
            exchanges: 0,
            quiet_since: now,
            served: false,
            head_since: None,
            untaken: 0,
            taken_at: now,
            leaving_until: None,
            upgraded: false,
        };
        Arc::new(Self { settings, state: Mutex::new(state), leave: Notify::new() })
    }

    pub(super) fn write_timeout(&self) -> Duration {
        self.settings.write_timeout
    }

    /// Waits until the connection should take no more requests.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    pub(super) fn has_read(&self, bytes: &[u8]) {
        let mut state = self.state();
        let missing = HTTP2.len() - state.first.len();
        state.first.extend(bytes.iter().take(missing));
        if state.exchanges == 0 && !bytes.is_empty() {
            state.head_since.get_or_insert_with(Instant::now);
        }
    }

    pub(super) fn has_written(&self) {
        let mut state = self.state();
        // on HTTP/2 a client has things written as it likes, by pings
        if state.served && !state.is_http2() {
            state.quiet_since = Instant::now();
        }
    }

    pub(super) fn upgraded(&self) {
        self.state().upgraded = true;
    }

    /// A request came, and is under way until what is returned is dropped.
    pub(super) fn exchange(self: &Arc<Self>) -> Exchange {
        let mut state = self.state();
        state.exchanges += 1;
        state.served = true;
        state.head_since = None;
        drop(state);
        Exchange { activity: self.clone(), untaken: false }
    }

    /// Until when the connection may go on as it does, or when that is to be asked again; an error where it may no longer.
    pub(super) fn deadline(&self) -> Result<Option<Instant>, &'static str> {
        loop {
            let mut state = self.state();
            let now = Instant::now();
            if state.upgraded {
                return Ok(None);
            }
            let Some((at, then, why)) = state.deadline(&self.settings) else {
                // a stream of HTTP/2 ends in a task of its own, and wakes nobody who waits here
                return Ok(Some(now + self.settings.idle_timeout.min(self.settings.write_timeout)));
            };
            if now < at {
                return Ok(Some(at));
            }
            if then == Then::Close {
                return Err(why);
            }
            state.leaving_until = Some(now + LEAVING);
            self.leave.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_http2(&self) -> bool {
        self.first == HTTP2
    }

    fn deadline(&self, settings: &ServeSettings) -> Option<(Instant, Then, &'static str)> {
        if self.untaken > 0 && self.is_http2() {
            return Some((self.taken_at + settings.write_timeout, Then::Close, "an answer was not taken in time"));
        }
        if self.exchanges > 0 {
            return None;
        }
        if let Some(until) = self.leaving_until {
            return Some((until, Then::Close, "the connection did not end when asked to"));
        }
        let head = |since| Some((since + settings.head_timeout, Then::Close, "no request came in time"));
        match self.head_since {
            _ if !self.served => head(self.quiet_since),
            Some(since) if !self.is_http2() => head(since),
            _ => Some((self.quiet_since + settings.idle_timeout, Then::Leave, "the connection was idle")),
        }
    }
}

/// A request and its answer, until the last of the answer is handed over.
pub(super) struct Exchange {
    activity: Arc<Activity>,
    untaken: bool,
}

impl Exchange {
    /// The next of the answer is the client's to take.
    pub(super) fn offers(&mut self) {
        let mut state = self.activity.state();
        state.taken_at = Instant::now();
        if !self.untaken {
            state.untaken += 1;
            self.untaken = true;
        }
    }

    /// The next of the answer is not there yet.
    pub(super) fn waits(&mut self) {
        if std::mem::take(&mut self.untaken) {
            self.activity.state().untaken -= 1;
        }
    }

    pub(super) fn upgraded(&self) {
        self.activity.upgraded();
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.waits();
        let mut state = self.activity.state();
        state.exchanges -= 1;
        state.quiet_since = Instant::now();
    }
}
