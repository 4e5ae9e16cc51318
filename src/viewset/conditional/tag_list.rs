use http::{HeaderMap, HeaderName};

use crate::http::Problem;

/// A tag that a request names, without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentTag {
    pub(crate) is_weak: bool,
    pub(crate) opaque: String,
}

/// The value of `If-Match` or `If-None-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TagList {
    /// `*`: any row that is there.
    Any,
    Tags(Vec<SentTag>),
}

impl TagList {
    /// Reads a header; several lines of it are one list. What is no list of tags is 400: to take it for nothing would
    /// write without the condition that was meant.
    pub(super) fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Problem> {
        let mut lines = headers.get_all(name).iter().map(http::HeaderValue::as_bytes).peekable();
        if lines.peek().is_none() {
            return Ok(None);
        }
        let mut tags = Vec::new();
        let mut is_any = false;
        for line in lines {
            match line.trim_ascii() {
                b"*" => is_any = true,
                line => tags.extend(tags_of(line).ok_or_else(|| malformed(name))?),
            }
        }
        match (is_any, tags.is_empty()) {
            (true, true) => Ok(Some(Self::Any)),
            (false, false) => Ok(Some(Self::Tags(tags))),
            _ => Err(malformed(name)),
        }
    }
}

fn malformed(name: &HeaderName) -> Problem {
    let name = if *name == http::header::IF_MATCH { "If-Match" } else { "If-None-Match" };
    Problem::invalid([(name, "Expected \"*\" or a list of entity tags, each in double quotes.")])
}

/// Tags and commas, with blanks around them; a place of the list may be empty (RFC 9110, 5.6.1).
fn tags_of(line: &[u8]) -> Option<Vec<SentTag>> {
    let mut tags = Vec::new();
    let mut rest = line.trim_ascii_start();
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(b",") {
            rest = behind.trim_ascii_start();
            continue;
        }
        let (is_weak, quoted) = rest.strip_prefix(b"W/").map_or((false, rest), |quoted| (true, quoted));
        let inner = quoted.strip_prefix(b"\"")?;
        let end = inner.iter().position(|byte| *byte == b'"')?;
        let (opaque, behind) = inner.split_at(end);
        if !opaque.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
            return None;
        }
        tags.push(SentTag { is_weak, opaque: String::from_utf8_lossy(opaque).into_owned() });
        rest = behind[1..].trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use http::header::IF_MATCH;

    use super::*;

    fn read(lines: &[&str]) -> Result<Option<TagList>, Problem> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, line.parse().expect("a header"));
        }
        TagList::read(&headers, &IF_MATCH)
    }

    fn tags(tags: &[(bool, &str)]) -> Option<TagList> {
        let sent = |(is_weak, opaque): &(bool, &str)| SentTag { is_weak: *is_weak, opaque: (*opaque).to_owned() };
        Some(TagList::Tags(tags.iter().map(sent).collect()))
    }

    #[test]
    fn tags_are_lists_in_one_line_or_several() {
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&["*"]).unwrap(), Some(TagList::Any));
        assert_eq!(read(&[" \"a\" "]).unwrap(), tags(&[(false, "a")]));
        assert_eq!(read(&["\"a,b\",W/\"c\" , ,\"\""]).unwrap(), tags(&[(false, "a,b"), (true, "c"), (false, "")]));
        assert_eq!(read(&["\"a\"", "W/\"b\""]).unwrap(), tags(&[(false, "a"), (true, "b")]));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for lines in [
            &[""][..],
            &[","],
            &["a"],
            &["\"a"],
            &["a\""],
            &["\"a\" \"b\""],
            &["\"a\"b"],
            &["w/\"a\""],
            &["W/ \"a\""],
            &["\"a b\""],
            &["*, \"a\""],
            &["*", "\"a\""],
            &["*", "*x"],
        ] {
            assert!(read(lines).is_err(), "{lines:?}");
        }
    }
}
