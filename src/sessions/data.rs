//! What a session holds, as Django writes it into a row: JSON, compressed where that is shorter (CONTRACT 5.8).

use std::{
    fmt,
    io::{Read, Write},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use serde_json::{Value, value::RawValue};

/// The most bytes that a session's data may have, compressed or not.
///
/// The rows are signed; yet a few kilobytes of them could ask for gigabytes of memory.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// Names and values in the order in which they were set. What is not looked at is kept to the last byte, whoever
/// wrote it.
#[derive(Clone, Default)]
pub(super) struct Data(Vec<(String, Box<RawValue>)>);

impl Data {
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.raw(name)?.get()).ok()
    }

    /// A value that is a text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?.get()).ok()
    }

    fn raw(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    pub(super) fn set(&mut self, name: &str, value: &Value) {
        let value = serde_json::value::to_raw_value(value).expect("a value is JSON");
        self.put(name.to_owned(), value);
    }

    fn put(&mut self, name: String, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Was there one?
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(known, _)| known != name);
        self.0.len() < before
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is signed; `None` where it is too much.
    pub(super) fn to_payload(&self) -> Option<String> {
        let json = ascii(&serde_json::to_string(self).expect("texts and values are JSON"));
        if json.len() > MOST_BYTES {
            return None;
        }
        let compressed = compressed(json.as_bytes());
        Some(if compressed.len() < json.len() - 1 {
            format!(".{}", URL_SAFE_NO_PAD.encode(compressed))
        } else {
            URL_SAFE_NO_PAD.encode(json)
        })
    }

    /// The same read; `None` for what is none, or too much.
    pub(super) fn of_payload(payload: &str) -> Option<Self> {
        if payload.len() > 2 * MOST_BYTES {
            return None;
        }
        let json = match payload.strip_prefix('.') {
            Some(compressed) => {
                let compressed = URL_SAFE_NO_PAD.decode(compressed).ok()?;
                let mut json = Vec::new();
                ZlibDecoder::new(&*compressed).take(MOST_BYTES as u64 + 1).read_to_end(&mut json).ok()?;
                json
            }
            None => URL_SAFE_NO_PAD.decode(payload).ok()?,
        };
        if json.len() > MOST_BYTES {
            return None;
        }
        serde_json::from_slice(&json).ok()
    }
}

fn compressed(json: &[u8]) -> Vec<u8> {
    let mut compressor = ZlibEncoder::new(Vec::new(), Compression::default());
    compressor.write_all(json).expect("memory takes what is written");
    compressor.finish().expect("memory takes what is written")
}

