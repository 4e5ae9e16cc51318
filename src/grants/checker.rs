use std::{
    any::TypeId,
    collections::{HashMap, HashSet, hash_map::Entry},
};

use sea_orm::{ConnectionTrait, DbErr, ModelTrait};

use super::{
    PermissionOf, Subject,
    row_key::{RowKey, unnameable},
};
use crate::{
    Db, Result,
    auth::{Auth, Group, User},
    db::Sql,
    model::{Model, ModelInfo},
};

/// Answers for many rows from a constant number of statements.
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, auth, alice, editors, car }| {
/// use refrain::grants::Checker;
/// use sea_orm::EntityTrait;
///
/// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&alice], [&car]).await?;
/// let cars = car::Entity::find().all(&db).await?;
///
/// let mut checker = Checker::for_user(&alice);
/// checker.prefetch(&db, &cars).await?;
/// // nothing more is asked of the database
/// for car in &cars {
///     assert!(checker.has_perm(&db, car::Entity::VIEW_CAR, car).await?);
/// }
/// assert!(Checker::for_group(&editors).perms(&db, &car).await?.is_empty());
/// # Ok(())
/// # });
/// ```
///
/// What it was told it keeps: a checker is for one request. Grants made later are seen by a new one (CONTRACT 8.19). The
/// user's flags are read at each question, so the user cannot change under it:
///
/// ```compile_fail,E0506
/// # use refrain::{auth::User, grants::Checker};
/// fn checked(joe: &mut User) {
///     let checker = Checker::for_user(joe);
///     joe.is_active = false;
///     drop(checker);
/// }
/// ```
#[doc(alias = "ObjectPermissionChecker")]
pub struct Checker<'a> {
    who: Who<'a>,
    known: HashMap<(TypeId, String), HashSet<String>>,
    every: HashMap<TypeId, HashSet<String>>,
}

#[derive(Clone, Copy)]
enum Who<'a> {
    User { user: &'a User, which: Which, with_anonymous: bool },
    Group(&'a Group),
}

/// Which of a user's grants.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    All,
    /// Those made to the user, and no others.
    Own,
    /// Those made to the user's groups, and no others.
    OfGroups,
}

/// What is to be asked about somebody.
enum Asks {
    /// Nothing: they are inactive, or nobody.
    Nothing,
    /// Every codename there is: a superuser holds them all.
    Everything,
    Grants(Subject),
}

impl<'a> Checker<'a> {
    /// For a user, with what their groups were granted. An anonymous one holds nothing.
    pub fn for_user(user: &'a User) -> Self {
        Self::new(Who::User { user, which: Which::All, with_anonymous: false })
    }

    /// For a group.
    pub fn for_group(group: &'a Group) -> Self {
        Self::new(Who::Group(group))
    }

    /// What a user was granted directly, and nothing else.
    pub(super) fn for_own_of(user: &'a User) -> Self {
        Self::new(Who::User { user, which: Which::Own, with_anonymous: false })
    }

    /// What a user's groups were granted, and nothing else.
    pub(super) fn for_groups_of(user: &'a User) -> Self {
        Self::new(Who::User { user, which: Which::OfGroups, with_anonymous: false })
    }

    fn new(who: Who<'a>) -> Self {
        Self { who, known: HashMap::new(), every: HashMap::new() }
    }

