use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use refrain_entity::{Moment, Secret};
use subtle::ConstantTimeEq;

use crate::{auth::User, sessions::SecretKey};

/// Makes and checks the tokens of links: each is for one user and one purpose, dies with what it is for, and is in no
/// table.
///
/// Those that reset a password are Django's to the last byte, so that links of a site beside work here and the other way
/// round. A token is the time it was made at, and half of a digest of that and of what it is about: for a reset the key,
/// the stored password, the last log-in and the address. Who changes one of them ends the token.
#[derive(Clone)]
pub(crate) struct LinkTokens {
    key: SecretKey,
    purpose: Purpose,
    lasting: Duration,
}

#[derive(Clone, Copy)]
enum Purpose {
    Reset,
    Confirm,
}

/// Django's `PASSWORD_RESET_TIMEOUT`.
const THREE_DAYS: Duration = Duration::from_secs(3 * 24 * 60 * 60);

impl LinkTokens {
    /// That reset a password.
    pub(crate) fn resetting(key: SecretKey) -> Self {
        Self { key, purpose: Purpose::Reset, lasting: THREE_DAYS }
    }

    /// That confirm the address of somebody who registers.
    pub(crate) fn confirming(key: SecretKey) -> Self {
        Self { key, purpose: Purpose::Confirm, lasting: THREE_DAYS }
    }

    /// The same, lasting so long.
    pub(crate) fn lasting(self, lasting: Duration) -> Self {
        Self { lasting, ..self }
    }

    /// A token for this user.
    pub(crate) fn make(&self, user: &User) -> Secret {
        self.make_at(user, Moment::now().to_utc())
    }

    fn make_at(&self, user: &User, now: DateTime<Utc>) -> Secret {
        let seconds = seconds_since_2001(now).unwrap_or_default();
        let digest = self.key.hex_digest(self.purpose.salt(), &self.purpose.text(user, seconds));
        token(seconds, &digest).into()
    }

    /// Is this a token for this user, that has not ended? For nobody it takes the same time to say no.
    pub(crate) fn check(&self, user: &User, token: &str) -> bool {
        self.check_at(user, token, Moment::now().to_utc())
    }

    fn check_at(&self, user: &User, given: &str, now: DateTime<Utc>) -> bool {
        let Some(seconds) = given.split_once('-').and_then(|(time, _)| base36(time)) else { return false };
        let text = self.purpose.text(user, seconds);
        let is_signed = self
            .key
            .hex_digests(self.purpose.salt(), &text)
            .any(|digest| token(seconds, &digest).as_bytes().ct_eq(given.as_bytes()).into());
        let age = seconds_since_2001(now).unwrap_or_default().saturating_sub(seconds);
        user.is_authenticated() && is_signed && age <= self.lasting.as_secs()
    }
}

impl Purpose {
    const fn salt(self) -> &'static str {
        match self {
            Self::Reset => "django.contrib.auth.tokens.PasswordResetTokenGenerator",
            Self::Confirm => "refrain.accounts.confirm",
        }
    }

    /// What a token is about.
    fn text(self, user: &User, seconds: u64) -> String {
        let id = user.id().map(|id| id.to_string()).unwrap_or_default();
        let User { email, last_login, date_joined, .. } = user;
        let password = user.password();
        // without fractions, which not every database keeps
        let last_login = last_login.map(|at| at.to_utc().format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default();
        match self {
            Self::Reset => format!("{id}{password}{last_login}{seconds}{email}"),
            // the moment at which the account is made is another once it is confirmed: somebody who is made inactive later
            // does not come back by an old link
            Self::Confirm => {
                let joined = date_joined.map(|at| at.to_utc().timestamp_micros()).unwrap_or_default();
                format!("{id}|{password}|{last_login}|{joined}|{seconds}|{email}")
            }
        }
    }
}

/// Every second digit, so that links are short.
fn token(seconds: u64, digest: &str) -> String {
    let half: String = digest.chars().step_by(2).collect();
    format!("{}-{half}", in_base36(seconds))
}

/// `None` before 2001.
fn seconds_since_2001(at: DateTime<Utc>) -> Option<u64> {
    let beginning = NaiveDate::from_ymd_opt(2001, 1, 1)?.and_time(NaiveTime::MIN).and_utc();
    u64::try_from((at - beginning).num_seconds()).ok()
}

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

fn in_base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
        if number == 0 {
            break digits.into_iter().rev().collect();
        }
    }
}

