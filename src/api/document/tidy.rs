//! What other programs trip over in the framework's document.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

/// Sets right an operation at this path.
pub(super) fn operation(operation: &mut Map<String, Value>, path: &str) {
    name_variables(operation, path);
    if !operation.contains_key("tags") {
        // beside the routes of the viewset it belongs to
        let place = path.split('/').find(|part| !part.is_empty() && !part.starts_with('{'));
        operation.insert("tags".to_owned(), json!([place.unwrap_or("root")]));
    }
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        if response["description"] == "" {
            let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
            response["description"] = json!(status.and_then(|status| status.canonical_reason()).unwrap_or("Other"));
        }
        name_media_types(response);
    }
}

/// All tags, each with the path that its operations are below: there are programs that want both.
pub(super) fn tags(document: &Map<String, Value>) -> Value {
    let declared = document.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, operations) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for operation in operations.as_object().into_iter().flat_map(Map::values) {
            let tags = operation.get("tags").and_then(Value::as_array).into_iter().flatten();
            for tag in tags.filter_map(Value::as_str) {
                let segments: Vec<&str> = path.split('/').collect();
                let common = used.entry(tag).or_insert_with(|| segments.clone());
                let same = common.iter().zip(&segments).take_while(|(one, other)| one == other).count();
                common.truncate(same);
            }
        }
    }
    used.retain(|tag, _| !declared.iter().any(|declared| declared["name"] == **tag));
    let described = |(tag, path): (&str, Vec<&str>)| {
        let description = format!("What is at `{}`.", if path.len() > 1 { path.join("/") } else { "/".to_owned() });
        json!({ "name": tag, "description": description })
    };
    declared.iter().cloned().chain(used.into_iter().map(described)).collect()
}

/// `application/json; charset=utf-8` is `application/json`: generators look for a body by its bare type.
fn name_media_types(response: &mut Value) {
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    for (name, media) in std::mem::take(content) {
        let bare = name.split(';').next().unwrap_or_default().trim().to_owned();
        content.entry(bare).or_insert(media);
    }
}

/// The framework names a path's parameter after the handler's argument; the path's own name is the one that counts.
fn name_variables(operation: &mut Map<String, Value>, path: &str) {
    let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
    let in_path = parameters.iter_mut().filter(|parameter| parameter["in"] == "path");
    let mut misnamed: Vec<&mut Value> = in_path.map(|parameter| &mut parameter["name"]).collect();
    let mut unnamed: Vec<&str> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    misnamed.retain(|name| match unnamed.iter().position(|variable| **name == **variable) {
        Some(place) => {
            unnamed.remove(place);
            false
        }
        None => true,
    });
    for (name, variable) in misnamed.into_iter().zip(unnamed) {
        *name = json!(variable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_is_described_is_not_described_again() {
        let declared = json!({ "name": "cars", "description": "All of them." });
        let document = json!({
            "tags": [declared],
            "paths": { "/cars": { "get": { "tags": ["cars"] } }, "/trips": { "get": { "tags": ["trips"] } } }
        });
        let other = json!({ "name": "trips", "description": "What is at `/trips`." });
        assert_eq!(tags(document.as_object().expect("an object")), json!([declared, other]));
    }
}
