//! Routes over HTTP: viewsets', the same by hand with a look at permissions and without, the same with poem-grants, with
//! crudcrate, and in Django REST framework with guardian; over PostgreSQL and SQLite, for callers who hold 8 and 400 permissions.
//!
//! Each server is a process, so that its processor time, and that of PostgreSQL, can be read beside the requests it
//! answers; that holds on a busy machine as well. They take turns, round after round, and ratios are made within a
//! round.
//!
//! `--rounds 3`, `--seconds 0.5` (of a turn), `--database postgres`, `--only detail --only update` and `--who refrain`
//! ask for less, by the beginnings of names; `--quick` sees that all runs.

mod by_hand;
mod figures;
mod fill;
mod load;
mod options;
mod processor;
mod question;
mod revocation;
mod serve;
mod viewset;

use std::{env, fs, time::Duration};

use figures::Median;
use options::Options;
use processor::Times;
use question::{Asked, Question, TARGETS};
use refrain_testing::{Backend, TestDb, on};
use serde_json::{Value, json};
use serve::{Contestant, Running, SERVE};

fn main() {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    if let [first, name, url] = arguments.as_slice()
        && first == SERVE
    {
        return serve::serve(name, url);
    }
    let options = Options::of(&arguments);
    println!(
        "{} rounds, in turns of {:?} each, {} connections; medians, with the interval of 95 % from 6 rounds on; load {}",
        options.rounds,
        options.turn,
        load::CONNECTIONS,
        fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(", "),
    );
    for backend in &options.backends {
        on(*backend, async |db: TestDb| measure(&db, &options).await);
    }
}

async fn measure(db: &TestDb, options: &Options) {
    let callers = fill::fill(db).await;
    let started = Contestant::ALL
        .into_iter()
        .filter(|contestant| *contestant == Contestant::ByHand || options.admits(contestant.name()));
    let servers = started.filter_map(|contestant| Running::start(contestant, &db.url())).collect::<Vec<_>>();
    println!("\n### {}\n", db.backend().name());
    println!("| request | of | requests/s | the server's µs | the database's µs | both | times the first |");
    println!("|---|---|---|---|---|---|---|");
    let mut lines = Vec::new();
    for question in question::questions(&callers, db.backend()) {
        if !options.asks(question.name) {
            continue;
        }
        let server = |asked: &Asked| servers.iter().find(|server| server.contestant == asked.contestant);
        let asked = question.asked.iter().filter_map(|asked| Some((asked, server(asked)?))).collect::<Vec<_>>();
        if asked.is_empty() {
            continue;
        }
        if question.alike {
            compare(&asked).await;
        }
        let taken = in_turn(db, &asked, options).await;
        fill::tidy(db).await;
        table(&question, &asked, &taken);
        lines.extend(targets(&question, &asked, &taken));
    }
    println!("\n| target | asked for | measured |\n|---|---|---|");
    lines.iter().for_each(|line| println!("{line}"));
    let kept = servers.iter().find(|server| server.contestant == Contestant::Kept);
    if let (Backend::Postgres, true, Some(kept)) = (db.backend(), options.asks(revocation::NAME), kept) {
        println!("\n{}", revocation::seen(db, &callers.few.token, &kept.addresses[0], options).await);
    }
}

/// Round after round, each contestant once in it.
async fn in_turn(db: &TestDb, asked: &[(&Asked, &Running)], options: &Options) -> Vec<Vec<Turn>> {
    let mut taken = asked.iter().map(|_| Vec::new()).collect::<Vec<_>>();
    // the first round warms up
    for round in 0..=options.rounds {
        // forwards and backwards in turn, so that nobody is always the one behind another
        let mut order = (0..asked.len()).collect::<Vec<_>>();
        if round % 2 == 1 {
            order.reverse();
        }
        for at in order {
            let (asked, server) = asked[at];
            let turn = turn(db, server, asked, options.turn).await;
            if round > 0 {
                taken[at].push(turn);
            }
        }
    }
    taken
}

