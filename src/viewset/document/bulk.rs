//! The routes for many rows.

use poem_openapi::registry::{
    MetaOperation, MetaRequest, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};

use super::{
    collection_name, inline, input_name_below, insert, interned, json, parent_of, requires, row_schema, type_name,
};
use crate::{
    model::Model,
    serializer::{Shape, register_body},
    viewset::{
        EntityOf, ViewSet,
        bulk::{BulkRoute, CHANGES},
        mount::Place,
        row::path_parameters,
    },
};

/// What a client's method is called: `cars_bulk_create`.
pub(crate) fn bulk_operation_id(path: &str, route: BulkRoute) -> String {
    format!("{}_{}", collection_name(path), route.word())
}

/// Registers the items of the lists that the routes take.
pub(super) fn register<V: ViewSet>(registry: &mut Registry) {
    for route in BulkRoute::of::<V>() {
        match route {
            BulkRoute::Create => register_body::<V::Serializer>(Shape::Input, registry),
            BulkRoute::Update => {
                register_body::<V::Serializer>(Shape::Patched, registry);
                let changes = MetaSchemaRef::Reference(Shape::Patched.name::<V::Serializer>());
                let mut item = key_schema::<V>();
                item.properties.push((CHANGES, changes));
                item.required.push(CHANGES);
                insert(registry, type_name(V::PATH, "BulkChange"), V::PATH.to_owned(), item);
            }
            BulkRoute::Destroy => {
                insert(registry, type_name(V::PATH, "BulkKey"), V::PATH.to_owned(), key_schema::<V>());
            }
        }
    }
}

/// What names a row in a list.
fn key_schema<V: ViewSet>() -> MetaSchema {
    let parts: Vec<(&'static str, MetaSchemaRef)> =
        path_parameters::<V>().into_iter().map(|(name, schema)| (interned(name), schema)).collect();
    let required = parts.iter().map(|(name, _)| *name).collect();
    MetaSchema { properties: parts, required, ..MetaSchema::new("object") }
}

/// An operation on many rows.
pub(crate) fn bulk_operation<V: ViewSet>(place: &Place<V>, route: BulkRoute) -> MetaOperation {
    let name = EntityOf::<V>::VERBOSE_NAME;
    let list = |item: MetaSchemaRef, most: Option<usize>| {
        inline(MetaSchema {
            items: Some(Box::new(item)),
            min_items: most.map(|_| 1),
            max_items: most,
            ..MetaSchema::new("array")
        })
    };
    let rows = || Some(list(row_schema::<V>(), None));
    let (words, item, status, answered, answer) = match route {
        BulkRoute::Create => {
            let item = match &place.nested {
                Some(nested) if requires(nested) => input_name_below(nested),
                _ => Shape::Input.name::<V::Serializer>(),
            };
            (format!("Create many rows, each a {name}"), item, 201, "The rows as they were made.", rows())
        }
        BulkRoute::Update => {
            let item = type_name(V::PATH, "BulkChange");
            (format!("Change many rows in part, each a {name}"), item, 200, "The rows as they are now.", rows())
        }
        BulkRoute::Destroy => {
            let item = type_name(V::PATH, "BulkKey");
            (format!("Delete many rows, each a {name}"), item, 204, "The rows are gone.", None)
        }
    };
    MetaOperation {
        method: route.method(),
        tags: vec![interned(collection_name(V::PATH))],
        summary: Some(interned(words)),
        description: Some("All rows are written, or none. What is wrong with one is told under its place in the list."),
        external_docs: None,
        params: parent_of(place).into_iter().collect(),
        request: Some(MetaRequest {
            description: None,
            content: vec![json(list(MetaSchemaRef::Reference(item), Some(V::BULK_LIMIT)))],
            required: true,
        }),
        responses: MetaResponses {
            responses: vec![MetaResponse {
                description: answered,
                status: Some(status),
                status_range: None,
                content: answer.map(json).into_iter().collect(),
                headers: Vec::new(),
            }],
        },
        deprecated: false,
        security: Vec::new(),
        operation_id: Some(interned(bulk_operation_id(place.path, route))),
        code_samples: Vec::new(),
    }
}
