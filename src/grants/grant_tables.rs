/// The two tables of grants on rows of any model: guardian's, or those that a site keeps instead.
///
/// ```
/// use refrain::{auth::Auth, grants::GrantTables};
///
/// assert_eq!(Auth::default().grant_tables().users, "guardian_userobjectpermission");
///
/// // as GUARDIAN_GROUP_OBJ_PERMS_MODEL = "club.BigGroupObjectPermission" has it
/// let tables = GrantTables { groups: "club_biggroupobjectpermission", ..GrantTables::default() };
/// let auth = Auth::default().with_grant_tables(tables);
/// # let _ = auth;
/// ```
///
/// They have guardian's columns and unique keys (CONTRACT 8.5). A table by another name is made by the site, or by a
/// migration of yours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantTables {
    /// The table of grants to users.
    pub users: &'static str,
    /// The table of grants to groups.
    pub groups: &'static str,
}

impl Default for GrantTables {
    fn default() -> Self {
        Self { users: "guardian_userobjectpermission", groups: "guardian_groupobjectpermission" }
    }
}
