//! Who may call an operation.

use http::HeaderMap;
use sea_orm::DbBackend;
use serde_json::{Map, Value, json};

use crate::{
    api::gate::question,
    auth::{Auth, CallerKind, User},
    authentication::{SecurityKind, SecurityScheme},
    http::Site,
    permission::Rule,
    viewset::Endpoint,
};

/// Writes `security` and `x-permissions`.
///
/// Where callers have no way to say who they are, a closed operation has no `security` at all: an empty list, or `{}`,
/// would say that it is open.
pub(super) fn describe(operation: &mut Map<String, Value>, endpoint: &Endpoint, site: &Site) {
    let open = is_open_to_anybody(endpoint, site).then(|| json!({}));
    let schemes = site.authenticators.security_schemes().map(|scheme| json!({ (scheme.name): [] }));
    let security: Vec<Value> = open.into_iter().chain(schemes).collect();
    match security.is_empty() {
        true => operation.remove("security"),
        false => operation.insert("security".to_owned(), security.into()),
    };
    operation.insert(
        "x-permissions".to_owned(),
        json!({
            "expression": endpoint.permissions.to_string(),
            "asks": endpoint.permissions_asked,
            "rows": asks_rows(endpoint, site),
        }),
    );
}

/// Every way to say who one is.
pub(super) fn schemes(site: &Site) -> Value {
    site.authenticators.security_schemes().map(|one| (one.name.to_owned(), scheme(&one))).collect::<Map<_, _>>().into()
}

/// Names what the member `permissions` of a representation can hold. Not as an `enum`: a client made before an action
/// was added must still read the rows.
pub(super) fn name_told(representation: &mut Value, told: &[&str]) {
    let member = match representation.get("allOf") {
        Some(_) => representation.pointer_mut("/allOf/1/properties/permissions/items"),
        None => representation.pointer_mut("/properties/permissions/items"),
    };
    if let Some(Value::Object(names)) = member {
        names.insert("x-extensible-enum".to_owned(), json!(told));
    }
}

/// Can a caller without credentials get anything here? Where a class must be asked elsewhere, no is assumed.
fn is_open_to_anybody(endpoint: &Endpoint, site: &Site) -> bool {
    let meaning = meaning_for(&User::anonymous(&site.auth), endpoint, site);
    meaning.is_some_and(|rule| rule != Rule::Never)
}

/// Can the answer differ from row to row, for any kind of caller? Where a class must be asked elsewhere, yes is assumed.
fn asks_rows(endpoint: &Endpoint, site: &Site) -> bool {
    // on no database: the document is written before one is asked
    let (auth, on) = (Auth::default(), DbBackend::Sqlite);
    let differs = |caller: CallerKind| {
        let meaning = meaning_for(&caller.user(&auth, on, &endpoint.permissions_asked), endpoint, site);
        !matches!(meaning, Some(Rule::Always | Rule::Never))
    };
    endpoint.model.is_some() && CallerKind::ALL.into_iter().any(differs)
}

/// What the permissions mean for a caller, where that can be said at once and without a request.
fn meaning_for(user: &User, endpoint: &Endpoint, site: &Site) -> Option<Rule> {
    let headers = HeaderMap::new();
    endpoint.permissions.meaning_now(&question(endpoint, site, user, &headers))?.ok()
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
