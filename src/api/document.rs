use http::HeaderMap;
use poem_openapi::{registry::Registry, types::Type};
use serde_json::{Map, Value, json};

use crate::{
    auth::User,
    authentication::{SecurityKind, SecurityScheme},
    http::{MEDIA_TYPE, ProblemBody, Site},
    permission::{Action, Context, CustomAction, Rule},
    viewset::Endpoint,
};

/// Writes into the framework's document what is known only of the whole site: who may call each operation, what it
/// asks, and the errors it can answer.
pub(super) fn complete(plain: &str, site: &Site, endpoints: &[Endpoint]) -> String {
    let Ok(Value::Object(mut document)) = serde_json::from_str(plain) else { return plain.to_owned() };
    let schemes: Vec<SecurityScheme> = site.authenticators.security_schemes().collect();
    for endpoint in endpoints {
        let method = endpoint.method.as_str().to_lowercase();
        let operation = document
            .get_mut("paths")
            .and_then(|paths| paths.get_mut(&endpoint.path))
            .and_then(|path| path.get_mut(&method))
            .and_then(Value::as_object_mut);
        if let Some(operation) = operation {
            describe(operation, endpoint, site, &schemes);
        }
    }
    let components = document.entry("components").or_insert_with(|| json!({}));
    components["securitySchemes"] = Value::Object(schemes.iter().map(|s| (s.name.to_owned(), scheme(s))).collect());
    // the framework drops schemas that nothing of its own document refers to
    let mut registry = Registry::new();
    ProblemBody::register(&mut registry);
    for (name, schema) in registry.schemas {
        components["schemas"][name] = json!(schema);
    }
    serde_json::to_string_pretty(&document).unwrap_or_else(|_| plain.to_owned())
}

fn describe(operation: &mut Map<String, Value>, endpoint: &Endpoint, site: &Site, schemes: &[SecurityScheme]) {
    let open = is_open_to_anybody(endpoint, site);
    let mut security: Vec<Value> = schemes.iter().map(|scheme| json!({ (scheme.name): [] })).collect();
    if open {
        security.push(json!({}));
    }
    operation.insert("security".to_owned(), security.into());
    operation.insert(
        "x-permissions".to_owned(),
        json!({
            "expression": endpoint.permissions.to_string(),
            "asks": endpoint.permissions_asked,
            "rows": endpoint.model.is_some(),
        }),
    );
    name_variables(operation, &endpoint.path);
    let errors = errors(endpoint, operation);
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    let Some(responses) = responses.as_object_mut() else { return };
    for (status, description) in errors {
        responses.entry(status).or_insert_with(|| {
            json!({
                "description": description,
                "content": { (MEDIA_TYPE): { "schema": { "$ref": "#/components/schemas/Problem" } } }
            })
        });
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

/// The errors an endpoint can answer.
fn errors(endpoint: &Endpoint, operation: &Map<String, Value>) -> Vec<(&'static str, &'static str)> {
    let has_parameter = |place| {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["in"] == place))
    };
    let viewset = endpoint.action.is_some_and(|action| action.method().is_some());
    let writes = !endpoint.method.is_safe();
    let body = operation.contains_key("requestBody");
    let on_row = endpoint.on_row || has_parameter("path");
    let list = matches!(endpoint.action, Some(Action::List));
    [
        (body || has_parameter("query"), "400", "The request is malformed, or a value in it is refused."),
        (true, "401", "Nobody said who they are, or a credential is wrong."),
        (true, "403", "The caller may not do this."),
        (on_row || list, "404", "There is no such row or page, or the caller may not know of it."),
        (viewset, "406", "The caller does not accept JSON."),
        (writes && endpoint.model.is_some(), "409", "The write is allowed, and meets what is stored already."),
        (body, "413", "The body is too large."),
        (body, "415", "The body is not JSON."),
        (true, "503", "The answer could not be found out; ask again later."),
    ]
    .into_iter()
    .filter(|(given, ..)| *given)
    .map(|(_, status, description)| (status, description))
    .collect()
}

/// Can a caller without credentials get anything here? Where a class must be asked elsewhere, no is assumed.
fn is_open_to_anybody(endpoint: &Endpoint, site: &Site) -> bool {
    let nobody = User::anonymous(&site.auth);
    let headers = HeaderMap::new();
    let safe = endpoint.method.is_safe();
    let action = endpoint.action.unwrap_or(Action::Custom(CustomAction { name: "handler", safe, codename: None }));
    let cx = Context::new(&nobody, action, endpoint.model.as_ref(), &headers, &site.db);
    matches!(endpoint.permissions.meaning_now(&cx), Some(Ok(rule)) if rule != Rule::Never)
}

fn scheme(scheme: &SecurityScheme) -> Value {
    let mut object = match &scheme.kind {
        SecurityKind::HttpBasic => json!({ "type": "http", "scheme": "basic" }),
        SecurityKind::HttpBearer => json!({ "type": "http", "scheme": "bearer" }),
        SecurityKind::Header(name) => json!({ "type": "apiKey", "in": "header", "name": name }),
        SecurityKind::Cookie(name) => json!({ "type": "apiKey", "in": "cookie", "name": name }),
    };
    if let Some(description) = &scheme.description {
        object["description"] = json!(description);
    }
    object
}
