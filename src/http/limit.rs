use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use poem::{Body, Request, http::header};
use tokio::io::{AsyncRead, ReadBuf};

use super::Problem;

/// Lets at most so many bytes of a request's body be read, by whoever reads it, and only when it is read: who is refused
/// before is not told of a size.
pub(crate) struct BodyLimit(Arc<AtomicBool>);

impl BodyLimit {
    pub(crate) fn on(request: &mut Request, bytes: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let length = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        // a body that says its length is held to it by the server
        if length.is_none_or(|length| length > bytes as u64) {
            let body = request.take_body();
            if body.is_empty() {
                request.set_body(body);
            } else {
                let left = if length.is_some() { 0 } else { bytes };
                request.set_body(Body::from_async_read(Limited {
                    body: body.into_async_read(),
                    left,
                    over: over.clone(),
                }));
            }
        }
        Self(over)
    }

    /// An error as it is, and 413 where a body that was too large led to it.
    pub(crate) fn explain(&self, error: poem::Error) -> poem::Error {
        if self.0.load(Ordering::Relaxed) { Problem::too_large().into() } else { error }
    }
}

struct Limited<R> {
    body: R,
    left: usize,
    over: Arc<AtomicBool>,
}

impl<R: AsyncRead + Unpin> AsyncRead for Limited<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.body).poll_read(cx, buffer))?;
        let read = buffer.filled().len() - before;
        match self.left.checked_sub(read) {
            Some(left) => {
                self.left = left;
                Poll::Ready(Ok(()))
            }
            None => {
                self.over.store(true, Ordering::Relaxed);
                Poll::Ready(Err(io::Error::other("the body is too large")))
            }
        }
    }
}
