use std::time::Duration;

use poem::{IntoEndpoint, listener::Acceptor};

use super::server::serve;

/// What a client may hold of a server, and for how long.
///
/// ```no_run
/// # fn api() -> refrain::BuiltApi { unimplemented!() }
/// # async fn run() -> std::io::Result<()> {
/// use std::time::Duration;
///
/// use poem::listener::{Listener, TcpListener};
/// use refrain::ServeSettings;
///
/// let acceptor = TcpListener::bind("127.0.0.1:3000").into_acceptor().await?;
/// let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
/// ServeSettings::default().head_timeout(Duration::from_secs(5)).serve(acceptor, api().into_endpoint(), stop).await;
/// # Ok(())
/// # }
/// ```
///
/// <!-- table: settings ServeSettings -->
///
/// | setting | what it says | left out | environment, option |
/// |---|---|---|---|
/// | `max_connections(most)` | The most connections at one time, one at least | 800 | `HTTP_MAX_CONNECTIONS`, `--http-max-connections` |
/// | `head_timeout(limit)` | How long a request's head may take, from its first byte to its last, and a new connection's first | 10 s | `HTTP_HEAD_TIMEOUT`, `--http-head-timeout` |
/// | `idle_timeout(limit)` | How long a connection is kept on which no request is under way | 75 s | `HTTP_IDLE_TIMEOUT`, `--http-idle-timeout` |
/// | `body_timeout(limit)` | How long a request's body is waited for, whatever its size | 20 s | `HTTP_BODY_TIMEOUT`, `--http-body-timeout` |
/// | `body_rate(bytes_per_second)` | For how many bytes of a body a second more is waited, one at least | 1,000 | `HTTP_BODY_RATE`, `--http-body-rate` |
/// | `write_timeout(limit)` | How long a client may take nothing of its answer | 30 s | `HTTP_WRITE_TIMEOUT`, `--http-write-timeout` |
/// | `http2_max_streams(most)` | The most requests at one time on a connection of HTTP/2, one at least | 100 | `HTTP2_MAX_STREAMS`, `--http2-max-streams` |
/// | `http2_ping_interval(interval)` | How often a client of HTTP/2 is pinged, and how long its answer may take | 30 s | `HTTP2_PING_INTERVAL`, `--http2-ping-interval` |
/// | `shutdown_timeout(limit)` | How long requests under way may take once the server is told to stop | 10 s | `SHUTDOWN_TIMEOUT`, `--shutdown-timeout` |
///
/// <!-- end of table -->
///
/// A connection that runs into one of them is closed; a request whose body does is answered 408 by an
/// [`Api`](crate::Api). How long a request may
/// take once its body is there is [`Api::request_timeout`](crate::Api::request_timeout), and how large the body may be
/// [`Api::body_limit`](crate::Api::body_limit). A head may have 64 KB on HTTP/1 and 16 KB on HTTP/2. After an upgrade,
/// as to a WebSocket, the connection is its handler's and only counted.
///
/// When no connection can be accepted, for want of file descriptors, the server pauses before it tries again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeSettings {
    pub(super) max_connections: u32,
    pub(super) head_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) body_timeout: Duration,
    pub(super) body_rate: u32,
    pub(super) write_timeout: Duration,
    pub(super) http2_max_streams: u32,
    pub(super) http2_ping_interval: Duration,
    pub(super) shutdown_timeout: Duration,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            // a process may have 1,024 files as a rule, and its database needs some
            max_connections: 800,
            head_timeout: Duration::from_secs(10),
            // longer than the 60 s for which proxies commonly keep a connection: it is the proxy who closes
            idle_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(20),
            body_rate: 1_000,
            write_timeout: Duration::from_secs(30),
            http2_max_streams: 100,
            http2_ping_interval: Duration::from_secs(30),
            shutdown_timeout: Duration::from_secs(10),
        }
    }
}

impl ServeSettings {
    /// The most connections at one time, one at least.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::ServeSettings;
    ///
    /// let settings = ServeSettings::default()
    ///     .max_connections(2_000)
    ///     .idle_timeout(Duration::from_secs(30))
    ///     .body_timeout(Duration::from_secs(10))
    ///     .body_rate(10_000)
    ///     .write_timeout(Duration::from_secs(10))
    ///     .http2_max_streams(50)
    ///     .http2_ping_interval(Duration::from_secs(20))
    ///     .shutdown_timeout(Duration::from_secs(25));
    /// # let _ = settings;
    /// ```
    ///
    /// More wait until one ends.
    #[must_use]
    pub fn max_connections(mut self, most: u32) -> Self {
        self.max_connections = most.max(1);
        self
    }

    /// How long a request's head may take, from its first byte to its last, and a new connection's first.
    #[must_use]
    pub fn head_timeout(mut self, limit: Duration) -> Self {
        self.head_timeout = limit;
        self
    }

    /// How long a connection is kept on which no request is under way.
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// How long a request's body is waited for, whatever its size.
    #[must_use]
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// For how many bytes of a body a second more is waited, one at least.
    #[must_use]
    pub fn body_rate(mut self, bytes_per_second: u32) -> Self {
        self.body_rate = bytes_per_second.max(1);
        self
    }

    /// How long a client may take nothing of its answer.
    #[must_use]
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.write_timeout = limit;
        self
    }

    /// The most requests at one time on a connection of HTTP/2, one at least.
    #[must_use]
    pub fn http2_max_streams(mut self, most: u32) -> Self {
        self.http2_max_streams = most.max(1);
        self
    }

    /// How often a client of HTTP/2 is pinged, and how long its answer may take.
    #[must_use]
    pub fn http2_ping_interval(mut self, interval: Duration) -> Self {
        self.http2_ping_interval = interval;
        self
    }

    /// How long requests under way may take once the server is told to stop.
    #[must_use]
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit;
        self
    }

    /// Answers requests until `stop` is done, and then those that are under way; dropped, it drops its connections.
    pub async fn serve<A, E>(self, acceptor: A, endpoint: E, stop: impl Future<Output = ()>)
    where
        A: Acceptor + 'static,
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
        serve(self, acceptor, endpoint, stop).await;
    }
}
