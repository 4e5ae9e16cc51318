//! A road to a server that can be closed, swallow what is sent over it, end at a COMMIT, or lead to another one.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

use crate::{TestDb, port::free_port};

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Road {
    Open,
    /// Nothing arrives, neither way, and nobody is told: as when a machine lost its power.
    Swallows,
    /// The same from a COMMIT on, for the connection that it is sent over.
    SwallowsCommits,
    /// A COMMIT arrives, or does not; its answer never does, and the connection breaks.
    EndsAtCommit {
        arrives: bool,
    },
}

/// An address in front of a server, on the way to which things fail.
pub struct Proxy {
    address: SocketAddr,
    server: String,
    url: (String, String),
    road: watch::Sender<Road>,
    commits: Arc<AtomicU32>,
    isolations: Arc<AtomicU32>,
    /// milliseconds by which everything is late, each way
    late: Arc<AtomicU64>,
    running: Option<JoinHandle<()>>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}

impl Proxy {
    /// To the database's server.
    pub async fn before(db: &TestDb) -> Self {
        Self::to(&db.url()).await
    }

    /// To the server at this address.
    pub async fn to(url: &str) -> Self {
        let (before, server, path) = parts(url);
        let mut proxy = Self {
            address: SocketAddr::from(([127, 0, 0, 1], free_port())),
            server: server.to_owned(),
            url: (before.to_owned(), path.to_owned()),
            road: watch::Sender::new(Road::Open),
            commits: Arc::default(),
            isolations: Arc::default(),
            late: Arc::default(),
            running: None,
        };
        proxy.start().await;
        proxy
    }

    /// What a program connects with.
    pub fn url(&self) -> String {
        let (before, path) = &self.url;
        format!("{before}{}/{path}", self.address)
    }

    /// Refuses whoever connects, and breaks every connection there is.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            let _ = running.await;
        }
    }

    /// Takes connections, at the port it had.
    pub async fn start(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the port is free");
        self.road.send_replace(Road::Open);
        let (server, road, commits) = (self.server.clone(), self.road.clone(), self.commits.clone());
        let (late, isolations) = (self.late.clone(), self.isolations.clone());
        self.running = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                let counts = (commits.clone(), isolations.clone());
                connections.spawn(carry(client, server.clone(), road.subscribe(), counts, late.clone()));
            }
        }));
    }

    /// Breaks every connection there is; new ones lead to the server at this address.
    pub async fn lead_to(&mut self, url: &str) {
        self.stop().await;
        self.server = parts(url).1.to_owned();
        self.start().await;
    }

    /// Breaks every connection there is.
    pub async fn cut(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// Swallows what is sent over the connections there are, for good, and over new ones until it `heals`.
    pub fn swallow(&self) {
        self.road.send_replace(Road::Swallows);
    }

    /// Puts the server this far away, each way.
    pub fn put_away(&self, by: Duration) {
        self.late.store(u64::try_from(by.as_millis()).expect("a short time"), Ordering::SeqCst);
    }

    /// New connections are carried again.
    pub fn heal(&self) {
        self.road.send_replace(Road::Open);
    }

    /// From now on whoever sends a COMMIT hears nothing more.
    pub fn swallow_commits(&self) {
        self.road.send_replace(Road::SwallowsCommits);
    }

    /// From now on a COMMIT arrives or does not, and is never answered.
    pub fn end_at_commit(&self, arrives: bool) {
        self.road.send_replace(Road::EndsAtCommit { arrives });
    }

    /// How often a transaction's isolation was said by a statement; on PostgreSQL, over how many connections it was.
    pub fn isolations(&self) -> u32 {
        self.isolations.load(Ordering::SeqCst)
    }

    /// How many COMMITs were sent.
    pub fn commits(&self) -> u32 {
        self.commits.load(Ordering::SeqCst)
    }
}

/// What stands before the server, the server, and the path behind it.
fn parts(url: &str) -> (&str, &str, &str) {
    let authority = url.find('@').unwrap_or(url.find("//").expect("an address") + 1) + 1;
    let (before, rest) = url.split_at(authority);
    let (server, path) = rest.split_once('/').expect("the address ends in a path");
    (before, server, path)
}

async fn carry(
    client: TcpStream,
    server: String,
    mut road: watch::Receiver<Road>,
    (commits, isolations): (Arc<AtomicU32>, Arc<AtomicU32>),
    late: Arc<AtomicU64>,
) {
    road.wait_for(|road| *road != Road::Swallows).await.expect("the proxy is there");
    let Ok(server) = TcpStream::connect(server).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let (there, back, quiet) = (road.clone(), road, Notify::new());
    // either way's end is the end of both
    tokio::select! {
        _ = pass(from_client, to_server, there, Some((&commits, &isolations)), &quiet, &late) => {}
        _ = pass(from_server, to_client, back, None, &quiet, &late) => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut road: watch::Receiver<Road>,
    counts: Option<(&AtomicU32, &AtomicU32)>,
    quiet: &Notify,
    late: &AtomicU64,
) -> io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = tokio::select! {
            biased;
            () = async { drop(road.wait_for(|road| *road == Road::Swallows).await) } => None,
            () = quiet.notified(), if counts.is_none() => None,
            read = from.read(&mut bytes) => Some(read?),
        };
        let Some(read) = read else { return std::future::pending().await };
        if read == 0 {
            return Ok(());
        }
        let says = |word: &[u8]| bytes[..read].windows(word.len()).any(|said| said == word);
        if let Some((_, isolations)) = counts
            && says(b"SET TRANSACTION ISOLATION")
        {
            isolations.fetch_add(1, Ordering::SeqCst);
        }
        if let Some((commits, _)) = counts
            && says(b"COMMIT")
            && !says(b"READ COMMITTED")
        {
            commits.fetch_add(1, Ordering::SeqCst);
            let now = *road.borrow();
            if now == Road::SwallowsCommits {
                return std::future::pending().await;
            }
            if let Road::EndsAtCommit { arrives } = now {
                if arrives {
                    to.write_all(&bytes[..read]).await?;
                    // the server has time to carry it out, and nobody hears its answer
                    quiet.notify_one();
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                return Ok(());
            }
        }
        let late = Duration::from_millis(late.load(Ordering::SeqCst));
        if !late.is_zero() {
            tokio::time::sleep(late).await;
        }
        to.write_all(&bytes[..read]).await?;
    }
}
