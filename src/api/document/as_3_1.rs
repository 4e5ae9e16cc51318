//! The same document as OpenAPI 3.1, whose schemas are JSON Schema's own.

use serde_json::{Map, Value, json};

/// Rewrites a whole document of 3.0.
///
/// `null` is a type, bounds say by themselves that they are left out, and the permissions that an operation asks stand as
/// roles behind each way to say who one is.
pub(super) fn rewrite(document: &mut Value) {
    document["openapi"] = json!("3.1.0");
    if let Some(paths) = document["paths"].as_object_mut() {
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
        operations.for_each(name_roles);
    }
    schemas_within(document);
}

/// An empty requirement, which is nobody at all, has no role.
fn name_roles(operation: &mut Value) {
    let asks = operation["x-permissions"]["asks"].clone();
    let requirements = operation.get_mut("security").and_then(Value::as_array_mut).into_iter().flatten();
    for roles in requirements.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        *roles = asks.clone();
    }
}

/// Of whatever is in it: what 3.0 alone says stands in schemas only, and examples are data.
fn schemas_within(value: &mut Value) {
    match value {
        Value::Object(members) => {
            schema(members);
            for (name, inner) in members {
                match (&**name, inner) {
                    ("example" | "examples" | "default" | "enum" | "const" | "x-permissions", _) => {}
                    // by statuses, one of which is called `default`
                    ("responses", Value::Object(responses)) => responses.values_mut().for_each(schemas_within),
                    // names of members, which may be called as keywords are
                    ("properties", Value::Object(properties)) => properties.values_mut().for_each(schemas_within),
                    (_, inner) => schemas_within(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(schemas_within),
        _ => {}
    }
}

fn schema(members: &mut Map<String, Value>) {
    let is_true = |members: &Map<String, Value>, name: &str| members.get(name) == Some(&json!(true));
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if members.get(flag).is_some_and(Value::is_boolean) {
            let excludes = is_true(members, flag);
            members.remove(flag);
            if let Some(value) = members.get(bound).cloned().filter(|_| excludes) {
                members.remove(bound);
                members.insert(flag.to_owned(), value);
            }
        }
    }
    if !members.get("nullable").is_some_and(Value::is_boolean) {
        return;
    }
    let is_nullable = is_true(members, "nullable");
    members.remove("nullable");
    if is_nullable {
        allow_null(members);
    }
}

fn allow_null(members: &mut Map<String, Value>) {
    if let Some(Value::Array(values)) = members.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match members.get("type").cloned() {
        Some(Value::String(kind)) => {
            members.insert("type".to_owned(), json!([kind, "null"]));
        }
        // without a type: anything, `null` too, unless it is put together of others
        Some(_) => {}
        None => {
            let others = ["$ref", "allOf", "oneOf", "anyOf"].map(|name| members.remove_entry(name));
            let others: Map<String, Value> = others.into_iter().flatten().collect();
            if !others.is_empty() {
                members.insert("anyOf".to_owned(), json!([others, { "type": "null" }]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_a_type() {
        for (of_3_0, of_3_1) in [
            (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
            (json!({"type": "string", "nullable": false}), json!({"type": "string"})),
            (
                json!({"allOf": [{"$ref": "#/a"}], "nullable": true, "description": "An a."}),
                json!({"anyOf": [{"allOf": [{"$ref": "#/a"}]}, {"type": "null"}], "description": "An a."}),
            ),
            (
                json!({"type": "string", "enum": ["a"], "nullable": true}),
                json!({"type": ["string", "null"], "enum": ["a", null]}),
            ),
            (json!({"nullable": true}), json!({})),
            (
                json!({"oneOf": [{"type": "string", "nullable": true}]}),
                json!({"oneOf": [{"type": ["string", "null"]}]}),
            ),
        ] {
            let mut schema = of_3_0;
            schemas_within(&mut schema);
            assert_eq!(schema, of_3_1);
        }
    }

    #[test]
    fn bounds_say_by_themselves_that_they_are_left_out() {
        let mut schema = json!({"minimum": 1, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false});
        schemas_within(&mut schema);
        assert_eq!(schema, json!({"exclusiveMinimum": 1, "maximum": 9}));
    }

    #[test]
    fn a_member_called_as_a_keyword_is_a_member() {
        let of_3_0 = json!({"type": "string", "nullable": true});
        let mut schema = json!({"properties": {"nullable": {"type": "boolean"}, "default": of_3_0, "enum": of_3_0}});
        schemas_within(&mut schema);
        let of_3_1 = json!({"type": ["string", "null"]});
        let properties = json!({"nullable": {"type": "boolean"}, "default": of_3_1, "enum": of_3_1});
        assert_eq!(schema, json!({ "properties": properties }));
    }

    #[test]
    fn permissions_are_roles_of_every_way_to_say_who_one_is() {
        let asks = json!({"asks": ["drivers.view_car"]});
        let operation = json!({"security": [{}, {"tokenAuth": []}], "x-permissions": asks});
        let mut document = json!({"openapi": "3.0.0", "paths": {"/cars": {"get": operation}}});
        rewrite(&mut document);
        let security = &document["paths"]["/cars"]["get"]["security"];
        assert_eq!(*security, json!([{}, {"tokenAuth": ["drivers.view_car"]}]));
        assert_eq!(document["openapi"], "3.1.0");
    }
}