/// Python's `ensure_ascii`; what is not ASCII stands within texts only.
fn ascii(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            ' '..='~' => written.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    written.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    written
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> de::Visitor<'de> for Members {
            type Value = Data;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: de::MapAccess<'de>>(self, mut members: M) -> Result<Data, M::Error> {
                let mut data = Data::default();
                while let Some((name, value)) = members.next_entry()? {
                    if data.0.len() == MOST_NAMES {
                        return Err(de::Error::custom("too many names"));
                    }
                    data.put(name, value);
                }
                Ok(data)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// They are looked through one by one.
const MOST_NAMES: usize = 1000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn data(members: &[(&str, Value)]) -> Data {
        let mut data = Data::default();
        for (name, value) in members {
            data.set(name, value);
        }
        data
    }

    fn json_of(payload: &str) -> String {
        let data = Data::of_payload(payload).expect("a payload");
        serde_json::to_string(&data).expect("JSON")
    }

    #[test]
    fn it_is_written_as_django_writes_it() {
        assert_eq!(data(&[("a", json!(1))]).to_payload().as_deref(), Some("eyJhIjoxfQ"));
        let unicode = data(&[("é", json!("ü€"))]);
        assert_eq!(unicode.to_payload().as_deref(), Some("eyJcdTAwZTkiOiJcdTAwZmNcdTIwYWMifQ"));
        let marks = ascii(&serde_json::to_string("\u{7f}\n\u{1f600}\"\\").expect("JSON"));
        assert_eq!(marks, r#""\u007f\n\ud83d\ude00\"\\""#);
    }

    #[test]
    fn a_log_in_is_written_and_read_as_django_does() {
        let hash = "dd7de6208ca40f6cd9a121522de9194f3fd0c2322da98c956fe8d414aaa73f82";
        let members = [
            ("_auth_user_id", json!("7")),
            ("_auth_user_backend", json!("django.contrib.auth.backends.ModelBackend")),
            ("_auth_user_hash", json!(hash)),
        ];
        let djangos = ".eJxVjMsOwiAURP-FtSFwoTxcuvcbyC0XpGogKe3K-O9K0oUuZ86ZebGA-1bC3tMaFmJnZtnpt5sxPlIdgO5Yb43HVrd1mflQ-EE7\
                       vzZKz8vh_h0U7GWsyVIyIFxELbKJ5FGCnAAoeel1VplEBPXN6F30k8nJkZYaEa3KDtj7A_dYODY";
        assert_eq!(json_of(djangos), serde_json::to_string(&data(&members)).expect("JSON"));
        let own = data(&members).to_payload().expect("it is short");
        assert!(own.starts_with('.'), "compressed: {own}");
        assert_eq!(json_of(&own), json_of(djangos));
    }

    #[test]
    fn what_is_not_looked_at_is_kept_as_it_is() {
        let json = r#"{"z":1e400,"a":{"y":0.10,"b":12345678901234567890123},"m":"\u00e9"}"#;
        let mut data = Data::of_payload(&URL_SAFE_NO_PAD.encode(json)).expect("a payload");
        data.set("n", &json!([1]));
        assert!(data.remove("n") && !data.remove("n"));
        assert_eq!(serde_json::to_string(&data).expect("JSON"), json);
        // too large for a value, and no mistake
        assert_eq!(data.get("z"), None);
    }

    #[test]
    fn too_much_is_none() {
        let zeros = format!("{{\"a\":\"{}\"}}", "0".repeat(64 << 20));
        let bomb = URL_SAFE_NO_PAD.encode(compressed(zeros.as_bytes()));
        assert!(bomb.len() < 100_000, "it looks harmless");
        assert!(Data::of_payload(&format!(".{bomb}")).is_none());
        assert!(Data::of_payload(&URL_SAFE_NO_PAD.encode(&zeros[..3 * MOST_BYTES])).is_none());
        assert!(data(&[("a", json!("0".repeat(MOST_BYTES)))]).to_payload().is_none());
        let names: String = (0..=MOST_NAMES).map(|name| format!("\"{name}\":1,")).collect();
        assert!(Data::of_payload(&URL_SAFE_NO_PAD.encode(format!("{{{}}}", names.trim_end_matches(',')))).is_none());
        let spaces = URL_SAFE_NO_PAD.encode(compressed(format!("{{}}{}", " ".repeat(MOST_BYTES)).as_bytes()));
        assert!(Data::of_payload(&format!(".{spaces}")).is_none());
        // what stands behind the compressed text counts as well
        let padded = |bytes: usize| {
            let mut compressed = compressed(b"{}");
            compressed.resize(bytes, 0);
            format!(".{}", URL_SAFE_NO_PAD.encode(compressed))
        };
        let most = 2 * MOST_BYTES / 4 * 3 - 1;
        assert_eq!(padded(most).len(), 2 * MOST_BYTES);
        assert!(Data::of_payload(&padded(most)).is_some() && Data::of_payload(&padded(most + 1)).is_none());
    }

    #[test]
    fn it_is_compressed_where_that_saves_more_than_a_byte_as_django_does() {
        let mut saved_of = std::collections::BTreeSet::new();
        for length in 0..60 {
            let value = json!(format!("0123456789{}", "0".repeat(length)));
            let payload = data(&[("a", value.clone())]).to_payload().expect("it is not much");
            let json = json!({ "a": value }).to_string();
            let saved = json.len() as i64 - compressed(json.as_bytes()).len() as i64;
            assert_eq!(payload.starts_with('.'), saved > 1, "{json}");
            saved_of.insert(saved);
        }
        assert!([0, 1, 2].iter().all(|saved| saved_of.contains(saved)), "{saved_of:?}");
    }

    #[test]
    fn a_megabyte_and_a_thousand_names_are_not_too_much() {
        let json = format!("{{\"a\":\"{}\"}}", "0".repeat(MOST_BYTES - 8));
        assert_eq!(json.len(), MOST_BYTES);
        let compressed = data(&[("a", json!("0".repeat(MOST_BYTES - 8)))]).to_payload().expect("it is not too much");
        for payload in [compressed, URL_SAFE_NO_PAD.encode(&json)] {
            assert!(Data::of_payload(&payload).is_some_and(|data| data.text("a").is_some()));
        }
        assert!(data(&[("a", json!("0".repeat(MOST_BYTES - 7)))]).to_payload().is_none());
        let names: Vec<String> = (0..MOST_NAMES).map(|name| format!("\"{name}\":1")).collect();
        assert!(Data::of_payload(&URL_SAFE_NO_PAD.encode(format!("{{{}}}", names.join(",")))).is_some());
    }

    #[test]
    fn garbage_is_none() {
        for payload in ["", ".", "!", ".!", "eyJ", "W10", "MQ", ".eJw", "=", "é"] {
            assert!(Data::of_payload(payload).is_none(), "{payload}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let _ = Data::of_payload(&URL_SAFE_NO_PAD.encode(deep)).map(|data| data.get("a"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), compress in any::<bool>()) {
            let payload = match compress {
                true => format!(".{}", URL_SAFE_NO_PAD.encode(compressed(&bytes))),
                false => URL_SAFE_NO_PAD.encode(&bytes),
            };
            let _ = Data::of_payload(&payload).map(|data| data.to_payload());
            let _ = Data::of_payload(&format!(".{}", URL_SAFE_NO_PAD.encode(&bytes)));
            let _ = Data::of_payload(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn what_is_written_is_read(name in ".{0,20}", text in ".{0,400}") {
            let payload = data(&[(&*name, json!(text))]).to_payload().expect("it is short");
            prop_assert_eq!(Data::of_payload(&payload).and_then(|data| data.text(&name)), Some(text));
        }
    }
}
