//! What the OpenAPI document and `explain` are told of a viewset.

mod bulk;
mod explain;
mod list;

use std::{collections::HashSet, sync::Mutex};

use poem_openapi::registry::{
    MetaMediaType, MetaOperation, MetaOperationParam, MetaParamIn, MetaRequest, MetaResponse, MetaResponses,
    MetaSchema, MetaSchemaRef, Registry,
};

use crate::{
    model::Model,
    permission::Action,
    serializer::{Field, Serializer, Shape, Shows, register_body},
    viewset::{
        EntityOf, Nested, ViewSet,
        columns::field_of,
        list::page_schema,
        mount::Place,
        row::{path_parameters, tell_in},
    },
};

pub(crate) use bulk::{bulk_operation, bulk_operation_id};

/// What a client's method is called: `cars_list`.
pub(crate) fn operation_id(path: &str, action: Action) -> String {
    format!("{}_{}", collection_name(path), action.name())
}

/// A collection's path as a word: `/api/big-cars` is `api_big_cars`, `/projects/{project_id}/tasks` is `projects_tasks`.
fn collection_name(path: &str) -> String {
    let steps = path.split('/').filter(|step| !step.is_empty() && !step.starts_with('{'));
    let word = |step: &str| step.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect::<String>();
    steps.map(word).collect::<Vec<_>>().join("_").trim_matches('_').to_owned()
}

/// The same as a type of clients: `/api/big-cars` is `ApiBigCars`.
fn type_name(path: &str, of: &str) -> String {
    let words = collection_name(path);
    let words = words.split('_').filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut signs = word.chars();
        signs.next().into_iter().flat_map(char::to_uppercase).chain(signs).collect::<String>()
    };
    words.map(capital).chain([of.to_owned()]).collect()
}

/// Registers the schemas that a viewset's operations speak of.
pub(crate) fn register<V: ViewSet>(registry: &mut Registry) {
    <V::Serializer as Shows>::register(registry);
    for action in V::ACTIONS {
        if let Some(shape) = body_of::<V>(*action) {
            register_body::<V::Serializer>(shape, registry);
        }
    }
    for nested in &V::nested() {
        register_input_below(nested, registry);
    }
    register_row::<V>(registry);
    bulk::register::<V>(registry);
    let page = page_schema(row_schema::<V>(), V::pagination().counts());
    insert(registry, page_name::<V>(), V::PATH.to_owned(), page);
}

/// Registers the schema of a representation.
pub(crate) fn register_row<V: ViewSet>(registry: &mut Registry) {
    <V::Serializer as Shows>::register(registry);
    if let Some(name) = row_name::<V>() {
        let output = registry.schemas.get(V::Serializer::NAME).cloned();
        let mut representation = output.expect("a serializer registers its schema under its name");
        if V::ROW_PERMISSIONS {
            tell_in(&mut representation);
        }
        if V::SPARSE_FIELDS {
            representation.required.clear();
        }
        insert(registry, name, V::PATH.to_owned(), representation);
    }
}

/// As the framework does it for types: of two schemas under one name one would be lost.
fn insert(registry: &mut Registry, name: String, of: String, schema: MetaSchema) {
    let made_for = interned(format!("what is made for `{of}`"));
    let there = registry.schemas.get(&name).and_then(|schema| schema.rust_typename);
    if let Some(there) = there.filter(|there| *there != made_for) {
        panic!("`{there}` and {made_for} have the same OpenAPI name `{name}`");
    }
    // a title left as it was makes two schemas of one name in some generators
    let schema = MetaSchema { title: Some(name.clone()), rust_typename: Some(made_for), ..schema };
    registry.schemas.insert(name, schema);
}

/// What the body of an action is.
fn body_of<V: ViewSet>(action: Action) -> Option<Shape> {
    match action {
        Action::Create => Some(Shape::Input),
        Action::Update => Some(Shape::of_put::<V::Serializer>()),
        Action::PartialUpdate => Some(Shape::Patched),
        _ => None,
    }
}

fn page_name<V: ViewSet>() -> String {
    type_name(V::PATH, "Page")
}

/// What a representation is called that tells what its reader may do with the row, or of which they choose members; nothing
/// where it is the serializer's own.
pub(crate) fn row_name<V: ViewSet>() -> Option<String> {
    (V::ROW_PERMISSIONS || V::SPARSE_FIELDS).then(|| type_name(V::PATH, "Row"))
}

/// A representation.
pub(crate) fn row_schema<V: ViewSet>() -> MetaSchemaRef {
    row_name::<V>().map_or_else(<V::Serializer as Shows>::schema, MetaSchemaRef::Reference)
}

