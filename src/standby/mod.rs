//! Lists that are read from a standby: a server that follows PostgreSQL's log of changes, and answers no later than a bound
//! behind it.
//!
//! | file | what is in it |
//! |---|---|
//! | `mod.rs` | what a program says: where the standby is, and how stale its answers may be |
//! | `reading.rs` | a transaction on the standby, where it is near enough |
//! | `servers.rs` | what a primary and a standby say of the log |
//! | `marks.rs` | where the primary's log was within the bound |
//! | `commits.rs` | what callers have written last, which they are to see |
//! | `writing.rs` | a request that may write |
//! | `position.rs` | a place in the log |

mod commits;
mod marks;
mod position;
mod reading;
mod servers;
mod writing;

use std::{fmt, ops::RangeInclusive, time::Duration};

use refrain_entity::Secret;
use sea_orm::{DatabaseConnection, DbBackend};

use crate::{Error, PoolSettings, Result};

pub(crate) use commits::LAST_COMMIT;
pub(crate) use reading::StandbyReads;
pub(crate) use writing::Writing;

/// A streaming standby of PostgreSQL, from which viewsets that say so read their lists.
///
/// ```no_run
/// use std::time::Duration;
///
/// use refrain::{Api, Standby};
///
/// # fn build(db: sea_orm::DatabaseConnection) -> refrain::Result<refrain::BuiltApi> {
/// let standby = Standby::at("postgres://drivers@standby/drivers").within(Duration::from_secs(1));
/// Api::new("Drivers", "1.0", db).standby(standby).build()
/// # }
/// ```
///
/// A viewset says so by [`LISTS_FROM_STANDBY`](crate::ViewSet::LISTS_FROM_STANDBY). Everything else asks the primary: who
/// the caller is, what they hold, single rows, writes. The list's rule is the same; the rows, and the grants on them, with
/// who is in which group for their sake, are as the standby has them.
///
/// | | |
/// |---|---|
/// | how stale a list may be | the bound: whatever was committed that long before it began to be read is in it |
/// | what the caller has just written | is in it: by the position of their last commit, which the node remembers, and the cookie `last_commit` tells other nodes |
/// | the standby is further behind, away, slow, made a primary, or follows another server | the list is read from the primary, and the standby is asked again a moment later |
/// | lists are asked for more seldom than the bound | they are read from the primary: nobody knows then how far the standby is |
///
/// Each such list takes a transaction on the standby with two statements more, each write one more on the primary.
#[derive(Clone)]
pub struct Standby {
    url: Secret,
    bound: Duration,
    pool: PoolSettings,
}

/// What a bound may be: a shorter one would have the primary asked more often than it saves.
const BOUNDS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3600);

const BOUND: Duration = Duration::from_secs(1);

impl Standby {
    /// The standby's address, `postgres://…`. It need not be there when the program starts.
    ///
    /// ```
    /// let standby = refrain::Standby::at("postgres://drivers@standby/drivers");
    /// # let _ = standby;
    /// ```
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into().into(), bound: BOUND, pool: PoolSettings::default() }
    }

    /// How stale a list may be; a second where nothing is said. All nodes say the same.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let standby = refrain::Standby::at("postgres://drivers@standby/drivers").within(Duration::from_secs(3));
    /// # let _ = standby;
    /// ```
    #[must_use]
    pub fn within(mut self, bound: Duration) -> Self {
        self.bound = bound;
        self
    }

    /// How it is connected to; as [`connect`](crate::connect) does where nothing is said.
    ///
    /// ```
    /// use refrain::{PoolSettings, Standby};
    ///
    /// let pool = PoolSettings::default().max_connections(20);
    /// let standby = Standby::at("postgres://drivers@standby/drivers").pool(pool);
    /// # let _ = standby;
    /// ```
    #[must_use]
    pub fn pool(mut self, settings: PoolSettings) -> Self {
        self.pool = settings;
        self
    }

    /// An error where lists can never be read from there.
    pub(crate) fn check(&self, primary: &DatabaseConnection) -> Result<()> {
        let url = self.url.expose();
        let is_postgres = ["postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        if primary.get_database_backend() != DbBackend::Postgres || !is_postgres {
            return Err(Error::wiring(
                "lists are read from a standby of PostgreSQL's, whose address begins with `postgres:`, beside a primary \
                 that is PostgreSQL too",
            ));
        }
        if BOUNDS.contains(&self.bound) {
            return Ok(());
        }
        Err(Error::wiring(format!(
            "a standby may be {:?} to {:?} behind, and `Standby::within` says {:?}",
            BOUNDS.start(),
            BOUNDS.end(),
            self.bound
        )))
    }
}

/// Not the address: there is a password in it.
impl fmt::Debug for Standby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url: _, bound, pool } = self;
        f.debug_struct("Standby").field("bound", bound).field("pool", pool).finish_non_exhaustive()
    }
}
