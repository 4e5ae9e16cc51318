use poem_openapi::registry::{MetaSchema, Registry};

use super::{
    At, Json, MemberSchema, Members, Rules,
    field_type::REQUIRED,
    read::{Found, member},
};

/// The schema of an object inside of a value; what it refers to is registered.
pub fn nested_schema(name: &str, doc: &'static str, members: Vec<MemberSchema>, registry: &mut Registry) -> MetaSchema {
    for member in &members {
        (member.register)(registry);
    }
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
        Found::Once(json) => rules.read_value(json, at),
        Found::Twice => None,
    })
}

/// The members of a nested object.
pub fn members_of<'a>(json: Json<'a>, at: &mut At) -> Option<Members<'a>> {
    json.members()
        .ok()
        .or_else(|| at.refuse(format!("Invalid data. Expected a dictionary, but got {}.", json.type_name())))
}