/// An operation as the framework's document has it; who may call it is written in when the site is known.
pub(crate) fn operation<V: ViewSet>(place: &Place<V>, action: Action) -> MetaOperation {
    let words = summary::<V>(action);
    let (status, schema) = match action {
        Action::List => (200, Some(MetaSchemaRef::Reference(page_name::<V>()))),
        Action::Create => (201, Some(row_schema::<V>())),
        Action::Destroy => (204, None),
        _ => (200, Some(row_schema::<V>())),
    };
    let body = body_of::<V>(action).map(|shape| match (shape, &place.nested) {
        (Shape::Input, Some(nested)) if requires(nested) => input_name_below(nested),
        (shape, _) => shape.name::<V::Serializer>(),
    });
    let body = body.map(MetaSchemaRef::Reference);
    MetaOperation {
        method: action.method().expect("a standard action has a route"),
        tags: vec![interned(collection_name(V::PATH))],
        summary: Some(interned(words)),
        description: None,
        external_docs: None,
        params: parent_of(place).into_iter().chain(params::<V>(action)).collect(),
        request: body.map(|schema| MetaRequest { description: None, content: vec![json(schema)], required: true }),
        responses: MetaResponses {
            responses: vec![MetaResponse {
                description: answered(action),
                status: Some(status),
                status_range: None,
                content: schema.map(json).into_iter().collect(),
                headers: Vec::new(),
            }],
        },
        deprecated: false,
        security: Vec::new(),
        operation_id: Some(interned(operation_id(place.path, action))),
        code_samples: Vec::new(),
    }
}

/// The variable that names the row which the path is below.
fn parent_of<V: ViewSet>(place: &Place<V>) -> Option<MetaOperationParam> {
    let nested = place.nested.as_ref()?;
    let schema = (nested.parent.schemas)().into_iter().next()?;
    Some(parameter(nested.variable()?.to_owned(), MetaParamIn::Path, schema, ""))
}

/// Does a body have to say which row it belongs to, where the path does not?
fn requires<V: ViewSet>(nested: &Nested<V>) -> bool {
    nested.offers(Action::Create) && field_of::<V>(&nested.key).is_some_and(Field::is_required)
}

/// What a new row is called that may leave out which row it belongs to.
fn input_name_below<V: ViewSet>(nested: &Nested<V>) -> String {
    type_name(nested.path, "Input")
}

/// The same as a schema: the body's own, without that field among the required.
fn register_input_below<V: ViewSet>(nested: &Nested<V>, registry: &mut Registry) {
    let Some(field) = field_of::<V>(&nested.key).filter(|_| requires(nested)) else { return };
    let input = registry.schemas.get(&Shape::Input.name::<V::Serializer>()).cloned();
    let Some(mut input) = input else { return };
    input.required.retain(|name| *name != field.name());
    insert(registry, input_name_below(nested), nested.path.to_owned(), input);
}

fn params<V: ViewSet>(action: Action) -> Vec<MetaOperationParam> {
    if action.on_row() {
        let each = path_parameters::<V>().into_iter();
        return each.map(|(name, schema)| parameter(name, MetaParamIn::Path, schema, "")).collect();
    }
    if action == Action::List { list::parameters::<V>() } else { Vec::new() }
}

fn parameter(name: String, in_type: MetaParamIn, schema: MetaSchemaRef, description: &str) -> MetaOperationParam {
    MetaOperationParam {
        name,
        schema,
        required: in_type == MetaParamIn::Path,
        in_type,
        description: (!description.is_empty()).then(|| description.to_owned()),
        deprecated: false,
        explode: true,
        style: None,
    }
}

fn summary<V: ViewSet>(action: Action) -> String {
    let name = EntityOf::<V>::VERBOSE_NAME;
    match action {
        Action::List => format!("List every {name} the caller may see"),
        Action::Create => format!("Create a {name}"),
        Action::Retrieve => format!("Retrieve a {name}"),
        Action::Update => format!("Replace a {name}"),
        Action::PartialUpdate => format!("Change a {name} in part"),
        _ => format!("Delete a {name}"),
    }
}

fn answered(action: Action) -> &'static str {
    match action {
        Action::List => "A page of rows.",
        Action::Create => "The row as it was made.",
        Action::Destroy => "The row is gone.",
        Action::Retrieve => "The row.",
        _ => "The row as it is now.",
    }
}

fn json(schema: MetaSchemaRef) -> MetaMediaType {
    MetaMediaType { content_type: "application/json", schema }
}

fn inline(schema: MetaSchema) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(schema))
}

/// The framework's document holds `&'static str`; each text is kept once for the life of the process.
fn interned(text: String) -> &'static str {
    static TEXTS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut texts = TEXTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let texts = texts.get_or_insert_default();
    match texts.get(text.as_str()) {
        Some(known) => known,
        None => {
            let kept: &'static str = Box::leak(text.into_boxed_str());
            texts.insert(kept);
            kept
        }
    }
}
