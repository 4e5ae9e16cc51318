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
    let problem = body.into_bytes().await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let said = problem.map_or_else(|| json!({ "detail": "A server error occurred." }), shaped);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from_string(said.to_string()))
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

/// `{"detail": …}`, or the sentences of each field (CONTRACT 7.13).
fn shaped(problem: Value) -> Value {
    match &problem["errors"] {
        Value::Object(errors) if !errors.is_empty() => nested(errors),
        _ => json!({ "detail": problem["detail"] }),
    }
}

/// A field inside of another stands inside of it: `address.street`. Sentences about both are told of the inner ones' parent.
fn nested(errors: &Map<String, Value>) -> Value {
    let mut all = Map::new();
    for (path, sentences) in errors {
        let mut steps = path.split('.').collect::<Vec<_>>();
        let Some(last) = steps.pop() else { continue };
        let inner = steps.into_iter().fold(&mut all, |members, step| inside(members, step));
        match inner.get_mut(last) {
            Some(Value::Object(members)) => {
                members.insert(WHOLE_BODY.to_owned(), sentences.clone());
            }
            _ => {
                inner.insert(last.to_owned(), sentences.clone());
            }
        }
    }
    Value::Object(all)
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
                json!({"detail": "Invalid input.", "errors": {"name": ["This field is required."]}}),
                json!({"name": ["This field is required."]}),
            ),
            (
                json!({"detail": "x", "errors": {"0.name": ["a"], "0.size.width": ["b"], "non_field_errors": ["c"]}}),
                json!({"0": {"name": ["a"], "size": {"width": ["b"]}}, "non_field_errors": ["c"]}),
            ),
            (
                json!({"detail": "x", "errors": {"size": ["a"], "size.width": ["b"]}}),
                json!({"size": {"non_field_errors": ["a"], "width": ["b"]}}),
            ),
            (json!({"detail": "x", "errors": {}}), json!({"detail": "x"})),
        ] {
            assert_eq!(shaped(problem), said);
        }
    }
}
