use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use serde_json::Value;

use super::super::{At, Bounds, FieldType, Json, NotRead, Shows, field_type::inline};

/// Whatever was sent.
impl Shows for Value {
    fn schema() -> MetaSchemaRef {
        inline(MetaSchema::ANY)
    }

    fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
        serde_json::to_writer(out, self).expect("memory takes everything");
    }
}

impl FieldType for Value {
    type Inner = Self;

    fn inner(&self) -> Option<&Self> {
        Some(self)
    }

    fn read(json: Json<'_>, _: &Bounds, at: &mut At) -> Option<Self> {
        let Ok(value) = json.to_value() else { return at.refuse("Value must be valid JSON.") };
        if has_nul(&value) {
            return at.refuse("Null characters are not allowed.");
        }
        if has_rounded(json.as_str()) {
            return at.refuse("Ensure that every number in it fits 64 bits.");
        }
        Some(value)
    }

    fn from_text(_: &str, _: &Bounds) -> Result<Self, NotRead> {
        Err(NotRead::NO_TEXT)
    }
}

/// PostgreSQL keeps none.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// Is there a number that the tree rounds?
fn has_rounded(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut place, mut in_text) = (0, false);
    while place < bytes.len() {
        match bytes[place] {
            b'\\' if in_text => place += 1,
            b'"' => in_text = !in_text,
            b'-' | b'0'..=b'9' if !in_text => {
                let is_of_number = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = bytes[place..].iter().take_while(|byte| is_of_number(byte)).count();
                let number = &text[place..place + length];
                if !fits(number) {
                    return true;
                }
                place += length - 1;
            }
            _ => {}
        }
        place += 1;
    }
    false
}

/// Is a number of JSON one of those that 64 bits hold?
fn fits(number: &str) -> bool {
    match number.contains(['.', 'e', 'E']) {
        false => number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok(),
        true => {
            let kept = serde_json::from_str::<f64>(number);
            kept.is_ok_and(|kept| significant(&format!("{kept:e}")) == significant(number))
        }
    }
}

/// A number's digits without zeros around them, and how many of them stand before the point.
fn significant(number: &str) -> (String, i64) {
    let (number, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (before, behind) = number.split_once('.').unwrap_or((number, ""));
    let before = before.trim_start_matches('-');
    let digits = format!("{before}{behind}");
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() {
        return (String::new(), 0);
    }
    let zeros = digits.len() - trimmed.len();
    let point = exponent.parse::<i64>().unwrap_or(i64::MAX / 2).saturating_add(before.len() as i64 - zeros as i64);
    (trimmed.trim_end_matches('0').to_owned(), point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_or_refused() {
        for (text, rounded) in [
            ("[18446744073709551615,-9223372036854775808]", false),
            ("[18446744073709551616]", true),
            ("{\"a\":-9223372036854775809}", true),
            (r#"{"18446744073709551616":"\"18446744073709551616"}"#, false),
            ("[1e30,0.1,1.50,-2.5e-3,0.0,-0.0e7,100e-2,9007199254740993.0]", true),
            ("[1e30,0.1,1.50,-2.5e-3,0.0,-0.0e7,100e-2,9007199254740992.0]", false),
            ("12345678901234567890123.5", true),
            ("0.1000000000000000055511151231257827", true),
            ("0.30000000000000004", false),
        ] {
            assert_eq!(has_rounded(text), rounded, "{text}");
        }
    }
}
