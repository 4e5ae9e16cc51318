use std::{fmt, time::Duration};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use rand::{RngExt, rand_core::UnwrapErr, rngs::SysRng};
use refrain_entity::{Moment, Secret};
use serde_json::{Value, json};

use super::data::Data;
use crate::auth::UserId;

/// What is kept of a visitor between requests: values by name, and who logged in.
///
/// ```
/// use refrain::sessions::Session;
///
/// let mut session = Session::default();
/// session.set("cart", [7, 8]);
/// assert_eq!(session.get("cart"), Some([7, 8].as_slice().into()));
/// ```
///
/// A new one is in no table until it is [saved](super::Sessions::save).
#[derive(Clone, Default)]
pub struct Session {
    /// of its row; a new one has none
    pub(super) key: Option<Secret>,
    pub(super) data: Data,
}

/// How long a session lasts from its last save, where it says so itself.
///
/// ```
/// use std::time::Duration;
///
/// use refrain::sessions::{Expiry, Session};
///
/// let mut session = Session::default();
/// assert_eq!(session.expiry(), Expiry::Settings);
/// session.set_expiry(Expiry::After(Duration::from_secs(600)));
/// assert_eq!(session.expiry(), Expiry::After(Duration::from_secs(600)));
/// ```
#[doc(alias("set_expiry", "_session_expiry"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// As long as the site's sessions do.
    Settings,
    /// The cookie ends with the browser, the row as the site's do.
    Browser,
    /// So long.
    After(Duration),
    /// Until then.
    At(Moment),
}

const USER: &str = "_auth_user_id";
const BACKEND: &str = "_auth_user_backend";
const HASH: &str = "_auth_user_hash";
const EXPIRY: &str = "_session_expiry";

/// Who logged in, by which backend, and the digest of the password they had then.
pub(crate) struct LoggedIn {
    pub(crate) user: String,
    pub(crate) backend: String,
    pub(crate) hash: Option<String>,
}

impl Session {
    /// A value by its name.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.data.get(name)
    }

    /// Sets a value, to be saved.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.data.set(name, &value.into());
    }

    /// Takes a value away. Was there one?
    ///
    /// ```
    /// use refrain::sessions::Session;
    ///
    /// let mut session = Session::default();
    /// session.set("cart", [7, 8]);
    /// assert!(session.remove("cart"));
    /// assert!(!session.remove("cart"));
    /// assert!(session.is_empty());
    /// ```
    #[doc(alias("pop", "del"))]
    pub fn remove(&mut self, name: &str) -> bool {
        self.data.remove(name)
    }

    /// Is there no value in it?
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// How long it lasts.
    ///
    /// ```
    /// use refrain::sessions::{Expiry, Session};
    ///
    /// let mut session = Session::default();
    /// assert_eq!(session.expiry(), Expiry::Settings);
    /// session.set_expiry(Expiry::Browser);
    /// assert_eq!(session.expiry(), Expiry::Browser);
    /// ```
    #[doc(alias = "get_expiry_age")]
    pub fn expiry(&self) -> Expiry {
        match self.data.get(EXPIRY) {
            Some(Value::Number(seconds)) => match seconds.as_f64() {
                Some(0.0) => Expiry::Browser,
                Some(seconds) => Expiry::After(Duration::from_secs_f64(seconds.clamp(0.0, LONGEST.as_secs_f64()))),
                None => Expiry::Settings,
            },
            Some(Value::String(at)) => moment(&at).map_or(Expiry::Settings, |at| Expiry::At(at.into())),
            _ => Expiry::Settings,
        }
    }

    /// Sets how long it lasts from its next save on.
    pub fn set_expiry(&mut self, expiry: Expiry) {
        match expiry {
            Expiry::Settings => drop(self.remove(EXPIRY)),
            Expiry::Browser => self.set(EXPIRY, 0),
            // nothing would be the browser's
            Expiry::After(age) => self.set(EXPIRY, age.min(LONGEST).as_secs().max(1)),
            // with an offset, as Python's `isoformat` writes it
            Expiry::At(at) => self.set(EXPIRY, at.to_utc().format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()),
        }
    }

    /// When it ends if it is saved now.
    pub(super) fn expires(&self, age: Duration) -> Moment {
        let after = |age: Duration| {
            let age = TimeDelta::from_std(age.min(LONGEST)).unwrap_or(TimeDelta::MAX);
            Moment::from(Moment::now().to_utc() + age)
        };
        match self.expiry() {
            Expiry::Settings | Expiry::Browser => after(age),
            Expiry::After(age) => after(age),
            Expiry::At(at) => at,
        }
    }

    /// Who logged in, as the session has it; it is not said that they are still let in.
    pub(crate) fn logged_in(&self) -> Option<LoggedIn> {
        let text = |name| self.data.text(name);
        Some(LoggedIn { user: text(USER)?, backend: text(BACKEND)?, hash: text(HASH) })
    }

    pub(super) fn remember(&mut self, user: UserId, backend: &str, hash: &str) {
        self.data.set(USER, &json!(user.to_string()));
        self.data.set(BACKEND, &json!(backend));
        self.remember_hash(hash);
    }

    pub(super) fn remember_hash(&mut self, hash: &str) {
        self.data.set(HASH, &json!(hash));
    }
}

