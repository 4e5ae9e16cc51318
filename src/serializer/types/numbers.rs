use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use sea_orm::DbBackend;

use super::{
    super::{At, Bounds, FieldType, Json, NotRead, Shows, field_type::inline},
    bytes,
};

const INTEGER: &str = "A valid integer is required.";
const NUMBER: &str = "A valid number is required.";
const BOOLEAN: &str = "Must be a valid boolean.";

pub(super) fn too_small(least: impl std::fmt::Display) -> String {
    format!("Ensure this value is greater than or equal to {least}.")
}

pub(super) fn too_large(most: impl std::fmt::Display) -> String {
    format!("Ensure this value is less than or equal to {most}.")
}

macro_rules! integers {
    ($($type:ty, $format:literal, $check:expr, {$($shows:tt)*}, {$($read:tt)*};)*) => {$(
        impl Shows for $type {
            $($shows)*

            fn schema() -> MetaSchemaRef {
                inline(MetaSchema::new_with_format("integer", $format))
            }

            fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
                out.extend_from_slice(itoa::Buffer::new().format(*self).as_bytes());
            }
        }

        impl FieldType for $type {
            type Inner = Self;
            $($read)*

            fn inner(&self) -> Option<&Self> {
                Some(self)
            }

            fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self> {
                let Some(number) = json.number().and_then(whole) else { return at.refuse(INTEGER) };
                let (least, most) = bounds.integers.unwrap_or((i128::MIN, i128::MAX));
                let (least, most) = (least.max(<$type>::MIN.into()), most.min(<$type>::MAX.into()));
                match number {
                    _ if number < least => at.refuse(too_small(least)),
                    _ if number > most => at.refuse(too_large(most)),
                    _ => Some(number as $type),
                }
            }

            fn from_text(text: &str, bounds: &Bounds) -> Result<Self, NotRead> {
                let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
                if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                    return Err(NotRead::Malformed(INTEGER));
                }
                let number: i128 = text.parse().map_err(|_| NotRead::Beyond)?;
                if bounds.integers.is_some_and(|(least, most)| number < least || number > most) {
                    return Err(NotRead::Beyond);
                }
                number.try_into().map_err(|_| NotRead::Beyond)
            }

            fn check(on: DbBackend, mistakes: &mut Vec<String>) {
                let check: fn(DbBackend) -> Option<&'static str> = $check;
                mistakes.extend(check(on).map(str::to_owned));
            }
        }
    )*};
}

integers! {
    i8, "int8", small, {}, {};
    i16, "int16", |_| None, {}, {};
    i32, "int32", |_| None, {}, {};
    i64, "int64", |_| None, {}, {};
    u8, "uint8", unsigned, {
        fn list_schema() -> MetaSchemaRef {
            inline(MetaSchema::new_with_format("string", "byte"))
        }

        fn write_list(list: &[Self], out: &mut Vec<u8>) {
            bytes::write(list, out);
        }
    }, {
        const LIST_UNIT: &'static str = "bytes";

        fn read_list(json: Json<'_>, at: &mut At) -> Option<Vec<Self>> {
            bytes::read(json, at)
        }

        fn check_list(_: DbBackend, _: &mut Vec<String>) {}
    };
    u16, "uint16", unsigned, {}, {};
    u32, "uint32", unsigned, {}, {};
    u64, "uint64", largest, {}, {};
}

/// sea-orm binds it as PostgreSQL's `"char"`, which no number is.
fn small(on: DbBackend) -> Option<&'static str> {
    (on == DbBackend::Postgres).then_some("PostgreSQL has no 8-bit integers: make it `i16`")
}

fn unsigned(on: DbBackend) -> Option<&'static str> {
    (on == DbBackend::Postgres).then_some("PostgreSQL has no unsigned integers: make it a signed one, as `i64`")
}

/// Beyond `i64` the drivers of the other two cannot bind it, and SQLite's cannot read it.
fn largest(on: DbBackend) -> Option<&'static str> {
    (on != DbBackend::MySql).then_some("only MySQL and MariaDB have unsigned integers of 64 bits: make it `i64`")
}

