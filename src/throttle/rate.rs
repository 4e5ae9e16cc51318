use std::{fmt, str::FromStr, time::Duration};

/// How many requests in how long.
///
/// ```
/// use std::time::Duration;
///
/// use refrain::throttle::Rate;
///
/// let rate: Rate = "10/minute".parse()?;
/// assert_eq!(rate, Rate::per_minute(10));
/// assert_eq!(rate.to_string(), "10/minute");
/// assert_eq!(Rate::new(5, Duration::from_secs(600)).to_string(), "5/600s");
/// # Ok::<(), refrain::throttle::RateError>(())
/// ```
///
/// As text, of the period the first letter counts, as in Django REST framework: `s`, `m`, `h` or `d` (CONTRACT 7.29).
#[doc(alias = "DEFAULT_THROTTLE_RATES")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    pub(super) count: u32,
    pub(super) time: Duration,
}

/// A text that is no rate.
///
/// ```
/// use refrain::throttle::Rate;
///
/// let error = "often".parse::<Rate>().unwrap_err();
/// assert_eq!(error.to_string(), "`often` is no rate: write a number and a period, `10/minute`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rate: write a number and a period, `10/minute`")]
pub struct RateError(String);

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Rate {
    /// So many in this time; none at all where the number is 0.
    ///
    /// # Panics
    /// Where the time is shorter than a millisecond.
    pub const fn new(count: u32, time: Duration) -> Self {
        assert!(time.as_millis() > 0, "a rate is of some time");
        Self { count, time }
    }

    /// So many a second.
    ///
    /// ```
    /// use refrain::throttle::Rate;
    ///
    /// assert_eq!(Rate::per_second(1).to_string(), "1/second");
    /// assert_eq!(Rate::per_hour(20).to_string(), "20/hour");
    /// assert_eq!(Rate::per_day(1000).to_string(), "1000/day");
    /// ```
    pub const fn per_second(count: u32) -> Self {
        Self::new(count, Duration::from_secs(1))
    }

    /// So many in sixty seconds.
    pub const fn per_minute(count: u32) -> Self {
        Self::new(count, Duration::from_secs(MINUTE))
    }

    /// So many an hour.
    pub const fn per_hour(count: u32) -> Self {
        Self::new(count, Duration::from_secs(HOUR))
    }

    /// So many in 24 hours.
    pub const fn per_day(count: u32) -> Self {
        Self::new(count, Duration::from_secs(DAY))
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let parts = || {
            let (count, period) = text.split_once('/')?;
            let count = count.trim().parse().ok()?;
            let rate: fn(u32) -> Self = match period.trim().as_bytes().first()? {
                b's' => Self::per_second,
                b'm' => Self::per_minute,
                b'h' => Self::per_hour,
                b'd' => Self::per_day,
                _ => return None,
            };
            Some(rate(count))
        };
        parts().ok_or_else(|| RateError(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match (self.time.as_secs(), self.time.subsec_nanos()) {
            (1, 0) => "second",
            (MINUTE, 0) => "minute",
            (HOUR, 0) => "hour",
            (DAY, 0) => "day",
            _ => return write!(f, "{}/{:?}", self.count, self.time),
        };
        write!(f, "{}/{period}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_told_by_their_first_letters() {
        for (text, rate) in [
            ("1/s", Rate::per_second(1)),
            ("10/min", Rate::per_minute(10)),
            (" 100 / hour ", Rate::per_hour(100)),
            ("1000/day", Rate::per_day(1000)),
            ("0/d", Rate::per_day(0)),
        ] {
            assert_eq!(text.parse(), Ok(rate), "{text}");
        }
        let seconds = [Rate::per_second(1), Rate::per_minute(1), Rate::per_hour(1), Rate::per_day(1)];
        assert_eq!(seconds, [1, 60, 3_600, 86_400].map(|seconds| Rate::new(1, Duration::from_secs(seconds))));
        let written = ["1/second", "10/minute", "100/hour", "1000/day"];
        assert!(written.iter().all(|text| text.parse::<Rate>().is_ok_and(|rate| rate.to_string() == *text)));
        for text in ["", "10", "/m", "10/", "-1/m", "1.5/m", "10/week", "10/M", "99999999999/m", "m/10"] {
            let error = text.parse::<Rate>().expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
