use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use super::{Answer, Request};

/// Asks a server one request after the other, over one connection as long as the server keeps it.
pub struct Client {
    connection: RefCell<BufReader<TcpStream>>,
    address: String,
}

impl Client {
    #[track_caller]
    pub fn new(address: &str) -> Self {
        Self { connection: RefCell::new(connect(address)), address: address.to_owned() }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    #[track_caller]
    pub fn ask(&self, request: &Request) -> Answer {
        let mut connection = self.connection.borrow_mut();
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.path, self.address);
        for (name, value) in &request.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !request.content_type.is_empty() {
            head += &format!("Content-Type: {}\r\n", request.content_type);
        }
        if !request.body.is_empty() || !["GET", "HEAD", "OPTIONS", "DELETE"].contains(&request.method.as_str()) {
            head += &format!("Content-Length: {}\r\n", request.body.len());
        }
        let whole = format!("{head}\r\n{}", request.body);
        let ask = |connection: &mut BufReader<TcpStream>| {
            let sent = connection.get_mut().write_all(whole.as_bytes());
            sent.ok().and_then(|()| read(connection, request.method == "HEAD"))
        };
        let answer = ask(&mut connection).or_else(|| {
            // the server closed the connection before it read anything: as browsers do, what is safe is asked again
            assert!(["GET", "HEAD"].contains(&request.method.as_str()), "no answer: {request:?}");
            *connection = connect(&self.address);
            ask(&mut connection)
        });
        let (answer, goes_on) = answer.expect("it answers");
        if !goes_on {
            *connection = connect(&self.address);
        }
        answer
    }
}

fn connect(address: &str) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).expect("it answers");
    stream.set_nodelay(true).expect("a socket takes the option");
    BufReader::new(stream)
}

/// An answer, and whether the connection stays; `None` where it was closed before one began.
fn read(connection: &mut BufReader<TcpStream>, is_head: bool) -> Option<(Answer, bool)> {
    let mut status = String::new();
    connection.read_line(&mut status).ok().filter(|read| *read > 0)?;
    let mut line = || {
        let mut line = String::new();
        connection.read_line(&mut line).expect("it answers text");
        line.trim_end().to_owned()
    };
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.expect("an answer has a status");
    let mut headers = BTreeMap::new();
    let mut cookies = BTreeMap::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(": ") else { break };
        if let Some((cookie, value)) = value.split_once('=').filter(|_| name.eq_ignore_ascii_case("set-cookie")) {
            cookies.insert(cookie.to_owned(), value.split(';').next().unwrap_or_default().to_owned());
        }
        let known: &mut String = headers.entry(name.to_lowercase()).or_default();
        if !known.is_empty() {
            known.push_str(", ");
        }
        known.push_str(value);
    }
    let mut body = Vec::new();
    if !is_head && status != 204 && status != 304 {
        let is_chunked = headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
        let length = headers.get("content-length").and_then(|length| length.parse().ok());
        match length {
            Some(length) => take(connection, length, &mut body),
            None if is_chunked => chunks(connection, &mut body),
            None => panic!("an answer says how long it is: {status} {headers:?}"),
        }
    }
    let goes_on = headers.get("connection").is_none_or(|value| value != "close");
    let body = String::from_utf8(body).expect("it is text");
    Some((Answer { status, headers, cookies, body }, goes_on))
}

fn take(connection: &mut BufReader<TcpStream>, length: usize, body: &mut Vec<u8>) {
    let begin = body.len();
    body.resize(begin + length, 0);
    connection.read_exact(&mut body[begin..]).expect("it comes whole");
}

/// Each chunk behind its length; the last has none.
fn chunks(connection: &mut BufReader<TcpStream>, body: &mut Vec<u8>) {
    loop {
        let mut length = String::new();
        connection.read_line(&mut length).expect("it answers text");
        let length = usize::from_str_radix(length.trim_end(), 16).expect("a chunk has a length");
        take(connection, length, body);
        let mut end = String::new();
        connection.read_line(&mut end).expect("it answers text");
        if length == 0 {
            return;
        }
    }
}
