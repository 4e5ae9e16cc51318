//! Throw-away servers from the system's programs: on free loopback ports, with their data in the temp folder, without
//! the care for durability that a test does not need.

use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Result,
    install::{MARIADB, POSTGRES, REDIS, is_root},
    run::{find, quietly},
    tls::Certificates,
};

/// The variables by which tests find the servers.
pub(crate) const POSTGRES_URL: &str = "TEST_POSTGRES_URL";
pub(crate) const MARIADB_URL: &str = "TEST_MARIADB_URL";
pub(crate) const REDIS_URL: &str = "TEST_REDIS_URL";

/// The variables by which tests of TLS find what verifies each server.
const POSTGRES_CA: &str = "TEST_POSTGRES_CA";
const MARIADB_CA: &str = "TEST_MARIADB_CA";

const PATIENCE: Duration = Duration::from_secs(60);

/// One PostgreSQL, one MariaDB and one Redis.
pub(crate) struct Servers([Server; 3]);

impl Servers {
    pub(crate) fn start() -> Result<Self> {
        Ok(Self([postgres()?, mariadb()?, redis()?]))
    }

    /// The environment variables that lead tests to the servers.
    pub(crate) fn variables(&self) -> Vec<(&str, &str)> {
        self.0.iter().flat_map(|server| &server.variables).map(|(name, value)| (*name, value.as_str())).collect()
    }
}

/// A server that stops, and loses its data, when this value is dropped; also when this program is killed.
struct Server {
    /// the first is its address
    variables: Vec<(&'static str, String)>,
    process: Option<Child>,
    folder: PathBuf,
    stop_signal: &'static str,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let asked = Command::new("kill").args(["-s", self.stop_signal, &process.id().to_string()]).status();
            if !asked.is_ok_and(|status| status.success()) {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn postgres() -> Result<Server> {
    let [initdb, postgres] = POSTGRES.programs()?;
    // At once, yet it gives back its shared memory, which `kill -KILL` would not.
    let mut server = Server::in_folder("postgres", "QUIT")?;
    let certificates = server.certificates()?;
    let (port, data) = (free_port()?, server.folder.join("data"));
    let mut init = unprivileged(&initdb, server.stop_signal);
    init.arg("--pgdata").arg(&data).args([
        "--no-sync",
        "--auth=trust",
        "--username=refrain",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]);
    quietly(&mut init)?;
    // `refrain_tls` is let in over TLS alone; the first line that fits counts
    let rules = data.join("pg_hba.conf");
    let tls = "hostnossl all refrain_tls all reject\nhostssl all refrain_tls all trust\n";
    let ruled = fs::read_to_string(&rules).and_then(|others| fs::write(&rules, tls.to_owned() + &others));
    ruled.map_err(|error| format!("`{}`: {error}", rules.display()))?;
    let mut command = unprivileged(&postgres, server.stop_signal);
    command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    let sockets = format!("unix_socket_directories={}", server.folder.display());
    let certificate = format!("ssl_cert_file={}", certificates.certificate.display());
    let key = format!("ssl_key_file={}", certificates.key.display());
    for setting in [
        "listen_addresses=127.0.0.1",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=300",
        "ssl=on",
        &certificate,
        &key,
        &sockets,
    ] {
        command.args(["-c", setting]);
    }
    // most tests are not about TLS, and are faster without
    let url = format!("postgres://refrain@127.0.0.1:{port}/postgres?sslmode=disable");
    server.variables = vec![(POSTGRES_URL, url), (POSTGRES_CA, certificates.authority.display().to_string())];
    // The port opens before the server takes connections; its last line here says that it does.
    let status = data.join("postmaster.pid");
    server.run(command, || fs::read_to_string(&status).is_ok_and(|status| status.trim_end().ends_with("ready")))
}

fn mariadb() -> Result<Server> {
    let [install, mariadbd] = MARIADB.programs()?;
    let mut server = Server::in_folder("mariadb", "KILL")?;
    let certificates = server.certificates()?;
    let (port, folder) = (free_port()?, server.folder.clone());
    let data = format!("--datadir={}", folder.join("data").display());
    let mut init = unprivileged(&install, server.stop_signal);
    init.args(["--no-defaults", &data, "--auth-root-authentication-method=normal", "--skip-test-db"]);
    quietly(&mut init)?;
    let mut command = unprivileged(&mariadbd, server.stop_signal);
    command
        .args(["--no-defaults", &data, "--bind-address=127.0.0.1", "--character-set-server=utf8mb4"])
        .args([
            "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--innodb-flush-method=nosync",
            "--sync-frm=0",
            "--max-connections=300",
        ])
        .arg(format!("--ssl-cert={}", certificates.certificate.display()))
        .arg(format!("--ssl-key={}", certificates.key.display()))
        .arg(format!("--port={port}"))
        .arg(format!("--socket={}", folder.join("socket").display()))
        .arg(format!("--pid-file={}", folder.join("pid").display()));
    let url = format!("mysql://root@127.0.0.1:{port}/mysql?ssl-mode=DISABLED");
    server.variables = vec![(MARIADB_URL, url), (MARIADB_CA, certificates.authority.display().to_string())];
    server.run(command, || TcpStream::connect(("127.0.0.1", port)).is_ok())
}

fn redis() -> Result<Server> {
    let [redis, _] = REDIS.programs()?;
    let mut server = Server::in_folder("redis", "KILL")?;
    let port = free_port()?;
    let mut command = unprivileged(&redis, server.stop_signal);
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()]);
    command.arg("--dir").arg(&server.folder);
    server.variables = vec![(REDIS_URL, format!("redis://127.0.0.1:{port}/"))];
    server.run(command, || TcpStream::connect(("127.0.0.1", port)).is_ok())
}

impl Server {
    fn in_folder(name: &str, stop_signal: &'static str) -> Result<Self> {
        let folder = env::temp_dir().join(format!("refrain-{name}-{}", process::id()));
        let server = Self { variables: Vec::new(), process: None, folder, stop_signal };
        fs::create_dir(&server.folder).map_err(|error| format!("`{}`: {error}", server.folder.display()))?;
        if is_root() {
            chown(&server.folder, Some(NOBODY), Some(NOBODY)).map_err(|error| format!("chown to nobody: {error}"))?;
        }
        Ok(server)
    }