/// A number of JSON that has no fraction, however it is spelled: `7`, `7.0`, `70e-1`. Of one beyond 128 bits the outermost
/// there is, which is beyond every column too.
fn whole(number: &str) -> Option<i128> {
    if let Ok(number) = number.parse::<i64>() {
        return Some(number.into());
    }
    let (number, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let is_negative = number.starts_with('-');
    let beyond = if is_negative { i128::MIN } else { i128::MAX };
    let (before, behind) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{}{behind}", before.trim_start_matches('-'));
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let farthest = if exponent.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 };
    // far enough to be beyond every number of digits, and near enough to be counted with
    let exponent = exponent.parse::<i64>().unwrap_or(farthest).clamp(i64::MIN / 2, i64::MAX / 2);
    let places = behind.len() as i64 - exponent;
    let (whole, fraction) = digits.split_at(digits.len() - usize::try_from(places).unwrap_or(0).min(digits.len()));
    if whole.is_empty() || fraction.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let zeros = usize::try_from(-places).unwrap_or(0);
    if whole.len() + zeros > 39 {
        return Some(beyond);
    }
    format!("{}{whole}{}", if is_negative { "-" } else { "" }, "0".repeat(zeros)).parse().ok().or(Some(beyond))
}

macro_rules! floats {
    ($($type:ty, $format:literal;)*) => {$(
        impl Shows for $type {
            fn schema() -> MetaSchemaRef {
                inline(MetaSchema::new_with_format("number", $format))
            }

            fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
                // JSON has no other numbers
                match self.is_finite() {
                    true => serde_json::to_writer(out, self).expect("memory takes everything"),
                    false => out.extend_from_slice(b"null"),
                }
            }
        }

        impl FieldType for $type {
            type Inner = Self;

            fn inner(&self) -> Option<&Self> {
                Some(self)
            }

            fn read(json: Json<'_>, _: &Bounds, at: &mut At) -> Option<Self> {
                match json.number().and_then(|number| number.parse::<$type>().ok()) {
                    // SQLite has no zero below zero
                    Some(number) if number.is_finite() => Some(number + 0.0),
                    Some(number) if number < 0.0 => at.refuse(too_small(<$type>::MIN)),
                    Some(_) => at.refuse(too_large(<$type>::MAX)),
                    None => at.refuse(NUMBER),
                }
            }

            fn from_text(text: &str, _: &Bounds) -> Result<Self, NotRead> {
                let number = text.parse::<$type>().ok().filter(|_| !text.contains(['n', 'N']));
                match number {
                    Some(number) if number.is_finite() => Ok(number),
                    Some(_) => Err(NotRead::Beyond),
                    None => Err(NotRead::Malformed(NUMBER)),
                }
            }
        }
    )*};
}

floats! {
    f32, "float";
    f64, "double";
}

impl Shows for bool {
    fn schema() -> MetaSchemaRef {
        inline(MetaSchema::new("boolean"))
    }

    fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl FieldType for bool {
    type Inner = Self;

    fn inner(&self) -> Option<&Self> {
        Some(self)
    }

    fn read(json: Json<'_>, _: &Bounds, at: &mut At) -> Option<Self> {
        json.boolean().or_else(|| at.refuse(BOOLEAN))
    }

    fn from_text(text: &str, _: &Bounds) -> Result<Self, NotRead> {
        match text {
            "true" | "True" | "1" => Ok(true),
            "false" | "False" | "0" => Ok(false),
            _ => Err(NotRead::Malformed(BOOLEAN)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_one_however_it_is_spelled() {
        for (text, number) in [
            ("7", 7),
            ("-7", -7),
            ("0", 0),
            ("-0", 0),
            ("0.0e5", 0),
            ("0e99999999999999999999", 0),
            ("7.0", 7),
            ("7.00e0", 7),
            ("1.50e1", 15),
            ("70e-1", 7),
            ("-1.5E+1", -15),
            ("7e3", 7000),
            ("100000000000000000000000000000000000000", 10_i128.pow(38)),
            ("1e38", 10_i128.pow(38)),
            ("999999999999999999999999999999999999999", i128::MAX),
            ("1e39", i128::MAX),
            ("-1e300", i128::MIN),
            ("1e99999999999999999999", i128::MAX),
            ("-1.5e9223372036854775807", i128::MIN),
        ] {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for odd in ["1.5", "-0.1", "1e-1", "12e-2", "1e-99999999999999999999", "100.0001"]
            .into_iter()
            .chain(["7e-9223372036854775808", "7.5e-9223372036854775807"])
        {
            assert_eq!(whole(odd), None, "{odd}");
        }
    }
}
