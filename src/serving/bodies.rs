use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::Instant;

use super::{
    ServeSettings,
    activity::Exchange,
    limited_io::{Alarm, late},
};

/// A request's body, which must arrive at a certain rate.
pub(super) struct Arriving {
    body: BoxBody<Bytes, io::Error>,
    settings: Arc<ServeSettings>,
    received: u64,
    /// how long somebody waited for it so far; what its reader takes does not count
    waited: Duration,
    waiting_since: Option<Instant>,
    alarm: Alarm,
}

impl Arriving {
    pub(super) fn new(body: BoxBody<Bytes, io::Error>, settings: Arc<ServeSettings>) -> Self {
        let (waited, waiting_since) = (Duration::ZERO, None);
        Self { body, settings, received: 0, waited, waiting_since, alarm: Alarm::default() }
    }

    /// How long it may be waited for, for as much of it as came.
    fn allowed(&self) -> Duration {
        let more = self.received.saturating_mul(1000) / u64::from(self.settings.body_rate);
        self.settings.body_timeout + Duration::from_millis(more)
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let poll = Pin::new(&mut this.body).poll_frame(cx);
        if poll.is_pending() {
            let since = *this.waiting_since.get_or_insert_with(Instant::now);
            let until = since + this.allowed().saturating_sub(this.waited);
            return match this.alarm.poll(cx, until) {
                Poll::Ready(()) => Poll::Ready(Some(Err(late("the body did not arrive in time")))),
                Poll::Pending => Poll::Pending,
            };
        }
        if let Some(since) = this.waiting_since.take() {
            this.waited += since.elapsed();
        }
        if let Poll::Ready(Some(Ok(frame))) = &poll {
            this.received += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        poll
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body, with which its exchange ends.
pub(super) struct Leaving {
    body: BoxBody<Bytes, io::Error>,
    exchange: Exchange,
}

impl Leaving {
    pub(super) fn new(body: BoxBody<Bytes, io::Error>, mut exchange: Exchange) -> Self {
        exchange.offers();
        Self { body, exchange }
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let poll = Pin::new(&mut self.body).poll_frame(cx);
        match &poll {
            Poll::Ready(_) => self.exchange.offers(),
            Poll::Pending => self.exchange.waits(),
        }
        poll
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
