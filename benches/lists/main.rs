//! What lists cost over growing tables: pages and counts of rows whose rule follows one key up, and two, with owners and
//! grants on the parents; filters and a search on indexed columns. The statements that a viewset sends, and the best SQL
//! that a hand would write for the same question, in turn.
//!
//! Tables of 10 k, 100 k and 1 M tasks with as many comments, on SQLite, PostgreSQL and MariaDB. `--rows 10000` takes no
//! table larger than that, `--database postgres` that database only.

mod by_hand;
#[path = "../http/figures.rs"]
mod figures;
mod fill;
mod models;
#[path = "../grants/numbers.rs"]
mod numbers;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use by_hand::{Cut, Of, PAGE, Part};
use figures::Median;
use poem::{Response, endpoint::BoxEndpoint, test::TestClient};
use refrain_testing::{Backend, TestDb, on};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

const SIZES: [i64; 3] = [10_000, 100_000, 1_000_000];
/// What the library may cost, measured by the best that a hand writes.
const DEAREST: f64 = 1.1;
/// What a first page over the largest table may cost, measured by one over the smallest.
const STEEPEST: f64 = 2.0;

const CALLERS: [(i32, &str); 3] = [(1, "10 own projects"), (2, "10 granted"), (3, "1 in 10 granted")];
/// One in so many tasks has this assignee; begins so; holds this text.
const CUTS: [(&str, Cut); 4] = [
    ("", Cut::Whole),
    ("?assignee_id=7", Cut::Assignee(7)),
    ("?title__startswith=task%200000012", Cut::Begins("task 0000012")),
    ("?search=0000077", Cut::Searched("0000077")),
];

/// A list, whose path is asked.
struct Question {
    name: &'static str,
    path: &'static str,
    of: Of,
    cuts: &'static [(&'static str, Cut)],
}

const QUESTIONS: [Question; 4] = [
    Question { name: "projects", path: "/api/projects", of: Of::Projects, cuts: CUTS.split_at(1).0 },
    Question { name: "tasks, one key up", path: "/api/tasks", of: Of::Tasks, cuts: &CUTS },
    Question { name: "comments, two keys up", path: "/api/comments", of: Of::Comments, cuts: CUTS.split_at(1).0 },
    Question { name: "tasks of everybody", path: "/api/open-tasks", of: Of::OpenTasks, cuts: CUTS.split_at(1).1 },
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().skip_while(|a| *a != name).nth(1);
    // `cargo test` runs benches once to see that they do
    let quick = arguments.iter().any(|argument| argument == "--test");
    let most = option("--rows").map_or(i64::MAX, |rows| rows.parse().expect("`--rows` is followed by a number"));
    let sizes: Vec<i64> = if quick { vec![2000] } else { SIZES.into_iter().filter(|size| *size <= most).collect() };
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::MariaDb] {
        if option("--database").is_some_and(|name| name != backend.name()) {
            continue;
        }
        let mut measured = Measured::default();
        println!("\n### {}\n", backend.name());
        println!(
            "| rows | list | caller | question | the viewset's, ms | by hand, ms | ratio |\n|---|---|---|---|---|---|---|"
        );
        for &rows in &sizes {
            on(backend, async |db: TestDb| measure(&db, rows, quick, &mut measured).await);
        }
        measured.conclude(&sizes);
    }
}

/// The ratios, and what first pages took by question and size.
#[derive(Default)]
struct Measured {
    ratios: Vec<f64>,
    first_pages: BTreeMap<String, Vec<f64>>,
}

impl Measured {
    fn conclude(&self, sizes: &[i64]) {
        let met = self.ratios.iter().filter(|ratio| **ratio <= DEAREST).count();
        println!("\nratio at most {DEAREST}: {met} of {} met", self.ratios.len());
        let [from, .., to] = sizes else { return };
        println!("\n| first page | ms at {from} | ms at {to} | times, at most {STEEPEST} |\n|---|---|---|---|");
        for (question, took) in &self.first_pages {
            let [small, .., large] = took.as_slice() else { continue };
            let times = large / small;
            let missed = if times > STEEPEST { " (missed)" } else { "" };
            println!("| {question} | {small:.2} | {large:.2} | {times:.2}{missed} |");
        }
    }
}

