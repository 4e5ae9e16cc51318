use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::programs::{command, find, run};
use crate::port::free_port;

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its clients' sessions are ended, and everything is written to its files.
    Fast,
    /// At once, as if it crashed: it recovers when it starts again.
    Immediate,
}

/// One PostgreSQL. It ends with this value, and its data with it; it ends with the program of the test, too, however that
/// ends.
pub(super) struct Server {
    port: u16,
    data: PathBuf,
    running: Option<Running>,
}

/// A shell, and the server that it started.
struct Running {
    shell: Child,
    server: String,
}

/// Starts a server, whose log is `$0`, and says its number. Then it waits for a line. Where its input ends without one,
/// whoever would have written it is gone: it ends the server and removes the folder, which is the current one.
const SHELL: &str = r#"
    "$@" </dev/null >>"$0" 2>&1 &
    echo $!
    read -r _ || { kill -s QUIT $!; wait $!; rm -rf "$PWD"; }
    wait $!
"#;

/// For a standby, and for speed: what the system has, it keeps when a server is killed.
const SETTINGS: [&str; 9] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=300",
    "wal_level=replica",
    "max_wal_senders=10",
    "hot_standby=on",
    // a standby that was stopped finds what it missed, and asks for it at once
    "wal_keep_size=256MB",
    "wal_retrieve_retry_interval=100ms",
];

const PATIENCE: Duration = Duration::from_secs(60);

impl Server {
    /// A new one, which runs.
    pub(super) fn init(data: PathBuf) -> Self {
        let mut init = command(&find("initdb"), folder_of(&data));
        init.args(["--no-sync", "--auth=trust", "--username=refrain", "--encoding=UTF8", "--locale=C.UTF-8"]);
        run(init.arg("--pgdata").arg(&data));
        Self::started(data)
    }

    /// One that follows another, and runs.
    pub(super) fn following(other: &Self, data: PathBuf) -> Self {
        let mut copy = command(&find("pg_basebackup"), folder_of(&data));
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname", &other.url()]);
        run(copy.arg("--pgdata").arg(&data));
        // who is waited for is the other's own
        let settings = fs::OpenOptions::new().append(true).open(data.join("postgresql.auto.conf"));
        let written = settings.and_then(|mut file| file.write_all(b"synchronous_standby_names = ''\n"));
        written.expect("a copy has settings");
        Self::started(data)
    }

    fn started(data: PathBuf) -> Self {
        let mut server = Self { port: free_port(), data, running: None };
        server.start();
        server
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://refrain@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Starts it, unless it runs, and waits until it takes connections.
    pub(super) fn start(&mut self) {
        if self.running.is_some() {
            return;
        }
        let log = self.data.with_extension("log");
        let mut shell = command(Path::new("/bin/sh"), folder_of(&self.data));
        shell.args(["-c", SHELL]).arg(&log).arg(find("postgres")).arg("-D").arg(&self.data);
        shell.args(["-p", &self.port.to_string()]).args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        // a group of its own: Ctrl-C is for the test
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut shell = shell.spawn().expect("there is a shell");
        let mut server = String::new();
        let said = shell.stdout.take().map(|out| BufReader::new(out).read_line(&mut server));
        self.running = Some(Running { shell, server: server.trim().to_owned() });
        assert!(matches!(said, Some(Ok(1..))), "the shell says which process the server is");
        // The port opens before the server takes connections; its last line here says that it does.
        let status = self.data.join("postmaster.pid");
        let is_ready = || fs::read_to_string(&status).is_ok_and(|status| status.trim_end().ends_with("ready"));
        let begun = Instant::now();
        while !is_ready() {
            let said = || fs::read_to_string(&log).unwrap_or_default();
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL did not start:\n{}", said());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops it, if it runs, and waits until it has ended.
    pub(super) fn stop(&mut self, how: Stop) {
        if let Some(running) = self.running.take() {
            running.end(how);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(Stop::Immediate);
        let _ = fs::remove_dir_all(&self.data);
    }
}

impl Running {
    fn end(mut self, how: Stop) {
        let signal = match how {
            Stop::Fast => "INT",
            Stop::Immediate => "QUIT",
        };
        let _ = Command::new("kill").args(["-s", signal, &self.server]).status();
        // a shell that has heard the line only waits
        if let Some(mut input) = self.shell.stdin.take() {
            let _ = input.write_all(b"\n");
        }
        let _ = self.shell.wait();
    }
}

/// Where its data, its log and its programs' current folder are.
fn folder_of(data: &Path) -> &Path {
    data.parent().expect("data is kept in a folder")
}