/// As long as a date can be counted on, and longer than browsers keep a cookie.
const LONGEST: Duration = Duration::from_hours(10 * 365 * 24);

/// A time as Python's `isoformat` writes it.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let aware = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    aware.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.and_utc())).ok()
}

/// Whether a cookie can name a session at all (CONTRACT 5.7); what it names is looked for to the last byte.
pub(super) fn is_key(text: &str) -> bool {
    (8..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// 32 characters of `a-z0-9`, as Django makes them.
pub(super) fn new_key() -> Secret {
    const CHARACTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = UnwrapErr(SysRng);
    let key: String = (0..32).map(|_| char::from(CHARACTERS[random.random_range(0..CHARACTERS.len())])).collect();
    key.into()
}

/// The names; a value may be somebody's.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("is_new", &self.key.is_none()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasting(expiry: Value) -> Expiry {
        let mut session = Session::default();
        session.set(EXPIRY, expiry);
        session.expiry()
    }

    #[test]
    fn it_lasts_as_it_says() {
        let at = DateTime::from_timestamp(1_700_000_000, 250_000_000).expect("a date");
        for expiry in [Expiry::Settings, Expiry::Browser, Expiry::After(Duration::from_secs(60)), Expiry::At(at.into())]
        {
            let mut session = Session::default();
            session.set_expiry(Expiry::Browser);
            session.set_expiry(expiry);
            assert_eq!(session.expiry(), expiry);
        }
        assert_eq!(lasting(json!("2023-11-14T22:13:20.250000+00:00")), Expiry::At(at.into()));
        assert_eq!(lasting(json!("2023-11-14T22:13:20.25")), Expiry::At(at.into()));
        assert_eq!(lasting(json!(-5)), Expiry::After(Duration::ZERO));
        for nothing in [json!(null), json!(""), json!("soon"), json!([]), json!(false)] {
            assert_eq!(lasting(nothing), Expiry::Settings);
        }
        for endless in [json!(u64::MAX), json!(1e300)] {
            let mut session = Session::default();
            session.set(EXPIRY, endless);
            assert!(session.expires(Duration::ZERO) > Moment::now());
        }
        let mut session = Session::default();
        session.set_expiry(Expiry::After(Duration::MAX));
        assert_eq!(session.expiry(), Expiry::After(Duration::from_secs(315_360_000)), "ten years");
    }

    #[test]
    fn a_key_is_letters_and_digits() {
        assert!(is_key(new_key().expose()) && new_key().expose().len() == 32);
        assert_ne!(new_key(), new_key());
        for text in ["", "1234567", &"a".repeat(41), "12345678\0", "1234 5678", "é12345678", "a'b'c'd'e", "12345678;"]
        {
            assert!(!is_key(text), "{text:?}");
        }
    }

    #[test]
    fn it_shows_no_value() {
        let mut session = Session { key: Some(new_key()), ..Session::default() };
        session.set("card", "s3cret");
        let shown = format!("{session:?}");
        assert!(!shown.contains("s3cret") && !shown.contains(session.key.expect("set above").expose()), "{shown}");
    }
}
