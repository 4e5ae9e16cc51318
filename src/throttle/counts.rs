use std::time::Duration;

#[cfg(feature = "redis")]
use super::redis::{self, RedisCounts};
use super::{
    Rate,
    in_process::{self, InProcess},
    window::Room,
};
use crate::{Error, Result};

/// Where it is kept who asked how often: in the process, or in Redis, with others.
///
/// ```
/// use refrain::{Api, throttle::Counts};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let api = Api::new("Drivers", "1.0", db).counts(Counts::in_process()).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// A cheap handle.
#[derive(Clone)]
pub struct Counts(Kept);

#[derive(Clone)]
enum Kept {
    InProcess(InProcess),
    #[cfg(feature = "redis")]
    Redis(RedisCounts),
}

/// What is counted. What cannot be counted is let through or refused, the one kind or the other.
#[derive(Clone, Copy)]
pub(super) enum What {
    Request,
    Password,
}

/// One that was taken, which can be given back.
pub(super) struct Taken {
    pub(super) room: Room,
    place: Place,
}

enum Place {
    InProcess(in_process::Place),
    #[cfg(feature = "redis")]
    Redis(redis::Place),
}

impl Default for Counts {
    fn default() -> Self {
        Self::in_process()
    }
}

impl Counts {
    /// In this process: a hundred thousand callers, and of more those who asked last.
    pub fn in_process() -> Self {
        Self(Kept::InProcess(InProcess::default()))
    }

    /// One more by each of these rates, or how long to wait for it; nothing where nobody could count and it is let through.
    pub(super) async fn take(
        &self,
        what: What,
        rates: &[(Rate, &str)],
        whom: &str,
    ) -> Result<Vec<Result<Taken, Duration>>> {
        match &self.0 {
            Kept::InProcess(counts) => {
                // it is never away
                let _ = what;
                let take = |(rate, of): &(Rate, &str)| Taken::from(counts.take(*rate, of, whom), Place::InProcess);
                Ok(rates.iter().map(take).collect())
            }
            #[cfg(feature = "redis")]
            Kept::Redis(counts) => {
                let each = counts.take(what, rates, whom).await?;
                Ok(each.into_iter().map(|one| Taken::from(one, Place::Redis)).collect())
            }
        }
    }

    /// One more try of something by one rate; [`Error::Throttled`] where there is none left, nothing where nobody could
    /// count and it is let through.
    pub(super) async fn take_try(&self, rate: Rate, of: &str, whom: &str) -> Result<Option<Taken>> {
        let taken = self.take(What::Password, &[(rate, of)], whom).await?.pop();
        taken.transpose().map_err(|wait| Error::Throttled { wait })
    }
}

impl Taken {
    fn from<P>(taken: Result<(Room, P), Duration>, place: fn(P) -> Place) -> Result<Self, Duration> {
        taken.map(|(room, taken)| Self { room, place: place(taken) })
    }

    /// As if it had not been taken; where that cannot be done it stays counted.
    pub(super) async fn give_back(self) {
        match self.place {
            Place::InProcess(place) => place.give_back(),
            #[cfg(feature = "redis")]
            Place::Redis(place) => place.give_back().await,
        }
    }
}

#[cfg(feature = "redis")]
impl From<RedisCounts> for Counts {
    fn from(counts: RedisCounts) -> Self {
        Self(Kept::Redis(counts))
    }
}
