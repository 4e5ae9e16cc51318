use sea_orm::Select;

use super::{PermissionOf, Subject, wanted::Wanted};
use crate::{
    Db, Result,
    auth::{Auth, Group},
    model::{Model, ModelInfo},
};

impl Auth {
    /// The rows on which a group holds permissions.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, editors, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
    /// let cars = auth.objects_for_group(&editors, [car::Entity::VIEW_CAR]).select(&db).await?;
    /// assert_eq!(cars.all(&db).await?, [car]);
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "get_objects_for_group")]
    pub fn objects_for_group<'a, M: Model>(
        &'a self,
        group: &'a Group,
        permissions: impl IntoIterator<Item = impl Into<PermissionOf<M>>>,
    ) -> ObjectsForGroup<'a, M> {
        ObjectsForGroup::new(self, group, Some(permissions.into_iter().map(Into::into).collect()))
    }

    /// The rows on which a group was granted anything whatever (CONTRACT 8.36).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, editors, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::DELETE_CAR, [&editors], [&car]).await?;
    /// let cars = auth.objects_for_group_with_any_perm::<car::Entity>(&editors).select(&db).await?;
    /// assert_eq!(cars.all(&db).await?, [car]);
    /// # Ok(())
    /// # });
    /// ```
    pub fn objects_for_group_with_any_perm<'a, M: Model>(&'a self, group: &'a Group) -> ObjectsForGroup<'a, M> {
        ObjectsForGroup::new(self, group, None)
    }
}

/// What [`Auth::objects_for_group`] asks, and how (CONTRACT 8.36).
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, auth, editors, car, .. }| {
/// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
/// let seen_or_changed = auth
///     .objects_for_group(&editors, [car::Entity::VIEW_CAR, car::Entity::CHANGE_CAR])
///     .any_perm(true)
///     .accept_global_perms(false);
/// assert_eq!(seen_or_changed.select(&db).await?.all(&db).await?, [car]);
/// # Ok(())
/// # });
/// ```
#[must_use = "`select` makes the query"]
pub struct ObjectsForGroup<'a, M> {
    auth: &'a Auth,
    group: &'a Group,
    /// `None` for any whatever.
    permissions: Option<Vec<PermissionOf<M>>>,
    any_perm: bool,
    accept_global_perms: bool,
}

impl<'a, M: Model> ObjectsForGroup<'a, M> {
    fn new(auth: &'a Auth, group: &'a Group, permissions: Option<Vec<PermissionOf<M>>>) -> Self {
        Self { auth, group, permissions, any_perm: false, accept_global_perms: true }
    }

    /// Is one of the permissions enough? All are needed, where nothing is said.
    pub fn any_perm(self, any_perm: bool) -> Self {
        Self { any_perm, ..self }
    }

    /// Does the model's permission stand for a grant on every row? Yes, where nothing is said.
    pub fn accept_global_perms(self, accept_global_perms: bool) -> Self {
        Self { accept_global_perms, ..self }
    }

    /// The query. A group's permissions are looked up where they stand for grants.
    pub async fn select(self, db: impl Into<Db<'_>>) -> Result<Select<M>> {
        let (db, model) = (db.into(), ModelInfo::of::<M>());
        let mut wanted = Wanted::of(self.permissions.as_deref())?;
        if self.accept_global_perms {
            for codename in self.group.codenames_on(db, &model).await? {
                wanted.holds_everywhere(&codename);
            }
        }
        wanted.rows(self.auth, db, &model, &Subject::Group(self.group.id), self.any_perm)
    }
}
