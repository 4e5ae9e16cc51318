use sea_orm::EntityTrait;

use super::{Filter, Lookup, Order, Pagination};
use crate::{
    serializer::{Field, Serializer},
    viewset::{Resource, ViewSet, columns::field_of},
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
        Self {
            pagination: V::pagination(),
            filters: filters.flatten().collect(),
            search: fields(V::search()),
            orderings: fields(V::orderings()),
            default_order: V::default_order(),
            chooses_members: V::SPARSE_FIELDS,
        }
    }

    pub(crate) fn filter(&self, name: &str) -> Option<&FilterParameter<E>> {
        self.filters.iter().find(|filter| filter.name == name)
    }
}
