use std::collections::HashSet;

use sea_orm::{Condition, ConnectionTrait, QueryFilter, Select, sea_query::Expr};

use super::{Granted, PermissionOf, Subject, assign::unnameable};
use crate::{
    Db, Error, Result,
    auth::{Auth, Group, User},
    model::{Model, ModelInfo},
};

impl Auth {
    /// The rows on which a user holds permissions, as a query to be filtered and paged further.
    ///
    /// ```no_run
    /// # use refrain::doc_example::car;
    /// # async fn run(auth: refrain::auth::Auth, alice: refrain::auth::User, db: sea_orm::DatabaseConnection)
    /// #     -> Result<(), Box<dyn std::error::Error>> {
    /// use sea_orm::{EntityTrait, QuerySelect};
    ///
    /// let cars = auth.objects_for_user::<car::Entity>(&alice, ["change_car"]).select(&db).await?;
    /// let first = cars.limit(20).all(&db).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_objects_for_user")]
    pub fn objects_for_user<'a, M: Model>(
        &'a self,
        user: &'a User,
        permissions: impl IntoIterator<Item = impl Into<PermissionOf<M>>>,
    ) -> ObjectsForUser<'a, M> {
        ObjectsForUser {
            auth: self,
            user,
            permissions: permissions.into_iter().map(Into::into).collect(),
            use_groups: true,
            any_perm: false,
            with_superuser: true,
            accept_global_perms: true,
        }
    }

    /// The rows on which a group holds permissions.
    #[doc(alias = "get_objects_for_group")]
    pub fn objects_for_group<'a, M: Model>(
        &'a self,
        group: &'a Group,
        permissions: impl IntoIterator<Item = impl Into<PermissionOf<M>>>,
    ) -> ObjectsForGroup<'a, M> {
        ObjectsForGroup {
            auth: self,
            group,
            permissions: permissions.into_iter().map(Into::into).collect(),
            any_perm: false,
            accept_global_perms: true,
        }
    }
}

/// What [`Auth::objects_for_user`] asks, and how; guardian's options with guardian's defaults (CONTRACT 8.25).
#[must_use = "`select` makes the query"]
pub struct ObjectsForUser<'a, M> {
    auth: &'a Auth,
    user: &'a User,
    permissions: Vec<PermissionOf<M>>,
    use_groups: bool,
    any_perm: bool,
    with_superuser: bool,
    accept_global_perms: bool,
}

impl<M: Model> ObjectsForUser<'_, M> {
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

    /// The query.
    ///
    /// An inactive user gets nothing, superuser or not, and no permission at all is an error: `docs/differences.md`.
    pub async fn select(self, db: impl Into<Db<'_>>) -> Result<Select<M>> {
        let db = db.into();
        let model = ModelInfo::of::<M>();
        let wanted = codenames(&self.permissions)?;
        if !self.user.is_active && self.user.is_authenticated() {
            return Ok(nothing());
        }
        if self.with_superuser && self.user.is_active && self.user.is_superuser {
            return Ok(M::find());
        }
        let mut missing = Vec::new();
        for codename in &wanted {
            let stands_for_all = self.accept_global_perms && self.with_superuser;
            let label = format!("{}.{codename}", M::APP_LABEL);
            let declared = model.declared_permissions().any(|(declared, _)| declared == *codename);
            if !(stands_for_all && declared && self.user.has_perm(db, &label).await?) {
                missing.push(codename.as_str());
            }
        }
        if missing.is_empty() || (self.any_perm && missing.len() < wanted.len()) {
            return Ok(M::find());
        }
        let subject = match (self.user.id(), self.auth.anonymous_user_name()) {
            (Some(id), _) => Subject::User { id, groups: self.use_groups },
            (None, Some(name)) => Subject::Anonymous { username: name.to_owned() },
            (None, None) => return Ok(nothing()),
        };
        rows_granted(self.auth, db, &model, &subject, &missing, self.any_perm)
    }
}

/// What [`Auth::objects_for_group`] asks, and how (CONTRACT 8.36).
#[must_use = "`select` makes the query"]
pub struct ObjectsForGroup<'a, M> {
    auth: &'a Auth,
    group: &'a Group,
    permissions: Vec<PermissionOf<M>>,
    any_perm: bool,
    accept_global_perms: bool,
}

impl<M: Model> ObjectsForGroup<'_, M> {
    /// Is one of the permissions enough? All are needed, where nothing is said.
    pub fn any_perm(self, any_perm: bool) -> Self {
        Self { any_perm, ..self }
    }

    /// Does the model's permission stand for a grant on every row? Yes, where nothing is said.
    pub fn accept_global_perms(self, accept_global_perms: bool) -> Self {
        Self { accept_global_perms, ..self }
    }

    /// The query.
    pub async fn select(self, db: impl Into<Db<'_>>) -> Result<Select<M>> {
        let db = db.into();
        let model = ModelInfo::of::<M>();
        let wanted = codenames(&self.permissions)?;
        let held: HashSet<String> = match self.accept_global_perms {
            true => self.group.codenames_on(db, &model).await?,
            false => HashSet::new(),
        };
        let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|codename| !held.contains(*codename)).collect();
        if missing.is_empty() || (self.any_perm && missing.len() < wanted.len()) {
            return Ok(M::find());
        }
        rows_granted(self.auth, db, &model, &Subject::Group(self.group.id), &missing, self.any_perm)
    }
}

/// The rows on which all of the codenames, or any, were granted: for all, the union of the sources covers each.
fn rows_granted<M: Model>(
    auth: &Auth,
    db: Db<'_>,
    model: &ModelInfo,
    subject: &Subject,
    codenames: &[&str],
    any: bool,
) -> Result<Select<M>> {
    let on = db.get_database_backend();
    let granted = |codenames: &[&str]| {
        let granted = Granted::new(auth, model, subject, codenames, on).ok_or_else(|| unnameable(model))?;
        Ok::<Condition, Error>(granted.condition())
    };
    if any {
        return Ok(M::find().filter(granted(codenames)?));
    }
    codenames.iter().try_fold(M::find(), |rows, codename| Ok(rows.filter(granted(&[codename])?)))
}

fn codenames<M: Model>(permissions: &[PermissionOf<M>]) -> Result<Vec<String>> {
    if permissions.is_empty() {
        return Err(Error::invalid("which permissions? an empty list would mean every row with any grant at all"));
    }
    let mut codenames: Vec<String> = Vec::new();
    for permission in permissions {
        let codename = permission.codename()?.to_owned();
        if !codenames.contains(&codename) {
            codenames.push(codename);
        }
    }
    Ok(codenames)
}

fn nothing<M: Model>() -> Select<M> {
    M::find().filter(Expr::cust("1 = 0"))
}
