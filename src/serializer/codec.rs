use poem_openapi::registry::{MetaSchemaRef, Registry};
use sea_orm::{DbBackend, EntityTrait, Value};

use super::{At, Bounds, ColumnType, Json, NotRead, Rules};

/// What reads, writes and describes a field's values: one for each model and type.
pub(crate) trait Codec<E: EntityTrait>: Send + Sync {
    fn read(&self, json: Json<'_>, at: &mut At) -> Option<Value>;
    /// Reads a value to be compared: as a row that has it shows it.
    fn read_shown(&self, json: Json<'_>, at: &mut At) -> Option<Vec<u8>>;
    fn null(&self) -> Option<Value>;
    fn text(&self, text: &str) -> Result<Value, NotRead>;
    /// The same, to be compared with what rows have: also a value of the type that the column cannot hold.
    fn text_unbounded(&self, text: &str) -> Result<Value, NotRead>;
    fn write(&self, row: &E::Model, out: &mut Vec<u8>);
    fn schema(&self) -> MetaSchemaRef;
    fn register(&self, registry: &mut Registry);
    fn nullable(&self) -> bool;
    fn bounds(&self) -> &Bounds;
    fn check(&self, on: DbBackend, mistakes: &mut Vec<String>);
    fn never_blank(&mut self);
}

pub(super) struct Typed<E: EntityTrait, T: 'static> {
    pub(super) get: fn(&E::Model) -> &T,
    pub(super) rules: &'static Rules<T>,
    pub(super) bounds: Bounds,
}

impl<E: EntityTrait, T: ColumnType> Codec<E> for Typed<E, T> {
    fn read(&self, json: Json<'_>, at: &mut At) -> Option<Value> {
        self.rules.read_within(json, &self.bounds, at).map(Into::into)
    }

    fn read_shown(&self, json: Json<'_>, at: &mut At) -> Option<Vec<u8>> {
        // compared, not checked: what a row has may be older than a validator
        let value = (self.rules.read)(json, &Bounds::default(), at)?;
        let mut out = Vec::new();
        (self.rules.write)(&value, &self.bounds, &mut out);
        Some(out)
    }

    fn null(&self) -> Option<Value> {
        (self.rules.from_null)().map(Into::into)
    }

    fn text(&self, text: &str) -> Result<Value, NotRead> {
        (self.rules.from_text)(text, &self.bounds).map(Into::into)
    }

    fn text_unbounded(&self, text: &str) -> Result<Value, NotRead> {
        let bounds = Bounds { is_padded: self.bounds.is_padded, ..Bounds::default() };
        (self.rules.from_text)(text, &bounds).map(Into::into)
    }

    fn write(&self, row: &E::Model, out: &mut Vec<u8>) {
        (self.rules.write)((self.get)(row), &self.bounds, out);
    }

    fn schema(&self) -> MetaSchemaRef {
        (self.rules.schema)()
    }

    fn register(&self, registry: &mut Registry) {
        (self.rules.register)(registry);
    }

    fn nullable(&self) -> bool {
        self.rules.nullable
    }

    fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    fn check(&self, on: DbBackend, mistakes: &mut Vec<String>) {
        (self.rules.check)(on, mistakes);
    }

    fn never_blank(&mut self) {
        self.bounds.min_length = Some(self.bounds.min_length.unwrap_or(0).max(1));
    }
}
