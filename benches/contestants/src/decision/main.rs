//! One decision in memory, by Refrain and by other engines, in turn: may this user change cars?
//!
//! What an engine knows is loaded before, and what can be made of the question beforehand is made. A hash set of the
//! permissions a user holds is the floor.
//!
//! `--rounds 3` asks for fewer; `--quick` sees that all runs.

#[path = "../../../http/figures.rs"]
mod figures;

mod casbin;
mod cedar;
mod floor;
mod gatehouse;
mod rbac;
mod refrain;
mod site;

use std::{
    env,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use ::refrain_testing::{Backend, TestDb, on};
use figures::Median;
use site::Site;

/// Says yes, or the bench ends.
pub(crate) type Decide = Box<dyn FnMut() -> bool>;

const GROUPS: [usize; 3] = [100, 1_000, 10_000];
/// What Refrain's may take, in nanoseconds.
const AT_MOST: f64 = 150.0;

fn main() {
    let arguments = env::args().collect::<Vec<_>>();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let rounds = arguments.windows(2).find(|pair| pair[0] == "--rounds").map(|pair| pair[1].parse());
    let rounds = rounds.map_or(if quick { 2 } else { 11 }, |rounds| rounds.expect("`--rounds` is a number"));
    let turn = Duration::from_millis(if quick { 5 } else { 100 });
    println!(
        "{rounds} rounds; medians of each round's quickest millisecond, with the interval of 95 % from 6 rounds on"
    );
    for groups in GROUPS {
        on(Backend::Sqlite, async |db: TestDb| {
            let mut contestants = contestants(&db, Site { groups }).await;
            println!("\n### {groups} groups\n");
            tokio::task::block_in_place(|| compare(&mut contestants, rounds, turn));
        });
    }
}

async fn contestants(db: &TestDb, site: Site) -> Vec<(&'static str, Decide)> {
    let mut contestants = Vec::from(refrain::decisions(db, site).await);
    contestants.extend([
        ("hash set", floor::decision(site)),
        ("gatehouse", gatehouse::decision(site)),
        ("sea-orm rbac", rbac::decision(site).await),
        ("casbin, answers kept", casbin::cached_decision(site).await),
        ("casbin", casbin::decision(site).await),
        ("Cedar, one policy", cedar::decision_by_one_policy(site)),
        ("Cedar, a policy a group", cedar::decision(site)),
    ]);
    contestants
}

fn compare(contestants: &mut [(&str, Decide)], rounds: usize, turn: Duration) {
    let mut taken = contestants.iter().map(|_| Vec::new()).collect::<Vec<_>>();
    for round in 0..rounds {
        let mut order = (0..contestants.len()).collect::<Vec<_>>();
        if round % 2 == 1 {
            order.reverse();
        }
        for at in order {
            taken[at].push(nanoseconds(&mut contestants[at].1, turn));
        }
    }
    println!("| decision | ns | times Refrain's |\n|---|---|---|");
    let ratio = |times: &[f64]| Median::of(times.iter().zip(&taken[0]).map(|(its, first)| its / first));
    for ((name, _), times) in contestants.iter().zip(&taken) {
        println!("| {name} | {:.1} | {:.2} |", Median::of(times.iter().copied()), ratio(times));
    }
    println!("\n| target | asked for | measured |\n|---|---|---|");
    for ((name, _), times) in contestants.iter().zip(&taken).take(2) {
        let nanoseconds = Median::of(times.iter().copied());
        let met = verdict(nanoseconds.median <= AT_MOST);
        println!("| {name} | at most {AT_MOST} ns | {nanoseconds:.1}, {met} |");
    }
    for ((name, _), times) in contestants.iter().zip(&taken).skip(4) {
        let times = ratio(times);
        println!("| {name} / Refrain | more than 1 | {times:.2}, {} |", verdict(times.median > 1.0));
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

/// Of the quickest piece of a turn: the others were interrupted, on a machine with other things to do.
fn nanoseconds(decide: &mut Decide, turn: Duration) -> f64 {
    let piece = Duration::from_millis(1);
    let mut calls = 1_u32;
    // as many as a piece takes
    while time(decide, calls) < piece && calls < 1 << 24 {
        calls *= 2;
    }
    let (begun, mut least) = (Instant::now(), Duration::MAX);
    while begun.elapsed() < turn {
        least = least.min(time(decide, calls));
    }
    least.as_secs_f64() * 1e9 / f64::from(calls)
}

fn time(decide: &mut Decide, calls: u32) -> Duration {
    let begun = Instant::now();
    let mut all = true;
    for _ in 0..calls {
        all &= black_box(decide());
    }
    assert!(all, "every decision is yes");
    begun.elapsed()
}

/// The answer of a future that has nothing to wait for.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("nothing is waited for"),
    }
}
