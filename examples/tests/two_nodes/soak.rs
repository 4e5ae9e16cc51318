//! The same for as long as asked, with faults at random: `cargo xtask soak`.

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use refrain_testing::{Cluster, Proxy, Stop, TestDb, every_database};
use tokio::time::sleep;

use crate::{endure, load::Pace, program::Folder, site::Site};

/// What can fail.
#[derive(Clone, Copy, Debug)]
enum Fault {
    ListenersCut,
    SessionsEnded,
    ConnectionsCut,
    BytesSwallowed,
    ServerRestarted,
    ServerCrashed,
    ServerAway,
    StandbyRestarted,
    StandbyPromoted,
    NodeKilled,
}

const FAULTS: [Fault; 10] = [
    Fault::ListenersCut,
    Fault::SessionsEnded,
    Fault::ConnectionsCut,
    Fault::BytesSwallowed,
    Fault::ServerRestarted,
    Fault::ServerCrashed,
    Fault::ServerAway,
    Fault::StandbyRestarted,
    Fault::StandbyPromoted,
    Fault::NodeKilled,
];

/// So that a machine has time for other things.
const PACE: Pace = Pace { reading: Duration::from_millis(25), writing: Duration::from_millis(50) };

/// How long it lasts where nothing is said.
const SECONDS: u64 = 12;

#[every_database(postgres, tables = none, because = "no other has a standby")]
async fn nothing_is_stale_or_lost_whatever_fails(_db: TestDb) {
    let seconds = said("REFRAIN_SOAK_SECONDS").unwrap_or(SECONDS);
    let seed = said("REFRAIN_SOAK_SEED").unwrap_or_else(|| rand::rng().random());
    println!("{seconds} seconds from REFRAIN_SOAK_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut cluster = Cluster::start().await;
    // rights are changed past it
    let mut road = Proxy::to(&cluster.url()).await;
    let site = Site::start(Arc::new(Folder::new("soak")), [&road.url(), &road.url(), &cluster.url()]).await;
    cluster.replicate_synchronously().await;
    let begun = Instant::now();
    endure(&site, PACE, async |_| {
        if begun.elapsed().as_secs() >= seconds {
            return false;
        }
        let fault = *FAULTS.choose(&mut random).expect("there are some");
        let [before, long] = [0..1000, 100..1500].map(|range| Duration::from_millis(random.random_range(range)));
        let node = random.random_range(0..site.nodes.len());
        sleep(before).await;
        println!("{:6.1} s: {fault:?}, {long:?}, node {node}", begun.elapsed().as_secs_f64());
        fault.strike(&site, &mut cluster, &mut road, node, long).await;
        true
    })
    .await;
}

impl Fault {
    async fn strike(self, site: &Site, cluster: &mut Cluster, road: &mut Proxy, node: usize, long: Duration) {
        match self {
            Self::ListenersCut => site.cut_listeners().await,
            Self::SessionsEnded => site.end_sessions().await,
            Self::ConnectionsCut => road.cut().await,
            Self::BytesSwallowed => {
                road.swallow();
                sleep(long).await;
                road.heal();
            }
            Self::ServerRestarted => cluster.restart_primary(Stop::Fast),
            Self::ServerCrashed => cluster.restart_primary(Stop::Immediate),
            Self::ServerAway => {
                cluster.stop_primary(Stop::Fast);
                sleep(long).await;
                cluster.start_primary();
            }
            Self::StandbyRestarted => {
                cluster.stop_standby(Stop::Immediate);
                sleep(long).await;
                cluster.start_standby();
            }
            Self::StandbyPromoted => {
                cluster.promote().await;
                cluster.renew_standby();
                cluster.replicate_synchronously().await;
            }
            Self::NodeKilled => {
                site.nodes[node].kill();
                sleep(long).await;
                site.nodes[node].start_again();
            }
        }
    }
}

/// A number in the environment.
fn said(name: &str) -> Option<u64> {
    let said = env::var(name).ok()?;
    Some(said.parse().unwrap_or_else(|_| panic!("`{name}` is a whole number, not `{said}`")))
}
