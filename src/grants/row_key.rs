use sea_orm::{EntityTrait, Iterable, ModelTrait, PrimaryKeyToColumn, Value};

use crate::{
    Error, Result,
    model::{Model, ModelInfo},
};

/// A row's key as grants name it: the value, and guardian's text.
pub(super) struct RowKey {
    pub(super) text: String,
    pub(super) value: Value,
}

impl RowKey {
    pub(super) fn of<R: ModelTrait<Entity: Model>>(model: &ModelInfo, row: &R) -> Result<Self> {
        let key = model.key().ok_or_else(|| unnameable(model))?;
        let mut columns = <R::Entity as EntityTrait>::PrimaryKey::iter();
        let column = columns.next().expect("a model with a key that grants can name has a column for it");
        let value = row.get(column.into_column());
        let text = key.text(&value).ok_or_else(|| unnameable(model))?;
        Ok(Self { text, value })
    }
}

/// What is said of a model whose rows nothing can be granted on.
pub(crate) fn unnameable(model: &ModelInfo) -> Error {
    Error::wiring(format!(
        "`{model}` has a key that grants cannot name: one column of integers, text or uuids is needed"
    ))
}
