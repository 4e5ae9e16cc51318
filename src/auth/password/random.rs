//! Random text, straight from the operating system's generator.

use rand::rand_core::UnwrapErr;
use rand::{
    Rng,
    distr::{Alphanumeric, SampleString},
    rngs::SysRng,
};

/// The salt length that Django asks for: 22 characters out of 62 are just over 128 bits.
pub(super) const SALT_LENGTH: usize = 22;

const UNUSABLE_PREFIX: char = '!';
const UNUSABLE_LENGTH: usize = 40;

/// A stored value that no password opens, for users who log in by other means (`CONTRACT 5.4`).
///
/// ```
/// use refrain::auth::password::{is_usable, unusable};
///
/// assert!(!is_usable(&unusable()));
/// ```
///
/// # Panics
/// When the operating system gives no random bytes.
pub fn unusable() -> String {
    format!("{UNUSABLE_PREFIX}{}", text(UNUSABLE_LENGTH))
}

/// Whether a stored value is meant to be opened by a password.
///
/// ```
/// use refrain::auth::password::{is_usable, unusable};
///
/// assert!(is_usable("pbkdf2_sha256$1$salt$hash"));
/// assert!(!is_usable(&unusable()));
/// ```
///
/// True for an empty or broken one, as in Django.
pub fn is_usable(stored: &str) -> bool {
    !stored.starts_with(UNUSABLE_PREFIX)
}

/// `length` characters of `[a-zA-Z0-9]`.
pub(super) fn text(length: usize) -> String {
    Alphanumeric.sample_string(&mut UnwrapErr(SysRng), length)
}

/// Sixteen bytes, what bcrypt takes as its salt.
pub(super) fn bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::{SALT_LENGTH, is_usable, text, unusable};

    #[test]
    fn an_unusable_value_is_a_mark_and_forty_fresh_characters() {
        let value = unusable();
        assert_eq!(value.len(), 41);
        assert!(value[1..].chars().all(|c| c.is_ascii_alphanumeric()));
        assert_ne!(value, unusable());
        assert!(!is_usable(&value));
    }

    #[test]
    fn only_the_mark_makes_a_value_unusable() {
        assert!(!is_usable("!"));
        for stored in ["", "gibberish", "pbkdf2_sha256$1$salt$hash"] {
            assert!(is_usable(stored), "`{stored}`");
        }
    }

    #[test]
    fn a_salt_is_fresh_and_holds_no_separator() {
        let salt = text(SALT_LENGTH);
        assert_eq!(salt.len(), 22);
        assert!(!salt.contains('$'));
        assert_ne!(salt, text(SALT_LENGTH));
    }
}
