//! The decision itself, on the thread that calls it.

use subtle::ConstantTimeEq;

use super::{
    Error, LONGEST_PASSWORD, Verified,
    algorithm::Algorithm,
    kinds::Kinds,
    row::{Closed, Row},
    work::Work,
};

/// What [`Passwords`](super::Passwords) was told.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) preferred: Work,
    pub(super) accepted: Vec<Algorithm>,
    pub(super) upgrade: bool,
    pub(super) kinds: Kinds,
}

impl Settings {
    pub(super) fn hash(&self, password: &str) -> Result<String, Error> {
        let salt = self.preferred.salt();
        let digest = self.preferred.digest(password, &salt)?;
        Ok(self.preferred.write(&salt, &digest))
    }

    /// Costs what a wrong password costs, so that nobody learns from the time which users there are.
    pub(super) fn spend(&self, password: &str) -> Result<(), Error> {
        self.kinds.all().into_iter().try_for_each(|kind| kind.digest(password, &kind.salt()).map(drop))
    }

    pub(super) fn verify(&self, password: &str, stored: &str) -> Result<Verified, Error> {
        let row = match Row::read(stored, &self.accepted) {
            Ok(row) => row,
            Err(closed) => return self.refuse(password, closed),
        };
        self.kinds.meet(row.work);
        let digest = row.work.digest(password, row.salt)?;
        if !bool::from(digest.as_bytes().ct_eq(row.digest.as_bytes())) {
            for rest in self.kinds.rest_after(row.work) {
                rest.digest(password, &rest.salt())?;
            }
            return Ok(Verified::Wrong);
        }
        Ok(if self.upgrade && self.betters(&row) { Verified::Outdated } else { Verified::Right })
    }

    /// Remembers what kind of hash this is, where it is one that a password opens.
    pub(super) fn meet(&self, stored: &str) {
        if let Ok(row) = Row::read(stored, &self.accepted) {
            self.kinds.meet(row.work);
        }
    }

    fn refuse(&self, password: &str, closed: Closed) -> Result<Verified, Error> {
        closed.log();
        self.spend(password)?;
        Ok(Verified::Wrong)
    }

    /// Whether hashing again makes a stronger row. A row of the preferred algorithm that is in any respect stronger than
    /// what would be made is left alone, even if its salt is short (`CONTRACT 5.5`, where Django lowers it).
    fn betters(&self, row: &Row<'_>) -> bool {
        if self.preferred.algorithm() != row.work.algorithm() {
            return true;
        }
        let salt_is_short = !row.work.has_full_salt(row.salt);
        self.preferred.raises(row.work) || salt_is_short && self.preferred.lowers_nothing_of(row.work)
    }
}

/// Whether a password is too long to be looked at, whoever it is for.
pub(super) fn is_too_long(password: &str) -> bool {
    password.len() > LONGEST_PASSWORD
}
