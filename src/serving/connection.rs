use std::{convert::Infallible, io, pin::pin, sync::Arc};

use http_body_util::{BodyExt, combinators::BoxBody};
use hyper::{
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use poem::{
    Body, Endpoint, Request, Response,
    http::{StatusCode, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};

use super::{
    ServeSettings,
    activity::{Activity, Exchange},
    bodies::{Arriving, Leaving},
    limited_io::LimitedIo,
    server::Stage,
};

/// The most bytes of a head of HTTP/1, and of what is read ahead of a body.
const HTTP1_BUFFER: usize = 64 * 1024;
/// The most bytes of a head of HTTP/2, as they are once unpacked.
const HTTP2_HEAD: u32 = 16 * 1024;
/// What a connection of HTTP/2, and a stream of it, may send ahead of who reads.
const HTTP2_WINDOWS: (u32, u32) = (256 * 1024, 64 * 1024);
/// What of an answer is kept for a stream of HTTP/2 beyond what its client said it takes.
const HTTP2_SEND_BUFFER: usize = 64 * 1024;
/// The streams that a client may open and take back before they are looked at.
const HTTP2_RESETS: usize = 20;

/// Where a connection comes from and arrived, as a request tells.
#[derive(Clone)]
pub(super) struct Ends {
    pub(super) local: LocalAddr,
    pub(super) remote: RemoteAddr,
    pub(super) scheme: Scheme,
}

pub(super) fn protocol(settings: &ServeSettings) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HTTP1_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(settings.http2_max_streams)
        .keep_alive_interval(settings.http2_ping_interval)
        .keep_alive_timeout(settings.http2_ping_interval)
        .initial_connection_window_size(HTTP2_WINDOWS.0)
        .initial_stream_window_size(HTTP2_WINDOWS.1)
        .max_send_buf_size(HTTP2_SEND_BUFFER)
        .max_header_list_size(HTTP2_HEAD)
        .max_pending_accept_reset_streams(HTTP2_RESETS);
    builder
}

/// Answers the requests of one connection, until it ends or the server's time is over.
pub(super) async fn answer<I, E>(
    io: LimitedIo<I>,
    ends: Ends,
    endpoint: Arc<E>,
    protocol: auto::Builder<TokioExecutor>,
    settings: Arc<ServeSettings>,
    activity: Arc<Activity>,
    mut stage: watch::Receiver<Stage>,
) where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    E: Endpoint + 'static,
{
    let remote = ends.remote.clone();
    let service = service_fn({
        let activity = activity.clone();
        move |request: hyper::Request<Incoming>| {
            let exchange = activity.exchange();
            let (endpoint, settings, ends) = (endpoint.clone(), settings.clone(), ends.clone());
            async move {
                let request = arriving(request, ends, settings);
                Ok::<_, Infallible>(leaving(endpoint.get_response(request).await, exchange))
            }
        }
    });
    let mut connection = pin!(protocol.serve_connection_with_upgrades(TokioIo::new(io), service));
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%remote, %error, "a connection ended");
                }
                return;
            }
            () = activity.asked_to_leave() => connection.as_mut().graceful_shutdown(),
            // without a sender the server was dropped, and its connections with it
            changed = stage.changed() => match (changed, *stage.borrow_and_update()) {
                (Ok(()), Stage::Serving) => {}
                (Ok(()), Stage::Finishing) => connection.as_mut().graceful_shutdown(),
                (Ok(()), Stage::Over) | (Err(_), _) => return,
            },
        }
    }
}

fn arriving(request: hyper::Request<Incoming>, ends: Ends, settings: Arc<ServeSettings>) -> Request {
    let mut request = Request::from((request, ends.local, ends.remote, ends.scheme));
    let body = request.take_body();
    let body = if body.is_empty() { body } else { Body::from(Arriving::new(body.into(), settings).boxed()) };
    request.set_body(body);
    request
}

fn leaving(response: Response, exchange: Exchange) -> hyper::Response<Leaving> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        exchange.upgraded();
    }
    let response: hyper::Response<BoxBody<Bytes, io::Error>> = response.into();
    response.map(|body| Leaving::new(body, exchange))
}
