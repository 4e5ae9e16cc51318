//! A contestant's server: a process of its own, so that its processor time is.

use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader},
    net,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use poem::{EndpointExt, Route, Server, endpoint::BoxEndpoint, listener::TcpListener};
use poem_openapi::OpenApiService;
use sea_orm::{ConnectOptions, Database};
use tokio::signal::unix::{SignalKind, signal};

use crate::{by_hand::ByHand, load::CONNECTIONS, viewset};

/// The argument that makes this program a server.
pub(crate) const SERVE: &str = "serve";

/// The variable that names a Python with what `django/requirements/django-5.2.txt` names.
const PYTHON: &str = "REFRAIN_BENCH_PYTHON";

/// The variable that names the program that serves by other libraries, of `benches/contestants`.
const OTHERS: &str = "REFRAIN_BENCH_SERVE";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Contestant {
    ByHand,
    /// twice, each with as many clients as one
    ByHandTwice,
    ByHandChecked,
    Refrain,
    /// with snapshots of its users
    Kept,
    /// the same twice
    KeptTwice,
    PoemGrants,
    Crudcrate,
    Django,
}

impl Contestant {
    pub(crate) const ALL: [Self; 9] = [
        Self::ByHand,
        Self::ByHandTwice,
        Self::ByHandChecked,
        Self::Refrain,
        Self::Kept,
        Self::KeptTwice,
        Self::PoemGrants,
        Self::Crudcrate,
        Self::Django,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ByHand => "by hand, no permissions",
            Self::ByHandTwice => "two nodes by hand, no permissions",
            Self::ByHandChecked => "by hand, with permissions",
            Self::Refrain => "Refrain",
            Self::Kept => "Refrain with snapshots",
            Self::KeptTwice => "two nodes with snapshots",
            Self::PoemGrants => "poem-grants",
            Self::Crudcrate => "crudcrate",
            Self::Django => "DRF + guardian",
        }
    }
}

/// A server that ends when this value is dropped.
pub(crate) struct Running {
    pub(crate) contestant: Contestant,
    /// Where it is asked, by one client after the other.
    pub(crate) addresses: Vec<String>,
    process: Child,
}

impl Running {
    /// Nothing where the contestant's programs are not there.
    pub(crate) fn start(contestant: Contestant, url: &str) -> Option<Self> {
        let (address, mut command) = match contestant {
            Contestant::Django => django(url)?,
            Contestant::PoemGrants | Contestant::Crudcrate => {
                let mut command = Command::new(found(OTHERS, contestant)?);
                command.args([contestant.name(), url]).stdout(Stdio::piped());
                (None, command)
            }
            _ => {
                let mut command = Command::new(env::current_exe().expect("this program is a file"));
                command.args([SERVE, contestant.name(), url]).stdout(Stdio::piped());
                (None, command)
            }
        };
        let mut process = command.spawn().expect("a program starts that is there");
        let addresses = address.unwrap_or_else(|| {
            let mut address = String::new();
            let out = process.stdout.take().expect("it is piped");
            BufReader::new(out).read_line(&mut address).expect("the server says where it listens");
            address.trim().to_owned()
        });
        let addresses = addresses.split(' ').map(str::to_owned).collect();
        let mut running = Self { contestant, addresses, process };
        while running.addresses.iter().any(|address| net::TcpStream::connect(address).is_err()) {
            let ended = !matches!(running.process.try_wait(), Ok(None));
            assert!(!ended, "the server of {} ended at once", contestant.name());
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(running)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // gunicorn ends its workers when it is asked to end, and leaves them when it is killed
        let asked = Command::new("kill").arg(self.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// gunicorn with as many threads as there are connections: each keeps its client and its connection to the database.
fn django(url: &str) -> Option<(Option<String>, Command)> {
    let python = found(PYTHON, Contestant::Django)?;
    let address = free_address();
    let mut command = Command::new(python);
    command.args(["-m", "gunicorn", "bench_site:application", "--bind", &address, "--worker-class", "gthread"]);
    command.args(["--workers", "2", "--threads", &(CONNECTIONS / 2).to_string(), "--keep-alive", "600"]);
    command.args(["--log-level", "warning"]).env("DATABASE_URL", url);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/django"));
    Some((Some(address), command))
}

/// The program that the variable names.
fn found(variable: &str, contestant: Contestant) -> Option<OsString> {
    let program = env::var_os(variable);
    if program.is_none() {
        eprintln!("not run: {} ({variable} is not set; `cargo xtask bench http` sets it)", contestant.name());
    }
    program
}

fn free_address() -> String {
    let port = net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    format!("127.0.0.1:{port}")
}

/// Serves until it is killed.
#[tokio::main]
pub(crate) async fn serve(name: &str, url: &str) {
    let mut options = ConnectOptions::new(url);
    let connections = u32::try_from(CONNECTIONS).expect("a few");
    options.min_connections(connections).max_connections(connections).sqlx_logging(false);
    // no connection is opened anew while it is measured
    let day = Duration::from_secs(86_400);
    options.idle_timeout(day).max_lifetime(day);
    let db = Database::connect(options).await.expect("the database is there");
    let by_hand = |checked| -> BoxEndpoint<'static, poem::Response> {
        let service = OpenApiService::new(ByHand { db: db.clone(), checked }, "Cars", "1");
        Route::new().nest("/api", service).map_to_response().boxed()
    };
    let contestant = Contestant::ALL.into_iter().find(|contestant| contestant.name() == name);
    let endpoint = match contestant {
        Some(Contestant::ByHand | Contestant::ByHandTwice) => by_hand(false),
        Some(Contestant::ByHandChecked) => by_hand(true),
        Some(Contestant::Refrain) => viewset::endpoint(db, None).await,
        Some(Contestant::Kept | Contestant::KeptTwice) => {
            viewset::endpoint(db.clone(), Some(viewset::snapshots(&db))).await
        }
        _ => panic!("`{name}` is not served by this program"),
    };
    // a program of its own, which ends with this one
    let other = match contestant {
        Some(Contestant::KeptTwice) => Running::start(Contestant::Kept, url),
        Some(Contestant::ByHandTwice) => Running::start(Contestant::ByHand, url),
        _ => None,
    };
    let address = free_address();
    let others = other.iter().flat_map(|other| &other.addresses);
    println!("{}", [&address].into_iter().chain(others).cloned().collect::<Vec<_>>().join(" "));
    let killed = async {
        let mut killed = signal(SignalKind::terminate()).expect("signals are heard");
        killed.recv().await;
    };
    let server = Server::new(TcpListener::bind(address));
    server
        .run_with_graceful_shutdown(endpoint, killed, Some(Duration::ZERO))
        .await
        .expect("it serves until it is killed");
}
