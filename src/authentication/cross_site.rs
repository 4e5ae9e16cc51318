//! Another site's page that acts with what the browser knows of its reader: cross-site request forgery.

use std::fmt;

use http::{HeaderMap, HeaderName, Uri, header};

use super::Offered;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// May the request change something, and was it made by a page of another site?
///
/// By what browsers say and pages cannot change: `Sec-Fetch-Site`, and where a browser does not send it (over plain HTTP
/// it is left out), `Origin`, which is then compared with the host that was asked. A request without either was made by
/// no page. What is of the same site and not of the same origin is another's: a neighbour's page need not be friendly.
pub(super) fn is_cross_site(offered: &Offered<'_>, trusted: &[Origin]) -> bool {
    if offered.method.is_safe() {
        return false;
    }
    let origins = values(offered.headers, &header::ORIGIN);
    if !origins.is_empty() && origins.iter().all(|origin| trusted.iter().any(|one| one.is(origin))) {
        return false;
    }
    let sites = values(offered.headers, &SEC_FETCH_SITE);
    if !sites.is_empty() {
        return !sites.iter().all(|site| matches!(*site, b"same-origin" | b"none"));
    }
    !origins.iter().all(|origin| Origin::of(origin).is_some_and(|origin| origin.is_asked_by(offered)))
}

pub(super) fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    headers.get_all(name).iter().map(|value| value.as_bytes()).collect()
}

/// A scheme, a host and a port, in one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    authority: String,
}

impl Origin {
    /// One that a program trusts.
    ///
    /// # Panics
    /// Unless it is an origin and no more.
    pub(crate) fn written(text: &str) -> Self {
        Self::of(text.as_bytes())
            .unwrap_or_else(|| panic!("`{text}` is no origin: write a scheme and a host, `https://app.example.com`"))
    }

    /// What a browser names; `None` for `null`, which is nobody's in particular.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let (scheme, authority) = str::from_utf8(text).ok()?.split_once("://")?;
        let uri: Uri = format!("{scheme}://{authority}").parse().ok()?;
        // no path, no query, no name of a user, no pattern
        if uri.authority()?.as_str() != authority || authority.contains(['@', '*']) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        Some(Self { authority: without_usual_port(&scheme, authority), scheme })
    }

    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    fn is(&self, text: &[u8]) -> bool {
        Self::of(text).is_some_and(|origin| origin == *self)
    }

    /// Is it the host that was asked? Which scheme was, only a proxy in front may know.
    pub(super) fn is_asked_by(&self, offered: &Offered<'_>) -> bool {
        let mut hosts = values(offered.headers, &header::HOST);
        if let (true, Some(authority)) = (hosts.is_empty(), offered.uri.authority()) {
            hosts.push(authority.as_str().as_bytes());
        }
        let is_mine = |host: &&[u8]| {
            str::from_utf8(host).is_ok_and(|host| without_usual_port(&self.scheme, host) == self.authority)
        };
        hosts.len() == 1 && hosts.iter().all(is_mine)
    }
}

/// As browsers spell it.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// In small letters, and without the port that goes without saying.
fn without_usual_port(scheme: &str, authority: &str) -> String {
    let usual = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    authority.strip_suffix(usual).unwrap_or(authority).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::authentication::fixture::Request;

    const SITE: &str = "sec-fetch-site";

    fn refuses(method: Method, headers: &[(&str, &str)]) -> bool {
        let request = Request::to("/cars").by(method).header("host", "cars.example.com");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let trusted = [Origin::written("https://app.example.com"), Origin::written("http://localhost:3000")];
        is_cross_site(&request.offered(), &trusted)
    }

    #[test]
    fn what_another_sites_page_may_not_send() {
        for headers in [
            &[(SITE, "cross-site")][..],
            &[(SITE, "same-site")],
            &[(SITE, "")],
            &[(SITE, "anything else")],
            &[(SITE, "same-origin"), (SITE, "cross-site")],
            // whatever else is said
            &[(SITE, "cross-site"), ("origin", "https://cars.example.com")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "https://cars.example.com.evil.example")],
            &[("origin", "https://evil.example/cars.example.com")],
            &[("origin", "https://evil.example@cars.example.com")],
            &[("origin", "https://cars.example.com:8443")],
            &[("origin", "http://cars.example.com:443")],
            &[("origin", "cars.example.com")],
            &[("origin", "https://cars.example.com"), ("origin", "https://evil.example")],
            // trusted is one origin, not its host and not its neighbours
            &[("origin", "http://app.example.com")],
            &[("origin", "https://app.example.com:8443")],
            &[("origin", "http://localhost:3001")],
            &[("origin", "https://app.example.com"), ("origin", "https://evil.example")],
        ] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert!(refuses(method, headers), "{headers:?}");
            }
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                assert!(!refuses(method, headers), "{headers:?}");
            }
        }
    }

    #[test]
    fn what_a_sites_own_page_and_a_program_send() {
        for headers in [
            &[][..],
            &[(SITE, "same-origin")],
            &[(SITE, "none")],
            // a proxy may have changed the host: the browser has compared the two itself
            &[(SITE, "same-origin"), ("origin", "https://public.example")],
            &[("origin", "https://cars.example.com")],
            &[("origin", "http://cars.example.com")],
            &[("origin", "https://CARS.example.com")],
            &[("origin", "https://cars.example.com:443")],
            &[("origin", "http://cars.example.com:80")],
            &[("origin", "https://app.example.com")],
            &[("origin", "https://app.example.com"), (SITE, "cross-site")],
            &[("origin", "http://localhost:3000"), (SITE, "same-site")],
        ] {
            assert!(!refuses(Method::POST, headers), "{headers:?}");
        }
    }

    #[test]
    fn the_host_is_the_one_that_was_asked() {
        let asked = |request: Request| {
            let request = request.by(Method::POST).header("origin", "https://cars.example.com");
            !is_cross_site(&request.offered(), &[])
        };
        assert!(asked(Request::to("https://cars.example.com/cars")));
        assert!(asked(Request::to("/").header("host", "cars.example.com:443")));
        assert!(!asked(Request::to("/")));
        assert!(!asked(Request::to("https://other.example/cars")));
        assert!(!asked(Request::to("https://cars.example.com/cars").header("host", "other.example")));
        assert!(!asked(Request::to("/").header("host", "cars.example.com").header("host", "cars.example.com")));
    }

    #[test]
    fn an_origin_is_no_more_than_that() {
        for text in
            ["app.example.com", "https://", "https://app.example.com/", "https://app.example.com/x", "null", "*"]
        {
            assert!(std::panic::catch_unwind(|| Origin::written(text)).is_err(), "{text}");
        }
    }
}
