use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// A value of a body as it was sent: its own text, read no further than it is asked for.
///
/// A number is its digits, so that a decimal keeps every one of them; an object keeps a member that is given twice.
///
/// ```
/// use refrain::serializer::Json;
///
/// let body = Json::parse(br#"{"price": 99999999999999.99}"#).unwrap();
/// let (name, price) = &body.members().unwrap()[0];
/// assert_eq!((&**name, price.number()), ("price", Some("99999999999999.99")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

/// The members of an object, in the order they were sent.
///
/// ```
/// use refrain::serializer::{Json, Members};
///
/// let members: Members<'_> = Json::parse(br#"{"name": "Beetle"}"#).unwrap().members().unwrap();
/// assert_eq!(members[0].0, "name");
/// ```
pub type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl<'a> Json<'a> {
    /// A body; also what nobody asks for of it is JSON, to the last number and escape.
    pub fn parse(body: &'a [u8]) -> serde_json::Result<Self> {
        let text = std::str::from_utf8(body).map_err(|_| serde_json::Error::custom("the text is not UTF-8"))?;
        serde_json::from_str::<Unbuilt>(text)?;
        Ok(Self(text.trim_ascii()))
    }

    /// Is it `null`?
    ///
    /// ```
    /// use refrain::serializer::Json;
    ///
    /// let body = Json::parse(br#"{"name": "Beetle", "sold": true, "owner": null, "ids": [7, 8]}"#).unwrap();
    /// assert!(body.is_object());
    /// let members = body.members().unwrap();
    /// assert_eq!(members[0].1.string().as_deref(), Some("Beetle"));
    /// assert_eq!(members[1].1.boolean(), Some(true));
    /// assert!(members[2].1.is_null());
    /// assert_eq!(members[3].1.items().unwrap().len(), 2);
    /// assert_eq!(members[3].1.as_str(), "[7, 8]");
    /// assert_eq!(members[3].1.to_value().unwrap(), serde_json::json!([7, 8]));
    /// ```
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Is it an object?
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// `true` or `false`.
    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// A number's text.
    pub fn number(self) -> Option<&'a str> {
        self.0.starts_with(|first: char| first == '-' || first.is_ascii_digit()).then_some(self.0)
    }

    /// A string.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        match inner.contains('\\') {
            true => serde_json::from_str(self.0).ok().map(Cow::Owned),
            false => Some(Cow::Borrowed(inner)),
        }
    }

    /// The items of a list.
    pub fn items(self) -> Option<Vec<Json<'a>>> {
        if !self.0.starts_with('[') {
            return None;
        }
        let items = serde_json::from_str::<Vec<&RawValue>>(self.0).ok()?;
        Some(items.into_iter().map(Self::from).collect())
    }

    /// The members of an object; a name that is no text is an error.
    pub fn members(self) -> serde_json::Result<Members<'a>> {
        struct Object<'a>(std::marker::PhantomData<&'a ()>);
        impl<'a> Visitor<'a> for Object<'a> {
            type Value = Members<'a>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Members<'a>, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(Name(name)) = map.next_key::<Name<'a>>()? {
                    members.push((name, map.next_value::<&'a RawValue>()?.into()));
                }
                Ok(members)
            }
        }
        serde_json::Deserializer::from_str(self.0).deserialize_map(Object(std::marker::PhantomData))
    }

    /// All of it as a tree.
    pub fn to_value(self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_str(self.0)
    }

    /// As it was sent.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// What Python calls it, for DRF's sentences.
    pub(crate) fn type_name(self) -> &'static str {
        match self.0.as_bytes().first() {
            Some(b'{') => "dict",
            Some(b'[') => "list",
            Some(b'"') => "str",
            Some(b't' | b'f') => "bool",
            Some(b'n') | None => "NoneType",
            Some(_) if self.0.contains(['.', 'e', 'E']) => "float",
            Some(_) => "int",
        }
    }
}

impl<'a> From<&'a RawValue> for Json<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }
}

/// serde borrows a `Cow` only where it is told to.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// A value that is read and not kept. A raw value is not looked into: `1e400` would be one, and half of a surrogate pair.
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
    use super::*;

    fn read(text: &str) -> Json<'_> {
        Json::parse(text.as_bytes()).expect("it is JSON")
    }

    #[test]
    fn values_are_their_own_text() {
        assert_eq!(read(" 123456789012345678901234567890 ").number(), Some("123456789012345678901234567890"));
        assert_eq!(read("-1.50e2").number(), Some("-1.50e2"));
        assert_eq!(read(r#""a\u00e9\n""#).string().as_deref(), Some("aé\n"));
        assert!(read("null").is_null() && !read("\"null\"").is_null());
        assert_eq!(read("true").boolean(), Some(true));
        assert_eq!(read("[1, [2], {}]").items().map(|items| items.len()), Some(3));
        assert_eq!(read("7").items(), None);
    }

    #[test]
    fn an_object_keeps_what_is_given_twice() {
        let members = read(r#"{"a":1, "b":{"c":null}, "a": 2}"#).members().expect("an object");
        let members: Vec<_> = members.iter().map(|(name, value)| (&**name, value.as_str())).collect();
        assert_eq!(members, [("a", "1"), ("b", r#"{"c":null}"#), ("a", "2")]);
        assert!(read("[]").members().is_err());
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let numbers = ["01", "NaN", "1e400", "-1e400"];
        let surrogates = [r#""\ud800""#, r#"{"\ud800":1}"#, r#"[{"x":"\udc00\ud800"}]"#];
        let others = ["", "{", "{\"a\":}", "[1,]", "{\"a\":1}x", "\"\u{1}\"", "{x:1}", "{\"x\" 1}", &deep];
        for odd in numbers.into_iter().chain(surrogates).chain(others) {
            assert!(Json::parse(odd.as_bytes()).is_err(), "{odd:?}");
            assert!(Json::parse(format!("{{\"x\":{odd}}}").as_bytes()).is_err(), "{odd:?} as a member");
        }
        assert!(Json::parse(b"\"\xff\"").is_err());
        assert_eq!(Json::parse(b"{\"a\":}").unwrap_err().to_string(), "expected value at line 1 column 6");
    }

    #[test]
    fn names_of_types_are_pythons() {
        for (text, name) in
            [("{}", "dict"), ("[]", "list"), ("\"\"", "str"), ("true", "bool"), ("1", "int"), ("1e2", "float")]
        {
            assert_eq!(read(text).type_name(), name);
        }
    }
}
