//! Reading a stored hash, which may hold anything.

use super::{
    algorithm::Algorithm,
    argon2::Argon2,
    bcrypt::{Bcrypt, Over},
    md5::Md5,
    pbkdf2::{Digest, Pbkdf2},
    random::is_usable,
    scrypt::Scrypt,
    work::Work,
};

/// A stored hash taken apart. Salt and digest stay in the row's own spelling.
///
/// Has no `Debug` on purpose: it must not end up in a log.
pub(super) struct Fields<'a, W> {
    pub(super) work: W,
    pub(super) salt: &'a str,
    pub(super) digest: &'a str,
}

pub(super) type Row<'a> = Fields<'a, Work>;

/// Why no password opens a row. Never carries a part of the row: it could be a password stored in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Unusable,
    Unknown,
    NotAccepted(Algorithm),
    Malformed(Algorithm),
    Excessive(Algorithm),
}

impl<'a> Row<'a> {
    pub(super) fn read(stored: &'a str, accepted: &[Algorithm]) -> Result<Self, Closed> {
        if stored.is_empty() || !is_usable(stored) {
            return Err(Closed::Unusable);
        }
        let (name, rest) = stored.split_once('$').ok_or(Closed::Unknown)?;
        let algorithm = Algorithm::named(name).ok_or(Closed::Unknown)?;
        if !accepted.contains(&algorithm) {
            return Err(Closed::NotAccepted(algorithm));
        }
        let row = Self::parse(algorithm, rest)
            .filter(|row| !row.salt.is_empty() && row.work.is_sound())
            .ok_or(Closed::Malformed(algorithm))?;
        if row.work.is_bounded() { Ok(row) } else { Err(Closed::Excessive(algorithm)) }
    }

    fn parse(algorithm: Algorithm, rest: &'a str) -> Option<Self> {
        Some(match algorithm {
            Algorithm::Pbkdf2Sha256 => Pbkdf2::read(Digest::Sha256, rest)?.into_row(),
            Algorithm::Pbkdf2Sha1 => Pbkdf2::read(Digest::Sha1, rest)?.into_row(),
            Algorithm::Argon2id => Argon2::read(rest)?.into_row(),
            Algorithm::Scrypt => Scrypt::read(rest)?.into_row(),
            Algorithm::BcryptSha256 => Bcrypt::read(Over::Sha256, rest)?.into_row(),
            Algorithm::Bcrypt => Bcrypt::read(Over::Password, rest)?.into_row(),
            Algorithm::Md5 => Md5::read(rest)?.into_row(),
        })
    }
}

impl<'a, W: Into<Work>> Fields<'a, W> {
    fn into_row(self) -> Row<'a> {
        Fields { work: self.work.into(), salt: self.salt, digest: self.digest }
    }
}

impl Closed {
    pub(super) fn log(self) {
        match self {
            Self::Unusable => {}
            Self::Unknown => tracing::debug!("a stored password hash is of no known format: no password opens it"),
            Self::NotAccepted(algorithm) => {
                tracing::debug!("a stored password hash is of `{}`, which is not accepted", algorithm.name());
            }
            Self::Malformed(algorithm) => {
                tracing::warn!("a stored password hash of `{}` is malformed: no password opens it", algorithm.name());
            }
            Self::Excessive(algorithm) => {
                tracing::warn!(
                    "a stored password hash of `{}` asks for more work than is allowed: no password opens it",
                    algorithm.name()
                );
            }
        }
    }
}

