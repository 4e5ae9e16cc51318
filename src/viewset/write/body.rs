use mime::Mime;
use poem::{Request, RequestBody, http::header};
use serde_json::{Map, Value as Json};

use crate::{
    http::{Problem, WHOLE_BODY},
    viewset::write::fields::type_name,
};

/// A request's body as a JSON object. An empty body is an empty object, whatever its type says (CONTRACT 7.16).
pub(crate) async fn read_object(request: &Request, body: &mut RequestBody) -> Result<Map<String, Json>, Problem> {
    let bytes = read(body).await?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    check_media_type(request)?;
    match serde_json::from_slice(&bytes) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(Json::Null) => Err(Problem::invalid([(WHOLE_BODY, "No data provided")])),
        Ok(other) => {
            let sentence = format!("Invalid data. Expected a dictionary, but got {}.", type_name(&other));
            Err(Problem::invalid([(WHOLE_BODY, sentence)]))
        }
        Err(error) => Err(Problem::parse_error(format!("JSON parse error - {error}"))),
    }
}

/// All of a body; how much it may be is seen to where the request came in.
pub(crate) async fn read(body: &mut RequestBody) -> Result<Vec<u8>, Problem> {
    let body = body.take().map_err(|_| Problem::parse_error("Malformed request."))?;
    body.into_vec().await.map_err(|_| Problem::parse_error("The request body could not be read."))
}

/// JSON and nothing else; parameters do not matter (CONTRACT 7.19).
fn check_media_type(request: &Request) -> Result<(), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let given = given.unwrap_or_default();
    let is_json = given.parse::<Mime>().is_ok_and(|given| given.essence_str() == mime::APPLICATION_JSON.as_ref());
    if is_json { Ok(()) } else { Err(Problem::unsupported_media_type(&given)) }
}
