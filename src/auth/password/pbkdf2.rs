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
            Digest::Sha1 => STANDARD.encode(::pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password, salt, self.iterations)),
            Digest::Sha256 => {
                STANDARD.encode(::pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, self.iterations))
            }
        }
    }

    pub(super) fn write(self, salt: &str, digest: &str) -> String {
        format!("{}${}${salt}${digest}", self.algorithm().name(), self.iterations)
    }
}
