//! Requests over connections that are kept, each sent when the one before is answered.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

pub(crate) const CONNECTIONS: usize = 8;

/// A request to be made again and again, to one path after the other.
#[derive(Clone)]
pub(crate) struct Requests {
    pub(crate) method: &'static str,
    pub(crate) paths: Arc<[String]>,
    /// Of a JSON body; `#` in it becomes a number, another one each time.
    pub(crate) body: &'static str,
    pub(crate) token: String,
    /// What every answer must have.
    pub(crate) status: u16,
}

impl Requests {
    fn text(&self, at: usize, number: u64) -> String {
        let Self { method, token, .. } = self;
        let path = &self.paths[at % self.paths.len()];
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {token}\r\n");
        if self.body.is_empty() {
            return head + "\r\n";
        }
        let body = self.body.replace('#', &number.to_string());
        format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    /// How many were answered, and in how long; each address is asked over as many connections.
    pub(crate) async fn load(&self, addresses: &[String], length: Duration) -> (u64, Duration) {
        let start = Instant::now();
        let count = CONNECTIONS * addresses.len();
        let clients = (0..count).map(|n| {
            let (address, requests) = (addresses[n % addresses.len()].clone(), self.clone());
            tokio::spawn(async move {
                let mut stream = connect(&address).await;
                // each somewhere else, so that no two are at one row
                let first = n * requests.paths.len() / count;
                let mut answered = 0;
                while start.elapsed() < length {
                    let text = requests.text(first + answered as usize, answered);
                    let (status, body) = ask(&mut stream, &text).await;
                    assert_eq!(status, requests.status, "{text}\n{}", String::from_utf8_lossy(&body));
                    answered += 1;
                }
                answered
            })
        });
        let mut answered = 0;
        for client in clients.collect::<Vec<_>>() {
            answered += client.await.expect("a client ends well");
        }
        (answered, start.elapsed())
    }

    /// The body of the answer to one of them.
    pub(crate) async fn once(&self, address: &str, at: usize) -> Vec<u8> {
        let text = self.text(at, 7);
        let (status, body) = ask(&mut connect(address).await, &text).await;
        assert_eq!(status, self.status, "{text}\n{}", String::from_utf8_lossy(&body));
        body
    }
}

pub(crate) async fn connect(address: &str) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a connection");
    BufReader::new(stream)
}

pub(crate) async fn ask(stream: &mut BufReader<TcpStream>, text: &str) -> (u16, Vec<u8>) {
    stream.get_mut().write_all(text.as_bytes()).await.expect("a request is sent");
    let (mut line, mut status, mut length) = (String::new(), 0, 0);
    loop {
        line.clear();
        let read = stream.read_line(&mut line).await.expect("an answer");
        assert!(read > 0, "the server hung up: {text}");
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest[..3].parse().expect("a status");
        } else if let Some(rest) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = rest.trim().parse().expect("a length");
        } else if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("a body");
    (status, body)
}
