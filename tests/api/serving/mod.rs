//! What clients may hold of a server, and for how long: each over real connections, with limits that a test can wait for.

mod http1;
mod http2;
mod whole_server;

use std::{io, net::SocketAddr, time::Duration};

use poem::{
    Body, EndpointExt, Request, Response, Route,
    endpoint::BoxEndpoint,
    endpoint::make,
    get,
    http::StatusCode,
    listener::{Acceptor, Listener, TcpAcceptor, TcpListener},
};
use refrain::ServeSettings;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};

/// Long for a test, and what nothing in it may take.
const LONG: Duration = Duration::from_secs(20);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Limits that no test runs into but for its own.
fn patient() -> ServeSettings {
    ServeSettings::default()
        .head_timeout(LONG)
        .idle_timeout(LONG)
        .body_timeout(LONG)
        .write_timeout(LONG)
        .http2_ping_interval(LONG)
        .shutdown_timeout(LONG)
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Running {
    async fn with(settings: ServeSettings) -> Self {
        Self::over(settings, acceptor().await)
    }

    fn over(settings: ServeSettings, acceptor: impl Acceptor + 'static) -> Self {
        let address = *acceptor.local_addr()[0].as_socket_addr().expect("an address of TCP");
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(settings.serve(acceptor, site(), async { drop(stopped.await) }));
        Self { address, stop, server }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the port is open")
    }

    /// A connection on which this was sent.
    async fn sent(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.expect("the server is there");
        stream
    }

    /// Tells the server to stop, and says how long it took.
    async fn stop(self) -> Duration {
        let began = Instant::now();
        self.stop.send(()).expect("the server runs");
        timeout(LONG, self.server).await.expect("the server ends").expect("and without a panic");
        began.elapsed()
    }
}

async fn acceptor() -> TcpAcceptor {
    TcpListener::bind("127.0.0.1:0").into_acceptor().await.expect("a free port")
}

/// `/` is answered at once, `/slow` after half a second, `/never` not at all, `/large` with more than sockets hold;
/// `/echo` says how much was sent to it.
fn site() -> BoxEndpoint<'static, Response> {
    async fn echo(body: Body) -> poem::Result<String> {
        Ok(body.into_bytes().await?.len().to_string())
    }
    Route::new()
        .at("/", get(make(|_| async { "at once" })))
        .at(
            "/slow",
            get(make(|_| async {
                tokio::time::sleep(millis(500)).await;
                "after a while"
            })),
        )
        .at("/never", get(make(|_| std::future::pending::<String>())))
        .at("/large", get(make(|_| async { vec![b'x'; 64 << 20] })))
        .at("/echo", poem::post(make(|mut request: Request| async move { echo(request.take_body()).await })))
        .map_to_response()
        .boxed()
}

/// What comes until the server closes, and how long that takes.
async fn rest(stream: &mut TcpStream) -> (String, Duration) {
    let (began, mut rest) = (Instant::now(), Vec::new());
    let ended = timeout(LONG, stream.read_to_end(&mut rest)).await.expect("the server closes");
    // a reset is an end, too
    assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset));
    (String::from_utf8_lossy(&rest).into_owned(), began.elapsed())
}

/// Was it about this long? Late is what a busy machine is.
#[track_caller]
fn took_about(took: Duration, expected: Duration) {
    assert!(took + millis(60) >= expected, "{took:?}, and {expected:?} was allowed");
    assert!(took < expected + Duration::from_secs(5), "{took:?}, and only {expected:?} was allowed");
}

/// The next answer of a connection that stays open.
async fn answer(stream: &mut TcpStream) -> (StatusCode, String) {
    let mut bytes = Vec::new();
    let answer = async {
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
                if body.len() >= length.parse().expect("a number") {
                    let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
                    return (status, body.to_owned());
                }
            }
            assert!(stream.read_buf(&mut bytes).await.expect("an answer") > 0, "closed after: {text}");
        }
    };
    timeout(LONG, answer).await.expect("an answer in time")
}
