use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

use super::{Answer, Client, KEY, Request};

/// The drivers on some database, answering on a port of their own until this is dropped.
pub struct Program {
    process: Child,
    client: Client,
}

/// What it reads of the environment, where a test does not say it.
const SETTINGS: [&str; 9] = [
    "DEFAULT_PERMISSIONS",
    "DEMO_DATA",
    "RUST_LOG",
    "ALLOWED_ORIGINS",
    "REDIS_URL",
    "METRICS_BIND",
    "SITE_URL",
    "BEHIND_PROXIES",
    "AUTH_USER_MODEL",
];

impl Program {
    /// What one of its commands prints; where it fails, the test does.
    #[track_caller]
    pub fn run(database: &str, arguments: &[&str]) -> String {
        Self::run_with(database, &[], arguments)
    }

    /// The same with these variables.
    #[track_caller]
    pub fn run_with(database: &str, variables: &[(&str, &str)], arguments: &[&str]) -> String {
        let output = Self::command(database)
            .envs(variables.iter().copied())
            .args(arguments)
            .output()
            .expect("cargo has built it");
        let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        assert!(output.status.success(), "{arguments:?} fails ({}):\n{out}\n{err}", output.status);
        out
    }

    /// Starts it under this default.
    pub fn serve(database: &str, default_permissions: &str) -> Self {
        Self::serve_with(database, &[("DEFAULT_PERMISSIONS", default_permissions)])
    }

    /// Starts it with these variables.
    pub fn serve_with(database: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Self::command(database);
        command.envs(variables.iter().copied()).env("BIND", "127.0.0.1:0").stdout(Stdio::piped());
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
        Self { process, client: Client::new(&address) }
    }

    fn command(database: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drivers-beside-django"));
        for name in SETTINGS {
            command.env_remove(name);
        }
        command.envs([("DATABASE_URL", database), ("SECRET_KEY", KEY)]);
        command
    }

    #[track_caller]
    pub fn ask(&self, request: &Request) -> Answer {
        self.client.ask(request)
    }

    /// Where it answers.
    pub fn address(&self) -> &str {
        self.client.address()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
