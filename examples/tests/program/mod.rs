//! The program as people start it, for the tests that do.

#![allow(dead_code, reason = "each program of tests takes what it needs")]

#[cfg(unix)]
pub mod pooler;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

/// A folder of its own, in which the program is started.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("refrain-drivers-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temp folder can be written");
        Self(folder)
    }

    /// The example, which cargo builds beside its tests.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let test = std::env::current_exe().expect("a test is a file");
        let program = test.ancestors().nth(2).expect("tests are in `deps`").join("examples/drivers");
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null()).env("DEMO_DATA", "0");
        for name in [
            "DATABASE_URL",
            "DIRECT_DATABASE_URL",
            "SNAPSHOTS_WITHIN",
            "STANDBY_URL",
            "STANDBY_WITHIN",
            "REDIS_URL",
            "BIND",
            "DEFAULT_PERMISSIONS",
            "RUST_LOG",
            "SECRET_KEY",
            "SECRET_KEY_FALLBACKS",
            "ALLOWED_ORIGINS",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Told {
        Told::of(self.program(arguments).output().expect("the example is built"))
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Told {
        let mut command = self.program(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the example is built");
        child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("the program reads");
        Told::of(child.wait_with_output().expect("the program ends"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[derive(Debug)]
pub struct Told {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Told {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    pub fn is(self, code: i32, out: &str, err: &str) -> Self {
        let fits = self.code == Some(code) && self.out.contains(out) && self.err.contains(err);
        assert!(fits, "not {code}, `{out}`, `{err}`: {self:#?}");
        self
    }
}

impl Told {
    /// Addresses may hold passwords.
    #[track_caller]
    pub fn is_silent_about(&self, address: &str) {
        assert!(!self.out.contains(address) && !self.err.contains(address), "{self:#?}");
    }
}

/// A server under test, and what it printed before it answered.
pub struct Server {
    pub child: Child,
    pub greeting: String,
    pub address: String,
}

impl Server {
    pub fn start(mut command: Command) -> Self {
        let command = command.env("BIND", "127.0.0.1:0").stdout(Stdio::piped());
        let child = command.spawn().expect("the example is built");
        let mut server = Self { child, greeting: String::new(), address: String::new() };
        let mut lines = BufReader::new(server.child.stdout.take().expect("piped")).lines();
        while server.address.is_empty() {
            let line = lines.next().expect("it says where it answers").expect("text");
            match line.split_once(" answers at http://") {
                Some((_, rest)) => server.address = rest.split('/').next().unwrap_or_default().to_owned(),
                None => server.greeting.push_str(&format!("{line}\n")),
            }
        }
        server
    }

    /// At an address that the command names already.
    pub fn start_at(mut command: Command, address: &str) -> Self {
        let child = command.stdout(Stdio::null()).spawn().expect("the example is built");
        let server = Self { child, greeting: String::new(), address: address.to_owned() };
        let begun = std::time::Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed().as_secs() < 20, "it did not start again");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        server
    }

    pub fn get(&self, path: &str, token: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        let authorization = format!("Authorization: Token {token}\r\n");
        let authorization = if token.is_empty() { "" } else { &authorization };
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{authorization}\r\n", self.address)
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it writes");
        answer
    }

    /// Sends a head, all but what every request has, and a body.
    pub fn ask(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        write!(stream, "{head}Host: {}\r\nConnection: close\r\n\r\n{body}", self.address).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it writes");
        answer
    }

    pub fn stop(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
