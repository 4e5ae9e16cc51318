use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};

use super::{
    At, Json, Members, Rules,
    field_type::{NULL, REQUIRED},
    read::{Found, member},
    schema::described,
};

/// A member of a nested object, as the document describes it.
pub struct Member {
    name: &'static str,
    schema: MetaSchemaRef,
    required: bool,
}

impl Member {
    /// A member of this name.
    pub fn new<T>(name: &'static str, doc: &'static str, rules: &Rules<T>, has_default: bool) -> Self {
        let schema = described((rules.schema)(), &rules.bounds, |schema| {
            schema.description = (!doc.is_empty()).then_some(doc);
        });
        Self { name, schema, required: !rules.nullable && !has_default }
    }
}

/// The schema of an object inside of a value.
pub fn nested_schema(name: &str, doc: &'static str, members: Vec<Member>) -> MetaSchema {
    MetaSchema {
        title: Some(name.to_owned()),
        description: (!doc.is_empty()).then_some(doc),
        required: members.iter().filter(|member| member.required).map(|member| member.name).collect(),
        properties: members.into_iter().map(|member| (member.name, member.schema)).collect(),
        ..MetaSchema::new("object")
    }
}

/// Registers an object's schema, once.
pub fn register_object<T>(registry: &mut Registry, name: &str, schema: fn(&mut Registry) -> MetaSchema) {
    registry.create_schema::<T, _>(name.to_owned(), schema);
}

/// Registers the schema of what a member is.
pub fn register_rules<T>(rules: &Rules<T>, registry: &mut Registry) {
    (rules.register)(registry);
}

/// What is wrong with a member's validators.
pub fn check_rules<T>(rules: &Rules<T>, mistakes: &mut Vec<String>) {
    mistakes.extend(rules.mistakes.iter().cloned());
}

/// A default as a value of the type it is for.
pub fn default_of<T, V: Into<T>>(value: V) -> T {
    value.into()
}

/// Reads one member of a nested object, checked as those of the top level are.
pub fn nested_member<T>(
    members: &Members<'_>,
    name: &'static str,
    rules: &Rules<T>,
    default: Option<fn() -> T>,
    at: &mut At,
) -> Option<T> {
    let found = member(members, name, at);
    at.inside(name, |at| match found {
        Found::LeftOut => default.map(|default| default()).or_else(rules.from_null).or_else(|| at.refuse(REQUIRED)),
        Found::Once(json) if json.is_null() => (rules.from_null)().or_else(|| at.refuse(NULL)),
        Found::Once(json) => rules.read(json, at),
        Found::Twice => None,
    })
}

/// The members of a nested object.
pub fn members_of<'a>(json: Json<'a>, at: &mut At) -> Option<Members<'a>> {
    json.members()
        .ok()
        .or_else(|| at.refuse(format!("Invalid data. Expected a dictionary, but got {}.", json.type_name())))
}
