use super::{
    algorithm::Algorithm,
    argon2::Argon2,
    bcrypt::{Bcrypt, Over},
    pbkdf2::{Digest, Pbkdf2},
    scrypt::Scrypt,
    work::Work,
};

/// How new hashes are made: the algorithm and how much work it takes.
///
/// The constants are Django 5.2's settings. The constructors take your own work factors and panic on ones that cannot
/// be used, so that a wrong setting stops the program at its start and not at the first login. MD5 and plain bcrypt
/// have no recipe: they are only ever read.
///
/// ```
/// use refrain::auth::password::{Algorithm, Recipe};
///
/// const STRONGER: Recipe = Recipe::argon2id(200 * 1024, 3, 4);
/// assert_eq!(STRONGER.algorithm(), Algorithm::Argon2id);
/// assert_eq!(Recipe::default(), Recipe::PBKDF2_SHA256);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe(pub(super) Work);

impl Recipe {
    /// PBKDF2 with SHA-256, 1,000,000 iterations: the default.
    pub const PBKDF2_SHA256: Self = Self::pbkdf2_sha256(1_000_000);
    /// PBKDF2 with SHA-1, 1,000,000 iterations.
    pub const PBKDF2_SHA1: Self = Self::pbkdf2_sha1(1_000_000);
    /// Argon2id, 100 MiB, two passes, eight lanes.
    pub const ARGON2ID: Self = Self::argon2id(102_400, 2, 8);
    /// scrypt, n = 16384, r = 8, p = 5: 16 MiB, five times over.
    pub const SCRYPT: Self = Self::scrypt(16_384, 8, 5);
    /// bcrypt over SHA-256, cost 12.
    pub const BCRYPT_SHA256: Self = Self::bcrypt_sha256(12);

    /// PBKDF2 with SHA-256.
    ///
    /// ```
    /// use refrain::auth::password::{Algorithm, Recipe};
    ///
    /// assert_eq!(Recipe::pbkdf2_sha256(1_000_000), Recipe::PBKDF2_SHA256);
    /// assert_eq!(Recipe::pbkdf2_sha1(1_000_000), Recipe::PBKDF2_SHA1);
    /// assert_eq!(Recipe::scrypt(16_384, 8, 5), Recipe::SCRYPT);
    /// assert_eq!(Recipe::bcrypt_sha256(12), Recipe::BCRYPT_SHA256);
    /// ```
    ///
    /// # Panics
    /// Unless `iterations` lies within 1 and 10,000,000.
    pub const fn pbkdf2_sha256(iterations: u32) -> Self {
        Self::usable(Work::Pbkdf2(Pbkdf2 { digest: Digest::Sha256, iterations }))
    }

    /// PBKDF2 with SHA-1.
    ///
    /// # Panics
    /// Unless `iterations` lies within 1 and 10,000,000.
    pub const fn pbkdf2_sha1(iterations: u32) -> Self {
        Self::usable(Work::Pbkdf2(Pbkdf2 { digest: Digest::Sha1, iterations }))
    }

    /// Argon2id; `memory` in KiB.
    ///
    /// # Panics
    /// Unless there are 8 KiB for each of the 1 to 64 lanes, at least one pass, at most 512 MiB, and at most 4 GiB over
    /// all passes.
    pub const fn argon2id(memory: u32, passes: u32, lanes: u32) -> Self {
        Self::usable(Work::Argon2(Argon2::new(memory, passes, lanes)))
    }

    /// scrypt; takes 128 · n · r bytes, p times over.
    ///
    /// # Panics
    /// Unless `n` is a power of two above one, `r` and `p` are at least one, the memory is at most 256 MiB, and the
    /// row fits Django's 128 characters, that is, `n`, `r` and `p` have at most seven digits together.
    pub const fn scrypt(n: u32, r: u32, p: u32) -> Self {
        let work = Scrypt { n, r, p };
        assert!(work.fits_column(), "scrypt's factors are wrong or too long for a password column");
        Self::usable(Work::Scrypt(work))
    }

    /// bcrypt over SHA-256; each step of `cost` doubles the work.
    ///
    /// # Panics
    /// Unless `cost` lies within 4 and 16.
    pub const fn bcrypt_sha256(cost: u32) -> Self {
        Self::usable(Work::Bcrypt(Bcrypt { over: Over::Sha256, cost }))
    }

    /// The algorithm of the hashes made.
    pub const fn algorithm(self) -> Algorithm {
        self.0.algorithm()
    }

    /// What is made must be readable, so the bounds are those for stored rows.
    const fn usable(work: Work) -> Self {
        assert!(work.is_sound() && work.is_bounded(), "the password recipe's work factors are out of bounds");
        Self(work)
    }
}

impl Default for Recipe {
    fn default() -> Self {
        Self::PBKDF2_SHA256
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::Recipe;

    #[test]
    fn factors_out_of_bounds_are_refused_when_the_program_starts() {
        let wrong: [fn() -> Recipe; 10] = [
            || Recipe::pbkdf2_sha256(0),
            || Recipe::pbkdf2_sha1(10_000_001),
            || Recipe::argon2id(7, 1, 1),
            || Recipe::argon2id(524_289, 1, 1),
            || Recipe::scrypt(1000, 8, 1),
            || Recipe::scrypt(131_072, 8, 1),
            || Recipe::scrypt(16_384, 0, 1),
            || Recipe::scrypt(1024, 16, 10),
            || Recipe::bcrypt_sha256(3),
            || Recipe::bcrypt_sha256(17),
        ];
        for (index, recipe) in wrong.into_iter().enumerate() {
            assert!(catch_unwind(recipe).is_err(), "recipe {index}");
        }
    }

    #[test]
    fn the_largest_rows_fill_the_column_and_no_more() {
        let digest = "d".repeat(88);
        for recipe in [Recipe::SCRYPT, Recipe::scrypt(65_536, 8, 4), Recipe::scrypt(1024, 16, 9)] {
            let row = recipe.0.write(&recipe.0.salt(), &digest);
            assert_eq!(row.len(), 128, "{recipe:?}");
        }
        for recipe in [Recipe::argon2id(524_288, 8, 64), Recipe::argon2id(4096, 1024, 64)] {
            let row = recipe.0.write(&recipe.0.salt(), &"d".repeat(43));
            assert!(row.len() <= 128, "{recipe:?}");
        }
    }
}
