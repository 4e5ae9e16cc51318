use sea_orm::DbBackend;
use serde::Serialize;

use super::{Auth, User};

/// Callers made up to ask about, from nobody in particular to who may most.
///
/// ```
/// # use refrain::doc_example::{Example, cars::Cars};
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use refrain::{Api, api::CallerKind};
///
/// let table = Api::new("Drivers", "1.0", db).mount(Cars).build()?.permissions().await;
/// let list = table.endpoints.iter().find(|endpoint| endpoint.action == "list").unwrap();
/// let holder = list.rows.iter().find(|rows| rows.caller == CallerKind::Holder).unwrap();
/// assert_eq!(holder.rows, "every row");
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallerKind {
    /// Who did not say who they are.
    Anonymous,
    /// Who said who they are, and holds nothing.
    User,
    /// Who holds every permission that is asked.
    Holder,
    /// Staff who hold nothing.
    Staff,
    /// A superuser who is no staff.
    Superuser,
}

impl CallerKind {
    pub(crate) const ALL: [Self; 5] = [Self::Anonymous, Self::User, Self::Holder, Self::Staff, Self::Superuser];

    /// The kind that this one is a special case of.
    pub(crate) fn general(self) -> Option<Self> {
        match self {
            Self::Anonymous => None,
            Self::User => Some(Self::Anonymous),
            Self::Holder | Self::Staff => Some(Self::User),
            Self::Superuser => Some(Self::Holder),
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Anonymous => "anybody",
            Self::User => "any user",
            Self::Holder => "a holder",
            Self::Staff => "staff",
            Self::Superuser => "a superuser",
        }
    }

    /// Somebody of this kind, where these permissions are asked.
    pub(crate) fn user(self, auth: &Auth, on: DbBackend, asked: &[String]) -> User {
        let held = if self == Self::Holder { asked.to_vec() } else { Vec::new() };
        match self {
            Self::Anonymous => User::anonymous(auth),
            _ => {
                let mut user = User::supposed(auth, on, held);
                user.is_staff = self == Self::Staff;
                user.is_superuser = self == Self::Superuser;
                user
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_what_its_name_says_and_no_more() {
        let asked = ["drivers.view_car".to_owned()];
        let told = CallerKind::ALL.map(|kind| {
            let user = kind.user(&Auth::default(), DbBackend::Sqlite, &asked);
            let holds = user.has_perm_now("drivers.view_car");
            (kind, user.is_authenticated(), user.is_staff, user.is_superuser, holds)
        });
        let expected = [
            (CallerKind::Anonymous, false, false, false, Some(false)),
            (CallerKind::User, true, false, false, Some(false)),
            (CallerKind::Holder, true, false, false, Some(true)),
            (CallerKind::Staff, true, true, false, Some(false)),
            (CallerKind::Superuser, true, false, true, Some(true)),
        ];
        assert_eq!(told, expected);
    }
}
