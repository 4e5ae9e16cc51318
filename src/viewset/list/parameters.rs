use poem_openapi::registry::MetaSchemaRef;
use sea_orm::{ColumnTrait, EntityTrait};

use super::{
    ColumnKind, Filter, Lookup, Order, Pagination,
    filter::{Filtered, RelatedField},
};
use crate::{
    permission::RelatedViewSets,
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
    pub(crate) of: FilteredField<E>,
    pub(crate) lookup: Lookup,
}

/// What a filter compares.
#[derive(Clone)]
pub(crate) enum FilteredField<E: EntityTrait> {
    Own(&'static Field<E>),
    /// of the row that this key points at
    Related {
        key: &'static Field<E>,
        field: RelatedField,
    },
}

impl<E: Resource> FilteredField<E> {
    pub(crate) fn kind(&self) -> ColumnKind {
        match self {
            Self::Own(field) => ColumnKind::of(field.column().def().get_column_type()),
            Self::Related { field, .. } => field.parent().kind(),
        }
    }

    pub(crate) fn is_nullable(&self) -> bool {
        match self {
            Self::Own(field) => field.codec.nullable(),
            Self::Related { field, .. } => field.parent().is_nullable(),
        }
    }

    pub(crate) fn text_schema(&self) -> MetaSchemaRef {
        match self {
            Self::Own(field) => field.text_schema(),
            Self::Related { field, .. } => field.parent().text_schema(),
        }
    }
}

impl<E: Resource> ListParameters<E> {
    pub(crate) fn of<V>() -> Self
    where
        V: ViewSet<Serializer: Serializer<Entity = E>>,
    {
        let fields = |columns: Vec<E::Column>| columns.iter().filter_map(field_of::<V>).collect();
        let filters = V::filters().into_iter().filter_map(|Filter { of, lookups }| {
            let (name, of) = match of {
                Filtered::Column(column) => {
                    let field = field_of::<V>(&column)?;
                    (field.name().to_owned(), FilteredField::Own(field))
                }
                Filtered::Related(key, field) => {
                    let key = field_of::<V>(&key)?;
                    (related_name(key.name(), field.parent().name()?), FilteredField::Related { key, field })
                }
            };
            let parameter =
                move |lookup: Lookup| FilterParameter { name: lookup.parameter(&name), of: of.clone(), lookup };
            Some(lookups.into_iter().map(parameter))
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

    /// The same once the other viewsets can be found.
    pub(crate) fn among(mut self, viewsets: &RelatedViewSets) -> Self {
        for filter in &mut self.filters {
            if let FilteredField::Related { field, .. } = &mut filter.of {
                *field = field.among(viewsets);
            }
        }
        self
    }

    /// The filters by fields of other viewsets.
    pub(crate) fn related(&self) -> impl Iterator<Item = &RelatedField> {
        self.filters.iter().filter_map(|filter| match &filter.of {
            FilteredField::Related { field, .. } => Some(field),
            FilteredField::Own(_) => None,
        })
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

/// `project__name`: the key without `_id`, and the field as the other viewset has it.
fn related_name(key: &str, field: &str) -> String {
    let key = key.strip_suffix("_id").or_else(|| key.strip_suffix("Id")).unwrap_or(key);
    format!("{key}__{field}")
}
