//! What everybody who fails to log in has done in the end, so that time does not tell whose hash is of which kind, or who
//! has one at all.

use std::sync::{Arc, PoisonError, RwLock};

use super::work::Work;

/// A site has few kinds; with more of them each failed log-in would take too long.
const MOST: usize = 8;

/// The kinds of hashes that a site has, each at the most work it was met with. Clones share what they met.
#[derive(Clone, Debug)]
pub(super) struct Kinds(Arc<RwLock<Vec<Work>>>);

impl Kinds {
    /// This one, to begin with.
    pub(super) fn of(work: Work) -> Self {
        Self(Arc::new(RwLock::new(vec![work])))
    }

    /// Remembers that a stored hash takes this work.
    pub(super) fn meet(&self, work: Work) {
        if !work.takes_time() || self.all().iter().any(|kind| kind.covers(work)) {
            return;
        }
        let mut kinds = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = kinds.iter_mut().find(|kind| kind.is_of_one_kind_with(work)) {
            if !kind.covers(work) {
                *kind = work;
            }
        } else if kinds.len() < MOST {
            kinds.push(work);
        } else {
            let algorithm = work.algorithm().name();
            tracing::warn!(algorithm, "stored password hashes are of so many kinds that time tells this one apart");
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Work> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is left of them after `done`.
    pub(super) fn rest_after(&self, done: Work) -> impl Iterator<Item = Work> {
        self.all().into_iter().flat_map(move |kind| kind.rest_after(done))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Recipe, Kinds, MOST, Work};

    #[test]
    fn a_kind_is_remembered_once_at_the_most_work() {
        let kinds = Kinds::of(Recipe::pbkdf2_sha256(10).0);
        for recipe in [
            Recipe::pbkdf2_sha256(9),
            Recipe::pbkdf2_sha256(12),
            Recipe::pbkdf2_sha256(11),
            Recipe::pbkdf2_sha1(5),
            Recipe::bcrypt_sha256(5),
            Recipe::bcrypt_sha256(4),
            Recipe::scrypt(16, 4, 1),
            Recipe::scrypt(16, 4, 3),
            Recipe::scrypt(8, 4, 1),
            Recipe::argon2id(64, 1, 1),
            Recipe::argon2id(64, 2, 1),
            Recipe::argon2id(64, 1, 1),
        ] {
            kinds.meet(recipe.0);
        }
        // what takes no time takes no place, and a digest of another length takes no other time
        kinds.meet(Work::Md5);
        if let Work::Argon2(mut short) = Recipe::argon2id(64, 1, 1).0 {
            short.length = 16;
            kinds.meet(Work::Argon2(short));
        }
        let expected = [
            Recipe::pbkdf2_sha256(12),
            Recipe::pbkdf2_sha1(5),
            Recipe::bcrypt_sha256(5),
            Recipe::scrypt(16, 4, 3),
            Recipe::scrypt(8, 4, 1),
            Recipe::argon2id(64, 1, 1),
            Recipe::argon2id(64, 2, 1),
        ];
        assert_eq!(kinds.all(), expected.map(|recipe| recipe.0));
    }

    #[test]
    fn there_are_not_too_many() {
        let kinds = Kinds::of(Recipe::pbkdf2_sha256(10).0);
        for passes in 1..20 {
            kinds.meet(Recipe::argon2id(64, passes, 1).0);
        }
        assert_eq!(kinds.all().len(), MOST);
        kinds.meet(Recipe::pbkdf2_sha256(20).0);
        assert_eq!(kinds.all()[0], Recipe::pbkdf2_sha256(20).0);
    }
}
