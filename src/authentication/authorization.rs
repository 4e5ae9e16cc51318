use std::borrow::Cow;

use http::{HeaderMap, header};

/// The header's value.
///
/// Several are read as one with commas between, as HTTP has it and Django does. Then no credential in them is any good:
/// a server in front may have looked at another one than we would.
pub(super) fn authorization(headers: &HeaderMap) -> Cow<'_, [u8]> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter().map(|value| value.as_bytes());
    let first = values.next().unwrap_or_default();
    values.fold(Cow::Borrowed(first), |joined, value| Cow::Owned([&joined, value].join(&b',')))
}

/// What `Authorization` has for one scheme.
#[derive(Debug, PartialEq)]
pub(super) enum Credential<'h> {
    /// Nothing: there is no header, or it is another scheme's.
    Absent,
    /// The scheme alone.
    Missing,
    /// More than one word behind the scheme.
    Spaced,
    /// One word.
    Given(&'h [u8]),
}

impl<'h> Credential<'h> {
    /// Words stand apart by any white space; the scheme is compared without regard to case (CONTRACT 5.19).
    pub(super) fn of(header: &'h [u8], scheme: &str) -> Self {
        let mut words = header.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        if !words.next().is_some_and(|word| word.eq_ignore_ascii_case(scheme.as_bytes())) {
            return Self::Absent;
        }
        match (words.next(), words.next()) {
            (None, _) => Self::Missing,
            (Some(word), None) => Self::Given(word),
            (Some(_), Some(_)) => Self::Spaced,
        }
    }
}

/// Is this the name of a scheme or of a header: what RFC 9110 calls a token?
pub(super) const fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if !byte.is_ascii_alphanumeric()
            && !matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
        {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Credential::*, *};
    use crate::authentication::fixture::Request;

    #[test]
    fn what_stands_behind_the_scheme() {
        for (header, credential) in [
            ("", Absent),
            ("   ", Absent),
            ("Tokens k3y", Absent),
            ("k3y", Absent),
            ("Token", Missing),
            ("  tOKEN\t ", Missing),
            ("Token k3y", Given(b"k3y")),
            ("TOKEN \t K3y  ", Given(b"K3y")),
            ("Token k 3y", Spaced),
            ("Token k 3 y", Spaced),
        ] {
            assert_eq!(Credential::of(header.as_bytes(), "Token"), credential, "{header:?}");
        }
    }

    #[test]
    fn several_headers_are_one_with_commas() {
        let request = |values: &[&str]| {
            values.iter().fold(Request::to("/"), |request, value| request.header("authorization", value))
        };
        for (values, joined) in [
            (&[][..], ""),
            (&["Token a"], "Token a"),
            (&["Token a", "Token b"], "Token a,Token b"),
            (&["Token a", "", "Basic b"], "Token a,,Basic b"),
        ] {
            assert_eq!(&*authorization(&request(values).headers), joined.as_bytes());
        }
    }

    #[test]
    fn names_are_one_word() {
        for name in ["Token", "Bearer", "X-Remote-User", "a_b.c~1"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "a b", "a:", "a\"", "é", "a\n", "a,b"] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
