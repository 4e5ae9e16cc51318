use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand::{
    distr::{Alphanumeric, SampleString},
    rand_core::UnwrapErr,
    rngs::SysRng,
};
use refrain_entity::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Error, Result};

/// What a site signs with: Django's `SECRET_KEY`, and the keys it signed with before.
///
/// ```
/// use refrain::sessions::SecretKey;
///
/// # fn main() -> refrain::Result<()> {
/// let key = SecretKey::new("a site's own, long and random")?.with_fallback("the one before it")?;
/// assert_eq!(format!("{key:?}"), "SecretKey(…)");
/// # Ok(())
/// # }
/// ```
///
/// Whoever knows it is anybody they like. It is never shown, and what it signs is compared in constant time.
#[doc(alias("SECRET_KEY", "SECRET_KEY_FALLBACKS"))]
#[derive(Clone)]
pub struct SecretKey(Arc<[Secret]>);

/// By which key something was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignedBy {
    /// The one that signs.
    Current,
    /// One that signed before.
    Fallback,
}

impl SecretKey {
    /// The key that signs. An empty one is an error.
    pub fn new(key: impl Into<String>) -> Result<Self> {
        Ok(Self([checked(key.into())?].into()))
    }

    /// The same and, after it, one that signed before: what it signed is still believed, and signed anew when it is used.
    pub fn with_fallback(self, key: impl Into<String>) -> Result<Self> {
        let fallback = checked(key.into())?;
        Ok(Self(self.0.iter().cloned().chain([fallback]).collect()))
    }

    /// A key that nobody else has.
    ///
    /// ```
    /// use refrain::sessions::{SecretKey, Sessions};
    ///
    /// // sessions that end with the program
    /// let sessions = Sessions::new(SecretKey::random());
    /// # let _ = sessions;
    /// ```
    ///
    /// # Panics
    /// When the operating system gives no random bytes.
    pub fn random() -> Self {
        Self([Secret::from(Alphanumeric.sample_string(&mut UnwrapErr(SysRng), LENGTH))].into())
    }

    /// The key that signs, to be kept.
    #[cfg(any(feature = "sqlite", test))]
    pub(super) fn expose(&self) -> &str {
        self.0[0].expose()
    }

    /// The signature of a text, as Django writes it.
    pub(super) fn signature(&self, salt: &str, text: &str) -> String {
        base64(self.current(), salt, text)
    }

    /// Whose signature is this?
    pub(super) fn signed_by(&self, salt: &str, text: &str, signature: &str) -> Option<SignedBy> {
        self.which(|key| base64(key, salt, text), signature)
    }

    /// The digest of a text in hexadecimal digits.
    pub(crate) fn hex_digest(&self, salt: &str, text: &str) -> String {
        hex::encode(salted_hmac(self.current(), salt, &[text.as_bytes()]))
    }

    /// The same by each key, the one that signs first.
    pub(crate) fn hex_digests(&self, salt: &str, text: &str) -> impl Iterator<Item = String> {
        self.0.iter().map(move |key| hex::encode(salted_hmac(key, salt, &[text.as_bytes()])))
    }

    /// Whose digest is this?
    pub(super) fn digested_by(&self, salt: &str, text: &str, digest: &str) -> Option<SignedBy> {
        self.which(|key| hex::encode(salted_hmac(key, salt, &[text.as_bytes()])), digest)
    }

    /// The key that signs.
    pub(super) fn current(&self) -> &Secret {
        &self.0[0]
    }

    /// Each key, the one that signs first.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter()
    }

    fn which(&self, made: impl Fn(&Secret) -> String, given: &str) -> Option<SignedBy> {
        let place = self.0.iter().position(|key| made(key).as_bytes().ct_eq(given.as_bytes()).into())?;
        Some(if place == 0 { SignedBy::Current } else { SignedBy::Fallback })
    }
}

/// Of 62 characters: more than 256 bits.
const LENGTH: usize = 50;

fn checked(key: String) -> Result<Secret> {
    if key.trim().is_empty() {
        return Err(Error::wiring("the secret key is empty: give it a long random text"));
    }
    Ok(key.into())
}

fn base64(key: &Secret, salt: &str, text: &str) -> String {
    URL_SAFE_NO_PAD.encode(salted_hmac(key, salt, &[text.as_bytes()]))
}

/// Django's `salted_hmac` with SHA-256: the salt and the key make a key of their own (CONTRACT 5.8). Parts stand one behind
/// the other.
pub(super) fn salted_hmac(key: &Secret, salt: &str, parts: &[&[u8]]) -> [u8; 32] {
    let key = Sha256::new().chain_update(salt).chain_update(key.expose()).finalize();
    let mac = Hmac::<Sha256>::new_from_slice(&key).expect("an HMAC takes a key of any length");
    parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into()
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_digests_as_django_does() {
        let digest = SecretKey::new("k").expect("a key").hex_digest("salt", "value");
        assert_eq!(digest, "34933a054a08170a6f385777bba40a1708a3b7399be5907d5d15705b1e0291fe");
    }

    #[test]
    fn it_tells_which_key_signed() {
        let (old, new) = (SecretKey::new("old").expect("a key"), SecretKey::new("new").expect("a key"));
        let both = new.clone().with_fallback("older").and_then(|key| key.with_fallback("old")).expect("keys");
        let [by_old, by_new] = [&old, &new].map(|key| key.signature("salt", "text"));
        assert_eq!(both.signed_by("salt", "text", &by_new), Some(SignedBy::Current));
        assert_eq!(both.signed_by("salt", "text", &by_old), Some(SignedBy::Fallback));
        assert_eq!(both.signature("salt", "text"), by_new);
        assert_eq!(new.signed_by("salt", "text", &by_old), None);
        assert_eq!(new.signed_by("pepper", "text", &by_new), None);
        assert_eq!(new.signed_by("salt", "texts", &by_new), None);
        assert_eq!(new.signed_by("salt", "text", &by_new[1..]), None);
        assert_eq!(new.signed_by("salt", "text", ""), None);
    }

    #[test]
    fn it_is_not_shown_and_not_empty() {
        let key = SecretKey::new("s3cret").and_then(|key| key.with_fallback("s3cret too")).expect("keys");
        assert!(!format!("{key:?}").contains("s3cret"));
        assert!(SecretKey::new(" ").is_err() && key.with_fallback("").is_err());
        assert_ne!(SecretKey::random().expose(), SecretKey::random().expose());
    }
}