async fn measure(db: &TestDb, rows: i64, quick: bool, measured: &mut Measured) {
    fill::fill(db, rows).await;
    // what loaded a million rows is left with caches like no site's
    db.db().close_by_ref().await.expect("the pool closes");
    let site = Site::open(db.another_pool().await);
    for question in &QUESTIONS {
        let callers = if question.of == Of::OpenTasks { &CALLERS[..1] } else { &CALLERS };
        for (me, caller) in callers {
            for (query, cut) in question.cuts {
                let list = site.list(*me, question.path, query, 0).await;
                let mut parts = vec![Part::Page(0), Part::Count];
                if list.count > 3 * PAGE {
                    parts.insert(1, Part::Page(list.count * 9 / 10));
                }
                for part in parts {
                    let sent = match part {
                        Part::Page(0) => list.page.clone(),
                        Part::Page(offset) => site.list(*me, question.path, query, offset).await.page,
                        Part::Count => list.counted.clone(),
                    };
                    let compared = site.compare(sent, *me, question.of, *cut, part, quick).await;
                    let asked = match part {
                        Part::Page(0) => format!("first page {query}"),
                        Part::Page(offset) => format!("page behind {offset} {query}"),
                        Part::Count => format!("count {query}"),
                    };
                    let ratio = compared.ratio.median;
                    let missed = if ratio > DEAREST { " (missed)" } else { "" };
                    println!(
                        "| {rows} | {} | {caller} | {} | {:.2} | {:.2} | {:.2}{missed} |",
                        question.name,
                        asked.trim_end(),
                        compared.sent.median,
                        compared.by_hand.median,
                        compared.ratio,
                    );
                    measured.ratios.push(ratio);
                    if part == Part::Page(0) {
                        let name = format!("{}, {caller} {query}", question.name);
                        measured.first_pages.entry(name).or_default().push(compared.sent.median);
                    }
                }
            }
        }
    }
}

/// The API, and the statements that went out.
struct Site {
    db: DatabaseConnection,
    client: TestClient<BoxEndpoint<'static, Response>>,
    statements: Arc<Mutex<Vec<Statement>>>,
}

/// What a list sent, and how many rows it counted.
struct List {
    page: Statement,
    counted: Statement,
    count: i64,
}

struct Compared {
    sent: Median,
    by_hand: Median,
    ratio: Median,
}

impl Site {
    fn open(db: DatabaseConnection) -> Self {
        let statements = Arc::new(Mutex::new(Vec::new()));
        let (mut recorded, sent) = (db.clone(), statements.clone());
        recorded.set_metric_callback(move |info| sent.lock().expect("whole").push(info.statement.clone()));
        Self { db, client: models::client(recorded), statements }
    }

    async fn list(&self, me: i32, path: &str, query: &str, offset: i64) -> List {
        self.statements.lock().expect("whole").clear();
        let and = if query.is_empty() { '?' } else { '&' };
        let uri = format!("{path}{query}{and}limit={PAGE}&offset={offset}");
        let response = self.client.get(uri.clone()).header("x-user", me).send().await;
        assert_eq!(response.0.status().as_u16(), 200, "{uri}");
        let count = response.json().await.value().object().get("count").i64();
        let sent = self.statements.lock().expect("whole");
        let one = |counts: bool| {
            let is_it = |sent: &&Statement| sent.sql.contains("bench_") && sent.sql.contains("COUNT(*)") == counts;
            sent.iter().find(is_it).expect("a list counts and reads").clone()
        };
        List { page: one(false), counted: one(true), count }
    }

    /// In turn, each before the other as often: what ran before leaves caches warmer.
    async fn compare(&self, sent: Statement, me: i32, of: Of, cut: Cut, part: Part, quick: bool) -> Compared {
        let (took, by_hand) =
            self.quickest(by_hand::statements(self.db.get_database_backend(), me, of, cut, part)).await;
        let rounds = if quick { 1 } else { (0.5 / took.as_secs_f64()).clamp(7.0, 101.0) as usize };
        let warm_up = if quick { 0 } else { 3 };
        let mut times = Vec::new();
        for round in 0..warm_up + rounds {
            let (first, second) = if round % 2 == 0 { (&sent, &by_hand) } else { (&by_hand, &sent) };
            let (first_took, first_answer) = self.run(first).await;
            let (second_took, second_answer) = self.run(second).await;
            assert_eq!(first_answer, second_answer, "{}\n{}", sent, by_hand);
            if round >= warm_up {
                times.push(if round % 2 == 0 { (first_took, second_took) } else { (second_took, first_took) });
            }
        }
        let ms = |took: Duration| took.as_secs_f64() * 1e3;
        Compared {
            sent: Median::of(times.iter().map(|(sent, _)| ms(*sent))),
            by_hand: Median::of(times.iter().map(|(_, by_hand)| ms(*by_hand))),
            ratio: Median::of(times.iter().map(|(sent, by_hand)| sent.as_secs_f64() / by_hand.as_secs_f64())),
        }
    }

    /// The quickest of them, in a trial of three.
    async fn quickest(&self, statements: Vec<Statement>) -> (Duration, Statement) {
        let mut trials = Vec::new();
        for statement in statements {
            self.run(&statement).await;
            let mut took = Duration::ZERO;
            for _ in 0..3 {
                took += self.run(&statement).await.0;
            }
            trials.push((took / 3, statement));
        }
        trials.into_iter().min_by_key(|(took, _)| *took).expect("there is a statement")
    }

    /// How long it takes, and the keys of its rows, or the number that it counts.
    async fn run(&self, statement: &Statement) -> (Duration, Vec<i64>) {
        let statement = statement.clone();
        let begun = Instant::now();
        let rows = self.db.query_all_raw(statement).await.expect("a query");
        // the viewset looks for one row more, to know whether there is a next page
        let numbers =
            rows.iter().take(PAGE as usize).map(|row| row.try_get_by_index::<i64>(0).expect("a number")).collect();
        (begun.elapsed(), numbers)
    }
}
