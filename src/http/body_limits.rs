use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use http_body_util::{BodyExt, combinators::BoxBody};
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use poem::{
    Body, Request,
    http::{StatusCode, header},
};

use super::{Problem, json_size::JsonSize};

/// Bounds what is read of a request's body, by whoever reads it, and only when it is read: who is refused before is not
/// told of a size.
pub(crate) struct BodyLimits(Arc<OnceLock<Fault>>);

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug)]
enum Fault {
    TooLarge,
    TooManyValues(usize),
    TooDeep,
    /// The server gave up waiting for it.
    Late,
}

impl BodyLimits {
    /// At most so many bytes, and so many values where they are JSON. What arrives is counted, whatever length was
    /// announced.
    pub(crate) fn on(request: &mut Request, bytes: usize, values: usize) -> Self {
        let fault = Arc::new(OnceLock::new());
        let body = request.take_body();
        if body.is_empty() {
            request.set_body(body);
            return Self(fault);
        }
        let body: BoxBody<Bytes, io::Error> = body.into();
        let announces_more = body.size_hint().lower() > bytes as u64;
        let json = is_read_as_json(request).then(|| JsonSize::new(values));
        let limited = Limited { body, announces_more, left: bytes, json, fault: fault.clone() };
        request.set_body(Body::from(limited.boxed()));
        Self(fault)
    }

    /// An error as it is, but for one that a body's fault led to. Who was refused is told that and no more, though the body
    /// was looked at before.
    pub(crate) fn explain(&self, error: poem::Error) -> poem::Error {
        if matches!(error.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
            return error;
        }
        let problem = match self.0.get() {
            None => return error,
            Some(Fault::TooLarge) => Problem::too_large(),
            Some(Fault::TooManyValues(most)) => {
                Problem::parse_error(format!("JSON parse error - the body holds more than {most} values"))
            }
            Some(Fault::TooDeep) => Problem::parse_error("JSON parse error - the body is nested too deeply"),
            Some(Fault::Late) => Problem::late_body(),
        };
        problem.into()
    }
}

/// A body of no said type may be read as JSON, too.
fn is_read_as_json(request: &Request) -> bool {
    let Some(given) = request.headers().get(header::CONTENT_TYPE) else { return true };
    given.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
}

struct Limited {
    body: BoxBody<Bytes, io::Error>,
    /// Does it announce more than it may have? Then it is not waited for.
    announces_more: bool,
    left: usize,
    json: Option<JsonSize>,
    fault: Arc<OnceLock<Fault>>,
}

impl Limited {
    fn fails(&self, fault: Fault, error: io::Error) -> io::Error {
        // the first fault is the cause of what follows
        let _ = self.fault.set(fault);
        error
    }

    /// Counts what came.
    fn take(&mut self, data: &[u8]) -> Result<(), Fault> {
        self.left = self.left.checked_sub(data.len()).ok_or(Fault::TooLarge)?;
        let Some(json) = &mut self.json else { return Ok(()) };
        json.take(data);
        if json.is_too_deep() {
            return Err(Fault::TooDeep);
        }
        if json.has_too_many() { Err(Fault::TooManyValues(json.most())) } else { Ok(()) }
    }
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        if this.announces_more {
            let error = io::Error::other("the body is too large");
            return Poll::Ready(Some(Err(this.fails(Fault::TooLarge, error))));
        }
        let frame = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) if error.kind() == io::ErrorKind::TimedOut => {
                return Poll::Ready(Some(Err(this.fails(Fault::Late, error))));
            }
            ended => return Poll::Ready(ended),
        };
        let counted = frame.data_ref().map_or(Ok(()), |data| this.take(data));
        Poll::Ready(Some(match counted {
            Ok(()) => Ok(frame),
            Err(fault) => Err(this.fails(fault, io::Error::other("the body is more than it may be"))),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that announces some length, and holds what it holds.
    struct Announced(Option<Bytes>, u64);

    impl HttpBody for Announced {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            Poll::Ready(self.0.take().map(|data| Ok(Frame::data(data))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.1)
        }
    }

    async fn read(body: Announced, content_type: &str) -> (bool, Option<u16>) {
        let length = body.1;
        let mut request = Request::builder().content_type(content_type).header("content-length", length).finish();
        request.set_body(Body::from(body.boxed()));
        let limits = BodyLimits::on(&mut request, 10, 3);
        let read = request.take_body().into_bytes().await;
        (read.is_ok(), limits.0.get().map(|_| limits.explain(Problem::server_error().into()).status().as_u16()))
    }

    #[tokio::test]
    async fn what_arrives_is_counted_whatever_was_announced() {
        let body = |size: usize, announced| Announced(Some(vec![b' '; size].into()), announced);
        assert_eq!(read(body(10, 10), "application/json").await, (true, None));
        assert_eq!(read(body(11, 5), "application/json").await, (false, Some(413)));
        assert_eq!(read(body(11, 5), "text/csv").await, (false, Some(413)));
        assert_eq!(read(body(5, 11), "text/csv").await, (false, Some(413)));
    }

    #[tokio::test]
    async fn values_are_counted_in_what_is_read_as_json() {
        let body = || Announced(Some("[1,2,3]".into()), 7);
        assert_eq!(read(body(), "application/json").await, (false, Some(400)));
        assert_eq!(read(body(), "application/merge-patch+JSON; charset=utf-8").await, (false, Some(400)));
        assert_eq!(read(body(), "text/csv").await, (true, None));
    }
}
