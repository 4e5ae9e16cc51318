use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Error,
    row::{Fields, decimal},
};

/// `scrypt$<n>$<salt>$<r>$<p>$<base64 of 64 bytes>`: the salt stands between the work factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scrypt {
    pub(super) n: u32,
    pub(super) r: u32,
    pub(super) p: u32,
}

impl Scrypt {
    const MOST_MEMORY: u64 = 256 << 20;
    /// Bytes mixed in all, `p` rounds over the memory: some seconds of one core.
    const MOST_TRAFFIC: u64 = 2 << 30;

    pub(super) fn read(rest: &str) -> Option<Fields<'_, Self>> {
        let mut parts = rest.splitn(5, '$');
        let n = decimal(parts.next()?)?;
        let salt = parts.next()?;
        let (r, p) = (decimal(parts.next()?)?, decimal(parts.next()?)?);
        Some(Fields { work: Self { n, r, p }, salt, digest: parts.next()? })
    }

    /// Whether scrypt is defined for these factors at all.
    pub(super) const fn is_sound(self) -> bool {
        self.n > 1 && self.n.is_power_of_two() && self.r > 0 && self.p > 0
    }

    pub(super) const fn is_bounded(self) -> bool {
        let memory = (self.n as u64).saturating_mul(self.r as u64).saturating_mul(128);
        memory <= Self::MOST_MEMORY && memory.saturating_mul(self.p as u64) <= Self::MOST_TRAFFIC
    }

    /// Whether a row with these factors fits Django's 128 characters: Django's own default fills them to the last one.
    pub(super) const fn fits_column(self) -> bool {
        self.is_sound() && self.n.ilog10() + self.r.ilog10() + self.p.ilog10() <= 4
    }

    pub(super) fn digest(self, password: &str, salt: &str) -> Result<String, Error> {
        let mut digest = [0; 64];
        let params = ::scrypt::Params::new(self.n.ilog2() as u8, self.r, self.p).map_err(|_| Error::Interrupted)?;
        ::scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut digest).map_err(|_| Error::Interrupted)?;
        Ok(STANDARD.encode(digest))
    }

    pub(super) fn write(self, salt: &str, digest: &str) -> String {
        format!("scrypt${}${salt}${}${}${digest}", self.n, self.r, self.p)
    }
}
