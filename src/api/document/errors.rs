//! The errors an operation can answer, each written once for the whole document.

use serde_json::{Map, Value, json};

use crate::{
    authentication::SecurityKind,
    http::{MEDIA_TYPE, Site},
    permission::Action,
    viewset::{Endpoint, IfMatch},
};

/// A status, what its response is called, and when it is given.
struct Answer {
    status: &'static str,
    name: &'static str,
    description: &'static str,
    header: Option<(&'static str, &'static str)>,
}

const INVALID: Answer = answer("400", "Invalid", "The request is malformed, or a value in it is refused.");
const UNAUTHENTICATED: Answer = Answer {
    header: Some(("WWW-Authenticate", "How to say who one is.")),
    ..answer("401", "Unauthenticated", "Nobody said who they are, or a credential is wrong.")
};
const FORBIDDEN: Answer = answer("403", "Forbidden", "The caller may not do this.");
const NOT_FOUND: Answer = answer("404", "NotFound", "There is no such row or page, or the caller may not know of it.");
const NOT_ACCEPTABLE: Answer = answer("406", "NotAcceptable", "The caller does not accept JSON.");
const CONFLICT: Answer = answer("409", "Conflict", "The write is allowed, and meets what is stored already.");
const PRECONDITION_FAILED: Answer =
    answer("412", "PreconditionFailed", "The row is not, or no longer, as the request says by `If-Match`.");
const PRECONDITION_REQUIRED: Answer =
    answer("428", "PreconditionRequired", "The request has to say by `If-Match` which state of the row it is about.");
const TOO_LARGE: Answer = answer("413", "TooLarge", "The body is too large.");
const UNSUPPORTED: Answer = answer("415", "UnsupportedMediaType", "The body is not JSON.");
const THROTTLED: Answer = Answer {
    header: Some(("Retry-After", "In how many seconds to ask again.")),
    ..answer("429", "Throttled", "The caller asked too often, or was wrong about a password too often.")
};
const UNAVAILABLE: Answer = Answer {
    header: Some(("Retry-After", "In how many seconds to ask again.")),
    ..answer("503", "Unavailable", "The answer could not be found out; ask again later.")
};

const fn answer(status: &'static str, name: &'static str, description: &'static str) -> Answer {
    Answer { status, name, description, header: None }
}

/// Writes the errors into an operation that does not speak of them itself, and the responses it then refers to.
pub(super) fn describe(
    operation: &mut Map<String, Value>,
    endpoint: &Endpoint,
    site: &Site,
    responses: &mut Map<String, Value>,
) {
    let answers = answers(endpoint, operation, site);
    let Some(own) = operation.entry("responses").or_insert_with(|| json!({})).as_object_mut() else { return };
    for Answer { status, name, description, header } in answers {
        if own.contains_key(status) {
            continue;
        }
        own.insert(status.to_owned(), json!({ "$ref": format!("#/components/responses/{name}") }));
        responses.entry(name).or_insert_with(|| {
            let schema = json!({ "$ref": "#/components/schemas/Problem" });
            let mut response = json!({ "description": description, "content": { (MEDIA_TYPE): { "schema": schema } } });
            if let Some((header, description)) = header {
                response["headers"] =
                    json!({ (header): { "description": description, "schema": { "type": "string" } } });
            }
            response
        });
    }
}

fn answers(endpoint: &Endpoint, operation: &Map<String, Value>, site: &Site) -> Vec<Answer> {
    let has_parameter = |place| {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["in"] == place))
    };
    let writes = !endpoint.method.is_safe();
    let body = operation.contains_key("requestBody");
    let on_row = endpoint.on_row || has_parameter("path");
    let list = matches!(endpoint.action, Some(Action::List));
    let by_password = site.authenticators.security_schemes().any(|scheme| scheme.kind == SecurityKind::HttpBasic);
    let throttled = by_password || endpoint.takes_password || !endpoint.throttles(site).is_empty();
    // without a challenge it is 403 in every case (CONTRACT 5.24)
    let challenged = site.authenticators.challenge().is_some();
    [
        (body || has_parameter("query") || has_parameter("header"), INVALID),
        (challenged, UNAUTHENTICATED),
        (true, FORBIDDEN),
        (on_row || list || endpoint.names_rows, NOT_FOUND),
        (endpoint.is_standard(), NOT_ACCEPTABLE),
        (writes && endpoint.model.is_some(), CONFLICT),
        (endpoint.conditional.if_match != IfMatch::Ignored, PRECONDITION_FAILED),
        (body, TOO_LARGE),
        (body, UNSUPPORTED),
        (endpoint.conditional.if_match == IfMatch::Required, PRECONDITION_REQUIRED),
        (throttled, THROTTLED),
        (true, UNAVAILABLE),
    ]
    .into_iter()
    .filter_map(|(given, answer)| given.then_some(answer))
    .collect()
}
