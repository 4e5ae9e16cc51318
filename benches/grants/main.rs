//! What a growing table of grants costs: pages, counts and single checks under `ObjectPermissions` and
//! `IsOwner | ObjectPermissions`, by the library and by the best SQL a hand would write for the same question, in turn:
//! with a test that a grant's text names a key exactly, as the library's answers have it, and without.
//!
//! Tables of 10 k, 100 k and 1 M cars with as many grants, on SQLite, PostgreSQL and MariaDB. `--rows 10000` takes no
//! table larger than that, `--database postgres` that database only. `--guardian` asks django-guardian as well, in place
//! of the statements that trust every grant, on SQLite and PostgreSQL.

mod by_hand;
mod compare;
#[path = "../http/figures.rs"]
mod figures;
mod fill;
mod guardian;
mod numbers;
mod question;

use std::time::{Duration, Instant};

use compare::Compared;
use fill::fill;
use guardian::{BesideGuardian, Guardian};
use question::{Caller, Question};
use refrain::{IntoPermissions, IsOwner, ObjectPermissions, auth::Auth, doc_example::car, model::ModelInfo};
use refrain_testing::{Backend, TestDb, on};
use sea_orm::DatabaseConnection;

const SIZES: [i64; 3] = [10_000, 100_000, 1_000_000];
const PAGE: u64 = 20;
/// Everybody who holds a grant holds one on this car.
const CAR: i64 = 1;
/// What the library may cost, measured by the best that a hand writes.
const DEAREST: f64 = 1.2;
/// What a first page over the largest table may cost, measured by one over the smallest.
const STEEPEST: f64 = 2.0;
/// What a list may cost, measured by the best that a hand writes, and what guardian's must cost, measured by the list.
const LIST_AT_MOST: f64 = 1.1;
const GUARDIAN_AT_LEAST: f64 = 3.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().skip_while(|a| *a != name).nth(1);
    // `cargo test` runs benches once to see that they do
    let quick = arguments.iter().any(|argument| argument == "--test");
    let most = option("--rows").map_or(i64::MAX, |rows| rows.parse().expect("`--rows` is followed by a number"));
    let sizes: Vec<i64> = match SIZES.into_iter().filter(|size| *size <= most).collect::<Vec<_>>() {
        _ if quick => vec![1000],
        none if none.is_empty() => vec![most],
        sizes => sizes,
    };
    if arguments.iter().any(|argument| argument == "--guardian") {
        return beside_guardian(&sizes, option("--database").map(String::as_str), quick);
    }
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::MariaDb] {
        if option("--database").is_some_and(|name| name != backend.name()) {
            continue;
        }
        let mut first_pages = Vec::new();
        for &rows in &sizes {
            on(backend, async |db: TestDb| first_pages.extend(measure(&db, rows, quick).await));
        }
        growth(backend, &sizes, &first_pages);
    }
}

/// Prints one table; gives back what the first page of the caller with 100 grants took, by rule.
async fn measure(db: &TestDb, rows: i64, quick: bool) -> Vec<Duration> {
    let begun = Instant::now();
    let (pool, holds) = filled(db, rows).await;
    println!("\n### {}, {rows} cars and grants (loaded in {:.0?})\n", db.backend().name(), begun.elapsed());
    println!(
        "| rule | grants | question | ours, ms | by hand, ms | ratio | its statement | trusting, ms | ratio |\n\
         |---|---|---|---|---|---|---|---|---|"
    );
    let (mut first_pages, mut of, mut met) = (Vec::new(), 0, [0; 3]);
    each_question(&pool, holds, async |caller, rule, grants, question| {
        let Compared { took: [ours, _, exact, trusting], ratios } = caller.compare(question, quick).await;
        let [whole, statement, to_trusting] = ratios;
        let missed = if whole > DEAREST { " (missed)" } else { "" };
        println!(
            "| {rule} | {grants} | {question} | {} | {} | {whole:.2}{missed} | {statement:.2} | {} | {to_trusting:.2} |",
            ms(ours),
            ms(exact),
            ms(trusting),
        );
        of += 1;
        for (met, ratio) in met.iter_mut().zip(ratios) {
            *met += u32::from(ratio <= DEAREST);
        }
        if question == Question::Page(0) && grants == 100 {
            first_pages.push(ours);
        }
    })
    .await;
    let [whole, statement, trusting] = met;
    println!(
        "\nratio at most {DEAREST}: {whole} of {of} met; {statement} by its statement alone; {trusting} by the statements \
         that trust every grant"
    );
    first_pages
}

