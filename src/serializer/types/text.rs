use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use refrain_entity::UuidText;
use sea_orm::DbBackend;
use uuid::Uuid;

use super::super::{At, Bounds, FieldType, Json, NotRead, Shows, field_type::inline};

const UUID: &str = "Must be a valid UUID.";

pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("memory takes everything");
}

/// Says what is wrong with a length.
pub(super) fn check_length(length: usize, unit: &str, bounds: &Bounds, at: &mut At) {
    if let Some(most) = bounds.max_length.filter(|most| length > *most) {
        at.refuse::<()>(format!("Ensure this field has no more than {most} {unit}."));
    }
    if let Some(least) = bounds.min_length.filter(|least| length < *least) {
        at.refuse::<()>(format!("Ensure this field has at least {least} {unit}."));
    }
}

impl Shows for String {
    fn schema() -> MetaSchemaRef {
        inline(MetaSchema::new("string"))
    }

    fn write(&self, bounds: &Bounds, out: &mut Vec<u8>) {
        write_text(unpadded(self, bounds), out);
    }
}

impl FieldType for String {
    type Inner = str;

    fn inner(&self) -> Option<&str> {
        Some(self)
    }

    fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self> {
        let Some(text) = json.string() else { return at.refuse("Not a valid string.") };
        if text.contains('\0') {
            return at.refuse("Null characters are not allowed.");
        }
        if !bounds.takes_blank() && text.trim().is_empty() {
            return at.refuse("This field may not be blank.");
        }
        let text = unpadded(&text, bounds);
        let before = at.count();
        check_length(text.chars().count(), "characters", bounds, at);
        if let Some((_, Some(pattern))) = &bounds.pattern
            && !pattern.is_match(text)
        {
            at.refuse::<()>("This value does not match the required pattern.");
        }
        (at.count() == before).then(|| text.to_owned())
    }

    fn from_text(text: &str, bounds: &Bounds) -> Result<Self, NotRead> {
        if text.contains('\0') { Err(NotRead::Beyond) } else { Ok(unpadded(text, bounds).to_owned()) }
    }
}

/// PostgreSQL pads a `char(n)` where the others do not: without the spaces it is the same everywhere.
fn unpadded<'a>(text: &'a str, bounds: &Bounds) -> &'a str {
    if bounds.is_padded { text.trim_end_matches(' ') } else { text }
}

impl Shows for Uuid {
    fn schema() -> MetaSchemaRef {
        inline(MetaSchema::new_with_format("string", "uuid"))
    }

    fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
        let mut text = Uuid::encode_buffer();
        out.push(b'"');
        out.extend_from_slice(self.hyphenated().encode_lower(&mut text).as_bytes());
        out.push(b'"');
    }
}

impl FieldType for Uuid {
    type Inner = Self;

    fn inner(&self) -> Option<&Self> {
        Some(self)
    }

    fn read(json: Json<'_>, _: &Bounds, at: &mut At) -> Option<Self> {
        let text = json.string().unwrap_or(Cow::Borrowed(""));
        Uuid::parse_str(&text).ok().or_else(|| at.refuse(UUID))
    }

    fn from_text(text: &str, _: &Bounds) -> Result<Self, NotRead> {
        Uuid::parse_str(text).map_err(|_| NotRead::Malformed(UUID))
    }
}

impl Shows for UuidText {
    fn schema() -> MetaSchemaRef {
        Uuid::schema()
    }

    fn write(&self, bounds: &Bounds, out: &mut Vec<u8>) {
        self.to_uuid().write(bounds, out);
    }
}

impl FieldType for UuidText {
    type Inner = Self;

    fn inner(&self) -> Option<&Self> {
        Some(self)
    }

    fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self> {
        Uuid::read(json, bounds, at).map(Self::from)
    }

    fn from_text(text: &str, bounds: &Bounds) -> Result<Self, NotRead> {
        Uuid::from_text(text, bounds).map(Self::from)
    }

    fn check(on: DbBackend, mistakes: &mut Vec<String>) {
        if on == DbBackend::Postgres {
            mistakes.push("PostgreSQL has a type for it: make it a `uuid::Uuid`".to_owned());
        }
    }
}
