use poem_openapi::registry::{MetaSchemaRef, Registry};
use sea_orm::DbBackend;

use super::super::{At, Bounds, FieldType, Json, NotRead, Shows};

/// What may be `null`.
impl<T: Shows> Shows for Option<T> {
    fn schema() -> MetaSchemaRef {
        super::super::schema::nullable(T::schema())
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn write(&self, bounds: &Bounds, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(bounds, out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

impl<T: FieldType> FieldType for Option<T> {
    type Inner = T::Inner;

    const NULLABLE: bool = true;

    fn inner(&self) -> Option<&T::Inner> {
        self.as_ref()?.inner()
    }

    fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self> {
        T::read(json, bounds, at).map(Some)
    }

    fn from_null() -> Option<Self> {
        Some(None)
    }

    fn from_text(text: &str, bounds: &Bounds) -> Result<Self, NotRead> {
        T::from_text(text, bounds).map(Some)
    }

    fn check(on: DbBackend, mistakes: &mut Vec<String>) {
        T::check(on, mistakes);
    }
}
