//! Rows that are marked as deleted, and stay in their table.

use chrono::{DateTime, Utc};
use refrain_entity::Moment;
use sea_orm::{ActiveModelTrait, ColumnTrait, ColumnType, EntityTrait, QueryFilter, Select, Value};

use crate::{
    Error,
    http::Problem,
    viewset::{
        ActiveModelOf, ColumnOf, EntityOf, ViewSet,
        columns::{column_name, field_of},
    },
};

/// Of these rows, or of all, those that are not marked as deleted; `None` for all of a table whose rows are never marked.
pub(crate) fn there<V: ViewSet>(rows: Option<Select<EntityOf<V>>>) -> Option<Select<EntityOf<V>>> {
    let Some(column) = V::soft_delete() else { return rows };
    let rows = rows.unwrap_or_else(EntityOf::<V>::find);
    Some(rows.filter(if is_flag(&column) { column.eq(false) } else { column.is_null() }))
}

/// Says of a new row that it is there, where neither it nor its column's default does.
pub(super) fn mark_as_there<V: ViewSet>(row: &mut ActiveModelOf<V>) {
    if let Some(column) = V::soft_delete()
        && is_flag(&column)
        && row.get(column).into_value().is_none()
        && column.def().get_column_default().is_none()
    {
        row.set(column, false.into());
    }
}

/// The change that marks a row.
pub(super) fn marked<V: ViewSet>(column: ColumnOf<V>) -> Result<ActiveModelOf<V>, Problem> {
    let mut changes = <ActiveModelOf<V> as ActiveModelTrait>::default();
    let values = if is_flag(&column) { vec![Value::from(true)] } else { moments(Moment::now().to_utc()) };
    if values.into_iter().any(|value| changes.try_set(column, value).is_ok()) {
        return Ok(changes);
    }
    Err(Error::wiring(format!("a moment cannot be written to `{}`", column_name(&column))).into())
}

/// A moment in each of the types that a model may have for it.
fn moments(now: DateTime<Utc>) -> Vec<Value> {
    vec![now.into(), now.fixed_offset().into(), now.naive_utc().into()]
}

fn is_flag(column: &impl ColumnTrait) -> bool {
    *column.def().get_column_type() == ColumnType::Boolean
}

/// What cannot work of a column that marks rows, in words that say what to write.
pub(crate) fn soft_delete_mistakes<V: ViewSet>() -> Option<String> {
    let column = V::soft_delete()?;
    let (name, definition) = (column_name(&column), column.def());
    let is_moment = matches!(
        definition.get_column_type(),
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone
    );
    let fits = if is_flag(&column) { !definition.is_null() } else { is_moment && definition.is_null() };
    if !fits || marked::<V>(column).is_err() {
        return Some(format!(
            "its `soft_delete` `{name}` has to be a boolean column that may not be NULL, or a moment that may"
        ));
    }
    let is_written = field_of::<V>(&column).is_some_and(|field| field.is_written());
    is_written.then(|| format!("its `soft_delete` `{name}` is a field that callers write: make it `read_only`"))
}