    /// The same, and an anonymous caller holds what was granted to the user who stands for them
    /// ([`Auth::with_anonymous_user`]).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, car, .. }| {
    /// use refrain::{auth::{NewUser, User}, grants::Checker};
    ///
    /// let stand_in = auth.create_user(&db, NewUser::new("AnonymousUser")).await?;
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&stand_in], [&car]).await?;
    ///
    /// let nobody = User::anonymous(&auth);
    /// assert!(Checker::for_user(&nobody).perms(&db, &car).await?.is_empty());
    /// assert!(!Checker::for_user(&nobody).with_anonymous().perms(&db, &car).await?.is_empty());
    /// # Ok(())
    /// # });
    /// ```
    pub fn with_anonymous(self) -> Self {
        match self.who {
            Who::User { user, which, .. } => Self::new(Who::User { user, which, with_anonymous: true }),
            Who::Group(_) => self,
        }
    }

    fn auth(&self) -> &'a Auth {
        match self.who {
            Who::User { user, .. } => user.auth(),
            Who::Group(group) => group.auth(),
        }
    }

    fn asks(&self) -> Asks {
        let (user, which, with_anonymous) = match self.who {
            Who::User { user, which, with_anonymous } => (user, which, with_anonymous),
            Who::Group(group) => return Asks::Grants(Subject::Group(group.id)),
        };
        match (user.id(), user.auth().anonymous_user_name()) {
            (Some(_), _) if !user.is_active => Asks::Nothing,
            (Some(_), _) if user.holds_all_allowed() && which == Which::All => Asks::Everything,
            (Some(id), _) => {
                Asks::Grants(Subject::User { id, own: which != Which::OfGroups, groups: which != Which::Own })
            }
            (None, Some(name)) if with_anonymous => {
                Asks::Grants(Subject::Anonymous { username: name.to_owned(), groups: true })
            }
            (None, _) => Asks::Nothing,
        }
    }

    /// Learns what was granted on these rows: one statement for a thousand of them.
    #[doc(alias = "prefetch_perms")]
    pub async fn prefetch<'r, R: ModelTrait<Entity: Model> + 'r>(
        &mut self,
        db: impl Into<Db<'_>>,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<()> {
        let (db, of) = (db.into(), TypeId::of::<R::Entity>());
        let model = ModelInfo::of::<R::Entity>();
        let subject = match self.asks() {
            Asks::Nothing => return Ok(()),
            Asks::Everything => {
                if let Entry::Vacant(unknown) = self.every.entry(of) {
                    unknown.insert(every_codename(db, &model).await?);
                }
                return Ok(());
            }
            Asks::Grants(subject) => subject,
        };
        let keys: Vec<RowKey> = rows.into_iter().map(|row| RowKey::of(&model, row)).collect::<Result<_>>()?;
        for batch in keys.chunks(1000) {
            let found = granted_on(self.auth(), db, &model, &subject, batch).await?;
            for key in batch {
                self.known.insert((of, key.text.clone()), HashSet::new());
            }
            for (key, codename) in found {
                self.known.entry((of, key)).or_default().insert(codename);
            }
        }
        Ok(())
    }

    /// The codenames held on a row; asks the database only about rows it has not learnt of.
    #[doc(alias = "get_perms")]
    pub async fn perms<R: ModelTrait<Entity: Model>>(
        &mut self,
        db: impl Into<Db<'_>>,
        row: &R,
    ) -> Result<HashSet<String>> {
        let (of, model) = (TypeId::of::<R::Entity>(), ModelInfo::of::<R::Entity>());
        let mut codenames = match self.asks() {
            Asks::Nothing => HashSet::new(),
            Asks::Everything => {
                self.prefetch(db, [row]).await?;
                self.every.get(&of).cloned().unwrap_or_default()
            }
            Asks::Grants(_) => {
                let key = (of, RowKey::of(&model, row)?.text);
                if !self.known.contains_key(&key) {
                    self.prefetch(db, [row]).await?;
                }
                self.known.get(&key).cloned().unwrap_or_default()
            }
        };
        codenames.retain(|codename| self.is_allowed(&model, codename));
        Ok(codenames)
    }

    /// Does the ceiling that a user may be within name it?
    fn is_allowed(&self, model: &ModelInfo, codename: &str) -> bool {
        match self.who {
            Who::User { user, .. } => {
                let label = || format!("{}.{codename}", model.granted_on().0);
                user.ceiling().is_none_or(|ceiling| ceiling.allows(&label()))
            }
            Who::Group(_) => true,
        }
    }

    /// Is a permission held on a row? Those of other apps are held by nobody.
    pub async fn has_perm<R: ModelTrait<Entity: Model>>(
        &mut self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<R::Entity>>,
        row: &R,
    ) -> Result<bool> {
        let permission = permission.into();
        match self.codename_of(&permission) {
            Ok(codename) => Ok(self.perms(db, row).await?.contains(codename)),
            Err(settled) => Ok(settled),
        }
    }

    /// The same of this permission alone, and kept by nobody.
    pub(super) async fn has_perm_now<R: ModelTrait<Entity: Model>>(
        &self,
        db: Db<'_>,
        permission: &PermissionOf<R::Entity>,
        row: &R,
    ) -> Result<bool> {
        match (self.codename_of(permission), self.asks()) {
            (Err(settled), _) => Ok(settled),
            (_, Asks::Nothing | Asks::Everything) => Ok(false),
            (Ok(codename), Asks::Grants(subject)) => is_granted_on(self.auth(), db, &subject, codename, row).await,
        }
    }

    /// What the database is to be asked for, or the answer where it need not be.
    fn codename_of<'p, M: Model>(&self, permission: &'p PermissionOf<M>) -> std::result::Result<&'p str, bool> {
        let is_superuser = matches!(self.asks(), Asks::Everything);
        let is_within = matches!(self.who, Who::User { user, .. } if user.ceiling().is_some());
        if is_superuser && !is_within {
            return Err(true);
        }
        let codename = permission.codename().map_err(|error| {
            tracing::warn!(%error, "asked for a permission of another model");
            false
        })?;
        match self.is_allowed(&ModelInfo::of::<M>(), codename) {
            true if is_superuser => Err(true),
            true => Ok(codename),
            false => Err(false),
        }
    }
}