/// The tables, over a new connection, and how many grants each caller holds.
async fn filled(db: &TestDb, rows: i64) -> (DatabaseConnection, [i64; 3]) {
    let holds = fill(db, &Auth::default(), rows).await;
    // what loaded a million rows is left with caches like no site's
    db.db().close_by_ref().await.expect("the pool closes");
    (db.another_pool().await, holds)
}

/// Every question under both rules, by every caller.
async fn each_question(
    pool: &DatabaseConnection,
    holds: [i64; 3],
    mut ask: impl AsyncFnMut(&Caller<'_>, &str, i64, Question),
) {
    let rules = [
        ("ObjectPermissions", false, ObjectPermissions.into_permissions()),
        ("IsOwner \\| ObjectPermissions", true, (IsOwner | ObjectPermissions).into_permissions()),
    ];
    let (auth, model) = (Auth::default(), ModelInfo::of::<car::Entity>());
    for (name, or_owner, permissions) in &rules {
        for (id, grants) in (1..).zip(holds) {
            let user = auth.user_by_id(pool, id).await.expect("a query").expect("the caller is in the table");
            let caller = Caller { db: pool, model: &model, permissions, or_owner: *or_owner, user: &user, id };
            let visible = caller.ours(Question::Count).await[0] as u64;
            let mut questions = vec![Question::Page(0), Question::Count, Question::Row];
            if visible > 2 * PAGE {
                questions.insert(1, Question::Page(visible * 9 / 10));
            }
            if !or_owner {
                questions.push(Question::HasPerm);
            }
            for question in questions {
                ask(&caller, name, grants, question).await;
            }
        }
    }
}

fn beside_guardian(sizes: &[i64], database: Option<&str>, quick: bool) {
    let rounds = if quick { 1 } else { 11 };
    println!("{rounds} rounds of all three; medians, with the interval of 95 %");
    for backend in [Backend::Sqlite, Backend::Postgres] {
        if database.is_some_and(|name| name != backend.name()) {
            continue;
        }
        println!("\n### {}\n", backend.name());
        println!(
            "| cars | rule | grants | question | ours, ms | by hand, ms | guardian, ms | ours / by hand | guardian / ours |\n\
             |---|---|---|---|---|---|---|---|---|"
        );
        // of lists, of which the targets are
        let (mut of, mut met) = (0, [0; 2]);
        for &rows in sizes {
            on(backend, async |db: TestDb| {
                let (pool, holds) = filled(&db, rows).await;
                let mut guardian = Guardian::start(&db.url());
                each_question(&pool, holds, async |caller, rule, grants, question| {
                    let measured = caller.beside(&mut guardian, question, rounds).await;
                    let BesideGuardian { ours, by_hand, guardian, ours_by_hand, guardian_by_ours } = measured;
                    println!(
                        "| {rows} | {rule} | {grants} | {question} | {:.2} | {:.2} | {:.2} | {ours_by_hand:.2} | \
                         {guardian_by_ours:.1} |",
                        ours.median, by_hand.median, guardian.median,
                    );
                    if let Question::Page(_) | Question::Count = question {
                        of += 1;
                        met[0] += u32::from(ours_by_hand.median <= LIST_AT_MOST);
                        met[1] += u32::from(guardian_by_ours.median >= GUARDIAN_AT_LEAST);
                    }
                })
                .await;
            });
        }
        let [by_hand, guardian] = met;
        println!(
            "\nOf {of} pages and counts {by_hand} cost at most {LIST_AT_MOST} times the statement by hand, and {guardian} at \
             most one time in {GUARDIAN_AT_LEAST} what guardian's cost."
        );
    }
}

fn growth(backend: Backend, sizes: &[i64], first_pages: &[Duration]) {
    let (Some(smallest), Some(largest)) = (first_pages.chunks(2).next(), first_pages.chunks(2).last()) else { return };
    let [from, .., to] = sizes else { return };
    for (rule, (small, large)) in ["granted", "own or granted"].iter().zip(smallest.iter().zip(largest)) {
        let times = large.as_secs_f64() / small.as_secs_f64();
        let verdict = if times <= STEEPEST { "met" } else { "missed" };
        let (small, large, name) = (ms(*small), ms(*large), backend.name());
        println!(
            "{name}, {rule}: first page with 100 grants {small} ms at {from} cars, {large} ms at {to}: {times:.2} \
             times; at most {STEEPEST}: {verdict}"
        );
    }
}

fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1e3)
}
