use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread::{panicking, sleep},
    time::Duration,
};

use super::Folder;

/// An example, answering on a port of their own from a new SQLite file, until this is dropped.
pub struct Site {
    process: Child,
    folder: Folder,
    greeting: String,
    /// `127.0.0.1:40677`
    pub address: String,
}

impl Site {
    /// The drivers.
    pub fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// The same with these variables.
    pub fn start_with(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::run(env!("CARGO_BIN_EXE_drivers"), name, variables)
    }

    /// The tracker.
    pub fn start_tracker(name: &str) -> Self {
        Self::start_tracker_with(name, &[])
    }

    /// The same with these variables.
    pub fn start_tracker_with(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::run(env!("CARGO_BIN_EXE_tracker"), name, variables)
    }

    /// The pages.
    pub fn start_pages(name: &str) -> Self {
        Self::run(env!("CARGO_BIN_EXE_site"), name, &[])
    }

    fn run(program: &str, name: &str, variables: &[(&str, &str)]) -> Self {
        let folder = Folder::new(name);
        let mut command = Command::new(program);
        for name in ["DATABASE_URL", "DEFAULT_PERMISSIONS", "DEMO_DATA", "RUST_LOG", "SECRET_KEY", "ALLOWED_ORIGINS"] {
            command.env_remove(name);
        }
        command
            .envs(variables.iter().copied())
            .current_dir(&folder.0)
            .env("BIND", "127.0.0.1:0")
            .stderr(File::create(folder.0.join("log")).expect("the target folder can be written"))
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("cargo has built it");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is read here")).lines();
        let mut site = Self { process, folder, greeting: String::new(), address: String::new() };
        while site.address.is_empty() {
            let line = lines.next().expect("it says where it answers").expect("it prints text");
            match line.split_once(" answers at http://") {
                Some((_, rest)) => site.address = rest.split('/').next().unwrap_or_default().to_owned(),
                None => site.greeting += &(line + "\n"),
            }
        }
        site
    }

    /// `http://127.0.0.1:40677/api`
    pub fn api(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// The token it printed for somebody.
    pub fn token(&self, name: &str) -> &str {
        let words = self.greeting.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let at = words.filter(|words| words.first() == Some(&name)).find_map(|words| words.get(1).copied());
        at.unwrap_or_else(|| panic!("no token of `{name}` is printed"))
    }

    /// The last line of its log with these words, once it is there.
    pub fn logged(&self, words: &str) -> String {
        for _ in 0..500 {
            let log = self.log();
            if let Some(line) = log.lines().rfind(|line| line.contains(words)) {
                return line.to_owned();
            }
            sleep(Duration::from_millis(10));
        }
        panic!("no `{words}` in its log: {}", self.log())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.0.join("log")).unwrap_or_default()
    }

    /// Where its database is.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// Sends a head, but for what every request has, and a body. The whole answer.
    pub fn ask(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        write!(stream, "{head}Host: {}\r\nConnection: close\r\n\r\n{body}", self.address).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers text");
        answer
    }

    /// The body of an answer.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        let head = format!("GET {path} HTTP/1.0\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(head.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers text");
        answer.split_once("\r\n\r\n").expect("a head and a body").1.to_owned()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if panicking() {
            eprintln!("{}", self.log());
        }
    }
}
