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
        if json.as_str().len() > 18 && has_rounded(json.as_str()) {
            return at.refuse("Ensure that every whole number in it fits 64 bits.");
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

/// Is there a whole number that the tree rounds?
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
                let fits = || number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
                if !number.contains(['.', 'e', 'E']) && !fits() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_kept_or_refused() {
        for (text, rounded) in [
            ("[18446744073709551615,-9223372036854775808]", false),
            ("[18446744073709551616]", true),
            ("{\"a\":-9223372036854775809}", true),
            (r#"{"18446744073709551616":"\"18446744073709551616"}"#, false),
            ("[1e30,12345678901234567890123.5]", false),
        ] {
            assert_eq!(has_rounded(text), rounded, "{text}");
        }
    }
}
