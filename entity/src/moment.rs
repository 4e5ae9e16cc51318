use std::fmt;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, SubsecRound, TimeDelta, Timelike, Utc};
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable, Value};

/// A moment in UTC, to the microsecond, as Django keeps it.
///
/// On SQLite Django compares dates as text, in the form `YYYY-MM-DD HH:MM:SS[.ffffff]` without an offset; a date
/// written with a `T` or a `+00:00` sorts wrongly beside those (CONTRACT 1.10). A `Moment` is written in Django's form
/// and read in either. On PostgreSQL it is a `timestamptz` (sqlx opens every session in UTC, which this relies on), on
/// MySQL and MariaDB a `datetime(6)` in UTC.
///
/// One difference is left, on SQLite: a fraction of whole milliseconds is written with three digits where Django writes
/// six. Both read it alike and it sorts alike beside every other instant. [`Moment::now`] never is such an instant.
///
/// ```
/// use chrono::DateTime;
/// use refrain_entity::Moment;
///
/// let noon: Moment = DateTime::from_timestamp(1_700_000_000, 0).unwrap().into();
/// assert_eq!(noon.to_string(), "2023-11-14T22:13:20Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(DateTime<Utc>);

impl Moment {
    /// The present moment.
    ///
    /// ```
    /// use refrain_entity::Moment;
    ///
    /// let now = Moment::now();
    /// assert_eq!(Moment::from(now.to_utc()), now);
    /// ```
    pub fn now() -> Self {
        let now = Self::from(crate::clock::now());
        let micros = now.0.nanosecond() / 1_000;
        if micros != 0 && micros.is_multiple_of(1_000) { Self(now.0 + TimeDelta::microseconds(1)) } else { now }
    }

    /// The same moment as chrono's.
    pub fn to_utc(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Moment {
    /// What is finer than a microsecond is dropped, as no database here keeps it.
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(6))
    }
}

impl From<Moment> for DateTime<Utc> {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Without an offset: the one form of chrono's that sqlx writes as Django does on SQLite.
impl From<Moment> for Value {
    fn from(moment: Moment) -> Self {
        moment.0.naive_utc().into()
    }
}

impl TryGetable for Moment {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        match DateTime::<Utc>::try_get_by(row, index) {
            Ok(at) => Ok(at.into()),
            Err(null @ TryGetError::Null(_)) => Err(null),
            Err(TryGetError::DbErr(_)) => NaiveDateTime::try_get_by(row, index).map(|at| at.and_utc().into()),
        }
    }
}

impl ValueType for Moment {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <NaiveDateTime as ValueType>::try_from(value).map(|at| at.and_utc().into())
    }

    fn type_name() -> String {
        "Moment".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::ChronoDateTime
    }

    fn column_type() -> ColumnType {
        ColumnType::TimestampWithTimeZone
    }
}

impl Nullable for Moment {
    fn null() -> Value {
        <NaiveDateTime as Nullable>::null()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_cut_to_microseconds() {
        let at = DateTime::from_timestamp(1_700_000_000, 123_456_789).expect("a date in range");
        assert_eq!(Moment::from(at).to_string(), "2023-11-14T22:13:20.123456Z");
        let before_1970 = DateTime::from_timestamp(-1, 999_999_999).expect("a date in range");
        assert_eq!(Moment::from(before_1970).to_string(), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn now_has_six_digits_or_none() {
        for _ in 0..10_000 {
            let micros = Moment::now().to_utc().timestamp_subsec_micros();
            assert!(micros == 0 || !micros.is_multiple_of(1_000), "{micros}");
        }
    }
}
