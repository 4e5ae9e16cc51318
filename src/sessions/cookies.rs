//! Cookies as browsers send them, and as they are told to keep them.

use std::{
    borrow::Cow,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cookie::{Cookie, SameSite as CookieSameSite, time};
use http::{HeaderMap, HeaderValue, header};
use refrain_entity::{Moment, Secret};

use super::{Expiry, SameSite, Session, Sessions};

/// What a request has under a cookie's name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// No cookie of the name.
    Nothing,
    /// One.
    One(String),
    /// Several: another host of the domain, or another path, may have set one of them, and nobody can tell which.
    Several(Vec<String>),
}

impl Sent {
    pub(crate) fn of(headers: &HeaderMap, name: &str) -> Self {
        let mut values: Vec<String> = headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| Cookie::parse(String::from_utf8_lossy(pair).into_owned()).ok())
            .filter(|cookie| cookie.name() == name)
            .map(|cookie| cookie.value().to_owned())
            .collect();
        match values.len() {
            0 => Self::Nothing,
            1 => Self::One(values.remove(0)),
            _ => Self::Several(values),
        }
    }

    /// The one that was sent; none where nobody can tell which is meant.
    pub(crate) fn one(self) -> Option<String> {
        match self {
            Self::One(value) => Some(value),
            Self::Nothing | Self::Several(_) => None,
        }
    }
}

/// The cookies that an answer sets, the last word on each.
#[derive(Debug, Default)]
pub(crate) struct SetCookies(Mutex<Cookies>);

#[derive(Debug, Default)]
struct Cookies {
    set: Vec<(String, HeaderValue)>,
    /// of the session that the browser is to keep
    session: Option<Secret>,
}

impl SetCookies {
    fn set(&self, name: &str, cookie: HeaderValue, change: impl FnOnce(&mut Cookies)) {
        let mut cookies = self.cookies();
        cookies.set.retain(|(known, _)| known != name);
        cookies.set.push((name.to_owned(), cookie));
        change(&mut cookies);
    }

    /// Has a browser keep a word that no page reads and that is no secret, for so many seconds; where sessions' cookies are
    /// kept, if there are any.
    pub(crate) fn set_for_a_while(
        &self,
        name: &str,
        value: String,
        seconds: u64,
        over_tls: bool,
        sessions: Option<&Sessions>,
    ) {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        let cookie = match sessions {
            Some(sessions) => sessions.cookie_of(name, value, Some(seconds), over_tls, true),
            None => {
                let cookie = Cookie::build((name, value)).path("/").max_age(time::Duration::seconds(seconds));
                let text = cookie.http_only(true).secure(over_tls).same_site(CookieSameSite::Lax).build().to_string();
                HeaderValue::from_str(&text).expect("both are plain words")
            }
        };
        self.set(name, cookie, |_| {});
    }

    /// The key of the session that the browser has from this answer on, where it is another than it sent.
    pub(crate) fn session(&self) -> Option<Secret> {
        self.cookies().session.clone()
    }

    /// What is said in `Set-Cookie`.
    pub(crate) fn take(&self) -> Vec<HeaderValue> {
        std::mem::take(&mut *self.cookies()).set.into_iter().map(|(_, cookie)| cookie).collect()
    }

    fn cookies(&self) -> MutexGuard<'_, Cookies> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A year, as Django's.
const CSRF_AGE: i64 = 31_449_600;

impl Sessions {
    /// Has a browser keep the key of a session; over TLS, where the request came so.
    pub(crate) fn keep(&self, session: &Session, over_tls: bool, cookies: &SetCookies) {
        let Some(key) = &session.key else { return self.forget(over_tls, cookies) };
        let settings = self.settings();
        let ends_with_browser = match session.expiry() {
            Expiry::Settings => settings.ends_with_browser,
            Expiry::Browser => true,
            Expiry::After(_) | Expiry::At(_) => false,
        };
        let left = session.expires(settings.age).to_utc() - Moment::now().to_utc();
        // what was begun counts: a cookie that lasts so long ends no sooner than its row
        let left = (left.num_milliseconds().max(0) as u64).div_ceil(1000);
        let age = (!ends_with_browser).then_some(left as i64);
        let cookie = self.cookie_of(&settings.cookie, key.expose().to_owned(), age, over_tls, true);
        cookies.set(&settings.cookie, cookie, |cookies| cookies.session = Some(key.clone()));
    }

    /// Has a browser forget the key of its session.
    pub(crate) fn forget(&self, over_tls: bool, cookies: &SetCookies) {
        let name = &self.settings().cookie;
        let cookie = self.cookie_of(name, String::new(), Some(0), over_tls, true);
        cookies.set(name, cookie, |cookies| cookies.session = None);
    }

    /// Has a browser keep what its pages send back as the CSRF token; they read it, so it is no secret to them.
    pub(crate) fn keep_csrf(&self, secret: &str, over_tls: bool, cookies: &SetCookies) {
        let name = &self.settings().csrf_cookie;
        cookies.set(name, self.cookie_of(name, secret.to_owned(), Some(CSRF_AGE), over_tls, false), |_| {});
    }

