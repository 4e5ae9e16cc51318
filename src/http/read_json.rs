use std::borrow::Cow;

use hyper::body::Bytes;
use mime::Mime;
use poem::{Request, RequestBody, error::ReadBodyError, http::header};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value as Json};

use super::Problem;

/// Larger bodies are parsed beside the async threads, which others wait for meanwhile.
const LARGE: usize = 64 * 1024;

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

/// Parses a body, beside the async threads where it is large.
pub(crate) async fn parse<T: Send + 'static>(
    bytes: Bytes,
    parse: impl FnOnce(&[u8]) -> serde_json::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let parsed = match bytes.len() {
        0..LARGE => parse(&bytes),
        _ => tokio::task::spawn_blocking(move || parse(&bytes)).await.map_err(|error| {
            tracing::error!(%error, "a body could not be parsed");
            Problem::server_error()
        })?,
    };
    parsed.map_err(|error| Problem::parse_error(format!("JSON parse error - {error}")))
}

/// Of an object the members of these names; of anything else all of it. What nobody asked for is not built.
pub(crate) fn known_members(bytes: &[u8], names: &[&'static str]) -> serde_json::Result<Json> {
    let text = str::from_utf8(bytes).map_err(|_| serde_json::Error::custom("the text is not UTF-8"))?;
    if !text.trim_ascii_start().starts_with('{') {
        return serde_json::from_str(text);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = reader.deserialize_map(Members(names))?;
    reader.end()?;
    Ok(Json::Object(members))
}

/// JSON and nothing else; parameters do not matter (CONTRACT 7.19).
fn check_media_type(request: &Request) -> Result<(), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let given: Cow<'_, str> = given.unwrap_or_default();
    let is_json = given.parse::<Mime>().is_ok_and(|given| given.essence_str() == mime::APPLICATION_JSON.as_ref());
    if is_json { Ok(()) } else { Err(Problem::unsupported_media_type(&given)) }
}

/// An object's members of these names; of one that is given twice the last (CONTRACT 7.17).
struct Members<'n>(&'n [&'static str]);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Map<String, Json>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some(known) = map.next_key_seed(Known(self.0))? {
            match known {
                Some(name) => {
                    members.insert(name.to_owned(), map.next_value()?);
                }
                None => {
                    map.next_value::<Unbuilt>()?;
                }
            }
        }
        Ok(members)
    }
}

/// A member's name, if it is one of these.
struct Known<'n>(&'n [&'static str]);

impl<'de> DeserializeSeed<'de> for Known<'_> {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        name.deserialize_str(self)
    }
}

impl Visitor<'_> for Known<'_> {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|known| **known == name).copied())
    }
}

/// A value that nobody asked for: read as strictly as any, and not kept.
struct Unbuilt;

impl<'de> Deserialize<'de> for Unbuilt {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unbuilt {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> serde_json::Result<Json> {
        known_members(text.as_bytes(), &["name", "owner_id"])
    }

    #[test]
    fn members_of_other_names_are_not_built() {
        assert_eq!(read(r#"{"x": [null, true, -1, 1, 1.5, "s", {"y": []}]}"#).unwrap(), json!({}));
        let body = r#" {"x": [{"name": 1}], "name": {"a": [1]}, "na\u006de": "last", "owner_id": null, "y": "z"} "#;
        assert_eq!(read(body).unwrap(), json!({"name": "last", "owner_id": null}));
        assert_eq!(read("{}").unwrap(), json!({}));
        assert_eq!(read(" [1]").unwrap(), json!([1]));
        assert_eq!(read("null").unwrap(), json!(null));
    }

    #[tokio::test]
    async fn large_bodies_are_parsed_beside_the_async_threads() {
        let here = std::thread::current().id();
        let parsed_here = |bytes: Vec<u8>| parse(bytes.into(), move |_| Ok(std::thread::current().id() == here));
        assert!(parsed_here(vec![b' '; LARGE - 1]).await.unwrap());
        assert!(!parsed_here(vec![b' '; LARGE]).await.unwrap());
    }

    #[test]
    fn what_is_not_built_must_be_json_too() {
        let deep = format!("{{\"x\": {}{}}}", "[".repeat(200), "]".repeat(200));
        for odd in [
            &*deep,
            "{\"x\": 1e400}",
            "{\"x\": \"\\ud800\"}",
            "{\"x\": {\"\\ud800\": 1}}",
            "{\"x\": [}",
            "{\"x\": 01}",
            "{\"x\" 1}",
            "{\"x\": 1,}",
            "{\"x\": \"\u{1}\"}",
            "{} x",
            "{",
            "{x: 1}",
            "",
        ] {
            assert!(read(odd).is_err(), "{odd}");
        }
        assert!(known_members(b"{\"x\": \"\xff\"}", &[]).is_err());
    }
}
