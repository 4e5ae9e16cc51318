//! Django's passwords: made, checked and kept up to date in the formats of `auth_user.password` (`CONTRACT 5.1–5.6`).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), refrain::auth::password::Error> {
//! use refrain::auth::password::{Passwords, Recipe, Verified};
//!
//! let passwords = Passwords::default().preferring(Recipe::pbkdf2_sha256(1000));
//! let stored = passwords.hash("correct horse").await?;
//! assert!(stored.starts_with("pbkdf2_sha256$1000$"));
//! assert_eq!(passwords.verify("correct horse", &stored).await?, Verified::Right);
//! assert_eq!(passwords.verify("wrong", &stored).await?, Verified::Wrong);
//! # Ok(())
//! # }
//! ```
//!
//! Hashing takes one core less than there are, at least one; for each hash that runs, sixteen wait, and whoever comes
//! then is told so at once ([`Error::Busy`]).
//!
//! No password and no hash ever reaches a log, an error or a `Debug`.

mod algorithm;
mod argon2;
mod bcrypt;
mod error;
mod gate;
mod judge;
mod kinds;
mod md5;
mod pbkdf2;
mod random;
mod recipe;
mod row;
mod scrypt;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;

pub use self::{
    algorithm::Algorithm,
    error::Error,
    random::{is_usable, unusable},
    recipe::Recipe,
};
use self::{
    gate::{GATE, Share},
    judge::{Settings, is_too_long},
    kinds::Kinds,
};

/// In bytes. Longer ones are refused before any work, for known and unknown users alike.
const LONGEST_PASSWORD: usize = 4096;

/// Makes and checks password hashes; cheap to clone.
///
/// The default is Django 5.2's: PBKDF2 with SHA-256 at 1,000,000 iterations, the five formats of
/// [`Algorithm::DJANGO`] accepted, and old hashes reported for upgrade.
///
/// ```
/// use refrain::auth::password::{Algorithm, Passwords, Recipe};
///
/// // A site that went to Argon2 and still has rows of plain bcrypt.
/// let passwords = Passwords::default().preferring(Recipe::ARGON2ID).accepting(Algorithm::Bcrypt);
/// ```
#[derive(Clone, Debug)]
pub struct Passwords {
    settings: Arc<Settings>,
    share: Share,
}

/// What [`Passwords::verify`] found.
///
/// ```
/// use refrain::auth::password::Verified;
///
/// assert!(Verified::Outdated.is_right());
/// assert!(!Verified::Wrong.is_right());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verified {
    /// The password does not open the stored hash, or nothing does.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, and a new hash of it would be stronger than the stored one.
    Outdated,
}

impl Passwords {
    /// Makes new hashes by `recipe`, whose algorithm is then accepted as well.
    #[must_use]
    pub fn preferring(self, recipe: Recipe) -> Self {
        self.change(|settings| settings.preferred = recipe.0).accepting(recipe.algorithm())
    }

    /// Makes new hashes by PBKDF2 with SHA-256 at this many iterations; short for [`Self::preferring`], for tests above
    /// all, where one iteration is enough.
    ///
    /// ```
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::auth::password::Passwords;
    ///
    /// let in_tests = Passwords::default().iterations(1);
    /// let stored = in_tests.hash("correct horse").await?;
    /// assert!(stored.starts_with("pbkdf2_sha256$1$"));
    /// assert!(in_tests.verify("correct horse", &stored).await?.is_right());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// # Panics
    /// Unless `iterations` lies within 1 and 10,000,000.
    #[must_use]
    pub fn iterations(self, iterations: u32) -> Self {
        self.preferring(Recipe::pbkdf2_sha256(iterations))
    }

    /// Reads rows of this algorithm too.
    #[must_use]
    pub fn accepting(self, algorithm: Algorithm) -> Self {
        self.change(|settings| {
            if !settings.accepted.contains(&algorithm) {
                settings.accepted.push(algorithm);
            }
        })
    }

    /// Reads rows of these algorithms and no others, except that what is made is always read.
    ///
    /// ```
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::auth::password::{Algorithm, Passwords, Verified};
    ///
    /// let passwords = Passwords::default().iterations(1).accepting_only([Algorithm::Argon2id]);
    /// let old = "md5$salt$cbcc6b97c9b5ef1cd7d02b5a5dba3d0b";
    /// assert_eq!(passwords.verify("whatever it was", old).await?, Verified::Wrong);
    /// # Ok(())
    /// # });
    /// ```
    #[must_use]
    pub fn accepting_only(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        let preferred = self.settings.preferred.algorithm();
        self.change(|settings| settings.accepted = algorithms.into_iter().collect()).accepting(preferred)
    }

