use std::sync::Arc;

use http::{Method, header};
use poem::{IntoResponse, Request, Response, Route, error::MethodNotAllowedError};

use super::routes::allowed_at;
use crate::{
    http::{Problem, RequestPath, leave_slash_out},
    viewset::Endpoint,
};

/// All routes of an API: what is noted of a request before one is chosen, and how it is said that none answers.
pub(super) struct Routed {
    pub(super) route: Route,
    pub(super) endpoints: Arc<Vec<Endpoint>>,
    /// what the paths of the endpoints stand behind
    pub(super) prefix: String,
    /// Do they answer with a slash behind them, too?
    pub(super) trailing_slashes: bool,
}

impl poem::Endpoint for Routed {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let (method, path) = (request.method().clone(), RequestPath::of(&request));
        request.extensions_mut().insert(path.clone());
        if self.trailing_slashes {
            leave_slash_out(&mut request, &self.prefix);
        }
        let answer = self.route.call(request).await;
        Ok(answer.unwrap_or_else(|error| self.problem(error, &method, path.path()).into_response()))
    }
}

impl Routed {
    /// A method that no route knows, `QUERY`, is refused by the framework: with the methods that are there, as RFC 9110 asks.
    fn problem(&self, error: poem::Error, method: &Method, path: &str) -> Problem {
        match self.allowed(path).filter(|_| error.is::<MethodNotAllowedError>()) {
            Some(allow) => Problem::method_not_allowed(method).with_header(header::ALLOW, &allow),
            None => Problem::from_poem(error),
        }
    }

    fn allowed(&self, path: &str) -> Option<String> {
        let path = path.strip_prefix(&self.prefix)?;
        allowed_at(&self.endpoints, path.strip_suffix('/').unwrap_or(path))
    }
}
