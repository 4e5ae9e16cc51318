use std::sync::Arc;

use mime::Mime;
use poem::{
    Endpoint, IntoResponse, Request, Response,
    endpoint::BoxEndpoint,
    http::{HeaderValue, Method, StatusCode, header},
};

use super::guarded::admit;
use crate::{
    authentication::Offered,
    http::{BodyLimit, Caller, Problem, Site},
    permission::Permissions,
    viewset::Actions,
};

/// What stands before every endpoint, in the order of CONTRACT 6.1: negotiation, authentication, permission.
pub(super) struct Front {
    pub(super) site: Arc<Site>,
    pub(super) actions: Arc<Actions>,
    /// what a handler that declares nothing asks
    pub(super) asks: Option<Permissions>,
    /// does it answer in JSON, and so refuse who accepts none?
    pub(super) negotiates: bool,
    /// the methods of the whole path
    pub(super) allow: Option<HeaderValue>,
    pub(super) inner: BoxEndpoint<'static>,
}

impl Endpoint for Front {
    type Output = Response;

    /// Every answer is about its caller: caches keep it for nobody else.
    async fn call(&self, request: Request) -> poem::Result<Response> {
        let is_head = request.method() == Method::HEAD;
        let answer = self.answer(request).await;
        let mut response = answer.unwrap_or_else(|error| Problem::from_poem(error).into_response());
        let headers = response.headers_mut();
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private"));
        for name in self.site.authenticators.varies_by() {
            headers.append(header::VARY, HeaderValue::from_static(name));
        }
        if let Some(allow) = self.allow.as_ref().filter(|_| headers.contains_key(header::ALLOW)) {
            headers.insert(header::ALLOW, allow.clone());
        }
        if is_head {
            response.set_body(());
        }
        Ok(response)
    }
}

impl Front {
    async fn answer(&self, mut request: Request) -> poem::Result<Response> {
        if self.negotiates && !accepts_json(&request) {
            let sentence = "Could not satisfy the request Accept header.";
            return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", sentence).into());
        }
        let site = &self.site;
        let offered = Offered { method: request.method(), uri: request.original_uri(), headers: request.headers() };
        let user = site.authenticators.authenticate(&site.auth, &site.db, &offered).await.map_err(Problem::from)?;
        request.extensions_mut().insert(Caller(Arc::new(user)));
        request.extensions_mut().insert(site.clone());
        request.extensions_mut().insert(self.actions.clone());
        if let Some(permissions) = &self.asks {
            admit(&request, permissions).await?;
        }
        let limit = BodyLimit::on(&mut request, site.body_limit);
        self.inner.call(request).await.map_err(|error| limit.explain(error))
    }
}

/// Weights are not looked at (CONTRACT 7.21).
fn accepts_json(request: &Request) -> bool {
    let mut accepted = request.headers().get_all(header::ACCEPT).iter().peekable();
    if accepted.peek().is_none() {
        return true;
    }
    accepted.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).any(|range| {
        String::from_utf8_lossy(range).trim().parse::<Mime>().is_ok_and(|range| {
            let kind = (range.type_().as_str(), range.subtype().as_str());
            matches!(kind, ("*", "*") | ("application", "*" | "json"))
        })
    })
}
