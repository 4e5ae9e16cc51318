use std::{
    collections::BTreeMap,
    io,
    mem::take,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{node::Node, site::token};

/// What readers ask for: a short answer, however many cars there are.
pub const LIST: &str = "GET /api/cars?limit=1";

/// A database and two nodes that failed are back by then.
const PATIENCE: Duration = Duration::from_secs(15);

/// Clients of both nodes, who ask all the time until they are stopped.
pub struct Load {
    over: Arc<AtomicBool>,
    heard: Arc<Mutex<Heard>>,
    clients: Vec<JoinHandle<()>>,
}

/// How long clients rest between two questions.
#[derive(Clone, Copy)]
pub struct Pace {
    pub reading: Duration,
    pub writing: Duration,
}

/// What the clients were answered.
#[derive(Default)]
pub struct Heard {
    pub read: Vec<Read>,
    /// the names of the rows that were answered 201
    pub written: Vec<String>,
    /// the other statuses of writes, and how many had each
    pub unwritten: BTreeMap<u16, usize>,
    /// why others were not answered at all: a node was killed, or too slow
    pub unanswered: BTreeMap<String, usize>,
}

impl Heard {
    fn count_unanswered(&mut self, error: &io::Error) {
        *self.unanswered.entry(error.kind().to_string()).or_default() += 1;
    }
}

/// One answer to the reader: when it was asked for, when it came, what it was.
pub struct Read {
    pub node: usize,
    pub from: Instant,
    pub to: Instant,
    pub code: u16,
}

impl Load {
    /// Two readers and a writer for each node.
    pub fn on(nodes: &Arc<[Node]>, pace: Pace) -> Self {
        let mut load = Self { over: Arc::default(), heard: Arc::default(), clients: Vec::new() };
        for node in 0..nodes.len() {
            load.add(nodes, node, pace.reading, read);
            load.add(nodes, node, pace.reading, read);
            load.add(nodes, node, pace.writing, write);
        }
        load
    }

    fn add(&mut self, nodes: &Arc<[Node]>, node: usize, pause: Duration, ask: fn(&Node, [usize; 2], &Mutex<Heard>)) {
        let (nodes, over, heard) = (nodes.clone(), self.over.clone(), self.heard.clone());
        self.clients.push(thread::spawn(move || {
            let mut question = 0;
            while !over.load(Ordering::Relaxed) {
                ask(&nodes[node], [node, question], &heard);
                question += 1;
                thread::sleep(pause);
            }
        }));
    }

    /// Waits until so many of the readers who asked since then were told what they may; for a while, where nobody tells.
    pub async fn wait_until_heard(&self, enough: usize, since: Instant) {
        let heard = || {
            let heard = self.heard.lock().expect("no panic");
            heard.read.iter().rev().take(1000).filter(|read| read.from >= since && read.code != 503).count()
        };
        while heard() < enough && since.elapsed() < PATIENCE {
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for the last answers.
    pub fn stop(mut self) -> Heard {
        self.over.store(true, Ordering::Relaxed);
        take(&mut self.clients).into_iter().for_each(|client| client.join().expect("no client panics"));
        take(&mut self.heard.lock().expect("no panic"))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn read(asked: &Node, [node, _]: [usize; 2], heard: &Mutex<Heard>) {
    let from = Instant::now();
    let answered = asked.ask(LIST, &token("reader"), "");
    let mut heard = heard.lock().expect("no panic");
    match answered {
        Ok(code) => heard.read.push(Read { node, from, to: Instant::now(), code }),
        Err(error) => heard.count_unanswered(&error),
    }
}

fn write(asked: &Node, [node, question]: [usize; 2], heard: &Mutex<Heard>) {
    let name = format!("Golf {node}.{question}");
    let answered = asked.ask("POST /api/cars", &token("writer"), &format!(r#"{{"name": "{name}"}}"#));
    let mut heard = heard.lock().expect("no panic");
    match answered {
        Ok(201) => heard.written.push(name),
        Ok(code) => *heard.unwritten.entry(code).or_default() += 1,
        Err(error) => heard.count_unanswered(&error),
    }
}
