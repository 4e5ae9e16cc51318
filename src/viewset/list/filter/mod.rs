//! Filters: which columns a list's caller may compare, how, and what each question is in SQL.

mod comparison;
mod condition;
mod lookup;
mod related;

use sea_orm::ColumnTrait;

use crate::{
    model::Model,
    permission::{Action, FollowedKey, Permissions},
    viewset::{ColumnOf, ViewSet},
};

pub use lookup::Lookup;

pub(crate) use comparison::{MOST_CHARACTERS, MOST_VALUES, read_comparison, searching};
pub(crate) use condition::condition;
pub(crate) use lookup::ColumnKind;
pub(crate) use related::RelatedField;

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
#[derive(Clone)]
pub struct Filter<C> {
    pub(crate) of: Filtered<C>,
    pub(crate) lookups: Vec<Lookup>,
}

/// What is compared.
#[derive(Clone)]
pub(crate) enum Filtered<C> {
    Column(C),
    /// A field of the row that this key points at.
    Related(C, RelatedField),
}

impl<C: ColumnTrait> Filter<C> {
    /// By the very value: `?name=beetle`.
    pub fn of(column: C) -> Self {
        Self { of: Filtered::Column(column), lookups: vec![Lookup::Exact] }
    }

    /// By a field of the row that a key points at: `?car__name=beetle`.
    ///
    /// ```
    /// # use refrain::doc_example::{car, cars::Cars, trip, trips::Trip};
    /// use refrain::{Filter, Lookup, ViewSet};
    ///
    /// struct Trips;
    ///
    /// impl ViewSet for Trips {
    ///     type Serializer = Trip;
    ///     const PATH: &'static str = "/trips";
    ///
    ///     // ?car__name=beetle, ?car__name__startswith=b
    ///     fn filters() -> Vec<Filter<trip::Column>> {
    ///         vec![
    ///             Filter::through::<Cars>(trip::Column::CarId, car::Column::Name)
    ///                 .lookups([Lookup::Exact, Lookup::StartsWith]),
    ///         ]
    ///     }
    /// }
    /// ```
    ///
    /// It finds rows whose key points at one that the other viewset lets the caller retrieve, and whose field it shows
    /// them: what they may not see finds nothing, whatever it is compared with. The parameter is called as the key's field
    /// without `_id`, two underscores, and the field as the other viewset calls it. Both viewsets are mounted in one API.
    pub fn through<V: ViewSet>(key: C, column: ColumnOf<V>) -> Self
    where
        C: ColumnTrait<EntityName: Model<Column = C>>,
    {
        let followed = FollowedKey::new::<V, C::EntityName>(key, Action::Retrieve);
        let field = RelatedField::of::<V>(Permissions::Through(followed.into()), column);
        Self { of: Filtered::Related(key, field), lookups: vec![Lookup::Exact] }
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
