use std::time::Duration;

use poem::{Body, Request, http::header};

use super::{BodyLimits, Problem};

/// The CSRF token that a form was sent with.
#[derive(Clone)]
pub(crate) struct FormToken(String);

/// Django's name for the field.
const FIELD: &str = "csrfmiddlewaretoken";

impl FormToken {
    /// The token of the form that this request brings, if it brings one; its body can be read again. A form in parts, as
    /// it is with files, has the token in the header `X-CSRFToken`.
    pub(crate) async fn read(request: &mut Request, most_bytes: usize, limit: Option<Duration>) -> poem::Result<()> {
        if request.method().is_safe() || !is_form(request) || request.extensions().get::<Self>().is_some() {
            return Ok(());
        }
        let limits = BodyLimits::on(request, most_bytes, usize::MAX);
        let body = request.take_body().into_bytes();
        let read = match limit {
            None => body.await,
            Some(limit) => tokio::time::timeout(limit, body).await.map_err(|_| Problem::late_body())?,
        };
        let bytes = read.map_err(|error| {
            tracing::debug!(%error, "a form could not be read");
            limits.explain(Problem::parse_error("The form could not be read.").into())
        })?;
        // of several the last counts, as Django has it
        let token = form_urlencoded::parse(&bytes).filter(|(name, _)| name == FIELD).last();
        let token = token.map(|(_, token)| token.into_owned()).unwrap_or_default();
        request.set_body(Body::from(bytes));
        request.extensions_mut().insert(Self(token));
        Ok(())
    }

    pub(crate) fn of(request: &Request) -> Option<&str> {
        request.extensions().get::<Self>().map(|token| &*token.0)
    }
}

fn is_form(request: &Request) -> bool {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|given| given.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
