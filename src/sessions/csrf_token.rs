//! The token against cross-site request forgery: a secret in a cookie, and the same sent back (CONTRACT 5.15).

use std::fmt;

use rand::{
    distr::{Alphanumeric, SampleString},
    rand_core::UnwrapErr,
    rngs::SysRng,
};
use subtle::ConstantTimeEq;

const CHARACTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Of a secret; a masked one has a mask of this length before it.
const LENGTH: usize = 32;

/// A token whose form is right, unmasked.
pub(crate) struct CsrfToken(String);

/// What is wrong with the form of one, in Django's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadToken {
    Length,
    Characters,
}

impl CsrfToken {
    /// Reads a secret, or one behind a mask.
    pub(crate) fn read(text: &str) -> Result<Self, BadToken> {
        if ![LENGTH, 2 * LENGTH].contains(&text.chars().count()) {
            return Err(BadToken::Length);
        }
        let places: Option<Vec<usize>> = text.bytes().map(place).collect();
        let places = places.ok_or(BadToken::Characters)?;
        if places.len() == LENGTH {
            return Ok(Self(text.to_owned()));
        }
        let (mask, cipher) = places.split_at(LENGTH);
        Ok(Self(mask.iter().zip(cipher).map(|(mask, cipher)| character(cipher + CHARACTERS.len() - mask)).collect()))
    }

    /// The same secret?
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

/// A new secret, for a cookie.
pub(crate) fn new_secret() -> String {
    Alphanumeric.sample_string(&mut UnwrapErr(SysRng), LENGTH)
}

/// The secret of a cookie as a form shows it: never twice in the same characters, which a compressed page would give
/// away one by one. `None` for what is no secret.
///
/// ```
/// let token = refrain::sessions::masked("0123456789ABCDEFGHIJKLMNOPQRSTUV").expect("a secret");
/// assert_eq!(token.len(), 64);
/// ```
#[doc(alias = "get_token")]
pub fn masked(secret: &str) -> Option<String> {
    masked_with(secret, &new_secret())
}

fn masked_with(secret: &str, mask: &str) -> Option<String> {
    let CsrfToken(secret) = CsrfToken::read(secret).ok()?;
    let places = |text: &str| text.bytes().map(place).collect::<Option<Vec<_>>>();
    let cipher: String =
        places(&secret)?.iter().zip(places(mask)?).map(|(one, other)| character(one + other)).collect();
    Some(format!("{mask}{cipher}"))
}

fn place(byte: u8) -> Option<usize> {
    CHARACTERS.iter().position(|character| *character == byte)
}

fn character(place: usize) -> char {
    char::from(CHARACTERS[place % CHARACTERS.len()])
}

impl fmt::Display for BadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "has incorrect length",
            Self::Characters => "has invalid characters",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

    #[test]
    fn it_masks_as_django_does() {
        let token = masked_with(SECRET, "abcdefghijklmnopqrstuvwxyzABCDEF");
        assert_eq!(token.as_deref(), Some("abcdefghijklmnopqrstuvwxyzABCDEF02468acegiKMOQSUWY02468acegikmoq"));
        assert!(CsrfToken::read(&token.expect("above")).is_ok_and(|token| token.0 == SECRET));
    }

    #[test]
    fn every_mask_hides_the_same_secret() {
        let secret = CsrfToken::read(SECRET).unwrap_or_else(|bad| panic!("{bad}"));
        let [one, other] = [masked(SECRET), masked(SECRET)].map(|token| token.expect("a secret"));
        assert_ne!(one, other);
        for token in [one, other] {
            assert!(CsrfToken::read(&token).is_ok_and(|token| token.matches(&secret)));
        }
        let another = CsrfToken::read(&new_secret()).unwrap_or_else(|bad| panic!("{bad}"));
        assert!(!another.matches(&secret));
    }

    #[test]
    fn what_is_no_token() {
        for (text, bad) in [
            ("", BadToken::Length),
            (&SECRET[1..], BadToken::Length),
            (&"a".repeat(33), BadToken::Length),
            (&"a".repeat(65), BadToken::Length),
            (&"é".repeat(16), BadToken::Length),
            (&"é".repeat(32), BadToken::Characters),
            ("0123456789ABCDEFGHIJKLMNOPQRSTU-", BadToken::Characters),
            (&"-".repeat(64), BadToken::Characters),
        ] {
            assert_eq!(CsrfToken::read(text).err(), Some(bad), "{text}");
            assert_eq!(masked(text), None);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,70}", right in "[a-zA-Z0-9]{64}") {
            let _ = CsrfToken::read(&text);
            prop_assert!(CsrfToken::read(&right).is_ok_and(|token| token.0.len() == 32));
        }
    }
}
