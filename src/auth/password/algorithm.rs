/// A password format that Django stores, as named by the start of the row (`CONTRACT 5.1`).
///
/// ```
/// use refrain::auth::password::Algorithm;
///
/// assert_eq!(Algorithm::Argon2id.name(), "argon2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// PBKDF2 with HMAC-SHA-256, what Django makes unless told otherwise.
    Pbkdf2Sha256,
    /// PBKDF2 with HMAC-SHA-1.
    Pbkdf2Sha1,
    /// Argon2; new hashes are argon2id, the argon2i rows of Django before 3.2 are read as well.
    Argon2id,
    /// scrypt.
    Scrypt,
    /// bcrypt over the hexadecimal SHA-256 of the password, which lifts the limit of 72 bytes.
    BcryptSha256,
    /// bcrypt over the password itself: read when accepted, never made, blind past 72 bytes.
    Bcrypt,
    /// Salted MD5: read when accepted, never made.
    Md5,
}

impl Algorithm {
    /// What Django 5.2 accepts when `PASSWORD_HASHERS` is not set (`CONTRACT 5.2`).
    pub const DJANGO: [Self; 5] =
        [Self::Pbkdf2Sha256, Self::Pbkdf2Sha1, Self::Argon2id, Self::BcryptSha256, Self::Scrypt];

    const ALL: [Self; 7] = [
        Self::Pbkdf2Sha256,
        Self::Pbkdf2Sha1,
        Self::Argon2id,
        Self::Scrypt,
        Self::BcryptSha256,
        Self::Bcrypt,
        Self::Md5,
    ];

    /// The name Django stores before the first `$`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pbkdf2Sha256 => "pbkdf2_sha256",
            Self::Pbkdf2Sha1 => "pbkdf2_sha1",
            Self::Argon2id => "argon2",
            Self::Scrypt => "scrypt",
            Self::BcryptSha256 => "bcrypt_sha256",
            Self::Bcrypt => "bcrypt",
            Self::Md5 => "md5",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Algorithm;

    #[test]
    fn every_name_is_found_again_and_no_other() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        for name in ["", "sha1", "MD5", "argon2id", "pbkdf2_sha256 ", "unsalted_md5"] {
            assert_eq!(Algorithm::named(name), None, "`{name}`");
        }
    }
}
