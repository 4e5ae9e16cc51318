//! The members that a caller can choose of an answer.

use serde_json::{Map, Value, json};

/// Writes the parameter that chooses them, each once.
pub(super) fn describe(operation: &mut Map<String, Value>, members: &[&str]) {
    if members.is_empty() {
        return;
    }
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({
            "name": "fields",
            "in": "query",
            "description": "The members that are wanted; all of them where nothing is said.",
            "required": false,
            "style": "form",
            "explode": true,
            "schema": {
                "type": "array",
                "items": { "type": "string", "enum": members },
                "minItems": 1,
                "uniqueItems": true
            }
        }));
    }
}
