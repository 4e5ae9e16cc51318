use sea_orm::{QueryFilter, Select, sea_query::Expr};

use super::{PermissionOf, Subject, everywhere::is_held_everywhere, wanted::Wanted};
use crate::{
    Db, Result,
    auth::{Auth, User},
    model::{Model, ModelInfo},
};

impl Auth {
    /// The rows on which a user holds permissions, as a query to be filtered and paged further.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// use sea_orm::{EntityTrait, QuerySelect};
    ///
    /// let cars = auth.objects_for_user::<car::Entity>(&alice, ["change_car"]).select(&db).await?;
    /// let first = cars.limit(20).all(&db).await?;
    /// # assert!(first.is_empty());
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "get_objects_for_user")]
    pub fn objects_for_user<'a, M: Model>(
        &'a self,
        user: &'a User,
        permissions: impl IntoIterator<Item = impl Into<PermissionOf<M>>>,
    ) -> ObjectsForUser<'a, M> {
        ObjectsForUser::new(self, user, Some(permissions.into_iter().map(Into::into).collect()))
    }

    /// The rows on which a user was granted anything whatever, which guardian's admin asks with an empty list (CONTRACT
    /// 8.26).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::DELETE_CAR, [&alice], [&car]).await?;
    /// let cars = auth.objects_for_user_with_any_perm::<car::Entity>(&alice).select(&db).await?;
    /// assert_eq!(cars.all(&db).await?, [car]);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// What is held on every row is no grant.
    pub fn objects_for_user_with_any_perm<'a, M: Model>(&'a self, user: &'a User) -> ObjectsForUser<'a, M> {
        ObjectsForUser::new(self, user, None)
    }
}

/// What [`Auth::objects_for_user`] asks, and how; guardian's options with guardian's defaults (CONTRACT 8.25).
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, auth, alice, car, .. }| {
/// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&alice], [&car]).await?;
/// let own_grants_alone = auth
///     .objects_for_user(&alice, [car::Entity::VIEW_CAR, car::Entity::CHANGE_CAR])
///     .any_perm(true)
///     .use_groups(false)
///     .with_superuser(false)
///     .accept_global_perms(false);
/// assert_eq!(own_grants_alone.select(&db).await?.all(&db).await?, [car]);
/// # Ok(())
/// # });
/// ```
#[must_use = "`select` makes the query"]
pub struct ObjectsForUser<'a, M> {
    auth: &'a Auth,
    user: &'a User,
    /// `None` for any whatever.
    permissions: Option<Vec<PermissionOf<M>>>,
    use_groups: bool,
    any_perm: bool,
    with_superuser: bool,
    accept_global_perms: bool,
    with_anonymous: bool,
}

impl<'a, M: Model> ObjectsForUser<'a, M> {
    fn new(auth: &'a Auth, user: &'a User, permissions: Option<Vec<PermissionOf<M>>>) -> Self {
        Self {
            auth,
            user,
            permissions,
            use_groups: true,
            any_perm: false,
            with_superuser: true,
            accept_global_perms: true,
            with_anonymous: false,
        }
    }

    /// Do grants to the user's groups count? Yes, where nothing is said.
    pub fn use_groups(self, use_groups: bool) -> Self {
        Self { use_groups, ..self }
    }

    /// Is one of the permissions enough? All are needed, where nothing is said.
    pub fn any_perm(self, any_perm: bool) -> Self {
        Self { any_perm, ..self }
    }

    /// Does a superuser get every row? Yes, where nothing is said.
    pub fn with_superuser(self, with_superuser: bool) -> Self {
        Self { with_superuser, ..self }
    }

    /// Does the model's permission stand for a grant on every row? Yes, where nothing is said.
    ///
    /// As in guardian, only together with [`with_superuser`](Self::with_superuser) (CONTRACT 8.25).
    pub fn accept_global_perms(self, accept_global_perms: bool) -> Self {
        Self { accept_global_perms, ..self }
    }

    /// Does an anonymous caller have what was granted to the user who stands for them
    /// ([`Auth::with_anonymous_user`])? Only where this is said: a row of users must not open an API (CONTRACT 8.13).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// use refrain::auth::User;
    ///
    /// let nobody = User::anonymous(&auth);
    /// let shared = auth.objects_for_user(&nobody, [car::Entity::VIEW_CAR]).with_anonymous();
    /// assert!(shared.select(&db).await?.all(&db).await?.is_empty());
    /// # Ok(())
    /// # });
    /// ```
    pub fn with_anonymous(self) -> Self {
        Self { with_anonymous: true, ..self }
    }

    /// The query.
    ///
    /// An inactive user gets nothing, superuser or not, and no permission at all is an error. Costs a statement only
    /// where what the user holds is not known yet, and one for each permission that they hold on every row.
    pub async fn select(self, db: impl Into<Db<'_>>) -> Result<Select<M>> {
        let (db, user, model) = (db.into(), self.user, ModelInfo::of::<M>());
        let mut wanted = Wanted::of(self.permissions.as_deref())?;
        let mut any_perm = self.any_perm;
        if let Some(ceiling) = user.ceiling() {
            any_perm |= self.permissions.is_none();
            if !wanted.is_left_within(ceiling, &model, any_perm) {
                return Ok(nothing());
            }
        }
        let subject = match (user.id(), self.auth.anonymous_user_name()) {
            (Some(_), _) if !user.is_active => return Ok(nothing()),
            (Some(_), _) if user.holds_all_allowed() && self.with_superuser => return Ok(M::find()),
            (Some(id), _) => Subject::User { id, own: true, groups: self.use_groups },
            (None, Some(name)) if self.with_anonymous => {
                Subject::Anonymous { username: name.to_owned(), groups: self.use_groups }
            }
            (None, _) => return Ok(nothing()),
        };
        if self.accept_global_perms && self.with_superuser && self.permissions.is_some() {
            for codename in wanted.codenames() {
                if is_held_everywhere(db, user, &model, &codename).await? {
                    wanted.holds_everywhere(&codename);
                }
            }
        }
        wanted.rows(self.auth, db, &model, &subject, any_perm)
    }
}

fn nothing<M: Model>() -> Select<M> {
    M::find().filter(Expr::cust("1 = 0"))
}
