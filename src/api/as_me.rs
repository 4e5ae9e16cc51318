use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use http::{HeaderMap, HeaderValue};
use poem::{
    Endpoint as Served, EndpointExt, IntoResponse, Request, Response,
    endpoint::{BoxEndpoint, make},
    http::header,
};
use serde_json::Value;

use super::{
    front::{Asks, Front},
    gate::Gate,
};
use crate::{
    Result,
    auth::User,
    http::{Caller, Problem},
    permission::Rule,
    viewset::{Actions, Endpoint},
};

/// The document's own address: for everybody the whole of it; with `?as=me`, where the site says so, the caller's part.
pub(super) struct DocumentEndpoint {
    pub(super) whole: String,
    pub(super) of_caller: Option<BoxEndpoint<'static, Response>>,
}

impl Served for DocumentEndpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let Some(of_caller) = &self.of_caller else { return Ok(json(self.whole.clone())) };
        match wanted(&request)?.as_deref() {
            None => Ok(json(self.whole.clone())),
            Some("me") => {
                let mut answer = of_caller.call(request).await?;
                // about one caller, and as they are now
                answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
                Ok(answer)
            }
            Some(_) => Err(Problem::invalid([("as", "The document can be asked for as \"me\".")]).into()),
        }
    }
}

fn wanted(request: &Request) -> Result<Option<String>, Problem> {
    let query: HashMap<String, String> =
        request.params().map_err(|_| Problem::parse_error("The query string could not be read."))?;
    Ok(query.get("as").cloned())
}

fn json(document: String) -> Response {
    document.with_content_type("application/json").into_response()
}

/// The document as each caller may use it.
pub(super) struct OfCaller {
    pub(super) gate: Gate,
    pub(super) endpoints: Arc<Vec<Endpoint>>,
    pub(super) document: Value,
}

impl OfCaller {
    /// Behind authentication, as every endpoint is: a wrong credential is answered as anywhere.
    pub(super) fn into_endpoint(self, actions: Arc<Actions>) -> BoxEndpoint<'static, Response> {
        let site = self.gate.site.clone();
        let own = Arc::new(self);
        let answer = make(move |request: Request| {
            let own = own.clone();
            async move {
                let caller = Caller::of(&request)?;
                let document = own.usable_by(&caller.0, request.headers()).await.map_err(Problem::from)?;
                Ok::<_, poem::Error>(json(document.to_string()))
            }
        });
        Front {
            site,
            actions,
            asks: Asks::Nothing,
            negotiates: false,
            allow: None,
            inner: answer.map_to_response().boxed(),
        }
        .map_to_response()
        .boxed()
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
