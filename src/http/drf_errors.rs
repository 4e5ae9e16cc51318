//! Errors in the shape that Django REST Framework gives them, for clients that were made for it.

use poem::{
    Body, Response,
    http::{HeaderValue, header},
};
use serde_json::{Map, Value, json};

use super::problem::{MEDIA_TYPE, WHOLE_BODY};

/// An answer that is a problem, as DRF would say it; any other as it is.
pub(crate) async fn as_drf(response: Response) -> Response {
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE);
    if !is_problem {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = body.into_bytes().await else { return Response::from_parts(parts, Body::empty()) };
    // of a HEAD nothing but the head is there
    let body = match serde_json::from_slice(&bytes) {
        Ok(problem) => Body::from_string(shaped(problem).to_string()),
        Err(_) if bytes.is_empty() => Body::empty(),
        Err(_) => return Response::from_parts(parts, Body::from_bytes(bytes)),
    };
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

/// The same in the document: what it says of problems is about this shape.
pub(crate) fn drf_errors_in(document: &mut Value) {
    document["components"]["schemas"]["Problem"] = json!({
        "type": "object",
        "description": "A sentence as `detail`; or, where values are at fault, each field with its sentences.",
        "properties": { "detail": { "type": "string", "description": "A sentence for people." } },
        "additionalProperties": true,
    });
    rename_media_type(document);
}

fn rename_media_type(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(problem) = members.remove(MEDIA_TYPE) {
                members.entry("application/json").or_insert(problem);
            }
            members.values_mut().for_each(rename_media_type);
        }
        Value::Array(items) => items.iter_mut().for_each(rename_media_type),
        _ => {}
    }
}

/// `{"detail": …}`, or the sentences of each field where the request is at fault (CONTRACT 7.13); both where it is not.
fn shaped(problem: Value) -> Value {
    let fields = match &problem["errors"] {
        Value::Object(errors) => nested(errors),
        _ => Map::new(),
    };
    let detail = if problem["detail"].is_null() { &problem["title"] } else { &problem["detail"] };
    match (fields.is_empty(), problem["status"] == 400) {
        (true, _) => json!({ "detail": detail }),
        (false, true) => Value::Object(fields),
        (false, false) => [("detail".to_owned(), detail.clone())].into_iter().chain(fields).collect(),
    }
}

/// A field inside of another stands inside of it: `address.street`. Sentences about both are told of the inner ones' parent.
fn nested(errors: &Map<String, Value>) -> Map<String, Value> {
    let mut all = Map::new();
    for (path, sentences) in errors {
        let mut steps = path.split('.').collect::<Vec<_>>();
        let Some(last) = steps.pop() else { continue };
        let inner = steps.into_iter().fold(&mut all, |members, step| inside(members, step));
        add(inner.entry(last.to_owned()).or_insert_with(|| json!([])), sentences);
    }
    all
}

/// Sentences behind those that are there; of a field with others inside, those of the whole.
fn add(field: &mut Value, sentences: &Value) {
    match field {
        Value::Object(members) => add(members.entry(WHOLE_BODY).or_insert_with(|| json!([])), sentences),
        Value::Array(said) => said.extend(sentences.as_array().into_iter().flatten().cloned()),
        _ => {}
    }
}

/// The members of one that is there, or of a new one; its own sentences stay, as those of the whole.
fn inside<'m>(members: &'m mut Map<String, Value>, step: &str) -> &'m mut Map<String, Value> {
    let member = members.entry(step.to_owned()).or_insert_with(|| json!({}));
    if !member.is_object() {
        *member = json!({ (WHOLE_BODY): member.take() });
    }
    member.as_object_mut().expect("it has just been made one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_said_as_drf_says_it() {
        for (problem, said) in [
            (json!({"detail": "Not found.", "code": "not_found", "status": 404}), json!({"detail": "Not found."})),
            (
                json!({"status": 400, "detail": "Invalid input.", "errors": {"name": ["This field is required."]}}),
                json!({"name": ["This field is required."]}),
            ),
            (
                json!({"status": 400, "errors": {"0.name": ["a"], "0.size.width": ["b"], "non_field_errors": ["c"]}}),
                json!({"0": {"name": ["a"], "size": {"width": ["b"]}}, "non_field_errors": ["c"]}),
            ),
            (
                json!({"status": 400, "errors": {"size": ["a"], "size.non_field_errors": ["c"], "size.width": ["b"]}}),
                json!({"size": {"non_field_errors": ["a", "c"], "width": ["b"]}}),
            ),
            (
                json!({"status": 403, "detail": "No.", "errors": {"salary": ["Not this."]}}),
                json!({"detail": "No.", "salary": ["Not this."]}),
            ),
            (json!({"status": 400, "detail": "x", "errors": {}}), json!({"detail": "x"})),
            (json!({"status": 418, "title": "I'm a teapot"}), json!({"detail": "I'm a teapot"})),
        ] {
            assert_eq!(shaped(problem), said);
        }
    }
}
