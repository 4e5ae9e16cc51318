use std::{fmt, sync::Arc, time::Duration};

use super::SecretKey;

/// The sessions of a site: what signs them, and how their cookies are set.
///
/// ```
/// use std::time::Duration;
///
/// use refrain::sessions::{SecretKey, Sessions};
///
/// # fn main() -> refrain::Result<()> {
/// let key = SecretKey::new("a site's own, long and random")?;
/// let sessions = Sessions::new(key).secure().age(Duration::from_secs(8 * 60 * 60));
/// # let _ = sessions;
/// # Ok(())
/// # }
/// ```
///
/// The rows are Django's, and so are the defaults: a Django site on the same database with the same `SECRET_KEY` reads
/// them, and logs people in here. A cheap handle.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

#[derive(Clone)]
pub(super) struct Inner {
    pub(super) key: SecretKey,
    pub(super) cookie: String,
    pub(super) csrf_cookie: String,
    pub(super) age: Duration,
    pub(super) ends_with_browser: bool,
    pub(super) same_site: SameSite,
    pub(super) path: String,
    pub(super) domain: Option<String>,
    pub(super) secure: bool,
    /// the first of them is written
    pub(super) backends: Vec<String>,
}

/// Which requests made by other sites' pages a browser sends the cookie with.
///
/// ```
/// use refrain::sessions::{SameSite, SecretKey, Sessions};
///
/// let embedded = Sessions::new(SecretKey::random()).secure().same_site(SameSite::None);
/// assert_eq!(SameSite::default(), SameSite::Lax);
/// # let _ = embedded;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// Where somebody follows a link.
    #[default]
    Lax,
    /// None.
    Strict,
    /// All of them. Browsers want [`secure`](Sessions::secure) with it.
    None,
}

/// Two weeks.
const AGE: Duration = Duration::from_hours(14 * 24);

impl Sessions {
    /// Django's settings, and this key.
    pub fn new(key: SecretKey) -> Self {
        Self {
            inner: Arc::new(Inner {
                key,
                cookie: "sessionid".to_owned(),
                csrf_cookie: "csrftoken".to_owned(),
                age: AGE,
                ends_with_browser: false,
                same_site: SameSite::Lax,
                path: "/".to_owned(),
                domain: None,
                secure: false,
                backends: vec!["django.contrib.auth.backends.ModelBackend".to_owned()],
            }),
        }
    }

    /// Says that the site is reached over TLS; only what comes over TLS here is taken for that where nothing is said.
    /// Browsers then send its cookies over nothing else, and a request without an `Origin` is asked for its `Referer`.
    ///
    /// What ends TLS in front of the program is not seen here, so it is to be said.
    #[doc(alias("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"))]
    #[must_use]
    pub fn secure(self) -> Self {
        self.with(|inner| inner.secure = true)
    }

    /// How long a session lasts; two weeks where nothing is said.
    #[doc(alias = "SESSION_COOKIE_AGE")]
    #[must_use]
    pub fn age(self, age: Duration) -> Self {
        self.with(|inner| inner.age = age)
    }

    /// Lets the cookies end with the browser.
    ///
    /// ```
    /// use refrain::sessions::{SameSite, SecretKey, Sessions};
    ///
    /// let sessions = Sessions::new(SecretKey::random())
    ///     .ending_with_the_browser()
    ///     .cookie_name("drivers_session")
    ///     .csrf_cookie_name("drivers_csrf")
    ///     .same_site(SameSite::Strict)
    ///     .path("/drivers")
    ///     .domain("example.com");
    /// # let _ = sessions;
    /// ```
    #[doc(alias = "SESSION_EXPIRE_AT_BROWSER_CLOSE")]
    #[must_use]
    pub fn ending_with_the_browser(self) -> Self {
        self.with(|inner| inner.ends_with_browser = true)
    }

    /// The name of the session's cookie; `sessionid` where nothing is said.
    ///
    /// # Panics
    /// Unless a cookie can have that name.
    #[doc(alias = "SESSION_COOKIE_NAME")]
    #[must_use]
    pub fn cookie_name(self, name: &str) -> Self {
        self.with(|inner| inner.cookie = checked_name(name))
    }

    /// The name of the cookie of the CSRF token; `csrftoken` where nothing is said.
    ///
    /// # Panics
    /// Unless a cookie can have that name.
    #[doc(alias = "CSRF_COOKIE_NAME")]
    #[must_use]
    pub fn csrf_cookie_name(self, name: &str) -> Self {
        self.with(|inner| inner.csrf_cookie = checked_name(name))
    }

    /// The `SameSite` of both cookies; `Lax` where nothing is said.
    #[doc(alias("SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE"))]
    #[must_use]
    pub fn same_site(self, same_site: SameSite) -> Self {
        self.with(|inner| inner.same_site = same_site)
    }