/// `None` for what no number is written as here.
fn base36(text: &str) -> Option<u64> {
    let number = u64::from_str_radix(text, 36).ok()?;
    (in_base36(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::auth::Auth;

    const KEY: &str = "secret-for-vectors";

    fn tokens(key: &str) -> LinkTokens {
        LinkTokens::resetting(SecretKey::new(key).expect("a key"))
    }

    fn alice() -> User {
        let mut alice = User::known_for_test(&Auth::default(), 7, "alice", "pbkdf2_sha256$1000$abc$def");
        alice.email = "alice@example.com".to_owned();
        alice
    }

    fn moment(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a date")
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!([0, 35, 36, 721_692_800].map(in_base36), ["0", "z", "10", "bxodq8"]);
        assert_eq!(base36("bxodq8"), Some(721_692_800));
        for text in ["", "00", "01", "BXOHI8", "+1", "-1", " 1", "1_0", "zzzzzzzzzzzzzz", "é"] {
            assert_eq!(base36(text), None, "{text}");
        }
    }

    #[test]
    fn it_is_made_as_django_makes_it() {
        let (tokens, now) = (tokens(KEY), moment(1_700_000_000));
        let mut alice = alice();
        assert_eq!(tokens.make_at(&alice, now).expose(), "bxodq8-ebf46202a05e19eedfee38768ae79836");
        alice.last_login = Some((now + TimeDelta::milliseconds(250)).into());
        assert_eq!(tokens.make_at(&alice, now).expose(), "bxodq8-afe34d40ed5968ecb882e351a6c5131b");
    }

    #[test]
    fn it_lasts_for_three_days_or_as_long_as_is_said() {
        let (tokens, now) = (tokens(KEY), moment(1_700_000_000));
        let token = tokens.make_at(&alice(), now);
        let is_good = |tokens: &LinkTokens, later: i64| {
            tokens.check_at(&alice(), token.expose(), now + TimeDelta::seconds(later))
        };
        assert!(is_good(&tokens, 0) && is_good(&tokens, 259_200) && !is_good(&tokens, 259_201));
        // a clock beside may go ahead
        assert!(is_good(&tokens, -60));
        let short = tokens.clone().lasting(Duration::from_secs(60));
        assert!(is_good(&short, 60) && !is_good(&short, 61));
    }

    #[test]
    fn it_dies_with_what_it_is_about() {
        let (tokens, now) = (tokens(KEY), moment(1_700_000_000));
        let token = tokens.make_at(&alice(), now);
        let is_good = |user: &User| tokens.check_at(user, token.expose(), now);
        assert!(is_good(&alice()));
        let mut other = alice();
        other.email = "alice@example.org".to_owned();
        assert!(!is_good(&other), "another address");
        let mut other = alice();
        other.last_login = Some(now.into());
        assert!(!is_good(&other), "a log-in");
        for (id, password) in [(8, "pbkdf2_sha256$1000$abc$def"), (7, "pbkdf2_sha256$1000$abc$ghi")] {
            let mut other = User::known_for_test(&Auth::default(), id, "alice", password);
            other.email = alice().email;
            assert!(!is_good(&other));
        }
        assert!(!is_good(&User::anonymous(&Auth::default())));
    }

    #[test]
    fn keys_and_purposes_are_told_apart() {
        let now = moment(1_700_000_000);
        let old = tokens("old").make_at(&alice(), now);
        let both = SecretKey::new("new").and_then(|key| key.with_fallback("old")).expect("keys");
        assert!(LinkTokens::resetting(both.clone()).check_at(&alice(), old.expose(), now));
        assert!(!tokens("new").check_at(&alice(), old.expose(), now));
        assert!(!LinkTokens::confirming(both).check_at(&alice(), old.expose(), now));
    }

    #[test]
    fn what_was_changed_is_no_token() {
        let (tokens, now) = (tokens(KEY), moment(1_700_000_000));
        let token = tokens.make_at(&alice(), now).into_exposed();
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(!tokens.check_at(&alice(), &changed, now), "{changed}");
        }
        let upper = token.to_uppercase();
        for text in
            ["", "-", "--", &token[1..], &token[..token.len() - 1], &format!("{token}-"), &format!("0{token}"), &upper]
        {
            assert!(!tokens.check_at(&alice(), text, now), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}", time in "[0-9a-z]{0,20}") {
            prop_assert!(!tokens(KEY).check(&alice(), &text));
            let made_up = format!("{time}-{}", "0".repeat(32));
            prop_assert!(!tokens(KEY).check(&alice(), &made_up));
        }
    }
}
