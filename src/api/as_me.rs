use std::{collections::BTreeSet, sync::Arc};

use http::HeaderMap;
use poem::{
    EndpointExt, Request, Response,
    endpoint::{BoxEndpoint, make},
};
use serde_json::Value;

use super::{gate::Gate, served_document::json};
use crate::{
    Result,
    auth::User,
    http::{Caller, Problem},
    permission::Rule,
    viewset::Endpoint,
};

/// The document as each caller may use it.
pub(super) struct OfCaller {
    pub(super) gate: Gate,
    pub(super) endpoints: Arc<Vec<Endpoint>>,
    pub(super) document: Value,
}

impl OfCaller {
    /// For requests whose caller is known.
    pub(super) fn into_endpoint(self) -> BoxEndpoint<'static, Response> {
        let own = Arc::new(self);
        let answer = make(move |request: Request| {
            let own = own.clone();
            async move {
                let caller = Caller::of(&request)?;
                let document = own.usable_by(&caller.0, request.headers()).await.map_err(Problem::from)?;
                Ok::<_, poem::Error>(json(document.to_string()))
            }
        });
        answer.map_to_response().boxed()
    }

    /// The operations whose meaning for the caller is not "no row", and the schemas they speak of.
    async fn usable_by(&self, user: &User, headers: &HeaderMap) -> Result<Value> {
        let mut document = self.document.clone();
        for endpoint in self.endpoints.iter() {
            if self.gate.rule(endpoint, user, headers).await? == Rule::Never {
                remove(&mut document, endpoint);
            }
        }
        forget_unused(&mut document);
        Ok(document)
    }
}

fn remove(document: &mut Value, endpoint: &Endpoint) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    let Some(methods) = paths.get_mut(&endpoint.path).and_then(Value::as_object_mut) else { return };
    methods.remove(&endpoint.method.as_str().to_lowercase());
    if methods.is_empty() {
        paths.remove(&endpoint.path);
    }
}

/// What only other operations speak of would be of no use to the reader.
fn forget_unused(document: &mut Value) {
    let mut used = BTreeSet::new();
    let mut looking: Vec<String> = references(&document["paths"]);
    while let Some(pointer) = looking.pop() {
        if let Some(component) = document.pointer(&pointer)
            && !used.contains(&pointer)
        {
            looking.extend(references(component));
            used.insert(pointer);
        }
    }
    for kind in ["schemas", "responses"] {
        let components = document.pointer_mut(&format!("/components/{kind}")).and_then(Value::as_object_mut);
        if let Some(components) = components {
            components.retain(|name, _| used.contains(&format!("/components/{kind}/{name}")));
        }
    }
    let tags: BTreeSet<String> = document["paths"]
        .as_object()
        .into_iter()
        .flat_map(|paths| paths.values().filter_map(Value::as_object).flat_map(|methods| methods.values()))
        .filter_map(|operation| operation["tags"].as_array())
        .flatten()
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .collect();
    if let Some(declared) = document.get_mut("tags").and_then(Value::as_array_mut) {
        declared.retain(|tag| tag["name"].as_str().is_some_and(|name| tags.contains(name)));
    }
}

/// Where what a part of the document refers to stands.
fn references(part: &Value) -> Vec<String> {
    match part {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|text| text.strip_prefix('#')).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_spoken_of_within_a_list_stays() {
        let answer = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Row" } } } });
        let row = json!({ "allOf": [{ "$ref": "#/components/schemas/Car" }, { "type": "object" }] });
        let mut document = json!({
            "paths": { "/cars": { "get": { "responses": { "200": answer } } } },
            "components": { "schemas": { "Row": row, "Car": {}, "Trip": {} } }
        });
        forget_unused(&mut document);
        assert_eq!(document["components"]["schemas"], json!({ "Row": row, "Car": {} }));
    }
}
