//! What a hash costs, over all schemes alike.

use super::{
    Error,
    algorithm::Algorithm,
    argon2::Argon2,
    bcrypt::Bcrypt,
    md5::Md5,
    pbkdf2::Pbkdf2,
    random::{self, SALT_LENGTH},
    scrypt::Scrypt,
};

/// An algorithm with its work factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Pbkdf2(Pbkdf2),
    Argon2(Argon2),
    Scrypt(Scrypt),
    Bcrypt(Bcrypt),
    Md5,
}

impl Work {
    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Self::Pbkdf2(work) => work.algorithm(),
            Self::Argon2(_) => Algorithm::Argon2id,
            Self::Scrypt(_) => Algorithm::Scrypt,
            Self::Bcrypt(work) => work.algorithm(),
            Self::Md5 => Algorithm::Md5,
        }
    }

    /// Whether the algorithm is defined for these factors.
    pub(super) const fn is_sound(self) -> bool {
        match self {
            Self::Pbkdf2(work) => work.is_sound(),
            Self::Argon2(work) => work.is_sound(),
            Self::Scrypt(work) => work.is_sound(),
            Self::Bcrypt(work) => work.is_sound(),
            Self::Md5 => true,
        }
    }

    /// Whether the work ends within seconds and the memory it takes is there.
    pub(super) const fn is_bounded(self) -> bool {
        match self {
            Self::Pbkdf2(work) => work.is_bounded(),
            Self::Argon2(work) => work.is_bounded(),
            Self::Scrypt(work) => work.is_bounded(),
            Self::Bcrypt(work) => work.is_bounded(),
            Self::Md5 => true,
        }
    }

    /// A fresh salt in the row's spelling.
    pub(super) fn salt(self) -> String {
        match self {
            Self::Argon2(_) => Argon2::salt(&random::text(SALT_LENGTH)),
            Self::Bcrypt(_) => Bcrypt::salt(random::bytes()),
            Self::Pbkdf2(_) | Self::Scrypt(_) | Self::Md5 => random::text(SALT_LENGTH),
        }
    }

    /// Whether a salt, in the row's spelling, has the 128 bits Django asks for. bcrypt's always has.
    pub(super) fn has_full_salt(self, salt: &str) -> bool {
        match self {
            Self::Argon2(_) => salt.len() * 3 / 4 >= SALT_LENGTH,
            Self::Bcrypt(_) => true,
            Self::Pbkdf2(_) | Self::Scrypt(_) | Self::Md5 => salt.chars().count() >= SALT_LENGTH,
        }
    }

    /// Does the work; what comes out is spelled as in a row. Takes a core for as long as it lasts.
    pub(super) fn digest(self, password: &str, salt: &str) -> Result<String, Error> {
        #[cfg(test)]
        meter::record(self);
        match self {
            Self::Pbkdf2(work) => Ok(work.digest(password, salt)),
            Self::Argon2(work) => work.digest(password, salt),
            Self::Scrypt(work) => work.digest(password, salt),
            Self::Bcrypt(work) => work.digest(password, salt),
            Self::Md5 => Ok(Md5.digest(password, salt)),
        }
    }

    /// The row to store.
    pub(super) fn write(self, salt: &str, digest: &str) -> String {
        match self {
            Self::Pbkdf2(work) => work.write(salt, digest),
            Self::Argon2(work) => work.write(salt, digest),
            Self::Scrypt(work) => work.write(salt, digest),
            Self::Bcrypt(work) => work.write(salt, digest),
            Self::Md5 => format!("md5${salt}${digest}"),
        }
    }

    /// Whether going from `other`, of the same algorithm, to this lowers no factor.
    pub(super) fn lowers_nothing_of(self, other: Self) -> bool {
        self.factors().into_iter().zip(other.factors()).all(|(mine, theirs)| mine >= theirs)
    }

    /// Whether going from `other`, of the same algorithm, to this raises a factor and lowers none.
    pub(super) fn raises(self, other: Self) -> bool {
        self.lowers_nothing_of(other) && !other.lowers_nothing_of(self)
    }

    /// Whether the one's work is a part of the other's, so that who has done more of it has done both.
    ///
    /// Exact where work can be split: PBKDF2 by iterations, scrypt by rounds over the same memory, bcrypt because each
    /// cost doubles the one before. Argon2 is of one kind where nothing but the digest's length differs.
    pub(super) fn is_of_one_kind_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Pbkdf2(one), Self::Pbkdf2(other)) => one.digest == other.digest,
            (Self::Scrypt(one), Self::Scrypt(other)) => (one.n, one.r) == (other.n, other.r),
            (Self::Argon2(one), Self::Argon2(other)) => one == Argon2 { length: one.length, ..other },
            (Self::Bcrypt(_), Self::Bcrypt(_)) | (Self::Md5, Self::Md5) => true,
            _ => false,
        }
    }

    /// Whether who has done this has done the other as well.
    pub(super) fn covers(self, other: Self) -> bool {
        self.is_of_one_kind_with(other) && other.rest_after(self).is_empty()
    }

    /// Whether it takes any time to speak of.
    pub(super) const fn takes_time(self) -> bool {
        !matches!(self, Self::Md5)
    }

    /// What is left to do after `done` until as much time is gone as this work takes.
    pub(super) fn rest_after(self, done: Self) -> Vec<Self> {
        match (self, done) {
            _ if !self.is_of_one_kind_with(done) => vec![self],
            (Self::Pbkdf2(all), Self::Pbkdf2(done)) if all.iterations > done.iterations => {
                vec![Self::Pbkdf2(Pbkdf2 { iterations: all.iterations - done.iterations, ..all })]
            }
            (Self::Scrypt(all), Self::Scrypt(done)) if all.p > done.p => {
                vec![Self::Scrypt(Scrypt { p: all.p - done.p, ..all })]
            }
            (Self::Bcrypt(all), Self::Bcrypt(done)) => {
                (done.cost..all.cost).map(|cost| Self::Bcrypt(Bcrypt { cost, ..all })).collect()
            }
            _ => vec![],
        }
    }

    /// All that makes a hash harder to break, in the algorithm's own order; comparable within an algorithm only.
    fn factors(self) -> [u64; 5] {
        match self {
            Self::Pbkdf2(work) => [work.iterations.into(), 0, 0, 0, 0],
            Self::Argon2(work) => [
                (work.variant == ::argon2::Algorithm::Argon2id).into(),
                work.version as u64,
                work.memory.into(),
                work.passes.into(),
                work.length as u64,
            ],
            Self::Scrypt(work) => [work.n.into(), work.r.into(), work.p.into(), 0, 0],
            Self::Bcrypt(work) => [work.cost.into(), 0, 0, 0, 0],
            Self::Md5 => [0; 5],
        }
    }
}

