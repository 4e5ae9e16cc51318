use std::borrow::Cow;

use hyper::body::Bytes;
use mime::Mime;
use poem::{Request, RequestBody, error::ReadBodyError, http::header};

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
    if !bytes.is_empty() {
        check_media_type(request)?;
    }
    Ok(bytes)
}

/// JSON and nothing else; parameters do not matter (CONTRACT 7.19).
fn check_media_type(request: &Request) -> Result<(), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let given: Cow<'_, str> = given.unwrap_or_default();
    let is_json = given.parse::<Mime>().is_ok_and(|given| given.essence_str() == mime::APPLICATION_JSON.as_ref());
    if is_json { Ok(()) } else { Err(Problem::unsupported_media_type(&given)) }
}
