//! What a server costs that has just begun, with 100,000 users, 1,000 permissions and a million grants on rows: the time
//! from its start to the first answer, and its memory then and 10,000 requests later, on every database.
//!
//! The server is the example's, whose program `REFRAIN_BENCH_DRIVERS` names. `--rounds 3` and `--database postgres` ask for
//! less; `--quick` sees that all runs.

mod ask;
#[path = "../http/figures.rs"]
mod figures;
mod fill;
mod server;

use std::{env, ffi::OsString};

use figures::Median;
use fill::Rows;
use refrain_testing::{Backend, Tables, TestDb, on_tables};
use server::{Measured, Program};

/// Clients, each of which keeps a connection.
const CLIENTS: usize = 8;

fn main() {
    let arguments = env::args().collect::<Vec<_>>();
    let option = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1);
    // `cargo test` runs benches once to see that they do
    let quick = arguments.iter().any(|argument| argument == "--test" || argument == "--quick");
    let Some(program) = env::var_os("REFRAIN_BENCH_DRIVERS") else {
        return eprintln!("not run: REFRAIN_BENCH_DRIVERS is not set; `cargo xtask bench startup` sets it");
    };
    let rounds = option("--rounds").map_or(if quick { 1 } else { 11 }, |n| n.parse().expect("`--rounds` is a number"));
    let (rows, requests) = if quick { (Rows::FEW, 160) } else { (Rows::MANY, 10_000) };
    println!(
        "{rounds} rounds, {requests} requests over {CLIENTS} connections in each; medians, with the interval of 95 % from 6 \
         rounds on\n\n\
         | database | first answer, ms | memory then, MiB | {requests} requests later | at most |\n|---|---|---|---|---|"
    );
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::MariaDb] {
        if option("--database").is_none_or(|name| name == backend.name()) {
            on_tables(backend, Tables::None, async |db: TestDb| measure(&db, &program, rows, rounds, requests).await);
        }
    }
}

async fn measure(db: &TestDb, program: &OsString, rows: Rows, rounds: usize, requests: usize) {
    let program = Program { file: program.clone(), url: db.url() };
    program.migrate();
    let tokens = fill::fill(db, rows).await;
    let mut measured: Vec<Measured> = Vec::new();
    // the first round warms up
    for round in 0..=rounds {
        let one = tokio::task::block_in_place(|| program.serve_once(&tokens, rows.cars, requests));
        if round > 0 {
            measured.push(one);
        }
    }
    let of = |figure: fn(&Measured) -> f64| Median::of(measured.iter().map(figure));
    println!(
        "| {} | {:.1} | {:.1} | {:.1} | {:.1} |",
        db.backend().name(),
        of(|it| it.first_answer.as_secs_f64() * 1e3),
        of(|it| it.memory_then),
        of(|it| it.memory_later),
        of(|it| it.memory_at_most),
    );
}
