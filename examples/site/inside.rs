//! How a page asks the API of its own program: with the cookies of whoever opened it, and so with their permissions.

use std::sync::Arc;

use poem::{
    Body, Endpoint, Request, Response,
    endpoint::BoxEndpoint,
    http::{Method, header},
};
use refrain::{Error, PageSession, Problem};
use serde_json::Value as Json;

/// The API, behind the pages.
#[derive(Clone)]
pub(super) struct Inside(Arc<BoxEndpoint<'static, Response>>);

impl Inside {
    pub(super) fn new(api: BoxEndpoint<'static, Response>) -> Self {
        Self(Arc::new(api))
    }

    /// What the API answers to whoever opened this page; a refusal is the page's own.
    pub(super) async fn ask(
        &self,
        page: &Request,
        session: &PageSession<'_>,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Result<Json, Problem> {
        let mut asked = Request::builder().method(method).uri_str(path).finish();
        let headers = asked.headers_mut();
        for name in [header::COOKIE, header::HOST, header::ORIGIN, header::REFERER] {
            // each of several: cookies of HTTP/2 may come in parts
            for value in page.headers().get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        // HTTP/2 has the host in the address
        if let (false, Some(authority)) = (headers.contains_key(header::HOST), page.original_uri().authority()) {
            headers.insert(header::HOST, authority.as_str().parse().map_err(Error::could_not_tell)?);
        }
        let token = session.form_token().parse().map_err(Error::could_not_tell)?;
        headers.insert("x-csrftoken", token);
        if let Some(body) = body {
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
            asked.set_body(Body::from_json(&body).map_err(Error::could_not_tell)?);
        }
        let answer = self.0.get_response(asked).await;
        if let Some(problem) = answer.extensions().get::<Problem>() {
            return Err(problem.clone());
        }
        let bytes = answer.into_body().into_bytes().await.map_err(Error::could_not_tell)?;
        if bytes.is_empty() {
            return Ok(Json::Null);
        }
        Ok(serde_json::from_slice(&bytes).map_err(Error::could_not_tell)?)
    }
}
