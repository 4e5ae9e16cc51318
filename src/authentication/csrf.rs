//! Cross-site request forgery with a session's cookie, as Django finds it out: by `Origin` or `Referer`, and by a token
//! that only the site's own pages can read (CONTRACT 5.14 to 5.16).

use std::borrow::Cow;

use http::{HeaderName, header};

use super::{
    Offered,
    cross_site::{Origin, values},
};
use crate::sessions::{BadToken, CsrfToken, Sent, Sessions};

const TOKEN: HeaderName = HeaderName::from_static("x-csrftoken");

/// Was this made by a page of the site's own? In Django's words, where not.
///
/// The token is a form's field, where one is given that is not empty; else the header.
pub(super) fn check(offered: &Offered<'_>, sessions: &Sessions) -> Result<(), Cow<'static, str>> {
    if offered.method.is_safe() {
        return Ok(());
    }
    let is_secure = sessions.is_secure() || offered.over_tls;
    let origins = values(offered.headers, &header::ORIGIN);
    if !origins.is_empty() {
        check_origin(offered, &origins, is_secure)?;
    } else if is_secure {
        check_referer(offered)?;
    }
    check_token(offered, sessions, offered.form_token.filter(|field| !field.is_empty()))
}

fn check_origin(offered: &Offered<'_>, origins: &[&[u8]], is_secure: bool) -> Result<(), Cow<'static, str>> {
    let is_own = |origin: &Origin| origin.is_asked_by(offered) && (!is_secure || origin.scheme() == "https");
    if let [origin] = origins
        && Origin::of(origin).is_some_and(|origin| is_own(&origin) || offered.trusted.contains(&origin))
    {
        return Ok(());
    }
    let origins = text(origins);
    Err(format!("Origin checking failed - {origins} does not match any trusted origins.").into())
}

fn check_referer(offered: &Offered<'_>) -> Result<(), Cow<'static, str>> {
    let referers = values(offered.headers, &header::REFERER);
    if referers.is_empty() {
        return Err("Referer checking failed - no Referer.".into());
    }
    let referer = text(&referers);
    let Some((scheme, host)) = parts(&referer) else {
        return Err("Referer checking failed - Referer is malformed.".into());
    };
    if !scheme.eq_ignore_ascii_case("https") {
        return Err("Referer checking failed - Referer is insecure while host is secure.".into());
    }
    let origin = Origin::of(format!("https://{host}").as_bytes());
    let is_own = |origin: Origin| origin.is_asked_by(offered) || offered.trusted.contains(&origin);
    if origin.is_some_and(is_own) {
        return Ok(());
    }
    Err(format!("Referer checking failed - {referer} does not match any trusted origins.").into())
}

/// The scheme and the host of an address; `None` where it has not both.
fn parts(address: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let has_whole_brackets = host.contains('[') == host.contains(']');
    (is_scheme && !host.is_empty() && has_whole_brackets).then_some((scheme, host))
}

fn check_token(offered: &Offered<'_>, sessions: &Sessions, field: Option<&str>) -> Result<(), Cow<'static, str>> {
    // of two cookies another host of the domain may have set one, to send the same with its form
    let Some(cookie) = Sent::of(offered.headers, sessions.csrf_cookie()).one() else {
        return Err("CSRF cookie not set.".into());
    };
    let secret = CsrfToken::read(&cookie).map_err(|bad| format!("CSRF cookie {bad}."))?;
    let (source, token) = match field {
        Some(field) => ("POST", Cow::Borrowed(field)),
        None => {
            let headers = values(offered.headers, &TOKEN);
            if headers.is_empty() {
                return Err("CSRF token missing.".into());
            }
            ("the 'X-Csrftoken' HTTP header", Cow::Owned(text(&headers)))
        }
    };
    let bad = |reason: &dyn std::fmt::Display| format!("CSRF token from {source} {reason}.");
    let token = CsrfToken::read(&token).map_err(|reason: BadToken| bad(&reason))?;
    if token.matches(&secret) { Ok(()) } else { Err(bad(&"incorrect").into()) }
}

/// What a header says; one that is sent several times, as servers join it.
fn text(values: &[&[u8]]) -> String {
    String::from_utf8_lossy(&values.join(&b","[..])).into_owned()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::{
        authentication::fixture::Request,
        sessions::{SecretKey, masked},
    };

    const SECRET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

    fn asked(sessions: &Sessions, field: Option<&str>, headers: &[(&str, &str)]) -> String {
        let request = Request::to("/cars").by(Method::POST).header("host", "cars.example.com");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let trusted = [Origin::written("https://app.example.com")];
        let offered = Offered { trusted: &trusted, ..request.offered() };
        match check(&offered.with_form_token(field), sessions) {
            Ok(()) => "fine".to_owned(),
            Err(reason) => reason.into_owned(),
        }
    }

    fn sessions() -> Sessions {
        Sessions::new(SecretKey::random())
    }

    fn cookie(value: &str) -> String {
        format!("a=1; csrftoken={value}")
    }

    #[test]
    fn every_reason_about_the_token() {
        let masked = masked(SECRET).expect("a secret");
        let other = "a".repeat(32);
        for (secret, token, reason) in [
            (Some(SECRET), Some(SECRET), "fine"),
            (Some(SECRET), Some(&*masked), "fine"),
            (Some(&*masked), Some(SECRET), "fine"),
            (None, Some(SECRET), "CSRF cookie not set."),
            (None, None, "CSRF cookie not set."),
            (Some(""), Some(SECRET), "CSRF cookie has incorrect length."),
            (Some("short"), None, "CSRF cookie has incorrect length."),
            (Some("0123456789ABCDEFGHIJKLMNOPQRSTU-"), Some(SECRET), "CSRF cookie has invalid characters."),
            (Some(SECRET), None, "CSRF token missing."),
            (Some(SECRET), Some(""), "CSRF token from the 'X-Csrftoken' HTTP header has incorrect length."),
            (Some(SECRET), Some("short"), "CSRF token from the 'X-Csrftoken' HTTP header has incorrect length."),
            (
                Some(SECRET),
                Some("0123456789ABCDEFGHIJKLMNOPQRSTU-"),
                "CSRF token from the 'X-Csrftoken' HTTP header has invalid characters.",
            ),
            (Some(SECRET), Some(&*other), "CSRF token from the 'X-Csrftoken' HTTP header incorrect."),
        ] {
            let cookie = secret.map(cookie);
            let cookie = cookie.as_deref().map(|cookie| ("cookie", cookie));
            let token = token.map(|token| ("x-csrftoken", token));
            let headers: Vec<_> = cookie.into_iter().chain(token).collect();
            assert_eq!(asked(&sessions(), None, &headers), reason, "{headers:?}");
        }
    }

    #[test]
    fn every_reason_about_a_forms_field() {
        let cookie = cookie(SECRET);
        let right = [("cookie", &*cookie), ("x-csrftoken", SECRET)];
        let field = |field: &str, headers: &[(&str, &str)]| asked(&sessions(), Some(field), headers);
        assert_eq!(field(SECRET, &right[..1]), "fine");
        // it counts before the header; an empty one does not
        assert_eq!(field(&"a".repeat(32), &right), "CSRF token from POST incorrect.");
        assert_eq!(field("", &right), "fine");
        assert_eq!(field("", &right[..1]), "CSRF token missing.");
        assert_eq!(field("short", &right), "CSRF token from POST has incorrect length.");
        assert_eq!(field(&"é".repeat(32), &right), "CSRF token from POST has invalid characters.");
    }

    #[test]
    fn two_cookies_or_two_headers_are_nobodys() {
        let (one, two) = (cookie(SECRET), format!("csrftoken={SECRET}; csrftoken={SECRET}"));
        let token = ("x-csrftoken", SECRET);
        assert_eq!(asked(&sessions(), None, &[("cookie", &two), token]), "CSRF cookie not set.");
        let length = "CSRF token from the 'X-Csrftoken' HTTP header has incorrect length.";
        assert_eq!(asked(&sessions(), None, &[("cookie", &one), token, token]), length);
    }

    #[test]
    fn every_reason_about_the_origin() {
        let cookie = cookie(SECRET);
        let from = |sessions: &Sessions, origin: &str| {
            let headers = [("cookie", &*cookie), ("x-csrftoken", SECRET), ("origin", origin)];
            asked(sessions, None, &headers)
        };
        for origin in ["http://cars.example.com", "https://cars.example.com", "https://app.example.com"] {
            assert_eq!(from(&sessions(), origin), "fine", "{origin}");
        }
        for origin in
            ["null", "", "https://evil.example", "https://cars.example.com.evil.example", "http://app.example.com"]
        {
            let reason = format!("Origin checking failed - {origin} does not match any trusted origins.");
            assert_eq!(from(&sessions(), origin), reason);
            assert_eq!(from(&sessions().secure(), origin), reason);
        }
        assert_eq!(from(&sessions().secure(), "https://cars.example.com"), "fine");
        let insecure = "Origin checking failed - http://cars.example.com does not match any trusted origins.";
        assert_eq!(from(&sessions().secure(), "http://cars.example.com"), insecure);
        // before the cookie is looked at
        let twice = [("origin", "https://cars.example.com"), ("origin", "https://evil.example")];
        let reason = asked(&sessions(), None, &twice);
        assert_eq!(
            reason,
            "Origin checking failed - https://cars.example.com,https://evil.example does not match any trusted origins."
        );
    }

    #[test]
    fn every_reason_about_the_referer() {
        let cookie = cookie(SECRET);
        let from = |sessions: &Sessions, referer: Option<&str>| {
            let mut headers = vec![("cookie", &*cookie), ("x-csrftoken", SECRET)];
            headers.extend(referer.map(|referer| ("referer", referer)));
            asked(sessions, None, &headers)
        };
        let secure = sessions().secure();
        for referer in ["https://cars.example.com/a?b", "https://app.example.com", "HTTPS://cars.example.com:443/"] {
            assert_eq!(from(&secure, Some(referer)), "fine", "{referer}");
        }
        assert_eq!(from(&secure, None), "Referer checking failed - no Referer.");
        for referer in [
            "",
            "cars.example.com",
            "https:///a",
            "//cars.example.com/",
            "https://[::1/",
            "1s://cars.example.com/",
            "ht_tps://cars.example.com/",
        ] {
            assert_eq!(from(&secure, Some(referer)), "Referer checking failed - Referer is malformed.", "{referer}");
        }
        let insecure = "Referer checking failed - Referer is insecure while host is secure.";
        assert_eq!(from(&secure, Some("http://cars.example.com/")), insecure);
        for referer in ["https://evil.example/cars.example.com", "https://cars.example.com@evil.example/"] {
            let reason = format!("Referer checking failed - {referer} does not match any trusted origins.");
            assert_eq!(from(&secure, Some(referer)), reason);
        }
        // over plain HTTP it is not asked for
        assert_eq!(from(&sessions(), Some("https://evil.example/")), "fine");
    }

    #[test]
    fn what_changes_nothing_is_not_asked() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE] {
            let request = Request::to("/cars").by(method).header("origin", "https://evil.example");
            assert_eq!(check(&request.offered(), &sessions()), Ok(()));
        }
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(check(&Request::to("/cars").by(method).offered(), &sessions()).is_err());
        }
    }
}
