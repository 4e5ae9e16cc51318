//! The API on a real port, and a client that can say what no well-behaved one would.

use std::{io, net::SocketAddr, time::Duration};

use poem::{
    Response,
    endpoint::BoxEndpoint,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, uri::Scheme},
    listener::{Acceptor, Listener, TcpListener},
    web::{LocalAddr, RemoteAddr},
};
use refrain::ServeSettings;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};

use super::Answer;

/// A server on a port of its own, until it is dropped.
pub struct Wire {
    address: SocketAddr,
    server: JoinHandle<()>,
}

/// How a body is sent.
#[derive(Clone, Debug)]
pub enum Sent {
    Nothing,
    /// With its length ahead.
    Whole(Vec<u8>),
    /// In chunks, whose sum nobody knows ahead.
    Chunked(Vec<u8>),
}

impl Sent {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Whole(text.into().into_bytes())
    }
}

/// A header as bytes: not everything that is sent is text.
pub type Header<'a> = (&'a str, &'a [u8]);

/// Accepts what another does, and says by which scheme.
struct Saying<A>(A, Scheme);

impl<A: Acceptor> Acceptor for Saying<A> {
    type Io = A::Io;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.0.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let (io, local, remote, _) = self.0.accept().await?;
        Ok((io, local, remote, self.1.clone()))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Wire {
    pub async fn serve(endpoint: BoxEndpoint<'static, Response>) -> Self {
        Self::serve_by(Scheme::HTTP, endpoint).await
    }

    /// As if connections came by this scheme: what ends TLS within the program says `https`.
    pub async fn serve_by(scheme: Scheme, endpoint: BoxEndpoint<'static, Response>) -> Self {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.expect("a free port");
        let address = *acceptor.local_addr()[0].as_socket_addr().expect("an address of TCP");
        let acceptor = Saying(acceptor, scheme);
        let server = tokio::spawn(ServeSettings::default().serve(acceptor, endpoint, std::future::pending()));
        Self { address, server }
    }

    pub async fn ask(&self, method: &str, target: &str, headers: &[Header<'_>], sent: &Sent) -> Answer {
        let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        match sent {
            Sent::Nothing => bytes.extend(b"\r\n"),
            Sent::Whole(body) => {
                bytes.extend(format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes());
                bytes.extend(body);
            }
            Sent::Chunked(body) => {
                bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in body.chunks(60_000) {
                    bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                    bytes.extend([chunk, b"\r\n"].concat());
                }
                bytes.extend(b"0\r\n\r\n");
            }
        }
        read(&self.exchange(bytes).await)
    }

    /// Sends these bytes, and hangs up after a time without waiting for what comes back.
    pub async fn hang_up_after(&self, bytes: &[u8], time: Duration) {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(bytes).await.expect("the server reads");
        tokio::time::sleep(time).await;
        // reset, as a client that was killed is
        stream.set_zero_linger().expect("a socket of TCP");
    }

    /// Sends these bytes, and returns all that comes back.
    pub async fn exchange(&self, bytes: Vec<u8>) -> Vec<u8> {
        let (mut reader, mut writer) = TcpStream::connect(self.address).await.expect("a connection").into_split();
        // a server that refuses a body stops reading it: the rest is written to nobody
        let writing = tokio::spawn(async move {
            let _ = writer.write_all(&bytes).await;
            writer
        });
        let mut answer = Vec::new();
        let reading = tokio::time::timeout(Duration::from_secs(60), reader.read_to_end(&mut answer));
        let ended = reading.await.expect("an answer within a minute");
        assert!(ended.is_ok() || !answer.is_empty(), "no answer: {ended:?}");
        drop(writing.await);
        answer
    }
}

fn read(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let (head, body) = (str::from_utf8(&answer[..end]).expect("a head of ASCII"), &answer[end + 4..]);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.map(|line| line.split_once(':').expect("a header has a colon")) {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        headers.append(name, HeaderValue::from_str(value.trim()).expect("a header's value"));
    }
    assert!(!headers.contains_key("transfer-encoding"), "this client reads whole bodies: {head}");
    let status: u16 = status.expect("an answer has a status");
    Answer {
        status: StatusCode::from_u16(status).expect("a status"),
        text: String::from_utf8(body.to_vec()).expect("a body of text"),
        headers,
    }
}
