use std::{
    io::{self, Read, Write},
    net::TcpStream,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use refrain_testing::free_port;

use crate::program::{Folder, Server};

/// A client waits no longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// One of the two programs. It can be killed, and comes back at the same address.
pub struct Node {
    address: String,
    server: Mutex<Option<Server>>,
    folder: Arc<Folder>,
    url: String,
    direct: String,
}

impl Node {
    /// Over the database at `url`, listening at `direct`.
    pub fn start(folder: &Arc<Folder>, url: &str, direct: &str) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let (folder, url, direct) = (folder.clone(), url.to_owned(), direct.to_owned());
        let node = Self { address, server: Mutex::default(), folder, url, direct };
        node.start_again();
        node
    }

    pub fn kill(&self) {
        if let Some(server) = self.server.lock().expect("no panic").take() {
            server.stop("-KILL");
        }
    }

    pub fn start_again(&self) {
        let mut command = self.folder.program(&["serve"]);
        command.env("DATABASE_URL", &self.url).env("DIRECT_DATABASE_URL", &self.direct).env("SNAPSHOTS_WITHIN", "1");
        command.env("DATABASE_ACQUIRE_TIMEOUT", "3").env("BIND", &self.address).stderr(Stdio::null());
        let server = Server::start_at(command, &self.address);
        *self.server.lock().expect("no panic") = Some(server);
        // its port is open while it migrates
        let begun = Instant::now();
        while let Err(error) = self.ask("GET /openapi.json", "", "") {
            assert!(begun.elapsed() < 4 * PATIENCE, "it does not answer: {error}");
        }
    }

    /// The status; an error where nobody answers in time.
    pub fn ask(&self, what: &str, token: &str, body: &str) -> io::Result<u16> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let more = match body {
            "" => String::new(),
            body => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
        };
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Token {token}\r\n{more}\r\n{body}",
            self.address
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.get(9..12).and_then(|status| status.parse().ok());
        status.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}
