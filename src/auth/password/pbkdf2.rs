use ::pbkdf2::{Params, pbkdf2_hmac, pbkdf2_hmac_with_params};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::Sha1;
use sha2::Sha256;

use super::{
    algorithm::Algorithm,
    row::{Fields, decimal},
};

/// `pbkdf2_sha256$<iterations>$<salt>$<base64>`, and the same with SHA-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pbkdf2 {
    pub(super) digest: Digest,
    pub(super) iterations: u32,
}

/// The hash function under the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
}

impl Pbkdf2 {
    /// Some seconds of one core; ten times Django's default.
    const MOST_ITERATIONS: u32 = 10_000_000;

    pub(super) fn read(digest: Digest, rest: &str) -> Option<Fields<'_, Self>> {
        let mut parts = rest.splitn(3, '$');
        let iterations = decimal(parts.next()?)?;
        Some(Fields { work: Self { digest, iterations }, salt: parts.next()?, digest: parts.next()? })
    }

    /// Whether PBKDF2 is defined for this count at all.
    pub(super) const fn is_sound(self) -> bool {
        self.iterations > 0
    }

    pub(super) const fn is_bounded(self) -> bool {
        self.iterations <= Self::MOST_ITERATIONS
    }

    pub(super) const fn algorithm(self) -> Algorithm {
        match self.digest {
            Digest::Sha1 => Algorithm::Pbkdf2Sha1,
            Digest::Sha256 => Algorithm::Pbkdf2Sha256,
        }
    }

    pub(super) fn digest(self, password: &str, salt: &str) -> String {
        let (password, salt) = (password.as_bytes(), salt.as_bytes());
        match self.digest {
            Digest::Sha1 => {
                let mut key = [0; 20];
                pbkdf2_hmac::<Sha1>(password, salt, self.iterations, &mut key);
                STANDARD.encode(key)
            }
            Digest::Sha256 => {
                let mut key = [0; 32];
                self.sha256(password, salt, &mut key);
                STANDARD.encode(key)
            }
        }
    }

    /// A generic function is compiled in the crate that calls it, and so without optimisation in a debug build, where it
    /// takes seconds instead of a part of one; this one is compiled in its own. It wants a thousand iterations.
    fn sha256(self, password: &[u8], salt: &[u8], key: &mut [u8; 32]) {
        match Params::new(self.iterations) {
            Ok(params) => pbkdf2_hmac_with_params(password, salt, ::pbkdf2::Algorithm::Pbkdf2Sha256, params, key),
            Err(_) => pbkdf2_hmac::<Sha256>(password, salt, self.iterations, key),
        }
    }

    pub(super) fn write(self, salt: &str, digest: &str) -> String {
        format!("{}${}${salt}${digest}", self.algorithm().name(), self.iterations)
    }
}
