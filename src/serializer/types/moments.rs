use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use refrain_entity::Moment;
use sea_orm::DbBackend;

use super::super::{At, Bounds, FieldType, Json, NotRead, Shows, field_type::inline};

const DATE: &str = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
const TIME: &str = "Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]].";
const LOCAL: &str = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]].";
const MOMENT: &str = "Datetime has wrong format. Use one of these formats instead: \
                      YYYY-MM-DDThh:mm[:ss[.uuuuuu]](+HH:MM|-HH:MM|Z).";

/// Types that are text in JSON.
macro_rules! texts {
    ($($type:ty, $format:literal, $sentence:ident, $check:expr, $read:expr, |$value:ident, $out:ident| $write:expr;)*) => {$(
        impl Shows for $type {
            fn schema() -> MetaSchemaRef {
                inline(MetaSchema::new_with_format("string", $format))
            }

            fn write(&self, _: &Bounds, $out: &mut Vec<u8>) {
                let $value = self;
                $out.push(b'"');
                $write;
                $out.push(b'"');
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
    NaiveDate, "date", DATE, |_| None, date, |date, out| write_date(date, out);
    NaiveTime, "time", TIME, |_| None, time, |time, out| write_time(time, out);
    NaiveDateTime, "date-time", LOCAL, |_| None, local, |at, out| write_local(at, out);
    DateTime<Utc>, "date-time", MOMENT, zoned, moment, |at, out| write_moment(at, out);
    DateTime<FixedOffset>, "date-time", MOMENT, zoned, |text| Some(moment(text)?.fixed_offset()), |at, out| write_moment(&at.to_utc(), out);
    Moment, "date-time", MOMENT, |_| None, |text| Some(moment(text)?.into()), |at, out| write_moment(&at.to_utc(), out);
}

/// How sqlx binds it: MariaDB takes it for NULL before 1970 and after 2037, without a word, and on SQLite it is text in a
/// form that sorts wrongly beside Django's.
fn zoned(on: DbBackend) -> Option<&'static str> {
    (on != DbBackend::Postgres)
        .then_some("only PostgreSQL keeps such a moment whole: make it a `refrain::entity::Moment`")
}

/// In UTC, whatever offset was sent: PostgreSQL and MariaDB keep none.
fn write_moment(at: &DateTime<Utc>, out: &mut Vec<u8>) {
    write_local(&at.naive_utc(), out);
    out.push(b'Z');
}

fn write_local(at: &NaiveDateTime, out: &mut Vec<u8>) {
    write_date(&at.date(), out);
    out.push(b'T');
    write_time(&at.time(), out);
}

/// Digits by hand, here and below: chrono's formats are read anew for each value, which is most of what a page costs.
fn write_date(date: &NaiveDate, out: &mut Vec<u8>) {
    let year = date.year();
    if !(0..=9999).contains(&year) {
        out.extend_from_slice(date.to_string().as_bytes());
        return;
    }
    write_digits(year.unsigned_abs() / 100, 2, out);
    write_digits(year.unsigned_abs() % 100, 2, out);
    out.push(b'-');
    write_digits(date.month(), 2, out);
    out.push(b'-');
    write_digits(date.day(), 2, out);
}

/// A fraction has three, six or nine digits.
fn write_time(time: &NaiveTime, out: &mut Vec<u8>) {
    write_digits(time.hour(), 2, out);
    out.push(b':');
    write_digits(time.minute(), 2, out);
    out.push(b':');
    write_digits(time.second(), 2, out);
    let nanos = time.nanosecond() % 1_000_000_000;
    let (fraction, width) = match nanos {
        0 => return,
        _ if nanos.is_multiple_of(1_000_000) => (nanos / 1_000_000, 3),
        _ if nanos.is_multiple_of(1_000) => (nanos / 1_000, 6),
        _ => (nanos, 9),
    };
    out.push(b'.');
    write_digits(fraction, width, out);
}

fn write_digits(number: u32, width: u32, out: &mut Vec<u8>) {
    if width == 2 {
        out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
    } else {
        out.extend((0..width).rev().map(|place| b'0' + (number / 10_u32.pow(place) % 10) as u8));
    }
}

/// A number of so many digits, and what stands behind it.
fn digits(text: &[u8], width: usize) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(width)?;
    let number = digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')));
    Some((number?, rest))
}

fn behind(text: &[u8], sign: u8) -> Option<&[u8]> {
    text.split_first().filter(|(first, _)| **first == sign).map(|(_, rest)| rest)
}

/// `YYYY-MM-DD`, in the years that Python has; and what stands behind it.
fn date_in(text: &[u8]) -> Option<(NaiveDate, &[u8])> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(behind(rest, b'-')?, 2)?;
    let (day, rest) = digits(behind(rest, b'-')?, 2)?;
    let date = NaiveDate::from_ymd_opt(year.try_into().ok()?, month, day)?;
    (year > 0).then_some((date, rest))
}

/// `hh:mm[:ss[.ffffff]]`; what is finer is dropped, since no database keeps it. There is no second 60 in Python.
fn time_in(text: &[u8]) -> Option<(NaiveTime, &[u8])> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, mut rest) = digits(behind(rest, b':')?, 2)?;
    let (mut second, mut micros) = (0, 0);
    if let Some(seconds) = behind(rest, b':') {
        (second, rest) = digits(seconds, 2)?;
        if let Some(fraction) = behind(rest, b'.') {
            let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let digit = |place: usize| fraction[..length].get(place).map_or(0, |digit| u32::from(digit - b'0'));
            micros = (0..6).fold(0, |micros, place| micros * 10 + digit(place));
            rest = fraction.get(length..).filter(|_| length > 0)?;
        }
    }
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?, rest))
}

