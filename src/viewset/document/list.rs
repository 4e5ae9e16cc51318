use poem_openapi::{
    registry::{MetaOperationParam, MetaParamIn, MetaSchema, MetaSchemaRef},
    types::Type,
};

use super::{inline, parameter};
use crate::{
    serializer::Field,
    viewset::{
        Lookup, Pagination, Resource, ViewSet,
        list::{FilterParameter, ListParameters, MOST_CHARACTERS, MOST_SEARCHED, MOST_VALUES, ORDERING, SEARCH},
    },
};

/// What a list's caller may ask, each parameter in its type.
pub(super) fn parameters<V: ViewSet>() -> Vec<MetaOperationParam> {
    let list = ListParameters::of::<V>();
    let mut parameters = page_parameters(list.pagination);
    if !list.orderings.is_empty() {
        parameters.push(ordering(&list.orderings));
    }
    if !list.search.is_empty() {
        let names: Vec<&str> = list.search.iter().map(|field| field.name()).collect();
        let words = format!(
            "Only rows of which each of these words, or phrases in quotes, is in one of: {}. In capitals or not.",
            names.join(", ")
        );
        let schema = text(MOST_SEARCHED);
        parameters.push(parameter(SEARCH.to_owned(), MetaParamIn::Query, schema, &words));
    }
    parameters.extend(list.filters.iter().map(filter));
    parameters
}

fn page_parameters(pagination: Pagination) -> Vec<MetaOperationParam> {
    let bounded = |minimum: f64, default: Option<u64>| {
        inline(MetaSchema {
            minimum: Some(minimum),
            default: default.map(Into::into),
            ..MetaSchema::new_with_format("integer", "int64")
        })
    };
    let query = |name: &str, schema, words: &str| parameter(name.to_owned(), MetaParamIn::Query, schema, words);
    let most = format!("How many rows at most; more than {} are not given.", pagination.most());
    let size = query(pagination.size_parameter(), bounded(1.0, Some(pagination.size())), &most);
    let place = pagination.place_parameter();
    match place {
        "offset" => vec![size, query(place, bounded(0.0, None), "How many rows to pass over.")],
        "page" => vec![query(place, bounded(1.0, None), "Which page, the first of which is 1."), size],
        _ => vec![query(place, String::schema_ref(), "A place in the list, from a link to another page."), size],
    }
}

fn ordering<E: Resource>(by: &[&Field<E>]) -> MetaOperationParam {
    let names: Vec<&str> = by.iter().map(|field| field.name()).collect();
    let words = format!("Fields in order, `-` before a descending one: {}.", names.join(", "));
    parameter(ORDERING.to_owned(), MetaParamIn::Query, String::schema_ref(), &words)
}

fn filter<E: Resource>(FilterParameter { name, of, lookup }: &FilterParameter<E>) -> MetaOperationParam {
    let several = |least, most| {
        inline(MetaSchema {
            items: Some(Box::new(of.text_schema())),
            min_items: Some(least),
            max_items: Some(most),
            ..MetaSchema::new("array")
        })
    };
    let schema = match lookup {
        Lookup::In => several(1, MOST_VALUES),
        Lookup::Range => several(2, 2),
        Lookup::Contains | Lookup::IContains | Lookup::StartsWith => text(MOST_CHARACTERS),
        Lookup::IsNull => bool::schema_ref(),
        Lookup::Exact | Lookup::Gt | Lookup::Gte | Lookup::Lt | Lookup::Lte => of.text_schema(),
    };
    // of several values each is a parameter of its own: most generators of clients send them so, whatever `explode` is
    parameter(name.clone(), MetaParamIn::Query, schema, lookup.description())
}

fn text(most: usize) -> MetaSchemaRef {
    inline(MetaSchema { max_length: Some(most), ..MetaSchema::new("string") })
}
