use std::collections::HashSet;

use poem_openapi::registry::{MetaSchemaRef, Registry};
use sea_orm::DbBackend;

use super::{
    super::{At, Bounds, FieldType, Json, NotRead, Shows},
    text::check_length,
};

/// A list: an array of PostgreSQL's. A list of `u8` is bytes.
impl<T: Shows> Shows for Vec<T> {
    fn schema() -> MetaSchemaRef {
        T::list_schema()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
        T::write_list(self, out);
    }
}

impl<T: FieldType> FieldType for Vec<T> {
    type Inner = [T];

    fn inner(&self) -> Option<&[T]> {
        Some(self)
    }

    fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self> {
        let list = T::read_list(json, at)?;
        let before = at.count();
        check_length(list.len(), T::LIST_UNIT, bounds, at);
        if bounds.unique_items && has_repeats(&list) {
            at.refuse::<()>("Ensure that every item is there once.");
        }
        (at.count() == before).then_some(list)
    }

    fn from_text(_: &str, _: &Bounds) -> Result<Self, NotRead> {
        Err(NotRead::NO_TEXT)
    }

    fn check(on: DbBackend, mistakes: &mut Vec<String>) {
        T::check_list(on, mistakes);
    }
}

/// Items are the same where they are written alike.
fn has_repeats<T: Shows>(list: &[T]) -> bool {
    let (bounds, mut seen) = (Bounds::default(), HashSet::with_capacity(list.len()));
    let written = |item: &T| {
        let mut out = Vec::new();
        item.write(&bounds, &mut out);
        out
    };
    !list.iter().all(|item| seen.insert(written(item)))
}
