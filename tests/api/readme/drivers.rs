//! The example as anybody would start it, and the curl lines that the README and the example itself show.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// The example, answering on a port of its own from a folder of its own, until it is dropped.
pub struct Drivers {
    process: Child,
    folder: PathBuf,
    /// What it printed up to its address.
    pub printed: String,
    /// `127.0.0.1:40677`
    pub address: String,
}

impl Drivers {
    pub fn start() -> Self {
        let folder = env::temp_dir().join(format!("refrain-readme-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the example");
        let mut process = Command::new(program())
            .current_dir(&folder)
            .env("BIND", "127.0.0.1:0")
            .env_remove("DATABASE_URL")
            .env_remove("DEFAULT_PERMISSIONS")
            .env_remove("DEMO_DATA")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is read here")).lines();
        let mut started = Self { process, folder, printed: String::new(), address: String::new() };
        while started.address.is_empty() {
            let line = lines.next().expect("the example says where it answers").expect("it prints text");
            if let Some((_, rest)) = line.split_once(" answers at http://") {
                started.address = rest.split('/').next().unwrap_or_default().to_owned();
            }
            started.printed += &(line + "\n");
        }
        started
    }

    /// The token it printed for somebody.
    pub fn token(&self, name: &str) -> &str {
        let words = self.printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let at = words.filter(|words| words.first() == Some(&name)).find_map(|words| words.get(1).copied());
        at.unwrap_or_else(|| panic!("the example prints no token of `{name}`"))
    }

    /// What a curl line gets, as curl would show it.
    pub fn curl(&self, line: &str) -> String {
        let mut words = words(line).into_iter().skip(1);
        let (mut method, mut headers, mut body, mut path) = (None, String::new(), String::new(), String::new());
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("`{word}` ends `{line}`"));
            match word.as_str() {
                "-H" => headers += &format!("{}\r\n", value()),
                "-X" => method = Some(value()),
                "--json" => {
                    body = value();
                    headers += "Content-Type: application/json\r\nAccept: application/json\r\n";
                }
                url => {
                    let own = format!("http://{}", self.address);
                    path = url.strip_prefix(&own).unwrap_or_else(|| panic!("`{url}` is not the example's")).to_owned();
                }
            }
        }
        let method = method.unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.to_owned());
        let mut stream = TcpStream::connect(&self.address).expect("the example answers");
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers text");
        answer.split_once("\r\n\r\n").expect("a head and a body").1.to_owned()
    }
}

impl Drop for Drivers {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A run of all tests has built the example before; for this test alone it is built where it is missing.
fn program() -> PathBuf {
    let tests = env::current_exe().expect("a test has a path");
    let folder = tests.ancestors().nth(2).expect("tests are in `deps`");
    let program = folder.join("examples").join(format!("drivers{}", env::consts::EXE_SUFFIX));
    if !program.is_file() {
        let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--package", "refrain-examples", "--example", "drivers"]);
        build.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
        assert!(build.status().expect("cargo starts").success(), "the example does not build");
    }
    program
}

/// As a shell takes a line apart, of which only single quotes are known here.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for sign in line.chars() {
        match sign {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            sign => words.last_mut().expect("there is one from the start").push(sign),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
