use std::{fmt::Write, net::IpAddr, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    Counts, Throttle,
    counts::{Taken, What},
};
use crate::{Result, auth::User};

/// How much of its rates a caller has used.
#[derive(Debug)]
pub(crate) struct Usage {
    told: Vec<Told>,
}

#[derive(Debug)]
struct Told {
    scope: String,
    /// so many in so many seconds
    rate: (u32, u64),
    left: u32,
    until: Duration,
    is_refused: bool,
}

/// Counts a request by each of these throttles; an error where nobody can count and it is not let through.
pub(crate) async fn ask(
    throttles: &[Throttle],
    counts: &Counts,
    user: &User,
    address: Option<IpAddr>,
) -> Result<Usage> {
    let counting: Vec<_> = throttles.iter().filter(|throttle| throttle.counts(user)).collect();
    if counting.is_empty() {
        return Ok(Usage { told: Vec::new() });
    }
    let whom = match user.id() {
        Some(id) => format!("user {id}"),
        None => format!("address {}", address.map(|address| address.to_string()).unwrap_or_default()),
    };
    let rates: Vec<_> = counting.iter().map(|throttle| (throttle.rate(), throttle.scope())).collect();
    let taken = counts.take(What::Request, &rates, &whom).await?;
    Ok(Usage { told: counting.into_iter().zip(taken).map(|(throttle, taken)| Told::new(throttle, taken)).collect() })
}

impl Usage {
    /// How long the caller has to wait; `None` where they need not.
    pub(crate) fn wait(&self) -> Option<Duration> {
        self.told.iter().filter(|told| told.is_refused).map(|told| told.until).max()
    }

    /// The fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10); none where nothing was
    /// counted.
    pub(crate) fn add_fields(&self, headers: &mut HeaderMap) {
        let (mut policy, mut limit) = (String::new(), String::new());
        for (place, Told { scope, rate: (most, within), left, until, .. }) in self.told.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let until = until.as_secs_f64().ceil();
            // writing to a text does not fail
            let _ = write!(policy, "{comma}\"{scope}\";q={most};w={within}");
            let _ = write!(limit, "{comma}\"{scope}\";r={left};t={until:.0}");
        }
        for (name, fields) in [("ratelimit-policy", policy), ("ratelimit", limit)] {
            if let Some(fields) = HeaderValue::try_from(fields).ok().filter(|fields| !fields.is_empty()) {
                headers.insert(HeaderName::from_static(name), fields);
            }
        }
    }
}

impl Told {
    fn new(throttle: &Throttle, taken: Result<Taken, Duration>) -> Self {
        let (left, until) = match &taken {
            Ok(taken) => (taken.room.left, taken.room.until),
            Err(wait) => (0, *wait),
        };
        let rate = throttle.rate();
        Self {
            scope: throttle.scope().chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\')).collect(),
            rate: (rate.count, rate.time.as_secs().max(1)),
            left,
            until,
            is_refused: taken.is_err(),
        }
    }
}
