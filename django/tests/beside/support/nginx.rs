use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{self, Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Client, Request, served::end, tool};

/// Debian's nginx with a configuration in a folder of its own, until this is dropped.
pub struct Nginx {
    process: Child,
    folder: PathBuf,
    address: String,
}

/// What Debian's own `nginx.conf` says, as far as it matters here; `FOLDER` is where everything is.
const SETTINGS: &str = "
daemon off;
worker_processes 1;
pid FOLDER/pid;
error_log FOLDER/log;
events {}
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    include FOLDER/sites-enabled/*.conf;
}
";

impl Nginx {
    /// Starts it with this site, which listens at the address.
    pub fn start(address: &str, site: &str) -> Self {
        let folder = env::temp_dir().join(format!("refrain-nginx-{}", process::id()));
        for part in ["sites-enabled", "moved"] {
            fs::create_dir_all(folder.join(part)).expect("a folder");
        }
        let here = folder.to_str().expect("it is text");
        let settings = folder.join("nginx.conf");
        fs::write(&settings, SETTINGS.replace("FOLDER", here)).expect("a file");
        fs::write(folder.join("sites-enabled/cars.conf"), site.replace("/etc/nginx", here)).expect("a file");
        let mut command = Command::new(tool("REFRAIN_NGINX"));
        command.arg("-p").arg(&folder).arg("-e").arg(folder.join("log")).arg("-c").arg(settings);
        let process = command.stdin(Stdio::null()).spawn().expect("nginx starts");
        let mut nginx = Self { process, folder, address: address.to_owned() };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = !matches!(nginx.process.try_wait(), Ok(None));
            assert!(!ended && begun.elapsed() < PATIENCE, "nginx does not answer:\n{}", nginx.log());
            thread::sleep(Duration::from_millis(10));
        }
        nginx
    }

    /// Writes a file of its configuration, or removes it.
    pub fn configure(&self, file: &str, text: Option<&str>) {
        let file = self.folder.join(file.trim_start_matches("/etc/nginx/"));
        match text {
            Some(text) => fs::write(file, text).expect("a file"),
            None => fs::remove_file(file).expect("it was there"),
        }
    }

    /// `nginx -s reload`: from then on a request to this path is answered by whom it should be.
    pub fn reload(&self, path: &str, answered_by: &str) {
        let before = self.workers();
        let told = Command::new("kill").args(["-s", "HUP", &self.process.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()), "nginx runs");
        let begun = Instant::now();
        // those who have the old configuration take connections for a moment longer
        while before.iter().any(|worker| self.workers().contains(worker)) {
            assert!(begun.elapsed() < PATIENCE, "nginx does not take its configuration:\n{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
        let answer = Client::new(&self.address).ask(&Request::get(path));
        assert_eq!(answer.header("x-answered-by"), Some(answered_by), "{}", self.log());
    }

    /// The processes that take connections.
    fn workers(&self) -> Vec<String> {
        let nginx = self.process.id();
        let children = fs::read_to_string(format!("/proc/{nginx}/task/{nginx}/children")).unwrap_or_default();
        let takes = |worker: &&str| {
            let title = fs::read_to_string(format!("/proc/{worker}/cmdline")).unwrap_or_default();
            title.contains("worker process") && !title.contains("shutting down")
        };
        children.split_whitespace().filter(takes).map(str::to_owned).collect()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Drop for Nginx {
    fn drop(&mut self) {
        end(&mut self.process, "TERM");
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where nobody answers yet.
pub fn free_address() -> String {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    format!("127.0.0.1:{port}")
}
