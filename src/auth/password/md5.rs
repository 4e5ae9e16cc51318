use ::md5::{Digest, Md5 as Hasher};

use super::row::Fields;

/// `md5$<salt>$<hexadecimal>`, over the salt and then the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Md5;

impl Md5 {
    pub(super) fn read(rest: &str) -> Option<Fields<'_, Self>> {
        let (salt, digest) = rest.split_once('$')?;
        Some(Fields { work: Self, salt, digest })
    }

    pub(super) fn digest(self, password: &str, salt: &str) -> String {
        hex::encode(Hasher::new().chain_update(salt).chain_update(password).finalize())
    }
}
