//! Object grants: permissions on single rows, in django-guardian's two tables and with its words.
//!
//! | guardian | here |
//! |---|---|
//! | `assign_perm`, `remove_perm` | [`Auth::assign_perm`], [`Auth::remove_perm`], for one or many holders and rows |
//! | `user.has_perm(perm, obj)` | [`User::has_perm_on`](crate::auth::User::has_perm_on) |
//! | `get_objects_for_user`, `get_objects_for_group` | [`Auth::objects_for_user`], [`Auth::objects_for_group`] |
//! | the same without a permission | [`Auth::objects_for_user_with_any_perm`], [`Auth::objects_for_group_with_any_perm`] |
//! | `get_perms` | [`User::perms`](crate::auth::User::perms), [`Group::perms`](crate::auth::Group::perms) |
//! | `get_user_perms`, `get_group_perms` | [`User::user_perms`](crate::auth::User::user_perms), [`User::group_perms`](crate::auth::User::group_perms) |
//! | `get_perms_for_model` | [`Auth::perms_for_model`] |
//! | `get_users_with_perms`, `get_groups_with_perms` | [`Auth::users_with_perms`], [`Auth::groups_with_perms`] |
//! | `ObjectPermissionChecker` | [`Checker`] |
//! | `clean_orphan_obj_perms` | [`Auth::clean_orphans`] |
//!
//! Grants are in guardian's two tables, in a model's own ([`trait@Model`](trait@crate::Model)), or in two others
//! ([`GrantTables`]). A grant matches a row only where its `object_pk` is the canonical text of the row's key, byte for byte.
//!
//! [`Auth::assign_perm`]: crate::auth::Auth::assign_perm
//! [`Auth::remove_perm`]: crate::auth::Auth::remove_perm
//! [`Auth::objects_for_user`]: crate::auth::Auth::objects_for_user
//! [`Auth::objects_for_group`]: crate::auth::Auth::objects_for_group
//! [`Auth::objects_for_user_with_any_perm`]: crate::auth::Auth::objects_for_user_with_any_perm
//! [`Auth::objects_for_group_with_any_perm`]: crate::auth::Auth::objects_for_group_with_any_perm
//! [`Auth::users_with_perms`]: crate::auth::Auth::users_with_perms
//! [`Auth::groups_with_perms`]: crate::auth::Auth::groups_with_perms
//! [`Auth::clean_orphans`]: crate::auth::Auth::clean_orphans
//! [`Auth::perms_for_model`]: crate::auth::Auth::perms_for_model

mod assign;
mod check;
mod checker;
mod deleting;
mod everywhere;
mod grant_tables;
mod granted;
mod groups_with_perms;
mod holder;
mod key;
mod named;
mod objects_for_group;
mod objects_for_user;
mod orphans;
mod permission_of;
mod row_key;
mod subject;
mod table;
mod users_with_perms;
mod uuid_key;
mod wanted;

pub use checker::Checker;
pub(crate) use deleting::Deleting;
pub use grant_tables::GrantTables;
pub(crate) use granted::Beside;
pub use granted::Granted;
pub use groups_with_perms::{GroupWithPerms, GroupsWithPerms};
pub use holder::{Holder, ToHolder};
pub(crate) use key::KeyColumn;
pub use objects_for_group::ObjectsForGroup;
pub use objects_for_user::ObjectsForUser;
pub use orphans::OrphanBatches;
pub use permission_of::PermissionOf;
pub(crate) use row_key::unnameable;
pub(crate) use subject::Subject;
pub use users_with_perms::{UserWithPerms, UsersWithPerms};
