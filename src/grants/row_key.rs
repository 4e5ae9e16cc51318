use sea_orm::{DbBackend, ModelTrait, Value};

use super::key::{KeyColumn, Kind};
use crate::{
    Error, Result,
    model::{Model, ModelInfo, key_columns},
};

/// A row's key as grants name it: the value, and guardian's text.
pub(super) struct RowKey {
    kind: Kind,
    pub(super) text: String,
    pub(super) value: Value,
}

impl RowKey {
    pub(super) fn of<R: ModelTrait<Entity: Model>>(model: &ModelInfo, row: &R) -> Result<Self> {
        Self::named(model, row).ok_or_else(|| unnameable(model))
    }

    /// `None` for a row that no grant can name.
    pub(super) fn named<R: ModelTrait<Entity: Model>>(model: &ModelInfo, row: &R) -> Option<Self> {
        let key = model.key()?;
        Self::of_value(key, row.get(key_columns::<R::Entity>().next()?))
    }

    /// `None` for a value that is no such key.
    pub(super) fn of_value(key: &KeyColumn, value: Value) -> Option<Self> {
        Some(Self { kind: key.kind, text: key.text(&value)?, value })
    }

    /// The value in each form in which the column may hold it.
    pub(super) fn forms(&self, on: DbBackend) -> Vec<Value> {
        self.kind.forms(&self.value, on)
    }
}

/// What is said of a model, or of a row of it, on which nothing can be granted.
pub(crate) fn unnameable(model: &ModelInfo) -> Error {
    Error::wiring(format!(
        "`{model}` has a key that grants cannot name: one column of integers, text or uuids is needed, and \
         `#[refrain(key = \"uuid\")]` where a column of text holds uuids"
    ))
}
