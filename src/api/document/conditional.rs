//! Which conditions of a request an operation looks at, and the tags of its answers.

use serde_json::{Map, Value, json};

use crate::viewset::{Conditional, IfMatch};

/// Writes the headers of the request, those of the answers, and the answer that nothing changed.
pub(super) fn describe(operation: &mut Map<String, Value>, conditional: Conditional) {
    let Conditional { shows_tag, is_cached, if_match } = conditional;
    if if_match != IfMatch::Ignored {
        let description = "The tag of the row as it was read: it is written only if it is still that.";
        add_header(operation, "If-Match", if_match == IfMatch::Required, description);
    }
    if is_cached {
        add_header(operation, "If-None-Match", false, "The tags of what the caller has of the row already.");
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    let tag = json!({
        "ETag": { "description": "The tag of the row as it is shown here.", "schema": { "type": "string" } }
    });
    for (status, response) in responses.iter_mut() {
        if shows_tag && status.starts_with('2') {
            response["headers"] = tag.clone();
        }
    }
    if is_cached {
        let answer = json!({ "description": "The caller has the row as it is.", "headers": tag });
        responses.insert("304".to_owned(), answer);
    }
}

fn add_header(operation: &mut Map<String, Value>, name: &str, is_required: bool, description: &str) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({
            "name": name,
            "in": "header",
            "description": description,
            "required": is_required,
            "schema": { "type": "string" }
        }));
    }
}