    fn cookie_of(&self, name: &str, value: String, age: Option<i64>, over_tls: bool, http_only: bool) -> HeaderValue {
        let settings = self.settings();
        let same_site = match settings.same_site {
            SameSite::Lax => CookieSameSite::Lax,
            SameSite::Strict => CookieSameSite::Strict,
            SameSite::None => CookieSameSite::None,
        };
        let mut cookie = Cookie::build((name.to_owned(), value))
            .path(Cow::Borrowed(&*settings.path))
            .same_site(same_site)
            .secure(settings.secure || over_tls)
            .http_only(http_only);
        if let Some(domain) = &settings.domain {
            cookie = cookie.domain(Cow::Borrowed(&**domain));
        }
        if let Some(age) = age {
            cookie = cookie.max_age(time::Duration::seconds(age));
        }
        let text = cookie.build().to_string();
        HeaderValue::from_str(&text).expect("keys are letters and digits, and settings were checked")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::sessions::{SecretKey, session::new_key};

    fn sent(headers: &[&[u8]]) -> Sent {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append("cookie", HeaderValue::from_bytes(header).expect("a test's header can be sent"));
        }
        Sent::of(&map, "sessionid")
    }

    #[test]
    fn a_cookie_is_read_where_it_is_sent_once() {
        let one = |value: &str| Sent::One(value.to_owned());
        let two = |values: [&str; 2]| Sent::Several(values.map(str::to_owned).to_vec());
        for (headers, expected) in [
            (&[][..], Sent::Nothing),
            (&[&b"a=1; b=2"[..]], Sent::Nothing),
            (&[b"sessionid=k"], one("k")),
            (&[b"a=1; sessionid=k;b=2"], one("k")),
            (&[b"a=1", b"sessionid = k "], one("k")),
            (&[b"sessionid="], one("")),
            (&[b"sessionid=a=b"], one("a=b")),
            (&[b"\xff=\xff; sessionid=k"], one("k")),
            (&[b"Sessionid=k; sessionid; sessionids=k; =k;;"], Sent::Nothing),
            (&[b"sessionid=k; sessionid=l"], two(["k", "l"])),
            (&[b"sessionid=k", b"sessionid=k"], two(["k", "k"])),
        ] {
            assert_eq!(sent(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn what_a_browser_is_told() {
        let site = || Sessions::new(SecretKey::random()).age(Duration::from_secs(60));
        let told = |sessions: Sessions, over_tls: bool| {
            let cookies = SetCookies::default();
            let session = Session { key: Some("k3y".into()), ..Session::default() };
            sessions.forget(over_tls, &cookies);
            sessions.keep(&session, over_tls, &cookies);
            sessions.keep_csrf("s3cret", over_tls, &cookies);
            cookies.take().iter().map(|cookie| cookie.to_str().expect("ASCII").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            told(site(), false),
            [
                "sessionid=k3y; HttpOnly; SameSite=Lax; Path=/; Max-Age=60",
                "csrftoken=s3cret; SameSite=Lax; Path=/; Max-Age=31449600",
            ]
        );
        let secure = [
            "sessionid=k3y; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60",
            "csrftoken=s3cret; SameSite=Lax; Secure; Path=/; Max-Age=31449600",
        ];
        assert_eq!(told(site().secure(), false), secure);
        assert_eq!(told(site(), true), secure);
        let other = site().path("/api").domain("example.com").same_site(SameSite::Strict).ending_with_the_browser();
        let [session, _] = &told(other.cookie_name("s"), false)[..] else { panic!("two cookies") };
        assert_eq!(session, "s=k3y; HttpOnly; SameSite=Strict; Path=/api; Domain=example.com");
        let cookies = SetCookies::default();
        site().keep(&Session { key: Some(new_key()), ..Session::default() }, false, &cookies);
        site().forget(false, &cookies);
        assert_eq!(cookies.take(), ["sessionid=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"]);
    }

    #[test]
    fn a_word_is_kept_for_a_while_where_sessions_are() {
        let told = |sessions: Option<&Sessions>, over_tls: bool| {
            let cookies = SetCookies::default();
            cookies.set_for_a_while("last", "w0rd".to_owned(), 5, over_tls, sessions);
            cookies.take()
        };
        let site = Sessions::new(SecretKey::random()).path("/api").secure();
        assert_eq!(told(Some(&site), false), ["last=w0rd; HttpOnly; SameSite=Lax; Secure; Path=/api; Max-Age=5"]);
        assert_eq!(told(None, false), ["last=w0rd; HttpOnly; SameSite=Lax; Path=/; Max-Age=5"]);
        assert_eq!(told(None, true), ["last=w0rd; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=5"]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(header) = HeaderValue::from_bytes(&bytes) {
                let mut map = HeaderMap::new();
                map.append("cookie", header);
                let _ = Sent::of(&map, "sessionid").one();
            }
        }
    }
}
