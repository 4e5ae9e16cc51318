//! The server's process: how long until it answers, and how much memory it holds.

use std::{
    ffi::OsString,
    fs, io, net,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    CLIENTS,
    ask::{Client, requests_of},
};

/// The example's program and its database.
pub(crate) struct Program {
    pub(crate) file: OsString,
    pub(crate) url: String,
}

/// Memory is what is resident, in MiB.
pub(crate) struct Measured {
    /// From the start of the process.
    pub(crate) first_answer: Duration,
    pub(crate) memory_then: f64,
    pub(crate) memory_later: f64,
    pub(crate) memory_at_most: f64,
}

impl Program {
    pub(crate) fn migrate(&self) {
        let status = self.command(&["migrate"]).status().expect("the example starts");
        assert!(status.success(), "the example migrates: {status}");
    }

    /// Starts it, asks, and stops it.
    pub(crate) fn serve_once(&self, tokens: &[String], cars: i64, requests: usize) -> Measured {
        let free = net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port").to_string();
        let begun = Instant::now();
        let server = Server(self.command(&["serve", "--bind", &address]).spawn().expect("the example starts"));
        let mut client = loop {
            match Client::connect(&address) {
                Ok(client) => break client,
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    assert!(begun.elapsed() < Duration::from_secs(60), "the example does not listen");
                    thread::sleep(Duration::from_micros(200));
                }
                Err(error) => panic!("{address}: {error}"),
            }
        };
        client.get("/api/cars/1", &tokens[0]);
        let first_answer = begun.elapsed();
        let memory_then = server.memory("VmRSS");
        thread::scope(|scope| {
            for number in 0..CLIENTS {
                let (address, wanted) = (&address, requests_of(number, requests / CLIENTS, tokens, cars));
                scope.spawn(move || {
                    let mut client = Client::connect(address).expect("the example listens");
                    wanted.for_each(|(path, token)| client.get(&path, token));
                });
            }
        });
        Measured {
            first_answer,
            memory_then,
            memory_later: server.memory("VmRSS"),
            memory_at_most: server.memory("VmHWM"),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.file);
        command.args(arguments).env("DATABASE_URL", &self.url).env("DEMO_DATA", "0").stdout(Stdio::null());
        command
    }
}

/// Ends when it is dropped.
struct Server(Child);

impl Server {
    /// A line of the kernel's, which says kibibytes.
    fn memory(&self, line: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).expect("the server runs, on Linux");
        let line = status.lines().find_map(|said| said.strip_prefix(line)?.strip_prefix(':'));
        let kibibytes = line.and_then(|said| said.trim().strip_suffix(" kB")).expect("the kernel says it");
        kibibytes.parse::<f64>().expect("a number") / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