fn date(text: &str) -> Option<NaiveDate> {
    date_in(text.as_bytes()).filter(|(_, rest)| rest.is_empty()).map(|(date, _)| date)
}

fn time(text: &str) -> Option<NaiveTime> {
    time_in(text.as_bytes()).filter(|(_, rest)| rest.is_empty()).map(|(time, _)| time)
}

fn local_in(text: &[u8]) -> Option<(NaiveDateTime, &[u8])> {
    let (date, rest) = date_in(text)?;
    let (b'T' | b't' | b' ', rest) = rest.split_first()? else { return None };
    let (time, rest) = time_in(rest)?;
    Some((date.and_time(time), rest))
}

fn local(text: &str) -> Option<NaiveDateTime> {
    local_in(text.as_bytes()).filter(|(_, rest)| rest.is_empty()).map(|(at, _)| at)
}

/// With an offset: a moment without one is nowhere.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let (at, offset) = local_in(text.as_bytes())?;
    let seconds = match offset {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hours, rest) = digits(rest, 2)?;
            let (minutes, rest) = digits(behind(rest, b':')?, 2)?;
            let seconds =
                i32::try_from(hours * 3600 + minutes * 60).ok().filter(|_| minutes < 60 && rest.is_empty())?;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let at = at.and_local_timezone(FixedOffset::east_opt(seconds)?).single()?.to_utc();
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
    fn what_is_written_is_what_chrono_writes() {
        let written = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            write(&mut out);
            String::from_utf8(out).expect("text")
        };
        let mut at = DateTime::from_timestamp(-62_135_596_800, 1_000).expect("the year 1");
        while at.year() <= 9999 {
            let naive = at.naive_utc();
            assert_eq!(written(&|out| write_moment(&at, out)), at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
            assert_eq!(written(&|out| write_date(&naive.date(), out)), naive.date().to_string());
            assert_eq!(written(&|out| write_time(&naive.time(), out)), naive.time().to_string());
            assert_eq!(moment(&written(&|out| write_moment(&at, out))), Some(at));
            at += chrono::TimeDelta::days(37) + chrono::TimeDelta::microseconds(3_723_004_500);
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
            let mut out = Vec::new();
            write_moment(&moment(sent).expect("a moment"), &mut out);
            assert_eq!(std::str::from_utf8(&out), Ok(told));
        }
        assert_eq!(time("23:59").map(|time| time.to_string()).as_deref(), Some("23:59:00"));
        assert_eq!(time("03:04:05.5").map(|time| time.to_string()).as_deref(), Some("03:04:05.500"));
    }
}
