use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
};

use super::{Answer, KEY, Request};

/// The drivers on some database, answering on a port of their own until this is dropped.
pub struct Program {
    process: Child,
    connection: RefCell<BufReader<TcpStream>>,
    address: String,
}

impl Program {
    /// What one of its commands prints; where it fails, the test does.
    #[track_caller]
    pub fn run(database: &str, arguments: &[&str]) -> String {
        let output = Self::command(database).args(arguments).output().expect("cargo has built it");
        let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        assert!(output.status.success(), "{arguments:?} fails ({}):\n{out}\n{err}", output.status);
        out
    }

    /// Starts it under this default.
    pub fn serve(database: &str, default_permissions: &str) -> Self {
        let mut command = Self::command(database);
        command.env("DEFAULT_PERMISSIONS", default_permissions).env("BIND", "127.0.0.1:0").stdout(Stdio::piped());
        let mut process = command.spawn().expect("cargo has built it");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let address = loop {
            let line = lines.next().expect("it says where it answers").expect("it prints text");
            if let Some((_, rest)) = line.split_once(" answers at http://") {
                break rest.split('/').next().unwrap_or_default().to_owned();
            }
        };
        // what it goes on to print is for nobody, and must not fill the pipe
        thread::spawn(move || lines.for_each(drop));
        let connection = RefCell::new(connect(&address));
        Self { process, connection, address }
    }

    fn command(database: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drivers-beside-django"));
        for name in ["DEFAULT_PERMISSIONS", "DEMO_DATA", "RUST_LOG", "ALLOWED_ORIGINS", "REDIS_URL", "METRICS_BIND"] {
            command.env_remove(name);
        }
        command.envs([("DATABASE_URL", database), ("SECRET_KEY", KEY)]);
        command
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
        connection.get_mut().write_all(whole.as_bytes()).expect("it reads");
        let (answer, goes_on) = read(&mut connection, request.method == "HEAD");
        if !goes_on {
            *connection = connect(&self.address);
        }
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn connect(address: &str) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).expect("it answers");
    stream.set_nodelay(true).expect("a socket takes the option");
    BufReader::new(stream)
}

/// An answer, and whether the connection stays.
fn read(connection: &mut BufReader<TcpStream>, is_head: bool) -> (Answer, bool) {
    let mut line = || {
        let mut line = String::new();
        connection.read_line(&mut line).expect("it answers text");
        line.trim_end().to_owned()
    };
    let status = line();
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
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = Vec::new();
    if !is_head && status != 204 && status != 304 {
        let length = headers.get("content-length").and_then(|length| length.parse().ok());
        body.resize(length.expect("an answer says how long it is"), 0);
        connection.read_exact(&mut body).expect("it comes whole");
    }
    let goes_on = headers.get("connection").is_none_or(|value| value != "close");
    let body = String::from_utf8(body).expect("it is text");
    (Answer { status, headers, cookies, body }, goes_on)
}
