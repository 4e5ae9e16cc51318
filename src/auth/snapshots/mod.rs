//! Users kept between requests, with all that they hold.
//!
//! | file | what is in it |
//! |---|---|
//! | `mod.rs` | what a program says: where changes are heard of, and how old an answer may be |
//! | `kept_users.rs` | the users that are kept, and when one still counts |
//! | `notices.rs` | which users changed, in the order in which it was heard |
//! | `freshness.rs` | how fresh what was heard is |
//! | `listener.rs` | hears what PostgreSQL tells |
//! | `heartbeat.rs` | asks it to tell something, and looks whether the triggers that tell are there |

#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "no other database tells"))]
mod freshness;
#[cfg(feature = "postgres")]
mod heartbeat;
mod kept_users;
#[cfg(feature = "postgres")]
mod listener;
#[cfg(not(feature = "postgres"))]
#[path = "no_listener.rs"]
mod listener;
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "no other database tells"))]
mod notices;

use std::{fmt, ops::RangeInclusive, time::Duration};

use refrain_entity::Secret;

pub(super) use kept_users::Credential;
pub(super) use notices::Notices;

use crate::{Error, Result};
pub(crate) use kept_users::KeptUsers;

/// Who callers are and what they hold, kept between the requests that read.
///
/// ```no_run
/// use std::time::Duration;
///
/// use refrain::{Api, auth::Snapshots};
///
/// # async fn run(db: sea_orm::DatabaseConnection) -> refrain::Result<()> {
/// let snapshots = Snapshots::told_within(Duration::from_secs(1));
/// let api = Api::new("Drivers", "1.0", db).snapshots(snapshots).build()?;
/// api.listen().await?;
/// # Ok(())
/// # }
/// ```
///
/// Without them, which is the default, each request asks the database who its caller is, so that nothing is ever stale.
/// With them a caller who comes again is known already: GET, HEAD and OPTIONS save that question. Everything else asks it
/// as ever, and a write reads its caller afresh under its lock: none is ever judged by a snapshot.
///
/// | | hears of a change | how stale an answer may be | where |
/// |---|---|---|---|
/// | [`told_within`](Self::told_within) | from the database, some milliseconds after the commit, whoever made it: another node, Django's admin, `psql` | the bound, whatever fails; then the database is asked again | PostgreSQL, with the migration `identity_notices` |
/// | [`kept_for`](Self::kept_for) | not at all | the bound | every database |
///
/// What this very program grants or takes through [`Auth`](super::Auth) is seen by its next request, on either; where it was
/// in a transaction of yours, call [`permissions_changed`](super::Auth::permissions_changed) behind the commit. Grants on
/// rows are no part of this: they are read with the row, always.
///
/// A handler for GET that writes is judged by what is kept as well: it belongs into a POST. A caller who is kept makes no
/// token and begins no session.
///
/// Who may connect to the database may `NOTIFY refrain_identity`, which makes nothing stale, but makes everybody ask
/// again. Nobody is kept for longer than five minutes, whatever is heard.
#[derive(Clone)]
pub struct Snapshots {
    told: bool,
    bound: Duration,
    max_bytes: u64,
    direct: Option<Secret>,
}

/// What a bound may be: a shorter one would ask the database more often than requests do.
const BOUNDS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(86_400);

/// However much is heard, nobody is kept for longer: what nothing tells of, as a change of the tables themselves, ends then.
const LONGEST: Duration = Duration::from_secs(300);

/// The bytes that the users kept may take, where nothing is said: some ten thousands of them.
const MAX_BYTES: u64 = 64 << 20;

impl Snapshots {
    /// PostgreSQL tells what changed; where it could not be heard for this long, nothing that is kept counts.
    ///
    /// A second is a good bound: four times in it the database is asked to tell something, and everything that was
    /// committed before it was asked has been heard of once that arrives. Shorter ones cost more of these questions.
    pub fn told_within(bound: Duration) -> Self {
        Self { told: true, ..Self::kept_for(bound) }
    }

    /// Nobody tells anything: whatever changes is seen after this time at the latest.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::auth::Snapshots;
    ///
    /// let snapshots = Snapshots::kept_for(Duration::from_secs(5)).max_bytes(16 << 20);
    /// # let _ = snapshots;
    /// ```
    pub fn kept_for(bound: Duration) -> Self {
        Self { told: false, bound, max_bytes: MAX_BYTES, direct: None }
    }

    /// The most memory that the users kept may take, in bytes, more or less; those who asked longest ago are forgotten. 64
    /// MiB where nothing is said.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The database server's own address, `postgres://…`, where the API's goes through a pooler: who listens needs a
    /// session of its own, which one that pools by the transaction does not give.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::auth::Snapshots;
    ///
    /// let snapshots = Snapshots::told_within(Duration::from_secs(1)).listening_at("postgres://drivers@db/drivers");
    /// # let _ = snapshots;
    /// ```
    #[must_use]
    pub fn listening_at(mut self, url: impl Into<String>) -> Self {
        self.direct = Some(url.into().into());
        self
    }

    /// For how long anybody is kept at most.
    fn longest(&self) -> Duration {
        if self.told { LONGEST } else { self.bound }
    }

    /// An error where the bound is none that can be kept.
    pub(crate) fn check(&self) -> Result<()> {
        if BOUNDS.contains(&self.bound) {
            return Ok(());
        }
        Err(Error::wiring(format!(
            "users are kept for {:?} to {:?}, and `Snapshots` says {:?}",
            BOUNDS.start(),
            BOUNDS.end(),
            self.bound
        )))
    }
}

/// Not the address: there is a password in it.
impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { told, bound, max_bytes, direct } = self;
        f.debug_struct("Snapshots")
            .field("told", told)
            .field("bound", bound)
            .field("max_bytes", max_bytes)
            .field("direct", &direct.as_ref().map(|_| "…"))
            .finish()
    }
}
