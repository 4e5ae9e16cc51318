use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use sea_orm::prelude::Decimal;

use super::super::{At, Bounds, FieldType, Json, NotRead, Shows, field_type::inline};

const NUMBER: &str = "A valid number is required.";

/// As text, so that no client rounds it (CONTRACT 7.18); read from text or from a number, to the last digit.
impl Shows for Decimal {
    fn schema() -> MetaSchemaRef {
        inline(MetaSchema::new_with_format("string", "decimal"))
    }

    /// With the places of its column, which SQLite does not keep.
    fn write(&self, bounds: &Bounds, out: &mut Vec<u8>) {
        let (mut mantissa, mut scale) = (self.mantissa(), self.scale());
        let places = bounds.digits.map_or(scale, |(_, places)| places);
        while scale > places && mantissa % 10 == 0 {
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
        while let (true, Some(more)) = (scale < places, mantissa.checked_mul(10)) {
            (mantissa, scale) = (more, scale + 1);
        }
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(mantissa.unsigned_abs()).as_bytes();
        out.extend_from_slice(if mantissa < 0 { b"\"-" } else { b"\"" });
        let scale = scale as usize;
        match digits.len().checked_sub(scale) {
            Some(whole) if whole > 0 => out.extend_from_slice(&digits[..whole]),
            _ => out.push(b'0'),
        }
        if scale > 0 {
            out.push(b'.');
            out.extend(std::iter::repeat_n(b'0', scale.saturating_sub(digits.len())));
            out.extend_from_slice(&digits[digits.len().saturating_sub(scale)..]);
        }
        out.push(b'"');
    }
}

impl FieldType for Decimal {
    type Inner = Self;

    fn inner(&self) -> Option<&Self> {
        Some(self)
    }

    fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self> {
        let text = json.number().map(Into::into).or_else(|| json.string());
        let Some(number) = text.and_then(|text| exact(&text)) else { return at.refuse(NUMBER) };
        match misfit(number, bounds) {
            Some(sentence) => at.refuse(sentence),
            None => Some(number),
        }
    }

    fn from_text(text: &str, bounds: &Bounds) -> Result<Self, NotRead> {
        let number = exact(text).ok_or(NotRead::Malformed(NUMBER))?;
        // a value is compared: zeros at its end say nothing
        if misfit(number.normalize(), bounds).is_some() { Err(NotRead::Beyond) } else { Ok(number) }
    }
}

/// Digits, a point, an exponent; nothing that would be rounded.
fn exact(text: &str) -> Option<Decimal> {
    if text.contains('_') {
        return None;
    }
    // of what stands before an exponent the digits beyond the 28th would be rounded away
    let before = text.split(['e', 'E']).next().unwrap_or(text);
    let number = Decimal::from_str_exact(before).ok()?;
    if before.len() == text.len() { Some(number) } else { Decimal::from_scientific(text).ok() }
}

/// DRF's order: digits in all, places, digits before the point; all as they are written.
fn misfit(number: Decimal, bounds: &Bounds) -> Option<String> {
    let (digits, places) = bounds.digits?;
    let scale = number.scale();
    let all = number.mantissa().unsigned_abs().checked_ilog10().map_or(0, |last| last + 1).max(scale);
    if all > digits {
        return Some(format!("Ensure that there are no more than {digits} digits in total."));
    }
    if scale > places {
        return Some(format!("Ensure that there are no more than {places} decimal places."));
    }
    let whole = digits.saturating_sub(places);
    (all - scale > whole)
        .then(|| format!("Ensure that there are no more than {whole} digits before the decimal point."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: Decimal, digits: Option<(u32, u32)>) -> String {
        let mut out = Vec::new();
        number.write(&Bounds { digits, ..Bounds::default() }, &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_decimal_is_written_as_it_prints_itself() {
        for mantissa in [0, 1, -1, 9, 10, -10, 105, 99_999, -123_456_789, i64::MAX, i64::MIN] {
            for scale in [0, 1, 2, 3, 9, 20, 28] {
                let number = Decimal::new(mantissa, scale);
                let printed = if mantissa == 0 { number.abs() } else { number };
                assert_eq!(written(number, None), format!("\"{printed}\""));
            }
        }
        assert_eq!(written(Decimal::MAX, None), format!("\"{}\"", Decimal::MAX));
        assert_eq!(written(Decimal::MIN, None), format!("\"{}\"", Decimal::MIN));
    }

    #[test]
    fn it_keeps_the_places_of_its_column_and_loses_no_digit() {
        let two = Some((10, 2));
        for (number, told) in [
            (Decimal::new(105, 1), "\"10.50\""),
            (Decimal::new(0, 0), "\"0.00\""),
            (Decimal::new(-5, 0), "\"-5.00\""),
            (Decimal::new(10_500, 3), "\"10.50\""),
            (Decimal::new(10_505, 3), "\"10.505\""),
            (Decimal::new(7, 2), "\"0.07\""),
            (Decimal::new(-7, 4), "\"-0.0007\""),
        ] {
            assert_eq!(written(number, two), told);
        }
        assert_eq!(written(Decimal::new(1000, 2), Some((5, 0))), "\"10\"");
    }

    #[test]
    fn a_decimal_is_read_to_its_last_digit_or_not_at_all() {
        for (text, number) in [
            ("1e3", "1000"),
            ("1.50E-1", "0.150"),
            ("1e+2", "100"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
        ] {
            assert_eq!(exact(text), number.parse().ok(), "{text}");
        }
        let many = "1".repeat(1_000_000);
        let odd = [
            "1.00000000000000000000000000000001",
            "1.00000000000000000000000000000001e0",
            "1_0e1",
            "1_0",
            "1e29",
            "1e1000000",
            "1e-1000000",
            "1e99999999999999999999",
            "79228162514264337593543950335e1",
            "7.9228162514264337593543950335e28e1",
            "e5",
            "1e",
            "",
            ".",
            "NaN",
            "inf",
            "-",
            &many,
        ];
        for odd in odd {
            let shown = odd.get(..40).unwrap_or(odd);
            assert_eq!(exact(odd), None, "{shown}");
        }
    }
}
