use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, SubsecRound, Timelike, Utc,
};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use refrain_entity::Moment;
use sea_orm::DbBackend;

use super::{
    super::{At, Bounds, FieldType, Json, NotRead, Shows, field_type::inline},
    text::write_text,
};

const DATE: &str = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
const TIME: &str = "Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]].";
const LOCAL: &str = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]].";
const MOMENT: &str = "Datetime has wrong format. Use one of these formats instead: \
                      YYYY-MM-DDThh:mm[:ss[.uuuuuu]](+HH:MM|-HH:MM|Z).";

/// Types that are text in JSON.
macro_rules! texts {
    ($($type:ty, $format:literal, $sentence:ident, $check:expr, $read:expr, |$value:ident| $shown:expr;)*) => {$(
        impl Shows for $type {
            fn schema() -> MetaSchemaRef {
                inline(MetaSchema::new_with_format("string", $format))
            }

            fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
                let $value = self;
                write_text(&$shown, out);
            }
        }

        impl FieldType for $type {
            type Inner = Self;

            fn inner(&self) -> Option<&Self> {
                Some(self)
            }

            fn read(json: Json<'_>, _: &Bounds, at: &mut At) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                json.string().and_then(|text| read(&text)).or_else(|| at.refuse($sentence))
            }

            fn from_text(text: &str, _: &Bounds) -> Result<Self, NotRead> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text).ok_or(NotRead::Malformed($sentence))
            }

            fn check(on: DbBackend, mistakes: &mut Vec<String>) {
                let check: fn(DbBackend) -> Option<&'static str> = $check;
                mistakes.extend(check(on).map(str::to_owned));
            }
        }
    )*};
}

texts! {
    NaiveDate, "date", DATE, |_| None, date, |date| date.to_string();
    NaiveTime, "time", TIME, |_| None, time, |time| time.to_string();
    NaiveDateTime, "date-time", LOCAL, |_| None, local, |at| at.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
    DateTime<Utc>, "date-time", MOMENT, zoned, moment, |at| shown(*at);
    DateTime<FixedOffset>, "date-time", MOMENT, zoned, |text| Some(moment(text)?.fixed_offset()), |at| shown(at.to_utc());
    Moment, "date-time", MOMENT, |_| None, |text| Some(moment(text)?.into()), |at| shown(at.to_utc());
}

/// How sqlx binds it: MariaDB takes it for NULL before 1970 and after 2037, without a word, and on SQLite it is text in a
/// form that sorts wrongly beside Django's.
fn zoned(on: DbBackend) -> Option<&'static str> {
    (on != DbBackend::Postgres)
        .then_some("only PostgreSQL keeps such a moment whole: make it a `refrain::entity::Moment`")
}

/// In UTC, whatever offset was sent: PostgreSQL and MariaDB keep none.
fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// `YYYY-MM-DD`, in the years that Python has.
fn date(text: &str) -> Option<NaiveDate> {
    let date = (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()?;
    (1..=9999).contains(&date.year()).then_some(date)
}

/// `hh:mm[:ss[.ffffff]]`; what is finer is dropped, since no database keeps it. There is no second 60 in Python.
fn time(text: &str) -> Option<NaiveTime> {
    let digits = |place: usize| text.as_bytes().get(place).is_some_and(u8::is_ascii_digit);
    if !(digits(0) && digits(1) && digits(3) && digits(4)) {
        return None;
    }
    let time = match text.len() {
        5 => NaiveTime::parse_from_str(text, "%H:%M"),
        8 => NaiveTime::parse_from_str(text, "%H:%M:%S"),
        10.. if digits(9) => NaiveTime::parse_from_str(text, "%H:%M:%S%.f"),
        _ => return None,
    };
    time.ok().filter(|time| time.nanosecond() < 1_000_000_000).map(|time| time.trunc_subsecs(6))
}

fn local(text: &str) -> Option<NaiveDateTime> {
    if !matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    Some(date(text.get(..10)?)?.and_time(time(&text[11..])?))
}

/// With an offset: a moment without one is nowhere.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let (local_text, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(local) => (local, FixedOffset::east_opt(0)?),
        None => {
            let place = text.len().checked_sub(6).filter(|place| text.is_char_boundary(*place))?;
            let (local, offset) = text.split_at(place);
            (local, offset.parse().ok().filter(|_| offset.as_bytes()[3] == b':')?)
        }
    };
    let at = local(local_text)?.and_local_timezone(offset).single()?.to_utc();
    (1..=9999).contains(&at.year()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_cannot_hold_is_refused() {
        for odd in [
            "+10000-01-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "2026-01-02T03:04:05",
            "2026-01-02",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "",
            "2026-01-02T03:04:05+0100",
            "2026-01-02T3:04:05Z",
            "2026-13-02T03:04:05Z",
            "٢٠٢٦-٠١-٠٢",
            "2026-01-02T03:04:05é00:0",
            "2026-01-02T25:00Z",
        ] {
            assert_eq!(moment(odd), None, "{odd}");
        }
        for odd in ["+262142-12-31", "2026-1-2", "2026-02-30", "0000-01-01", "2026-01-02 "] {
            assert_eq!(date(odd), None, "{odd}");
        }
        for odd in ["24:00", "23:59:60", "1:2", "12:3:4", "12:34:", "12:34:56.", "+1:00"] {
            assert_eq!(time(odd), None, "{odd}");
        }
    }

    #[test]
    fn moments_are_shown_in_utc_to_the_microsecond() {
        for (sent, told) in [
            ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
            ("2026-01-02T03:04Z", "2026-01-02T03:04:00Z"),
            ("2026-01-02t03:04:05.123456789z", "2026-01-02T03:04:05.123456Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(moment(sent).map(shown).as_deref(), Some(told));
        }
        assert_eq!(time("23:59").map(|time| time.to_string()).as_deref(), Some("23:59:00"));
        assert_eq!(time("03:04:05.5").map(|time| time.to_string()).as_deref(), Some("03:04:05.500"));
    }
}
