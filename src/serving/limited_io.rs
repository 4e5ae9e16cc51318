use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep, sleep_until},
};

use super::activity::Activity;

/// The bytes of a connection: reading fails when the connection may no longer wait, writing when nobody takes what is
/// written. Holds the connection's place among all of them.
pub(super) struct LimitedIo<I> {
    io: I,
    activity: Arc<Activity>,
    reading: Alarm,
    writing: Alarm,
    stalled_since: Option<Instant>,
    _place: OwnedSemaphorePermit,
}

impl<I> LimitedIo<I> {
    pub(super) fn new(io: I, activity: Arc<Activity>, place: OwnedSemaphorePermit) -> Self {
        let (reading, writing) = (Alarm::default(), Alarm::default());
        Self { io, activity, reading, writing, stalled_since: None, _place: place }
    }

    /// What came of writing, but for a wait that is too long.
    fn written<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.stalled_since = None;
            self.activity.has_written();
            return poll;
        }
        let since = *self.stalled_since.get_or_insert_with(Instant::now);
        let until = since + self.activity.write_timeout();
        match self.writing.poll(cx, until) {
            Poll::Ready(()) => Poll::Ready(Err(late("an answer was not taken in time"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for LimitedIo<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let poll = Pin::new(&mut this.io).poll_read(cx, buffer);
        if poll.is_ready() {
            this.activity.has_read(&buffer.filled()[before..]);
            return poll;
        }
        loop {
            match this.activity.deadline() {
                Err(why) => return Poll::Ready(Err(late(why))),
                Ok(None) => return Poll::Pending,
                Ok(Some(until)) if this.reading.poll(cx, until).is_pending() => return Poll::Pending,
                Ok(Some(_)) => {}
            }
        }
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for LimitedIo<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.written(cx, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write_vectored(cx, bytes);
        self.written(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_flush(cx);
        if poll.is_ready() { poll } else { self.written(cx, poll) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_shutdown(cx);
        if poll.is_ready() { poll } else { self.written(cx, poll) }
    }
}

/// A timer that is made when it is first needed.
#[derive(Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, until: Instant) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if sleep.deadline() != until {
            sleep.as_mut().reset(until);
        }
        sleep.as_mut().poll(cx)
    }
}

pub(super) fn late(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, why)
}