    fn certificates(&self) -> Result<Certificates> {
        Certificates::make(&self.folder)
    }

    fn run(mut self, mut command: Command, ready: impl Fn() -> bool) -> Result<Self> {
        let log = self.folder.join("log");
        let begun = Instant::now();
        let output = fs::File::create(&log).and_then(|log| Ok((log.try_clone()?, log)));
        let (out, err) = output.map_err(|error| format!("`{}`: {error}", log.display()))?;
        // A group of its own: Ctrl-C is for this program, which then stops the server.
        command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
        let (variable, url) = &self.variables[0];
        let process = command.spawn().map_err(|error| format!("{variable} did not start: {error}"))?;
        let process = self.process.insert(process);
        while !ready() {
            let ended = !matches!(process.try_wait(), Ok(None));
            if ended || begun.elapsed() > PATIENCE {
                let said = fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("{variable} did not start:\n{said}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        eprintln!("started {url} (process {})", process.id());
        Ok(self)
    }
}

/// Debian's `nobody` and `nogroup`.
pub(crate) const NOBODY: u32 = 65534;

/// Databases refuse to run as root: then all servers run as nobody. With setpriv they also end when this program is killed,
/// by the signal that ends them at once: PostgreSQL takes others as a wish, and waits for its clients to go.
fn unprivileged(program: &Path, stop_signal: &str) -> Command {
    let Some(setpriv) = find("setpriv", &[]) else {
        let mut command = Command::new(program);
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        return command;
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", stop_signal]);
    if is_root() {
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
    }
    command.arg(program);
    command
}

fn free_port() -> Result<u16> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    port.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}
