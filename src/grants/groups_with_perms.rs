use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, ModelTrait};

use super::{GrantTables, PermissionOf, permission_of::codenames, row_key::RowKey, table::Table};
use crate::{
    Db, Result,
    auth::Auth,
    model::{Model, ModelInfo},
};

impl Auth {
    /// The groups that were granted something on a row, and what: one statement, whatever their number
    /// (CONTRACT 8.38).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, editors, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
    /// let groups = auth.groups_with_perms(&car).load(&db).await?;
    /// assert_eq!((groups[0].name.as_str(), groups[0].codenames.len()), ("editors", 1));
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "get_groups_with_perms")]
    pub fn groups_with_perms<'a, R: ModelTrait<Entity: Model>>(&self, row: &'a R) -> GroupsWithPerms<'a, R> {
        GroupsWithPerms { row, only: None, tables: self.grant_tables() }
    }
}

/// What [`Auth::groups_with_perms`] asks, and how.
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, auth, editors, car, .. }| {
/// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
/// let changing = auth.groups_with_perms(&car).only_with_perms_in([car::Entity::CHANGE_CAR]);
/// assert!(changing.load(&db).await?.is_empty());
/// # Ok(())
/// # });
/// ```
#[must_use = "`load` asks the database"]
pub struct GroupsWithPerms<'a, R: ModelTrait> {
    row: &'a R,
    only: Option<Vec<PermissionOf<R::Entity>>>,
    tables: GrantTables,
}

/// A group and the codenames it was granted on a row, in order.
///
/// ```
/// use refrain::grants::GroupWithPerms;
///
/// fn line(group: &GroupWithPerms) -> String {
///     let codenames: Vec<&str> = group.codenames.iter().map(String::as_str).collect();
///     format!("{}: {}", group.name, codenames.join(", "))
/// }
///
/// let codenames = ["change_car", "view_car"].map(str::to_owned).into();
/// assert_eq!(line(&GroupWithPerms { id: 1, name: "editors".to_owned(), codenames }), "editors: change_car, view_car");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupWithPerms {
    /// The group's key.
    pub id: i32,
    /// The unique name.
    pub name: String,
    /// What was granted.
    pub codenames: BTreeSet<String>,
}

impl<R: ModelTrait<Entity: Model>> GroupsWithPerms<'_, R> {
    /// Only grants of these permissions; none of them is nobody's.
    pub fn only_with_perms_in(self, permissions: impl IntoIterator<Item = impl Into<PermissionOf<R::Entity>>>) -> Self {
        Self { only: Some(permissions.into_iter().map(Into::into).collect()), ..self }
    }

    /// Asks the database.
    pub async fn load(self, db: impl Into<Db<'_>>) -> Result<Vec<GroupWithPerms>> {
        let db = db.into();
        let on = db.get_database_backend();
        let model = ModelInfo::of::<R::Entity>();
        let only = codenames(self.only.as_deref())?;
        let key = RowKey::of(&model, self.row)?;
        let table = Table::of_groups(&model, self.tables);
        let granted = table.grants(&model, only.as_deref(), on).and(&table.is_on([&key], on));
        let granted = granted.join_permissions().join("auth_group a ON a.id = g.group_id");
        let query = granted.select("a.id AS id, a.name AS name, p.codename AS codename").text(" ORDER BY a.id");
        let mut found: Vec<GroupWithPerms> = Vec::new();
        for row in db.query_all_raw(query.statement()).await? {
            let id = row.try_get("", "id")?;
            if found.last().is_none_or(|last| last.id != id) {
                found.push(GroupWithPerms { id, name: row.try_get("", "name")?, codenames: BTreeSet::new() });
            }
            if let Some(last) = found.last_mut() {
                last.codenames.insert(row.try_get("", "codename")?);
            }
        }
        Ok(found)
    }
}
