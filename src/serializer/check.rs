use std::collections::HashSet;

use sea_orm::{ColumnTrait, ColumnType, DbBackend, EntityTrait, Iterable};

use super::{
    Serializer,
    field::{fills_itself, same_column},
};
use crate::model::{Model, key_columns};

/// Fields of a model that no serializer's field is, and that a hook or the database fills in a new row.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::serializer::Filled;
///
/// // what `#[serializer(filled(published))]` says
/// let filled = Filled::<car::Entity>::of(&["published"]);
/// # let _ = filled;
/// ```
pub struct Filled<E: EntityTrait>(Vec<(&'static str, Option<E::Column>)>);

impl<E: EntityTrait> Default for Filled<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: Model> Filled<E> {
    /// These, as the model's struct calls them.
    pub fn of(fields: &[&'static str]) -> Self {
        Self(fields.iter().map(|field| (*field, E::column_of(field))).collect())
    }
}

/// Everything about a serializer that cannot work, on this database if one is connected, in words that say what to write;
/// `by_viewset` are columns that the viewset itself fills.
pub(crate) fn mistakes<S: Serializer>(
    on: Option<DbBackend>,
    creates: bool,
    by_viewset: &[<S::Entity as EntityTrait>::Column],
) -> Vec<String> {
    let mut mistakes = S::fields().mistakes(on);
    mistakes.extend(names_twice::<S>());
    let of_no_column = |(field, column): &(&'static str, Option<_>)| column.is_none().then_some(*field);
    mistakes.extend(
        S::filled()
            .0
            .iter()
            .filter_map(of_no_column)
            .map(|field| format!("`filled({field})`: the model has no column for it")),
    );
    if creates {
        mistakes.extend(unfilled::<S>(by_viewset).map(|column| {
            let field = field_of::<S::Entity>(&column);
            format!(
                "nothing fills `{field}`, which may not be NULL: make it a field that can be written or has a `default`, \
                 or write `filled({field})` where a hook or the database fills it"
            )
        }));
    }
    let padded_key = |column: &<S::Entity as EntityTrait>::Column| {
        on == Some(DbBackend::Postgres) && matches!(column.def().get_column_type(), ColumnType::Char(_))
    };
    mistakes.extend(key_columns::<S::Entity>().filter(padded_key).map(|column| {
        let name = field_of::<S::Entity>(&column);
        format!("the key `{name}` is a `char`, which PostgreSQL pads: make it a `varchar`, `String(StringLen::N(…))`")
    }));
    mistakes
}

/// What the model's struct calls a column.
fn field_of<E: Model>(column: &E::Column) -> &'static str {
    let of_column = E::FIELDS.iter().find(|(_, of)| same_column::<E>(of, column));
    of_column.map_or_else(|| sea_orm::IdenStatic::as_str(column), |(field, _)| field)
}

/// Columns that may not be NULL and that a new row has no value for.
fn unfilled<S: Serializer>(
    by_viewset: &[<S::Entity as EntityTrait>::Column],
) -> impl Iterator<Item = <S::Entity as EntityTrait>::Column> {
    let filled = S::filled();
    <S::Entity as EntityTrait>::Column::iter().filter(move |column| {
        let is = |other: &<S::Entity as EntityTrait>::Column| same_column::<S::Entity>(other, column);
        let by_field = S::fields()
            .of_column(column)
            .is_some_and(|field| field.is_written() || field.default.is_some() || field.filled);
        !(column.def().is_null()
            || fills_itself::<S::Entity>(column)
            || by_field
            || by_viewset.iter().any(is)
            || filled.0.iter().any(|(_, column)| column.as_ref().is_some_and(is)))
    })
}

fn names_twice<S: Serializer>() -> Vec<String> {
    let mut seen = HashSet::new();
    let twice = S::fields().iter().filter(move |field| !seen.insert(field.name));
    twice.map(|field| format!("two fields are called `{}`", field.name)).collect()
}
