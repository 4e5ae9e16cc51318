/// How deeply values may be nested, which is what serde_json builds at most.
const DEEPEST: usize = 128;

/// Counts the values of a JSON text as its bytes come, so that none is built of a text that holds too many.
///
/// A value is a text's first, or it stands behind `[`, `{` or `,`: as many as those there are at most, and one. Of a text
/// that is no JSON this holds up to its first fault, where its reader stops, too.
#[derive(Debug)]
pub(super) struct JsonSize {
    most: usize,
    values: usize,
    depth: usize,
    deepest: usize,
    in_string: bool,
    escaped: bool,
}

impl JsonSize {
    pub(super) fn new(most: usize) -> Self {
        Self { most, values: 1, depth: 0, deepest: 0, in_string: false, escaped: false }
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    pub(super) fn has_too_many(&self) -> bool {
        self.values > self.most
    }

    pub(super) fn is_too_deep(&self) -> bool {
        self.deepest > DEEPEST
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'[' | b'{' => {
                    self.values += 1;
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b',' => self.values += 1,
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn counted(text: &str) -> (usize, usize) {
        let mut size = JsonSize::new(10);
        size.take(text.as_bytes());
        (size.values, size.deepest)
    }

    fn values(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(values).sum(),
            Value::Object(members) => members.values().map(values).sum::<usize>(),
            _ => 0,
        }
    }

    #[test]
    fn what_stands_in_strings_is_no_value() {
        assert_eq!(counted(r#""a,b[{\",\\""#), (1, 0));
        assert_eq!(counted(r#"{"a,":"b,\"[","c":[1,2]}"#), (5, 2));
        assert_eq!(counted("[[[]]]"), (4, 3));
        assert_eq!(counted("]]][["), (3, 2));
    }

    #[test]
    fn pieces_are_counted_as_the_whole() {
        let text = r#"{"a\"":["\\",{"b":","}]}"#;
        for cut in 0..text.len() {
            let mut size = JsonSize::new(10);
            size.take(&text.as_bytes()[..cut]);
            size.take(&text.as_bytes()[cut..]);
            assert_eq!((size.values, size.deepest), counted(text), "cut at {cut}");
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..6).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_value_is_missed(value in json()) {
            let (counted, _) = counted(&value.to_string());
            let values = values(&value);
            // an empty list or object is counted as if it held one
            prop_assert!(values <= counted && counted <= 2 * values, "{values} values, {counted} counted");
        }
    }
}
