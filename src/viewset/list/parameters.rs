use sea_orm::EntityTrait;

use super::{Filter, Lookup, Order, Pagination};
use crate::{
    serializer::{Field, Serializer, same_column},
    viewset::{Resource, ViewSet, columns::field_of, row::FIELDS},
};

/// What a list's caller may ask: everything a viewset declares of it, with the fields by whose names it is asked.
///
/// A column that is no field, and one that is not shown, is refused when the API is built.
pub(crate) struct ListParameters<E: EntityTrait> {
    pub(crate) pagination: Pagination,
    pub(crate) filters: Vec<FilterParameter<E>>,
    pub(crate) search: Vec<&'static Field<E>>,
    pub(crate) orderings: Vec<&'static Field<E>>,
    pub(crate) default_order: Vec<Order<E::Column>>,
    /// The fields of what it goes by, asked for or not.
    ordered_by: Vec<&'static Field<E>>,
    /// Do callers choose the members of rows?
    pub(crate) chooses_members: bool,
}

/// A parameter that filters.
pub(crate) struct FilterParameter<E: EntityTrait> {
    pub(crate) name: String,
    pub(crate) field: &'static Field<E>,
    pub(crate) lookup: Lookup,
}

impl<E: Resource> ListParameters<E> {
    pub(crate) fn of<V>() -> Self
    where
        V: ViewSet<Serializer: Serializer<Entity = E>>,
    {
        let fields = |columns: Vec<E::Column>| columns.iter().filter_map(field_of::<V>).collect();
        let filters = V::filters().into_iter().filter_map(|Filter { column, lookups }| {
            let field = field_of::<V>(&column)?;
            Some(lookups.into_iter().map(move |lookup| FilterParameter {
                name: lookup.parameter(field.name()),
                field,
                lookup,
            }))
        });
        let default_order = V::default_order();
        let by_default = default_order.iter().filter_map(|order| field_of::<V>(&order.column));
        let ordered_by = V::orderings().iter().filter_map(field_of::<V>).chain(by_default).collect();
        Self {
            ordered_by,
            pagination: V::pagination(),
            filters: filters.flatten().collect(),
            search: fields(V::search()),
            orderings: fields(V::orderings()),
            default_order,
            chooses_members: V::SPARSE_FIELDS,
        }
    }

    pub(crate) fn ordered_by(&self, column: &E::Column) -> Option<&'static Field<E>> {
        self.ordered_by.iter().copied().find(|field| same_column::<E>(&field.column(), column))
    }

    pub(crate) fn filter(&self, name: &str) -> Option<&FilterParameter<E>> {
        self.filters.iter().find(|filter| filter.name == name)
    }

    /// May a parameter be repeated?
    pub(crate) fn takes_several(&self, name: &str) -> bool {
        self.filter(name).is_some_and(|filter| filter.lookup.takes_several())
            || (self.chooses_members && name == FIELDS)
    }
}
