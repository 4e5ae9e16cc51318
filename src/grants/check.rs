use std::collections::HashSet;

use sea_orm::ModelTrait;

use super::{Checker, PermissionOf};
use crate::{
    Db, Result,
    auth::{Group, User},
    model::Model,
};

impl User {
    /// Was the user granted a permission on this row, directly or through a group?
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::CHANGE_CAR, [&alice], [&car]).await?;
    /// assert!(alice.has_perm_on(&db, car::Entity::CHANGE_CAR, &car).await?);
    /// assert!(!alice.has_perm_on(&db, "drivers.view_car", &car).await?);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The row's grants alone are asked; the model's permissions are not (CONTRACT 8.16). An active superuser holds
    /// every permission, an inactive user none, an anonymous one none either
    /// ([`Checker::with_anonymous`] asks those of the user who stands for them). A label of another app is held by
    /// nobody, and logged, where guardian raises (CONTRACT 8.13).
    pub async fn has_perm_on<R: ModelTrait<Entity: Model>>(
        &self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<R::Entity>>,
        row: &R,
    ) -> Result<bool> {
        Checker::for_user(self).has_perm_now(db.into(), &permission.into(), row).await
    }

    /// The codenames granted to the user on this row, directly or through groups, in one statement; of an active
    /// superuser every codename of the model (CONTRACT 8.17).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, editors, car }| {
    /// alice.groups().add(&db, [&editors]).await?;
    /// auth.assign_perm(&db, car::Entity::CHANGE_CAR, [&alice], [&car]).await?;
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
    ///
    /// assert_eq!(alice.perms(&db, &car).await?.len(), 2);
    /// assert!(alice.user_perms(&db, &car).await?.contains("change_car"));
    /// assert!(alice.group_perms(&db, &car).await?.contains("view_car"));
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "get_perms")]
    pub async fn perms<R: ModelTrait<Entity: Model>>(&self, db: impl Into<Db<'_>>, row: &R) -> Result<HashSet<String>> {
        Checker::for_user(self).perms(db, row).await
    }

    /// The codenames granted on this row to the user directly. Nobody is granted more for being a superuser, and an
    /// inactive user has nothing (CONTRACT 8.17).
    #[doc(alias = "get_user_perms")]
    pub async fn user_perms<R: ModelTrait<Entity: Model>>(
        &self,
        db: impl Into<Db<'_>>,
        row: &R,
    ) -> Result<HashSet<String>> {
        Checker::for_own_of(self).perms(db, row).await
    }

    /// The codenames granted on this row to the user's groups.
    ///
    /// They are what the user holds there through groups alone. Nobody is granted more for being a superuser, and an
    /// inactive user has nothing (CONTRACT 8.17).
    #[doc(alias = "get_group_perms")]
    pub async fn group_perms<R: ModelTrait<Entity: Model>>(
        &self,
        db: impl Into<Db<'_>>,
        row: &R,
    ) -> Result<HashSet<String>> {
        Checker::for_groups_of(self).perms(db, row).await
    }
}

impl Group {
    /// The codenames granted to the group on this row.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, editors, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
    /// assert!(editors.perms(&db, &car).await?.contains("view_car"));
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "get_perms")]
    pub async fn perms<R: ModelTrait<Entity: Model>>(&self, db: impl Into<Db<'_>>, row: &R) -> Result<HashSet<String>> {
        Checker::for_group(self).perms(db, row).await
    }
}
