use sea_orm::{
    ActiveModelTrait, ColumnTrait, ColumnType, ModelTrait, Value,
    sea_query::{Expr, ExprTrait, UpdateStatement},
};

use crate::{
    serializer::Resource,
    viewset::{
        ActiveModelOf, ModelOf, ViewSet,
        columns::{column_name, field_of},
    },
};

/// How often a row was written, where the viewset has a column that counts it.
pub(crate) fn version_of<V: ViewSet>(row: &ModelOf<V>) -> Option<i64> {
    match row.get(V::version()?) {
        Value::SmallInt(version) => version.map(i64::from),
        Value::Int(version) => version.map(i64::from),
        Value::BigInt(version) => version,
        _ => None,
    }
}

/// Gives a new row its first version, where neither a field's default nor the column's does.
pub(crate) fn first_version<V: ViewSet>(row: &mut ActiveModelOf<V>) {
    if let Some(column) = V::version()
        && row.get(column).into_value().is_none()
        && column.def().get_column_default().is_none()
    {
        row.set(column, number(&column, 1));
    }
}

/// Takes the version out of changes: nobody but the statement counts it.
pub(crate) fn leave_version_out<V: ViewSet>(changes: &mut ActiveModelOf<V>) {
    if let Some(column) = V::version() {
        changes.not_set(column);
    }
}

/// Says in a row that could not be written what its version would have been.
pub(crate) fn next_version<V: ViewSet>(row: &mut ActiveModelOf<V>, before: Option<i64>) {
    if let (Some(column), Some(before)) = (V::version(), before) {
        row.set(column, number(&column, before.saturating_add(1)));
    }
}

/// Counts a write in the statement that makes it.
pub(crate) fn add_one<E: Resource>(update: &mut UpdateStatement, version: E::Column) {
    update.value(version, Expr::col(version).add(1));
}

/// A number as a value of the column; one beyond it is its greatest.
fn number(column: &impl ColumnTrait, number: i64) -> Value {
    match column.def().get_column_type() {
        ColumnType::SmallInteger => i16::try_from(number).unwrap_or(i16::MAX).into(),
        ColumnType::Integer => i32::try_from(number).unwrap_or(i32::MAX).into(),
        _ => number.into(),
    }
}

/// What cannot work of a version column, in words that say what to write.
pub(crate) fn version_mistakes<V: ViewSet>() -> Option<String> {
    let column = V::version()?;
    let (name, definition) = (column_name(&column), column.def());
    let is_integer =
        matches!(definition.get_column_type(), ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger);
    if !is_integer || definition.is_null() {
        return Some(format!("its `version` `{name}` has to be an integer column that may not be NULL"));
    }
    if crate::model::key_columns::<crate::viewset::EntityOf<V>>().any(|key| column_name(&key) == name) {
        return Some(format!("its `version` `{name}` is a part of the key: it has to be a column of its own"));
    }
    let is_written = field_of::<V>(&column).is_some_and(|field| field.is_written());
    is_written.then(|| format!("its `version` `{name}` is a field that callers write: make it `read_only`"))
}