async fn is_granted_on<R: ModelTrait<Entity: Model>>(
    auth: &Auth,
    db: Db<'_>,
    subject: &Subject,
    codename: &str,
    row: &R,
) -> Result<bool> {
    let (on, model) = (db.get_database_backend(), ModelInfo::of::<R::Entity>());
    let key = RowKey::of(&model, row)?;
    let queries = subject.grants(auth, &model, Some(&[codename]), on).into_iter().map(|grants| {
        let on_row = grants.table.is_on([&key], on);
        grants.and(&on_row).select("1")
    });
    // a row for the user, and one for each of their groups that was granted it; a limit, being a value, would have SQLite
    // compile the statement anew every time
    let Some(query) = all_of(queries) else { return Ok(false) };
    Ok(db.query_one_raw(query.statement()).await?.is_some())
}

/// The texts of keys, and the codenames granted on them.
async fn granted_on(
    auth: &Auth,
    db: Db<'_>,
    model: &ModelInfo,
    subject: &Subject,
    keys: &[RowKey],
) -> Result<Vec<(String, String)>> {
    let on = db.get_database_backend();
    let key = model.key().ok_or_else(|| unnameable(model))?;
    let queries = subject.grants(auth, model, None, on).into_iter().map(|grants| {
        let (own, on_rows) = (grants.table.own, grants.table.is_on(keys, on));
        let text = if own { key.text_of("g.content_object_id", on) } else { "g.object_pk".to_owned() };
        grants.join_permissions().and(&on_rows).select(&format!("{text} AS granted_on, p.codename AS codename"))
    });
    let Some(query) = all_of(queries) else { return Ok(Vec::new()) };
    let rows = db.query_all_raw(query.statement()).await?;
    let read = rows.iter().map(|row| Ok((row.try_get("", "granted_on")?, row.try_get("", "codename")?)));
    Ok(read.collect::<Result<_, DbErr>>()?)
}

fn all_of(queries: impl Iterator<Item = Sql>) -> Option<Sql> {
    queries.reduce(|all, query| all.text(" UNION ALL ").sql(&query))
}

/// The codenames on a model's content type (CONTRACT 8.17).
async fn every_codename(db: Db<'_>, model: &ModelInfo) -> Result<HashSet<String>> {
    let query = Sql::new(db.get_database_backend(), "").permissions("gp.codename AS codename", model, None);
    let rows = db.query_all_raw(query.statement()).await?;
    Ok(rows.iter().map(|row| row.try_get("", "codename")).collect::<Result<_, _>>()?)
}
