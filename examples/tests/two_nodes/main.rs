//! Two programs over one PostgreSQL, each of which keeps callers, while rights change and things fail.
//!
//! The rights of one caller are given and taken all the time by SQL, as Django's admin would. Whoever asks either node in
//! between writes down when, and what the answer was. Then, whatever failed meanwhile: nobody is let in later than the bound
//! after a right ended, nobody is refused for an outage, every row that was answered 201 is there, and both nodes answer
//! again without having been started anew.

#![cfg(unix)]
#![allow(missing_docs, unreachable_pub)]

mod figures;
mod load;
mod node;
#[path = "../program/mod.rs"]
mod program;
mod site;
mod soak;

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use refrain_testing::{Cluster, Stop, TestDb, every_database};
use tokio::time::sleep;

use figures::{BOUND, Figures, SLACK, Turn};
use load::{LIST, Load, Pace};
use program::{Folder, pooler::Pooler};
use site::{Site, token};

const PACE: Pace = Pace { reading: Duration::from_millis(3), writing: Duration::from_millis(20) };

#[every_database(postgres, tables = none, because = "no other tells")]
async fn nothing_stale_is_believed_and_nothing_is_lost(db: TestDb) {
    let folder = Arc::new(Folder::new("two-nodes"));
    let site = Site::start(folder, [&db.url(); 3]).await;
    endure_what_befalls_sessions(&site).await;
}

#[every_database(postgres, tables = none, because = "pgbouncer serves PostgreSQL alone")]
async fn nor_behind_a_pooler_that_lends_by_the_transaction(db: TestDb) {
    let folder = Arc::new(Folder::new("two-nodes-pooled"));
    let Some(pooler) = Pooler::start_newer(&folder, &db.url()) else { return };
    let site = Site::start(folder, [&pooler.url, &db.url(), &db.url()]).await;
    endure_what_befalls_sessions(&site).await;
}

async fn endure_what_befalls_sessions(site: &Site) {
    endure(site, PACE, async |round| {
        match round {
            2 => site.cut_listeners().await,
            4 | 7 => site.end_sessions().await,
            5 => site.nodes[0].kill(),
            6 => site.nodes[0].start_again(),
            _ => {}
        }
        round < 8
    })
    .await;
}

#[every_database(postgres, tables = none, because = "it has a server of its own, which is PostgreSQL")]
async fn nor_while_the_server_is_restarted(_db: TestDb) {
    let mut cluster = Cluster::start().await;
    let folder = Arc::new(Folder::new("two-nodes-restarted"));
    let site = Site::start(folder, [&cluster.url(); 3]).await;
    endure(&site, PACE, async |round| {
        match round {
            1 => cluster.restart_primary(Stop::Fast),
            2 => cluster.restart_primary(Stop::Immediate),
            3 => {
                cluster.stop_primary(Stop::Fast);
                sleep(BOUND).await;
                cluster.start_primary();
            }
            _ => {}
        }
        round < 4
    })
    .await;
}

#[every_database(postgres, tables = none, because = "no other has a standby")]
async fn nor_when_the_standby_takes_over(_db: TestDb) {
    let mut cluster = Cluster::start().await;
    let folder = Arc::new(Folder::new("two-nodes-promoted"));
    let site = Site::start(folder, [&cluster.url(); 3]).await;
    cluster.replicate_synchronously().await;
    endure(&site, PACE, async |round| {
        match round {
            1 => cluster.promote().await,
            2 => {
                cluster.renew_standby();
                cluster.replicate_synchronously().await;
            }
            // the address leads to it before it takes anything
            3 => {
                let standby = cluster.standby_url();
                cluster.proxy().lead_to(&standby).await;
                sleep(BOUND).await;
                cluster.promote().await;
            }
            _ => {}
        }
        round < 4
    })
    .await;
}

#[every_database(postgres, tables = none, because = "no other has a standby")]
async fn nor_when_that_happens_behind_a_pooler(_db: TestDb) {
    let mut cluster = Cluster::start().await;
    let folder = Arc::new(Folder::new("two-nodes-pooled-promoted"));
    let Some(pooler) = Pooler::start_newer(&folder, &cluster.url()) else { return };
    let site = Site::start(folder, [&pooler.url, &cluster.url(), &cluster.url()]).await;
    cluster.replicate_synchronously().await;
    endure(&site, PACE, async |round| {
        match round {
            1 => cluster.restart_primary(Stop::Fast),
            2 => cluster.restart_primary(Stop::Immediate),
            3 => cluster.promote().await,
            _ => {}
        }
        round < 4
    })
    .await;
}

/// Between the beginning of a turn and the change of the reader's right: what fails at once, fails before it.
const A_MOMENT: Duration = Duration::from_millis(300);

/// So many answers in each turn tell whether what is kept is right.
const ENOUGH: usize = 40;

/// The reader's right changes while something fails, and then it is quiet until many have heard of it for longer than the
/// bound; again and again, as long as what fails says that there is more.
async fn endure(site: &Site, pace: Pace, mut fail: impl AsyncFnMut(usize) -> bool) {
    let (load, mut turns, mut goes_on) = (Load::on(&site.nodes, pace), Vec::new(), true);
    let mut holds = false;
    while goes_on {
        holds = !holds;
        let change = site.give_or_take(holds, A_MOMENT);
        goes_on = fail(turns.len()).await;
        let from = change.await.expect("no panic");
        load.wait_until_heard(ENOUGH, from + BOUND + SLACK).await;
        turns.push(Turn { from, to: Instant::now(), holds });
    }
    let heard = load.stop();
    let figures = Figures::of(&heard, &turns);
    println!("{figures}");
    figures.check();
    let rows: HashSet<_> = site.cars().await.into_iter().collect();
    let lost: Vec<_> = heard.written.iter().filter(|row| !rows.contains(*row)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    for node in site.nodes.iter() {
        let reader = node.ask(LIST, &token("reader"), "").expect("it answers");
        assert_eq!(reader, if holds { 200 } else { 403 });
        assert_eq!(node.ask(LIST, &token("writer"), "").expect("it answers"), 200);
    }
}
