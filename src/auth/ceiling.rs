use std::{collections::BTreeSet, sync::Arc};

use super::User;

/// The permissions that a credential stands for, as labels: whoever shows it can do what its user can *and* it allows.
///
/// ```
/// use refrain::auth::{Ceiling, User};
///
/// /// A key of our own, which reads cars whatever its user may do beside.
/// fn with_our_key(user: User) -> User {
///     user.within(Ceiling::new(["drivers.view_car"]))
/// }
/// ```
///
/// A user [within](User::within) it is neither staff nor superuser, and holds of their permissions those that it names;
/// a superuser holds every one of them. Endpoints that it does not name are open to them as they are to nobody in
/// particular.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ceiling(Arc<BTreeSet<String>>);

impl Ceiling {
    /// Of these labels, `drivers.change_car`; of none it allows what anybody may do.
    pub fn new<L: Into<String>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self(Arc::new(labels.into_iter().map(Into::into).collect()))
    }

    /// Does it name this one?
    ///
    /// ```
    /// use refrain::auth::Ceiling;
    ///
    /// let reading = Ceiling::new(["drivers.view_trip", "drivers.view_car"]);
    /// assert!(reading.allows("drivers.view_car"));
    /// assert!(!reading.allows("drivers.change_car"));
    /// assert_eq!(reading.labels().collect::<Vec<_>>(), ["drivers.view_car", "drivers.view_trip"]);
    /// ```
    pub fn allows(&self, label: &str) -> bool {
        self.0.contains(label)
    }

    /// What it names, in order.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// What both name.
    fn and(&self, other: &Self) -> Self {
        Self::new(self.0.intersection(&other.0).cloned())
    }
}

/// What a user within a ceiling is made of.
pub(super) struct Within {
    pub(super) ceiling: Ceiling,
    /// the user without it: what they may not do, nobody may in their name
    pub(super) whole: Box<User>,
    /// nobody in particular: what anybody may do, the ceiling does not forbid
    nobody: Box<User>,
}

impl User {
    /// The same user as a credential with a ceiling stands for them; within two they have what both allow.
    #[must_use]
    pub fn within(self, ceiling: Ceiling) -> Self {
        let (ceiling, whole) = match self.within {
            Some(within) => (within.ceiling.and(&ceiling), *within.whole),
            None => (ceiling, self),
        };
        if whole.is_anonymous() {
            return whole;
        }
        let mut user = whole.copied();
        (user.is_staff, user.is_superuser) = (false, false);
        user.remember_flags();
        let nobody = Box::new(Self::anonymous(whole.auth()));
        user.within = Some(Within { ceiling, whole: Box::new(whole), nobody });
        user
    }

    /// The ceiling that they are within.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use refrain::auth::Ceiling;
    ///
    /// alice.permissions().add(&db, ["drivers.view_car", "drivers.change_car"]).await?;
    /// let alice = alice.within(Ceiling::new(["drivers.view_car"]));
    /// assert!(alice.ceiling().is_some());
    /// assert!(alice.has_perm(&db, "drivers.view_car").await?);
    /// assert!(!alice.has_perm(&db, "drivers.change_car").await?);
    /// # Ok(())
    /// # });
    /// ```
    pub fn ceiling(&self) -> Option<&Ceiling> {
        self.within.as_ref().map(|within| &within.ceiling)
    }

    /// A user loaded anew, within the ceiling that this one is within, and without the flags that were taken from this one.
    pub(crate) fn again(&self, mut loaded: User) -> User {
        let before = self.whole();
        loaded.is_staff &= before.is_staff;
        loaded.is_superuser &= before.is_superuser;
        if !before.makes_tokens() {
            loaded = loaded.not_making_tokens();
        }
        match self.ceiling() {
            Some(ceiling) => loaded.within(ceiling.clone()),
            None => loaded,
        }
    }

    /// The same without the ceiling.
    pub(crate) fn whole(&self) -> &User {
        self.within.as_ref().map_or(self, |within| &within.whole)
    }

    /// Nobody in particular, for a user within a ceiling.
    pub(crate) fn nobody(&self) -> &User {
        self.within.as_ref().map_or(self, |within| &within.nobody)
    }

    /// Does their ceiling, where there is one, name this permission?
    pub(crate) fn is_allowed(&self, label: &str) -> bool {
        self.ceiling().is_none_or(|ceiling| ceiling.allows(label))
    }

    /// Do they hold every permission that their ceiling names, or every one where there is none?
    pub(crate) fn holds_all_allowed(&self) -> bool {
        self.is_active && if self.within.is_some() { self.whole().is_superuser } else { self.is_superuser }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::*;
    use crate::auth::Auth;

    fn holding(labels: &[&str]) -> User {
        User::supposed(&Auth::default(), DbBackend::Sqlite, labels.iter().map(|label| (*label).to_owned()))
    }

    #[test]
    fn what_is_held_and_allowed_is_held() {
        let user = holding(&["drivers.view_car", "drivers.add_car"]);
        let user = user.within(Ceiling::new(["drivers.view_car", "drivers.delete_car"]));
        let held = |label| user.has_perm_now(label);
        assert_eq!(held("drivers.view_car"), Some(true));
        assert_eq!(held("drivers.add_car"), Some(false));
        assert_eq!(held("drivers.delete_car"), Some(false));
        assert_eq!(user.whole().has_perm_now("drivers.add_car"), Some(true));
    }

    #[test]
    fn a_superuser_holds_what_is_allowed_and_is_none() {
        let mut root = holding(&[]);
        (root.is_superuser, root.is_staff) = (true, true);
        let mut root = root.within(Ceiling::new(["drivers.view_car"]));
        assert!(!root.is_superuser && !root.is_staff);
        assert_eq!(root.has_perm_now("drivers.view_car"), Some(true));
        assert_eq!(root.has_perm_now("drivers.add_car"), Some(false));
        // flags are read live, and a ceiling is none of them
        root.is_superuser = true;
        assert_eq!(root.has_perm_now("drivers.add_car"), Some(false));
        root.is_active = false;
        assert_eq!(root.has_perm_now("drivers.view_car"), Some(false));
    }

    #[test]
    fn two_ceilings_allow_what_both_do() {
        let user = holding(&["a.x", "a.y", "a.z"]);
        let user = user.within(Ceiling::new(["a.x", "a.y"])).within(Ceiling::new(["a.y", "a.z"]));
        assert_eq!(user.ceiling().map(|ceiling| ceiling.labels().collect()), Some(vec!["a.y"]));
        assert_eq!(user.whole().has_perm_now("a.z"), Some(true), "the user themself stays who they are");
        assert_eq!(["a.x", "a.y", "a.z"].map(|label| user.has_perm_now(label)), [false, true, false].map(Some));
    }

    #[test]
    fn nobody_in_particular_has_no_ceiling() {
        let nobody = User::anonymous(&Auth::default()).within(Ceiling::default());
        assert!(nobody.is_anonymous() && nobody.ceiling().is_none());
    }
}
