use poem::{Request, RequestBody};
use serde_json::{Map, Value as Json};

use crate::{
    http::{Problem, WHOLE_BODY, known_members, parse, read_json},
    viewset::write::fields::{Fields, type_name},
};

/// The fields of a request's body, which is a JSON object of at most so many bytes; an empty body is an empty object.
/// What is no field is not kept.
pub(crate) async fn read_object(
    request: &Request,
    body: &mut RequestBody,
    most: usize,
    fields: &Fields,
) -> Result<Map<String, Json>, Problem> {
    let bytes = read_json(request, body, most).await?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let names: Vec<&'static str> = fields.0.iter().map(|field| field.name).collect();
    match parse(bytes, move |bytes| known_members(bytes, &names)).await? {
        Json::Object(object) => Ok(object),
        Json::Null => Err(Problem::invalid([(WHOLE_BODY, "No data provided")])),
        other => {
            let sentence = format!("Invalid data. Expected a dictionary, but got {}.", type_name(&other));
            Err(Problem::invalid([(WHOLE_BODY, sentence)]))
        }
    }
}
