use std::borrow::Cow;

use super::{At, Json, read::TWICE};

/// A value with a patch merged into it (RFC 7396), as text: a number keeps its digits, members keep their order.
///
/// `null` takes a member away, an object is merged into the one that is there, and anything else takes its place. A
/// member that the patch gives twice is refused.
pub(super) fn merged(value: Json<'_>, patch: Json<'_>, at: &mut At) -> Option<String> {
    let Some(patch) = object(patch) else { return Some(patch.as_str().to_owned()) };
    let mut members: Vec<(Cow<'_, str>, Cow<'_, str>)> = object(value)
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name, Cow::Borrowed(value.as_str())))
        .collect();
    for (place, (name, sent)) in patch.iter().enumerate() {
        if patch[..place].iter().any(|(other, _)| other == name) {
            return at.inside(name, |at| at.refuse(TWICE));
        }
        let known = members.iter().position(|(other, _)| other == name);
        if sent.is_null() {
            known.map(|known| members.remove(known));
            continue;
        }
        let before = known.map_or("null", |known| &*members[known].1).to_owned();
        let before = Json::parse(before.as_bytes()).expect("a member of JSON is JSON");
        let after = Cow::Owned(at.inside(name, |at| merged(before, *sent, at))?);
        match known {
            Some(known) => members[known].1 = after,
            None => members.push((name.clone(), after)),
        }
    }
    let member = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| format!("{}:{value}", serde_json::json!(name));
    Some(format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(",")))
}

/// An object's members; `None` of what is none.
fn object(json: Json<'_>) -> Option<Vec<(Cow<'_, str>, Json<'_>)>> {
    if json.is_object() { json.members().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(value: &str, patch: &str) -> Option<String> {
        let parse = |text: &'static str| Json::parse(text.as_bytes()).expect("JSON");
        let leak = |text: &str| -> &'static str { text.to_owned().leak() };
        merged(parse(leak(value)), parse(leak(patch)), &mut At::default())
    }

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn values_are_merged_as_the_standard_has_them() {
        for (value, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, "\"bar\"", "\"bar\""),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merge(value, patch).as_deref(), Some(result), "{value} and {patch}");
        }
        assert_eq!(
            merge(r#"{"n":1}"#, r#"{"n":1.50000000000000000001}"#).as_deref(),
            Some(r#"{"n":1.50000000000000000001}"#)
        );
        assert_eq!(merge("{}", r#"{"a":{"b":1,"b":2}}"#), None);
    }
}
