use ::argon2::{Algorithm as Variant, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};

use super::{
    Error,
    row::{Fields, decimal},
};

/// `argon2$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<digest>`: the word `argon2`, then a PHC string.
///
/// Salt and digest are base64 without padding. Rows without `v=` are of Argon2's first version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Argon2 {
    pub(super) variant: Variant,
    pub(super) version: Version,
    pub(super) memory: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
    pub(super) length: usize,
}

impl Argon2 {
    const MOST_MEMORY: u32 = 512 << 10;
    const MOST_LANES: u32 = 64;
    const MOST_LENGTH: usize = 64;
    /// KiB filled in all, memory times passes: some seconds of one core.
    const MOST_TRAFFIC: u64 = 4 << 20;

    pub(super) const fn new(memory: u32, passes: u32, lanes: u32) -> Self {
        Self { variant: Variant::Argon2id, version: Version::V0x13, memory, passes, lanes, length: 32 }
    }

    pub(super) fn read(rest: &str) -> Option<Fields<'_, Self>> {
        let (variant, rest) = rest.split_once('$')?;
        let variant = match variant {
            "argon2id" => Variant::Argon2id,
            "argon2i" => Variant::Argon2i,
            "argon2d" => Variant::Argon2d,
            _ => return None,
        };
        let (version, rest) = match rest.strip_prefix("v=") {
            Some(rest) => rest.split_once('$')?,
            None => ("16", rest),
        };
        let version = match version {
            "19" => Version::V0x13,
            "16" => Version::V0x10,
            _ => return None,
        };
        let (factors, rest) = rest.split_once('$')?;
        let (salt, digest) = rest.split_once('$')?;
        let mut factors = factors.splitn(3, ',');
        let mut factor = |name| decimal(factors.next()?.strip_prefix(name)?);
        let (memory, passes, lanes) = (factor("m=")?, factor("t=")?, factor("p=")?);
        let length = BASE64.decode(digest).ok()?.len();
        BASE64.decode(salt).ok().filter(|salt| salt.len() >= ::argon2::MIN_SALT_LEN)?;
        Some(Fields { work: Self { variant, version, memory, passes, lanes, length }, salt, digest })
    }

    /// Whether Argon2 is defined for these factors at all.
    pub(super) const fn is_sound(self) -> bool {
        let room = self.lanes as u64 * 8 <= self.memory as u64;
        let length = self.length >= Params::MIN_OUTPUT_LEN && self.length <= Self::MOST_LENGTH;
        self.lanes > 0 && self.passes > 0 && room && length
    }

    pub(super) const fn is_bounded(self) -> bool {
        let traffic = self.memory as u64 * self.passes as u64;
        self.memory <= Self::MOST_MEMORY && self.lanes <= Self::MOST_LANES && traffic <= Self::MOST_TRAFFIC
    }

    /// `text` as a salt is written in the row.
    pub(super) fn salt(text: &str) -> String {
        BASE64.encode(text)
    }

    pub(super) fn digest(self, password: &str, salt: &str) -> Result<String, Error> {
        let salt = BASE64.decode(salt).map_err(|_| Error::Interrupted)?;
        let params = Params::new(self.memory, self.passes, self.lanes, Some(self.length));
        let argon2 = ::argon2::Argon2::new(self.variant, self.version, params.map_err(|_| Error::Interrupted)?);
        let mut digest = vec![0; self.length];
        argon2.hash_password_into(password.as_bytes(), &salt, &mut digest).map_err(|_| Error::Interrupted)?;
        Ok(BASE64.encode(digest))
    }

    pub(super) fn write(self, salt: &str, digest: &str) -> String {
        let Self { variant, version, memory, passes, lanes, .. } = self;
        format!("argon2${}$v={}$m={memory},t={passes},p={lanes}${salt}${digest}", variant.as_str(), version as u32)
    }
}
