use base64::{
    Engine,
    alphabet::BCRYPT,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use sha2::{Digest, Sha256};

use super::{
    Error,
    algorithm::Algorithm,
    row::{Fields, decimal},
};

const BASE64: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD);

/// `bcrypt_sha256$$2b$<cost>$<22 characters of salt><31 of digest>`, and `bcrypt$$2b$…` without the SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bcrypt {
    pub(super) over: Over,
    pub(super) cost: u32,
}

/// What bcrypt is fed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The lower-case hexadecimal SHA-256 of the password.
    Sha256,
    /// The password itself, of which only the first 72 bytes count.
    Password,
}

impl Bcrypt {
    const LEAST_COST: u32 = 4;
    /// Sixteen times Django's default.
    const MOST_COST: u32 = 16;
    const SALT_LENGTH: usize = 22;

    /// All four versions are computed alike, as Django does: they differ in the bugs of programs long gone.
    pub(super) fn read(over: Over, rest: &str) -> Option<Fields<'_, Self>> {
        let rest = ["$2b$", "$2a$", "$2x$", "$2y$"].iter().find_map(|version| rest.strip_prefix(version))?;
        let (cost, rest) = rest.split_once('$')?;
        if cost.len() != 2 {
            return None;
        }
        let (salt, digest) = rest.split_at_checked(Self::SALT_LENGTH)?;
        salt_bytes(salt)?;
        Some(Fields { work: Self { over, cost: decimal(cost.strip_prefix('0').unwrap_or(cost))? }, salt, digest })
    }

    pub(super) const fn is_sound(self) -> bool {
        self.cost >= Self::LEAST_COST && self.cost < 32
    }

    pub(super) const fn is_bounded(self) -> bool {
        self.cost <= Self::MOST_COST
    }

    pub(super) const fn algorithm(self) -> Algorithm {
        match self.over {
            Over::Sha256 => Algorithm::BcryptSha256,
            Over::Password => Algorithm::Bcrypt,
        }
    }

    /// `bytes` as a salt is written in the row.
    pub(super) fn salt(bytes: [u8; 16]) -> String {
        BASE64.encode(bytes)
    }

    pub(super) fn digest(self, password: &str, salt: &str) -> Result<String, Error> {
        let salt = salt_bytes(salt).ok_or(Error::Interrupted)?;
        let parts = match self.over {
            Over::Sha256 => ::bcrypt::hash_with_salt(hex::encode(Sha256::digest(password)), self.cost, salt),
            Over::Password => ::bcrypt::hash_with_salt(password, self.cost, salt),
        };
        let row = parts.map_err(|_| Error::Interrupted)?.to_string();
        Ok(row[row.len() - 31..].to_owned())
    }

    pub(super) fn write(self, salt: &str, digest: &str) -> String {
        format!("{}$$2b${:02}${salt}{digest}", self.algorithm().name(), self.cost)
    }
}

fn salt_bytes(salt: &str) -> Option<[u8; 16]> {
    BASE64.decode(salt).ok()?.try_into().ok()
}