    /// Never answers [`Verified::Outdated`]: on a database that Django uses as well, the hashes are Django's to renew.
    ///
    /// ```
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::auth::password::{Passwords, Verified};
    ///
    /// let stored = Passwords::default().iterations(1).hash("correct horse").await?;
    /// let passwords = Passwords::default().iterations(2);
    /// assert_eq!(passwords.verify("correct horse", &stored).await?, Verified::Outdated);
    /// assert_eq!(passwords.without_upgrade().verify("correct horse", &stored).await?, Verified::Right);
    /// # Ok(())
    /// # });
    /// ```
    #[must_use]
    pub fn without_upgrade(self) -> Self {
        self.change(|settings| settings.upgrade = false)
    }

    /// The same, but taking at most half of the places there are for hashing, together with all others told so.
    #[must_use]
    pub(super) fn in_half_of_the_places(mut self) -> Self {
        self.share = Share::Half;
        self
    }

    /// Hashes a password for storing, with a fresh salt; always fits Django's 128 characters.
    ///
    /// # Errors
    /// [`Error::TooLong`] above 4096 bytes; [`Error::Busy`] when too many wait already; [`Error::Interrupted`] when the
    /// process is going down or out of memory.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        if is_too_long(password) {
            return Err(Error::TooLong);
        }
        let (settings, password) = (self.settings.clone(), password.to_owned());
        GATE.run(self.share, move || settings.hash(&password)).await?
    }

    /// Checks a password against a stored hash.
    ///
    /// A stored value that nothing opens (unusable, empty, malformed, of an algorithm unknown or not accepted, or asking
    /// for absurd amounts of work) is [`Verified::Wrong`] and takes as long as an unknown user does; Django fails with an
    /// exception on some of them (`CONTRACT 5.4`). So does a wrong password: whoever fails has done the work of every
    /// kind of hash that was met, of which eight are remembered, so that a site with old hashes tells nobody's apart.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait already; [`Error::Interrupted`] when the process is going down or out of memory.
    pub async fn verify(&self, password: &str, stored: &str) -> Result<Verified, Error> {
        if is_too_long(password) {
            return Ok(Verified::Wrong);
        }
        let (settings, password, stored) = (self.settings.clone(), password.to_owned(), stored.to_owned());
        GATE.run(self.share, move || settings.verify(&password, &stored)).await?
    }

    /// Takes as long as a wrong password does, whatever kinds of hashes were met so far.
    ///
    /// ```
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::auth::password::{Passwords, Verified};
    ///
    /// async fn log_in(passwords: &Passwords, stored: Option<&str>, typed: &str) -> refrain::Result<bool> {
    ///     match stored {
    ///         Some(stored) => Ok(passwords.verify(typed, stored).await?.is_right()),
    ///         None => {
    ///             passwords.spend(typed).await?;
    ///             Ok(false)
    ///         }
    ///     }
    /// }
    ///
    /// assert!(!log_in(&Passwords::default().iterations(1), None, "correct horse").await?);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// For users who do not exist, so that time does not tell (`CONTRACT 5.6`).
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait already; [`Error::Interrupted`] when the process is going down or out of memory.
    pub async fn spend(&self, password: &str) -> Result<(), Error> {
        if is_too_long(password) {
            return Ok(());
        }
        let (settings, password) = (self.settings.clone(), password.to_owned());
        GATE.run(self.share, move || settings.spend(&password)).await?
    }

    /// Remembers what kind of hash this is: from now on whoever fails does its work as well.
    pub(super) fn meet(&self, stored: &str) {
        self.settings.meet(stored);
    }

    fn change(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        change(settings);
        settings.kinds = Kinds::of(settings.preferred);
        self
    }
}

impl Default for Passwords {
    fn default() -> Self {
        let (preferred, accepted) = (Recipe::default().0, Algorithm::DJANGO.to_vec());
        Self {
            settings: Arc::new(Settings { preferred, accepted, upgrade: true, kinds: Kinds::of(preferred) }),
            share: Share::Whole,
        }
    }
}

impl Verified {
    /// Whether the password opens the row, outdated or not.
    #[must_use]
    pub const fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::Outdated)
    }
}