fn table(question: &Question, asked: &[(&Asked, &Running)], taken: &[Vec<Turn>]) {
    for ((asked, _), turns) in asked.iter().zip(taken) {
        println!(
            "| {} | {} | {:.0} | {:.1} | {:.1} | {:.1} | {:.2} |",
            question.name,
            asked.name,
            Median::of(turns.iter().map(|turn| turn.a_second)).median,
            Median::of(turns.iter().map(|turn| turn.server)).median,
            Median::of(turns.iter().map(|turn| turn.database)).median,
            Median::of(turns.iter().map(Turn::both)),
            ratio(turns, &taken[0]),
        );
    }
}

/// A line for each target whose two sides were asked.
fn targets(question: &Question, asked: &[(&Asked, &Running)], taken: &[Vec<Turn>]) -> Vec<String> {
    let turns = |name: &str| asked.iter().position(|(asked, _)| asked.name == name).map(|at| &taken[at]);
    let of_question = TARGETS.iter().filter(|target| target.question == question.name);
    let line = |target: &question::Target| {
        let mut times = ratios(turns(target.of)?, turns(target.by)?);
        if let Some([of, by]) = target.beside {
            let beside = ratios(turns(of)?, turns(by)?);
            times = times.into_iter().zip(beside).map(|(times, beside)| times / beside).collect();
        }
        let times = Median::of(times);
        let (least, most) = target.bounds;
        let bounds = match target.bounds {
            (0.0, most) => format!("at most {most}"),
            (least, f64::INFINITY) => format!("at least {least}"),
            _ => format!("{least} to {most}"),
        };
        let met = if (least..=most).contains(&times.median) { "met" } else { "**missed**" };
        let beside = target.beside.map(|[of, by]| format!(", by {of} / {by}")).unwrap_or_default();
        Some(format!("| {}: {} / {}{beside} | {bounds} | {times:.2}, {met} |", target.question, target.of, target.by))
    };
    of_question.filter_map(line).collect()
}

fn ratio(of: &[Turn], by: &[Turn]) -> Median {
    Median::of(ratios(of, by))
}

/// Of each round.
fn ratios(of: &[Turn], by: &[Turn]) -> Vec<f64> {
    of.iter().zip(by).map(|(of, by)| of.both() / by.both()).collect()
}

/// All must answer alike before they are measured.
async fn compare(asked: &[(&Asked, &Running)]) {
    for at in (0..10).map(|at| at * 1_999) {
        let mut first: Option<Value> = None;
        for (asked, server) in asked {
            let body = asked.requests.once(&server.addresses[0], at).await;
            let shown = serde_json::from_slice(&body).expect("JSON");
            let shown = bare(shown, asked.requests.method == "POST");
            let first = first.get_or_insert_with(|| shown.clone());
            match (&shown, &*first) {
                // without a count in the body
                (Value::Array(page), Value::Array(first)) if page[0].is_null() => {
                    assert_eq!(page[1], first[1], "{}", asked.name);
                }
                _ => assert_eq!(&shown, first, "{}", asked.name),
            }
        }
    }
}

/// What all of them show: of a page the rows and the count, of a row neither row permissions nor a new key.
fn bare(mut shown: Value, is_new: bool) -> Value {
    let rows = shown.get("results").unwrap_or(&shown).as_array();
    if let Some(rows) = rows {
        let rows = rows.iter().map(|row| bare(row.clone(), false)).collect::<Vec<_>>();
        return json!([shown.get("count"), rows]);
    }
    if let Some(row) = shown.as_object_mut() {
        row.remove("permissions");
        if is_new {
            row.remove("id");
        }
    }
    shown
}

/// One server's turn in a round; microseconds are those of the processor for one request.
struct Turn {
    a_second: f64,
    server: f64,
    database: f64,
}

impl Turn {
    fn both(&self) -> f64 {
        self.server + self.database
    }
}

async fn turn(db: &TestDb, server: &Running, asked: &Asked, length: Duration) -> Turn {
    // SQLite runs within the server
    let name = if db.backend() == Backend::Postgres { Some(fill::name(db).await) } else { None };
    let times = || (Times::of_tree(server.id()), name.as_deref().map(Times::of_postgres));
    let before = times();
    let (answered, took) = asked.requests.load(&server.addresses, length).await;
    let after = times();
    let database = after.1.zip(before.1).map_or(0.0, |(after, before)| after.since(&before));
    Turn {
        a_second: answered as f64 / took.as_secs_f64(),
        server: after.0.since(&before.0) / answered as f64,
        database: database / answered as f64,
    }
}
