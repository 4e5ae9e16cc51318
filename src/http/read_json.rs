use std::borrow::Cow;

use hyper::body::Bytes;
use mime::Mime;
use poem::{
    Request, RequestBody,
    error::ReadBodyError,
    http::{HeaderName, header},
};

use super::Problem;

/// All of a body, at most so many bytes of it; how much it may be elsewhere is seen to where the request came in.
pub(crate) async fn read(body: &mut RequestBody, most: usize) -> Result<Bytes, Problem> {
    let body = body.take().map_err(|_| Problem::parse_error("Malformed request."))?;
    // a bound of one's own copies what it reads
    let bytes = if most == usize::MAX { body.into_bytes().await } else { body.into_bytes_limit(most).await };
    bytes.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => Problem::too_large(),
        _ => Problem::parse_error("The request body could not be read."),
    })
}

/// A body of JSON, which may be empty whatever its type says (CONTRACT 7.16).
pub(crate) async fn read_json(request: &Request, body: &mut RequestBody, most: usize) -> Result<Bytes, Problem> {
    let bytes = read(body, most).await?;
    if !bytes.is_empty() && !is_of_type(request, mime::APPLICATION_JSON.as_ref()) {
        return Err(Problem::unsupported_media_type(&media_type(request)));
    }
    Ok(bytes)
}

/// The same of a `PATCH` of one row, which may also be a merge patch.
pub(crate) async fn read_patch(request: &Request, body: &mut RequestBody) -> Result<Bytes, Problem> {
    let bytes = read(body, usize::MAX).await?;
    let is_patch = is_merge_patch(request) || is_of_type(request, mime::APPLICATION_JSON.as_ref());
    if !bytes.is_empty() && !is_patch {
        let problem = Problem::unsupported_media_type(&media_type(request));
        return Err(problem.with_header(ACCEPT_PATCH, PATCH_TYPES));
    }
    Ok(bytes)
}

/// The types that a `PATCH` of one row may have (RFC 5789, 3.1).
pub(crate) const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
pub(crate) const MERGE_PATCH: &str = "application/merge-patch+json";
pub(crate) const PATCH_TYPES: &str = "application/json, application/merge-patch+json";

/// Is a body to be merged into what is there (RFC 7396)?
pub(crate) fn is_merge_patch(request: &Request) -> bool {
    is_of_type(request, MERGE_PATCH)
}

/// Parameters do not matter (CONTRACT 7.19).
fn is_of_type(request: &Request, wanted: &str) -> bool {
    media_type(request).parse::<Mime>().is_ok_and(|given| given.essence_str() == wanted)
}

fn media_type(request: &Request) -> Cow<'_, str> {
    let given = request.headers().get(header::CONTENT_TYPE);
    given.map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default()
}
