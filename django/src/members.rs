//! The users of a site that has its own, `club.Member`: named by their address, with uuids, and without what
//! `AbstractUser` has beyond `AbstractBaseUser`.

use refrain::{
    auth::Auth,
    entity::{Key, UserColumn, UserTable},
};
use sea_orm::prelude::Date;

/// Where they are.
pub(crate) fn table() -> UserTable {
    let lacking = [UserColumn::FirstName, UserColumn::LastName, UserColumn::DateJoined];
    UserTable::custom("club", "Member", Key::Uuid).named_by("email").without(lacking)
}

/// The same, and what a club wants to know of everybody.
pub(crate) fn auth() -> Auth {
    let born = Date::from_ymd_opt(2000, 1, 1).expect("a day");
    Auth::new(table()).with_new_users_column("country", "DE").with_new_users_column("born", born)
}