    /// The path below which browsers send the cookies; `/` where nothing is said.
    ///
    /// # Panics
    /// Unless it can be the path of a cookie.
    #[doc(alias("SESSION_COOKIE_PATH", "CSRF_COOKIE_PATH"))]
    #[must_use]
    pub fn path(self, path: &str) -> Self {
        assert!(path.starts_with('/') && is_attribute(path), "`{path}` is no path of a cookie");
        self.with(|inner| inner.path = path.to_owned())
    }

    /// The domain to all hosts of which browsers send the cookies; the host alone where nothing is said. Each of those hosts can then set them too.
    ///
    /// # Panics
    /// Unless it can be the domain of a cookie.
    #[doc(alias("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN"))]
    #[must_use]
    pub fn domain(self, domain: &str) -> Self {
        assert!(!domain.is_empty() && is_attribute(domain), "`{domain}` is no domain of a cookie");
        self.with(|inner| inner.domain = Some(domain.to_owned()))
    }

    /// One more backend by which who logged in is let in; Django's `ModelBackend` alone where nothing is said.
    ///
    /// ```
    /// use refrain::sessions::{SecretKey, Sessions};
    ///
    /// let sessions = Sessions::new(SecretKey::random()).accepting_backend("club.backends.ByCard");
    /// # let _ = sessions;
    /// ```
    ///
    /// Its name is the one that Django knows it by.
    #[doc(alias = "AUTHENTICATION_BACKENDS")]
    #[must_use]
    pub fn accepting_backend(self, path: &str) -> Self {
        self.with(|inner| inner.backends.push(path.to_owned()))
    }

    /// The backend that a log-in here names; Django's `ModelBackend` where nothing is said.
    ///
    /// ```
    /// use refrain::sessions::{SecretKey, Sessions};
    ///
    /// let sessions = Sessions::new(SecretKey::random()).writing_backend("club.backends.ByCard");
    /// # let _ = sessions;
    /// ```
    ///
    /// It has to be one that a site beside lets in.
    #[must_use]
    pub fn writing_backend(self, path: &str) -> Self {
        self.with(|inner| {
            inner.backends.retain(|known| known != path);
            inner.backends.insert(0, path.to_owned());
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    pub(super) fn settings(&self) -> &Inner {
        &self.inner
    }

    pub(crate) fn key(&self) -> &SecretKey {
        &self.inner.key
    }

    /// The backend that is written.
    pub(super) fn backend(&self) -> &str {
        &self.inner.backends[0]
    }

    pub(crate) fn accepts(&self, backend: &str) -> bool {
        self.inner.backends.iter().any(|known| known == backend)
    }

    /// The name of the session's cookie.
    pub(crate) fn cookie(&self) -> &str {
        &self.inner.cookie
    }

    /// The name of the cookie of the CSRF token.
    pub(crate) fn csrf_cookie(&self) -> &str {
        &self.inner.csrf_cookie
    }

    /// Is the site reached over TLS?
    pub(crate) fn is_secure(&self) -> bool {
        self.inner.secure
    }
}

fn checked_name(name: &str) -> String {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    assert!(!name.is_empty() && name.bytes().all(is_token), "no cookie is called `{name}`");
    name.to_owned()
}

fn is_attribute(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';' && byte != b',')
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("cookie", &self.inner.cookie).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions() -> Sessions {
        Sessions::new(SecretKey::new("s3cret").expect("a key"))
    }

    #[test]
    fn the_backend_that_is_written_is_accepted() {
        let sessions = sessions().accepting_backend("a.B").writing_backend("c.D");
        assert_eq!(sessions.backend(), "c.D");
        assert!(["django.contrib.auth.backends.ModelBackend", "a.B", "c.D"].iter().all(|path| sessions.accepts(path)));
        assert!(!sessions.accepts("e.F"));
        assert_eq!(sessions.writing_backend("a.B").backend(), "a.B");
    }

    #[test]
    fn a_log_in_names_the_backend_as_django_does() {
        assert_eq!(sessions().backend(), "django.contrib.auth.backends.ModelBackend");
    }

    #[test]
    fn what_would_break_a_cookie_is_a_mistake() {
        for change in [
            (|sessions| sessions.cookie_name("a;b")) as fn(Sessions) -> Sessions,
            |sessions| sessions.cookie_name(""),
            |sessions| sessions.csrf_cookie_name("a=b"),
            |sessions| sessions.path("api"),
            |sessions| sessions.path("/a; Domain=x"),
            |sessions| sessions.path("/a,b"),
            |sessions| sessions.path("/é"),
            |sessions| sessions.domain("a b"),
            |sessions| sessions.domain(""),
        ] {
            assert!(std::panic::catch_unwind(|| change(sessions())).is_err());
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        assert!(!format!("{:?}", sessions()).contains("s3cret"));
    }
}
