//! Requests over a connection that is kept.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// The answer must be 200.
    pub(crate) fn get(&mut self, path: &str, token: &str) {
        let text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {token}\r\n\r\n");
        self.0.get_mut().write_all(text.as_bytes()).expect("a request is sent");
        let (mut line, mut status, mut length) = (String::new(), String::new(), 0);
        loop {
            line.clear();
            let read = self.0.read_line(&mut line).expect("an answer");
            assert!(read > 0, "the server hung up: {path}");
            if status.is_empty() {
                status.clone_from(&line);
            } else if let Some(rest) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = rest.trim().parse().expect("a length");
            } else if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        assert!(status.contains(" 200 "), "{path}: {status}{}", String::from_utf8_lossy(&body));
    }
}

/// What one client asks: nine times for a car and then for a page, each time as another user.
pub(crate) fn requests_of(
    client: usize,
    requests: usize,
    tokens: &[String],
    cars: i64,
) -> impl Iterator<Item = (String, &String)> {
    (0..requests).map(move |n| {
        let number = client * requests + n;
        let some = i64::try_from(number).expect("a few");
        let path = match n % 10 {
            9 => format!("/api/cars?limit=20&offset={}", some * 20 % cars.min(20_000)),
            _ => format!("/api/cars/{}", some * 7_919 % cars + 1),
        };
        (path, &tokens[number % tokens.len()])
    })
}
