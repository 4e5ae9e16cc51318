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
        use std::io::Write;
        let mut shown = *self;
        if let Some((_, places)) = bounds.digits {
            let rescaled = {
                shown.rescale(places);
                shown
            };
            shown = if rescaled == *self { rescaled } else { *self };
        }
        write!(out, "\"{shown}\"").expect("memory takes everything");
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
        if misfit(number, bounds).is_some() { Err(NotRead::Beyond) } else { Ok(number) }
    }
}

/// Digits, a point, an exponent; nothing that would be rounded.
fn exact(text: &str) -> Option<Decimal> {
    match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text).ok(),
        false if text.contains('_') => None,
        false => Decimal::from_str_exact(text).ok(),
    }
}

/// DRF's order: digits in all, places, digits before the point.
fn misfit(number: Decimal, bounds: &Bounds) -> Option<String> {
    let (digits, places) = bounds.digits?;
    let number = number.normalize();
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
