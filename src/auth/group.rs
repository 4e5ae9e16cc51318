use std::collections::HashSet;

use refrain_entity::group;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, SqlErr};

use super::{Auth, Links, PermissionRef, User, links::GroupRef};
use crate::{Db, Error, Result, model::ModelInfo};

/// A named bundle of permissions that users are put into.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
/// let drivers = auth.create_group(&db, "drivers").await?;
/// drivers.permissions().add(&db, ["drivers.view_car"]).await?;
/// alice.groups().add(&db, [&drivers]).await?;
/// assert!(alice.has_perm(&db, "drivers.view_car").await?);
/// assert!(drivers.auth().group(&db, "drivers").await?.is_some());
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Group {
    auth: Auth,
    /// The primary key.
    pub id: i32,
    /// The unique name.
    pub name: String,
}

impl Group {
    /// How this group's site keeps its users.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// The codenames of a model's that the group holds for every row.
    pub(crate) async fn codenames_on(&self, db: Db<'_>, model: &ModelInfo) -> Result<HashSet<String>> {
        let held = self.permissions().ids(db).await?;
        let on_model = self.auth.permissions(db).await?.into_iter().filter(|permission| {
            permission.app_label == model.app_label()
                && permission.model == model.model_name()
                && held.contains(&permission.id.into())
        });
        Ok(on_model.map(|permission| permission.codename).collect())
    }

    /// The permissions its members hold through it.
    pub fn permissions(&self) -> Links<'_, PermissionRef> {
        Links::new(&self.auth, "auth_group_permissions", "group_id", |_| Some(self.id.into()), "permission_id")
    }
}

impl User {
    /// The permissions granted to this user directly.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// alice.permissions().add(&db, ["drivers.view_car"]).await?;
    /// assert!(alice.has_perm(&db, "drivers.view_car").await?);
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "user_permissions")]
    pub fn permissions(&self) -> Links<'_, PermissionRef> {
        let users = self.auth().users();
        Links::new(
            self.auth(),
            &*users.permissions_table,
            &*users.link_column,
            |db| self.known_key(db),
            "permission_id",
        )
    }

    /// The groups this user is in.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, editors, .. }| {
    /// alice.groups().add(&db, [&editors]).await?;
    /// assert_eq!(alice.group_names(&db).await?, ["editors"]);
    /// # Ok(())
    /// # });
    /// ```
    pub fn groups(&self) -> Links<'_, GroupRef> {
        let users = self.auth().users();
        Links::new(self.auth(), &*users.groups_table, &*users.link_column, |db| self.known_key(db), "group_id")
    }

    /// The names of the groups this user is in, in order.
    pub async fn group_names(&self, db: impl Into<Db<'_>>) -> Result<Vec<String>> {
        let db = db.into();
        let ids = self.groups().ids(db).await?;
        let mut names: Vec<String> = group::Entity::find()
            .filter(group::Column::Id.is_in(ids))
            .all(&db)
            .await?
            .into_iter()
            .map(|g| g.name)
            .collect();
        names.sort();
        Ok(names)
    }
}

impl Auth {
    /// Makes a group.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// let drivers = auth.create_group(&db, "drivers").await?;
    /// assert_eq!(auth.group(&db, "drivers").await?.unwrap().id, drivers.id);
    /// assert_eq!(auth.group_by_id(&db, drivers.id).await?.unwrap().name, "drivers");
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The name is unique, at most 150 characters.
    pub async fn create_group(&self, db: impl Into<Db<'_>>, name: &str) -> Result<Group> {
        if name.is_empty() || name.chars().count() > 150 || name.contains('\0') {
            return Err(Error::invalid("a group's name has 1 to 150 characters, none of them NUL"));
        }
        let group = group::ActiveModel { name: Set(name.to_owned()), ..Default::default() };
        let made = group.insert(&db.into()).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Error::invalid(format!("there is a group called `{name}`")),
            _ => error.into(),
        })?;
        Ok(Group { auth: self.clone(), id: made.id, name: made.name })
    }

    /// The group with this name.
    pub async fn group(&self, db: impl Into<Db<'_>>, name: &str) -> Result<Option<Group>> {
        if name.contains('\0') {
            return Ok(None);
        }
        let found = group::Entity::find().filter(group::Column::Name.eq(name)).all(&db.into()).await?;
        let exact = found.into_iter().find(|group| group.name == name);
        Ok(exact.map(|group| Group { auth: self.clone(), id: group.id, name: group.name }))
    }

    /// The group with this key.
    pub async fn group_by_id(&self, db: impl Into<Db<'_>>, id: i32) -> Result<Option<Group>> {
        let found = group::Entity::find_by_id(id).one(&db.into()).await?;
        Ok(found.map(|group| Group { auth: self.clone(), id: group.id, name: group.name }))
    }
}
