use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, ModelTrait};

use super::{PermissionOf, permission_of::codenames, row_key::RowKey, table::Table};
use crate::{
    Db, Result,
    auth::{Auth, UserId},
    db::{Sql, quoted},
    model::{Model, ModelInfo},
};

impl Auth {
    /// The users who were granted something on a row, and what: one statement, whatever their number
    /// (CONTRACT 8.37).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&alice], [&car]).await?;
    /// let users = auth.users_with_perms(&car).load(&db).await?;
    /// assert_eq!((users[0].username.as_str(), users[0].codenames.len()), ("alice", 1));
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "get_users_with_perms")]
    pub fn users_with_perms<'a, R: ModelTrait<Entity: Model>>(&'a self, row: &'a R) -> UsersWithPerms<'a, R> {
        UsersWithPerms { auth: self, row, with_superusers: false, with_group_users: true, only: None }
    }
}

/// What [`Auth::users_with_perms`] asks, and how.
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, auth, alice, editors, car }| {
/// alice.groups().add(&db, [&editors]).await?;
/// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
/// let through_no_group = auth
///     .users_with_perms(&car)
///     .with_group_users(false)
///     .with_superusers(false)
///     .only_with_perms_in([car::Entity::VIEW_CAR]);
/// assert!(through_no_group.load(&db).await?.is_empty());
/// # Ok(())
/// # });
/// ```
#[must_use = "`load` asks the database"]
pub struct UsersWithPerms<'a, R: ModelTrait> {
    auth: &'a Auth,
    row: &'a R,
    with_superusers: bool,
    with_group_users: bool,
    only: Option<Vec<PermissionOf<R::Entity>>>,
}

/// A user and the codenames they were granted on a row, in order.
///
/// ```
/// use refrain::grants::UserWithPerms;
///
/// fn may_change(users: &[UserWithPerms]) -> Vec<&str> {
///     let may = users.iter().filter(|user| user.is_active && user.codenames.contains("change_car"));
///     may.map(|user| user.username.as_str()).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserWithPerms {
    /// The user's key.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// An inactive user holds nothing, whatever was granted.
    pub is_active: bool,
    /// What was granted; nothing for a superuser without grants.
    pub codenames: BTreeSet<String>,
}

impl<R: ModelTrait<Entity: Model>> UsersWithPerms<'_, R> {
    /// With every active superuser.
    pub fn with_superusers(self, with_superusers: bool) -> Self {
        Self { with_superusers, ..self }
    }

    /// With the members of groups that were granted something? Yes, where nothing is said.
    pub fn with_group_users(self, with_group_users: bool) -> Self {
        Self { with_group_users, ..self }
    }

    /// Only grants of these permissions; none of them is nobody's.
    pub fn only_with_perms_in(self, permissions: impl IntoIterator<Item = impl Into<PermissionOf<R::Entity>>>) -> Self {
        Self { only: Some(permissions.into_iter().map(Into::into).collect()), ..self }
    }

    /// Asks the database.
    pub async fn load(self, db: impl Into<Db<'_>>) -> Result<Vec<UserWithPerms>> {
        let db = db.into();
        let users = self.auth.users();
        let on = db.get_database_backend();
        let query = Sql::new(on, "SELECT u.id AS id, u.")
            .text(&quoted(&users.username, on))
            .text(" AS username, u.is_active AS is_active, granted.codename AS codename FROM (")
            .sql(&self.granted(on)?)
            .text(") granted JOIN ")
            .text(&quoted(&users.table, on))
            .text(" u ON u.id = granted.user_key ORDER BY u.id");
        let mut found: Vec<UserWithPerms> = Vec::new();
        for row in db.query_all_raw(query.statement()).await? {
            let id = UserId::read(&row, "id", users.key, on)?;
            if found.last().is_none_or(|last| last.id != id) {
                let (username, is_active) = (row.try_get("", "username")?, row.try_get("", "is_active")?);
                found.push(UserWithPerms { id, username, is_active, codenames: BTreeSet::new() });
            }
            if let Some(last) = found.last_mut() {
                last.codenames.extend(row.try_get::<Option<String>>("", "codename")?);
            }
        }
        Ok(found)
    }

    /// Users' keys and codenames; a superuser who was granted nothing has none.
    fn granted(&self, on: DbBackend) -> Result<Sql> {
        let users = self.auth.users();
        let model = ModelInfo::of::<R::Entity>();
        let only = codenames(self.only.as_deref())?;
        let key = RowKey::of(&model, self.row)?;
        let grants =
            |table: Table| table.grants(&model, only.as_deref(), on).join_permissions().and(&table.is_on([&key], on));
        let mut granted = grants(Table::of_users(&model, self.auth.grant_tables()))
            .select("g.user_id AS user_key, p.codename AS codename");
        if self.with_group_users {
            let members = format!("ug.{} AS user_key, p.codename AS codename", quoted(&users.link_column, on));
            let to_groups = grants(Table::of_groups(&model, self.auth.grant_tables())).join_memberships(users);
            granted = granted.text(" UNION ALL ").sql(&to_groups.select(&members));
        }
        if self.with_superusers {
            granted = granted
                .text(" UNION ALL SELECT s.id AS user_key, NULL AS codename FROM ")
                .text(&quoted(&users.table, on))
                .text(" s WHERE s.is_superuser AND s.is_active");
        }
        Ok(granted)
    }
}
