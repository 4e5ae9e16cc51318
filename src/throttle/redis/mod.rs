//! Counts that several nodes share.

mod link;

use std::{
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use redis::{Client, Script};
use sha2::{Digest, Sha256};

use self::link::{Away, Link};
use super::{Rate, counts::What, window::Room};
use crate::{Error, Result};

/// Counts in one Redis, of version 5 or later, or in what speaks like it, without TLS: several programs and several nodes count together.
///
/// ```
/// use refrain::throttle::{RedisCounts, WhileAway};
///
/// # fn main() -> refrain::Result<()> {
/// let counts = RedisCounts::at("redis://127.0.0.1:6379/0")?
///     .named("drivers")
///     .requests_while_away(WhileAway::Refuse)
///     .passwords_while_away(WhileAway::Refuse);
/// # let _ = counts;
/// # Ok(())
/// # }
/// ```
///
/// A request asks once for all of its throttles, and the clock is Redis's own. Redis is reached by one connection, which is
/// made when the first caller is counted. Keys begin with a name, `refrain` where nothing is said, and end by themselves
/// after twice a rate's time; accounts and addresses are not in them in clear text.
///
/// While Redis does not answer, which is logged, requests are let through and passwords are refused (503), where nothing
/// is said. Nobody waits for it longer than a second, and after that nobody for a second more.
#[derive(Clone)]
pub struct RedisCounts {
    link: Arc<Link>,
    name: Arc<str>,
    pub(super) requests: WhileAway,
    pub(super) passwords: WhileAway,
}

/// What is done with what cannot be counted.
///
/// ```
/// use refrain::throttle::{RedisCounts, WhileAway};
///
/// # fn main() -> refrain::Result<()> {
/// let counts = RedisCounts::at("redis://127.0.0.1:6379/0")?
///     .requests_while_away(WhileAway::Refuse)
///     .passwords_while_away(WhileAway::LetThrough);
/// # let _ = counts;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhileAway {
    /// It is let through uncounted.
    LetThrough,
    /// It is refused: 503, to be tried again.
    Refuse,
}

/// Where something was taken, and can be given back.
pub(super) struct Place {
    link: Arc<Link>,
    key: String,
    slot: u64,
}

/// What the script tells of a rate: how long to wait, else what is left until when, and the slot; in microseconds.
type Told = (u64, u32, u64, u64);

static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("take.lua")));
static GIVE_BACK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("give_back.lua")));

impl RedisCounts {
    /// In the Redis at this address, `redis://[user:password@]host[:port][/database]` or `unix:///path`. It is not looked
    /// whether it is there.
    pub fn at(url: &str) -> Result<Self> {
        // the address may hold a password
        let client = Client::open(url).map_err(|_| Error::wiring("the address of Redis is none that can be read"))?;
        Ok(Self {
            link: Arc::new(Link::new(client)),
            name: "refrain".into(),
            requests: WhileAway::LetThrough,
            passwords: WhileAway::Refuse,
        })
    }

    /// The name with which keys begin; `refrain` where nothing is said. Programs that share a Redis and count apart have one each.
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What is done with requests while Redis does not answer; they are let through where nothing is said.
    pub fn requests_while_away(self, requests: WhileAway) -> Self {
        Self { requests, ..self }
    }

    /// What is done with passwords while Redis does not answer; they are refused where nothing is said.
    pub fn passwords_while_away(self, passwords: WhileAway) -> Self {
        Self { passwords, ..self }
    }

    /// One more by each of these rates, or how long to wait for it; nothing where Redis is away and it is let through.
    pub(super) async fn take(
        &self,
        what: What,
        rates: &[(Rate, &str)],
        whom: &str,
    ) -> Result<Vec<Result<(Room, Place), Duration>>> {
        let mut script = TAKE.prepare_invoke();
        let keys: Vec<_> = rates.iter().map(|(rate, of)| self.key(*rate, of, whom)).collect();
        for ((rate, _), key) in rates.iter().zip(&keys) {
            let time = u64::try_from(rate.time.as_micros()).unwrap_or(u64::MAX);
            script.key(key).arg(rate.count).arg(time);
        }
        let told: Vec<Told> = match self.link.run(&script).await {
            Ok(told) => told,
            Err(away) => return self.while_away(what, away),
        };
        let taken = told.into_iter().zip(keys).map(|((wait, left, until, slot), key)| match wait {
            0 => Ok((Room { left, until: Duration::from_micros(until) }, Place { link: self.link.clone(), key, slot })),
            wait => Err(Duration::from_micros(wait)),
        });
        Ok(taken.collect())
    }

    fn while_away<T>(&self, what: What, away: Away) -> Result<Vec<T>> {
        let then = match what {
            What::Request => self.requests,
            What::Password => self.passwords,
        };
        match then {
            WhileAway::LetThrough => Ok(Vec::new()),
            WhileAway::Refuse => Err(Error::could_not_tell(away)),
        }
    }

    /// Those of one caller are in one place of a cluster.
    fn key(&self, rate: Rate, of: &str, whom: &str) -> String {
        let hashed = |text: &str| hex::encode(&Sha256::digest(text)[..16]);
        let of = format!("{} {} {of}", rate.count, rate.time.as_nanos());
        format!("{}:{{{}}}:{}", self.name, hashed(whom), hashed(&of))
    }
}

impl Place {
    /// Where Redis is away it stays counted.
    pub(super) async fn give_back(self) {
        let mut script = GIVE_BACK.prepare_invoke();
        let _ = self.link.run::<()>(script.key(self.key).arg(self.slot)).await;
    }
}

impl fmt::Debug for RedisCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCounts").field("name", &self.name).finish_non_exhaustive()
    }
}
