//! Filters: which columns a list's caller may compare, how, and what each question is in SQL.

mod comparison;
mod condition;
mod lookup;

use sea_orm::ColumnTrait;

pub use lookup::Lookup;

pub(crate) use comparison::{MOST_CHARACTERS, MOST_VALUES, read_comparison, searching};
pub(crate) use condition::condition;
pub(crate) use lookup::ColumnKind;

/// A column that a list can be filtered by, and the questions that may be asked of it.
///
/// ```
/// # use refrain::doc_example::{car, cars::Car};
/// use refrain::{Filter, Lookup, ViewSet};
///
/// struct Cars;
///
/// impl ViewSet for Cars {
///     type Serializer = Car;
///     const PATH: &'static str = "/cars";
///
///     // ?published=true, ?name__icontains=beetle, ?name__startswith=b
///     fn filters() -> Vec<Filter<car::Column>> {
///         vec![
///             car::Column::Published.into(),
///             Filter::of(car::Column::Name).lookups([Lookup::IContains, Lookup::StartsWith]),
///         ]
///     }
/// }
/// ```
///
/// A column alone is compared for being equal, as [`Filter::of`] is. The field's name in the serializer is that of the
/// parameter, and what is compared is read as the field's own text.
#[doc(alias("FilterSet", "filterset_fields"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter<C> {
    pub(crate) column: C,
    pub(crate) lookups: Vec<Lookup>,
}

impl<C: ColumnTrait> Filter<C> {
    /// By the very value: `?name=beetle`.
    pub fn of(column: C) -> Self {
        Self { column, lookups: vec![Lookup::Exact] }
    }

    /// By these questions and no others.
    pub fn lookups(self, lookups: impl IntoIterator<Item = Lookup>) -> Self {
        Self { lookups: lookups.into_iter().collect(), ..self }
    }
}

impl<C: ColumnTrait> From<C> for Filter<C> {
    fn from(column: C) -> Self {
        Self::of(column)
    }
}