/// A number in the one spelling Django writes: without sign, blanks or leading zeros.
pub(super) fn decimal(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Closed, Row, decimal};

    const ALL: [Algorithm; 7] = [
        Algorithm::Pbkdf2Sha256,
        Algorithm::Pbkdf2Sha1,
        Algorithm::Argon2id,
        Algorithm::Scrypt,
        Algorithm::BcryptSha256,
        Algorithm::Bcrypt,
        Algorithm::Md5,
    ];
    const SALT: &str = "abcdefghijklmnopqrstuu";

    fn closed(stored: &str) -> Option<Closed> {
        Row::read(stored, &ALL).err()
    }

    #[test]
    fn what_no_scheme_claims_is_closed() {
        assert_eq!(closed(""), Some(Closed::Unusable));
        assert_eq!(closed("!abcdef"), Some(Closed::Unusable));
        for stored in
            ["gibberish", "plain", "$", "$$$", "sha1$salt$xyz", "860e19cdc5c0a149442c9cf2860916e5", "md5", "MD5$a$b"]
        {
            assert_eq!(closed(stored), Some(Closed::Unknown), "`{stored}`");
        }
    }

    #[test]
    fn a_scheme_that_is_not_accepted_is_closed_before_it_is_parsed() {
        for algorithm in [Algorithm::Bcrypt, Algorithm::Md5] {
            let stored = format!("{}$", algorithm.name());
            assert_eq!(Row::read(&stored, &Algorithm::DJANGO).err(), Some(Closed::NotAccepted(algorithm)));
        }
    }

    #[test]
    fn a_known_name_with_anything_broken_behind_it_is_malformed() {
        let rows = [
            "pbkdf2_sha256$",
            "pbkdf2_sha256$abc",
            "pbkdf2_sha256$1000$$xx",
            "pbkdf2_sha256$0$salt$xx",
            "pbkdf2_sha256$+1$salt$xx",
            "pbkdf2_sha256$01$salt$xx",
            "pbkdf2_sha256$1 $salt$xx",
            "pbkdf2_sha256$-1$salt$xx",
            "pbkdf2_sha256$4294967296$salt$xx",
            "pbkdf2_sha1$1$salt",
            "scrypt$16384$salt$8$5",
            "scrypt$16383$salt$8$5$xx",
            "scrypt$1$salt$8$5$xx",
            "scrypt$0$salt$8$5$xx",
            "scrypt$16$salt$0$5$xx",
            "scrypt$16$salt$8$0$xx",
            "scrypt$16$$8$5$xx",
            "argon2$",
            "argon2$argon2id",
            "argon2$argon2x$v=19$m=64,t=1,p=1$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=20$m=64,t=1,p=1$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$t=1,m=64,p=1$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=1$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=1,p=1,data=x$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=0,p=1$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=1,p=0$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=1,p=9$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=1,p=1$$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=1,p=1$YWJj$YWJjZGVmZ2g",
            "argon2$argon2id$v=19$m=64,t=1,p=1$YWJjZGVmZ2g$",
            "argon2$argon2id$v=19$m=64,t=1,p=1$YWJjZGVmZ2g$YWI",
            "argon2$argon2id$v=19$m=64,t=1,p=1$YWJjZGVmZ2g$****",
            "bcrypt$",
            "bcrypt$$2b$12$abc",
            "bcrypt$$2z$04$LEGucSUz92RLVgPYWTWvYuj0qEPmhVPVHTJ.poCGWb62ZcTzIJy76",
            "bcrypt$$2b$4$LEGucSUz92RLVgPYWTWvYuj0qEPmhVPVHTJ.poCGWb62ZcTzIJy76",
            "bcrypt$$2b$03$LEGucSUz92RLVgPYWTWvYuj0qEPmhVPVHTJ.poCGWb62ZcTzIJy76",
            "bcrypt$$2b$32$LEGucSUz92RLVgPYWTWvYuj0qEPmhVPVHTJ.poCGWb62ZcTzIJy76",
            "bcrypt_sha256$$2b$04$éééééééééééééééééééééééééééééééé",
            "bcrypt_sha256$$2b$04$aéééééééééééééééééééééééééééééééé",
            "md5$",
            "md5$salt",
            "md5$$860e19cdc5c0a149442c9cf2860916e5",
        ];
        for stored in rows {
            assert!(matches!(closed(stored), Some(Closed::Malformed(_))), "`{stored}`: {:?}", closed(stored));
        }
    }

    #[test]
    fn work_within_reason_is_read_and_absurd_work_is_not() {
        let digest = "YWJjZGVmZ2g";
        let argon2 = |factors: &str| format!("argon2$argon2id$v=19${factors}${digest}${digest}");
        let bcrypt = |cost: u32| format!("bcrypt_sha256$$2b${cost:02}${SALT}{digest}");
        let scrypt = |n: u32, r: u32, p: u32| format!("scrypt${n}${SALT}${r}${p}${digest}");
        let pbkdf2 = |iterations: u32| format!("pbkdf2_sha256${iterations}${SALT}${digest}");
        let open = [
            pbkdf2(2_000_000),
            pbkdf2(10_000_000),
            argon2("m=524288,t=8,p=64"),
            argon2("m=65536,t=64,p=4"),
            scrypt(1 << 17, 8, 1),
            scrypt(1 << 14, 8, 16),
            bcrypt(16),
        ];
        let shut = [
            pbkdf2(10_000_001),
            pbkdf2(u32::MAX),
            argon2("m=524289,t=1,p=1"),
            argon2("m=4294967295,t=4294967295,p=16777215"),
            argon2("m=65536,t=65,p=4"),
            argon2("m=4096,t=1,p=65"),
            scrypt(1 << 31, 1, 1),
            scrypt(2, u32::MAX, u32::MAX),
            scrypt(1 << 18, 9, 1),
            scrypt(1 << 14, 8, 129),
            bcrypt(17),
            bcrypt(31),
        ];
        for stored in &open {
            assert_eq!(closed(stored), None, "`{stored}`");
        }
        for stored in &shut {
            assert!(matches!(closed(stored), Some(Closed::Excessive(_))), "`{stored}`: {:?}", closed(stored));
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("4294967295"), Some(u32::MAX));
        for text in ["", "+1", "-1", "01", " 1", "1 ", "1_000", "4294967296", "١"] {
            assert_eq!(decimal(text), None, "`{text}`");
        }
    }
}
