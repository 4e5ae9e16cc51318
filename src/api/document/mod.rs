//! What the framework cannot know of an operation, written into its document: it is known only of the whole site.

mod access;
mod as_3_1;
mod conditional;
mod errors;
mod members;
mod tidy;

use poem_openapi::{registry::Registry, types::Type};
use refrain_entity::Key;
use serde_json::{Map, Value, json};

use crate::{
    api::me::USER_KEY,
    http::{ProblemBody, Site, drf_errors_in},
    permission::Action,
    viewset::{Endpoint, absolute_links_in, told_in},
};

/// Writes into the framework's document who may call each operation, what it asks, and the errors it can answer.
pub(super) fn complete(plain: &str, site: &Site, endpoints: &[Endpoint]) -> String {
    let Ok(Value::Object(mut document)) = serde_json::from_str(plain) else { return plain.to_owned() };
    let mut responses = Map::new();
    for endpoint in endpoints {
        let method = endpoint.method.as_str().to_lowercase();
        let operation = document
            .get_mut("paths")
            .and_then(|paths| paths.get_mut(&endpoint.path))
            .and_then(|path| path.get_mut(&method))
            .and_then(Value::as_object_mut);
        if let Some(operation) = operation {
            tidy::operation(operation, &endpoint.path);
            access::describe(operation, endpoint, site);
            conditional::describe(operation, endpoint.conditional);
            members::describe(operation, &endpoint.members);
            errors::describe(operation, endpoint, site, &mut responses);
        }
    }
    document.insert("tags".to_owned(), tidy::tags(&document));
    let components = document.entry("components").or_insert_with(|| json!({}));
    components["securitySchemes"] = access::schemes(site);
    components["responses"] = responses.into();
    // the framework drops schemas that nothing of its own document refers to
    let mut registry = Registry::new();
    ProblemBody::register(&mut registry);
    for (name, schema) in registry.schemas {
        components["schemas"][name] = json!(schema);
    }
    let mut document = Value::Object(document);
    leave_counts_out(&mut document, endpoints);
    name_user_keys(&mut document["components"]["schemas"], site.auth.users().key);
    let components = &mut document["components"];
    for (name, told) in told_in(endpoints) {
        access::name_told(&mut components["schemas"][name], &told);
    }
    if site.links_origin.is_some() {
        absolute_links_in(&mut document);
    }
    if site.drf_errors {
        drf_errors_in(&mut document);
    }
    if site.openapi_3_1 {
        as_3_1::rewrite(&mut document);
    }
    serde_json::to_string_pretty(&document).unwrap_or_else(|_| plain.to_owned())
}

/// A user's key is what the site's are.
fn name_user_keys(schema: &mut Value, key: Key) {
    if schema.get("format").is_some_and(|format| format == USER_KEY) {
        let (kind, format) = match key {
            Key::Integer | Key::BigInteger => ("integer", "int64"),
            Key::Uuid => ("string", "uuid"),
        };
        (schema["type"], schema["format"]) = (json!(kind), json!(format));
    }
    let inner: Box<dyn Iterator<Item = &mut Value>> = match schema {
        Value::Object(members) => Box::new(members.values_mut()),
        Value::Array(items) => Box::new(items.iter_mut()),
        _ => return,
    };
    inner.for_each(|schema| name_user_keys(schema, key));
}

/// A page whose list may be made without a count does not promise one.
fn leave_counts_out(document: &mut Value, endpoints: &[Endpoint]) {
    let without = |endpoint: &&Endpoint| endpoint.action == Some(Action::List) && endpoint.permissions.may_ask_hooks();
    for endpoint in endpoints.iter().filter(without) {
        let answer = document["paths"][&endpoint.path]["get"]["responses"]["200"]["content"].as_object();
        let page = answer.and_then(|answer| answer.values().next()?["schema"]["$ref"].as_str());
        let Some(pointer) = page.and_then(|page| page.strip_prefix('#')).map(str::to_owned) else { continue };
        if let Some(required) = document.pointer_mut(&pointer).and_then(|page| page["required"].as_array_mut()) {
            required.retain(|name| name != "count");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_key_is_the_sites_wherever_it_stands() {
        let key = json!({ "type": "integer", "format": USER_KEY });
        let within = |key: &Value| json!({ "properties": { "id": key }, "allOf": [{ "properties": { "by": key } }] });
        for (of_site, kind, format) in
            [(Key::Uuid, "string", "uuid"), (Key::Integer, "integer", "int64"), (Key::BigInteger, "integer", "int64")]
        {
            let mut schema = within(&key);
            name_user_keys(&mut schema, of_site);
            assert_eq!(schema, within(&json!({ "type": kind, "format": format })));
        }
    }
}