impl From<Pbkdf2> for Work {
    fn from(work: Pbkdf2) -> Self {
        Self::Pbkdf2(work)
    }
}

impl From<Argon2> for Work {
    fn from(work: Argon2) -> Self {
        Self::Argon2(work)
    }
}

impl From<Scrypt> for Work {
    fn from(work: Scrypt) -> Self {
        Self::Scrypt(work)
    }
}

impl From<Bcrypt> for Work {
    fn from(work: Bcrypt) -> Self {
        Self::Bcrypt(work)
    }
}

impl From<Md5> for Work {
    fn from(_: Md5) -> Self {
        Self::Md5
    }
}

/// Which work was really done, thread by thread: the tests compare this and not the clock.
#[cfg(test)]
pub(super) mod meter {
    use std::cell::RefCell;

    use super::Work;

    thread_local!(static DONE: RefCell<Vec<Work>> = const { RefCell::new(vec![]) });

    pub(super) fn record(work: Work) {
        DONE.with_borrow_mut(|done| done.push(work));
    }

    /// The work done by `f` on this thread, and what `f` answered.
    pub(in super::super) fn during<T>(f: impl FnOnce() -> T) -> (Vec<Work>, T) {
        DONE.take();
        let answer = f();
        (DONE.take(), answer)
    }
}
