use std::fmt::Write;

/// Where to go on to after a log-in: a path of this site, or nothing.
///
/// ```
/// use refrain::http::safe_next;
///
/// assert_eq!(safe_next("/cars?page=2"), Some("/cars?page=2"));
/// assert_eq!(safe_next("//evil.example"), None);
/// ```
///
/// What comes with a request as `next` anybody may have written. Only a path is let through, with its query: what a browser
/// could take for another host (`//`, a backslash, a scheme, a control character between) is not, nor is anything that an
/// address holds only in percent-encoded form.
#[doc(alias = "url_has_allowed_host_and_scheme")]
pub fn safe_next(next: &str) -> Option<&str> {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte));
    (is_path && is_plain).then_some(next)
}

/// The address of a log-in page that leads back to where somebody was (CONTRACT 4.5).
pub(crate) fn leading_back(page: &str, path_and_query: &str) -> String {
    let separator = if page.contains('?') { '&' } else { '?' };
    let mut address = format!("{page}{separator}next=");
    for byte in path_and_query.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => address.push(byte.into()),
            // writing to a `String` does not fail
            _ => drop(write!(address, "%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_site_is_gone_on_to() {
        for next in
            ["/", "/cars", "/cars/7?a=b&c=%2F%2Fevil.example", "/a//b", "/@evil.example", "/%5Cevil.example", "/#x"]
        {
            assert_eq!(safe_next(next), Some(next));
        }
    }

    #[test]
    fn no_other_site_is() {
        for next in [
            "",
            "cars",
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\nset-cookie: a=b",
            " //evil.example",
            " /cars",
            "\u{a0}//evil.example",
            "/\u{0}/evil.example",
            "/\u{7f}",
            "javascript:alert(1)",
            "http:/cars",
            "http:///evil.example",
            "https:evil.example",
            "user:password@evil.example",
            "/\u{ff0f}evil.example",
            "\u{ff0f}\u{ff0f}evil.example",
            "/\u{202e}cars",
            "/é",
            "/<script>",
            "?next=/cars",
            "#cars",
        ] {
            assert_eq!(safe_next(next), None, "{next:?}");
        }
    }

    #[test]
    fn the_way_back_is_kept_whole() {
        for (page, from, address) in [
            ("/login", "/lr/?a=1&b=%20x", "/login?next=/lr/%3Fa%3D1%26b%3D%2520x"),
            ("/login?theme=dark", "/cars", "/login?theme=dark&next=/cars"),
            ("/login", "/caf\u{e9}", "/login?next=/caf%C3%A9"),
        ] {
            assert_eq!(leading_back(page, from), address);
        }
    }
}
