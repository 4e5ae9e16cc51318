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

    /// What is left to do after `done` until as much time is gone as this work takes.
    ///
    /// Exact where work can be split: PBKDF2 by iterations, scrypt by rounds over the same memory, bcrypt because each
    /// cost doubles the one before. Otherwise the whole: too long rather than too short, where Django leaves a gap.
    pub(super) fn rest_after(self, done: Self) -> Vec<Self> {
        match (self, done) {
            (Self::Pbkdf2(all), Self::Pbkdf2(done)) if all.digest == done.digest => {
                let iterations = all.iterations.saturating_sub(done.iterations);
                if iterations == 0 { vec![] } else { vec![Self::Pbkdf2(Pbkdf2 { iterations, ..all })] }
            }
            (Self::Scrypt(all), Self::Scrypt(done)) if (all.n, all.r) == (done.n, done.r) => {
                let p = all.p.saturating_sub(done.p);
                if p == 0 { vec![] } else { vec![Self::Scrypt(Scrypt { p, ..all })] }
            }
            (Self::Bcrypt(all), Self::Bcrypt(done)) => {
                (done.cost..all.cost).map(|cost| Self::Bcrypt(Bcrypt { cost, ..all })).collect()
            }
            _ if self.algorithm() == done.algorithm() && done.effort() >= self.effort() => vec![],
            _ => vec![self],
        }
    }

    /// Grows with the time the work takes; comparable within an algorithm only.
    fn effort(self) -> u64 {
        match self {
            Self::Pbkdf2(work) => work.iterations.into(),
            Self::Argon2(work) => u64::from(work.memory) * u64::from(work.passes),
            Self::Scrypt(work) => u64::from(work.n) * u64::from(work.r) * u64::from(work.p),
            Self::Bcrypt(work) => 1 << work.cost,
            Self::Md5 => 0,
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
