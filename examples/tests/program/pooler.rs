//! Poolers before PostgreSQL.

use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::Folder;

/// A pgbouncer before the test's PostgreSQL, which ends with this value.
pub struct Pooler {
    process: Child,
    /// of the test's database, through it
    pub url: String,
}

impl Pooler {
    /// Debian's.
    pub fn start(folder: &Folder, mode: &str, url: &str) -> Self {
        let program = env::var("REFRAIN_PGBOUNCER").unwrap_or_else(|_| "/usr/sbin/pgbouncer".to_owned());
        Self::run(&program, folder, mode, url, "")
    }

    /// One that keeps each client's prepared statements apart, and lends by the transaction.
    ///
    /// Nothing where none could be had, which is said.
    pub fn start_newer(folder: &Folder, url: &str) -> Option<Self> {
        let program = env::var("REFRAIN_PGBOUNCER_NEWER").expect("`cargo xtask tools` says where it is");
        if program.is_empty() {
            eprintln!("not run: no pgbouncer that keeps prepared statements apart could be had");
            return None;
        }
        Some(Self::run(&program, folder, "transaction", url, "max_prepared_statements = 200\nserver_login_retry = 1\n"))
    }

    fn run(program: &str, folder: &Folder, mode: &str, url: &str, more: &str) -> Self {
        let (server, rest) = url.split_once('@').expect("a user").1.split_once('/').expect("a database");
        let (host, port) = server.split_once(':').expect("a port");
        let own = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let settings = format!(
            "[databases]\n* = host={host} port={port} user=refrain\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {own}\nauth_type = any\npool_mode = {mode}\nunix_socket_dir =\n\
             ignore_startup_parameters = extra_float_digits\n{more}"
        );
        let file = folder.0.join(format!("{mode}.ini"));
        fs::write(&file, settings).expect("the temp folder can be written");
        let mut command = Command::new(program);
        // it refuses to be root
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
        if is_root {
            command.args(["-u", "nobody"]);
        }
        let process = command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.expect("`cargo xtask test` installs pgbouncer");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", own)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "pgbouncer did not start");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, url: format!("postgres://refrain@127.0.0.1:{own}/{rest}") }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
