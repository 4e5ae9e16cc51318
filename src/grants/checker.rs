use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
};

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{
    PermissionOf, Subject,
    assign::RowKey,
    granted::exactly,
};
use crate::{
    Db, Result,
    auth::{Auth, Group, User},
    model::{Model, ModelInfo},
};

/// Answers for many rows from a constant number of statements.
///
/// What it was told it keeps: a checker is for one request. Grants made later are seen by a new one (CONTRACT 8.19).
#[doc(alias = "ObjectPermissionChecker")]
pub struct Checker {
    auth: Auth,
    who: Who,
    known: HashMap<(TypeId, String), HashSet<String>>,
    every: HashMap<TypeId, HashSet<String>>,
}

enum Who {
    /// Inactive, or nobody: holds nothing.
    Nobody,
    Superuser,
    Holder(Subject),
}

impl Checker {
    /// For a user, with what their groups were granted.
    pub fn for_user(user: &User) -> Self {
        let who = match user.id() {
            Some(id) if user.is_active && !user.is_superuser => Who::Holder(Subject::User { id, groups: true }),
            Some(_) if user.is_active => Who::Superuser,
            _ => Who::Nobody,
        };
        Self::new(user.auth(), who)
    }

    /// For a group.
    pub fn for_group(group: &Group) -> Self {
        Self::new(group.auth(), Who::Holder(Subject::Group(group.id)))
    }

    fn new(auth: &Auth, who: Who) -> Self {
        Self { auth: auth.clone(), who, known: HashMap::new(), every: HashMap::new() }
    }

    /// Learns what was granted on these rows: one statement for a thousand of them.
    #[doc(alias = "prefetch_perms")]
    pub async fn prefetch<'r, M: Model>(
        &mut self,
        db: impl Into<Db<'_>>,
        rows: impl IntoIterator<Item = &'r M::Model>,
    ) -> Result<()>
    where
        M::Model: 'r,
    {
        let db = db.into();
        let model = ModelInfo::of::<M>();
        let keys: Vec<String> =
            rows.into_iter().map(|row| Ok(RowKey::of::<M>(&model, row)?.text)).collect::<Result<_>>()?;
        match &self.who {
            Who::Nobody => {}
            Who::Superuser => {
                if !self.every.contains_key(&TypeId::of::<M>()) {
                    self.every.insert(TypeId::of::<M>(), every_codename(db, &model).await?);
                }
            }
            Who::Holder(subject) => {
                for batch in keys.chunks(1000) {
                    let found = granted_on(&self.auth, db, &model, subject, batch).await?;
                    for key in batch {
                        self.known.entry((TypeId::of::<M>(), key.clone())).or_default();
                    }
                    for (key, codename) in found {
                        // a collation may list a key that is not one of those asked for
                        if let Some(codenames) = self.known.get_mut(&(TypeId::of::<M>(), key)) {
                            codenames.insert(codename);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The codenames held on a row; asks the database only about rows it has not learnt of.
    #[doc(alias = "get_perms")]
    pub async fn perms<M: Model>(&mut self, db: impl Into<Db<'_>>, row: &M::Model) -> Result<HashSet<String>> {
        let key = (TypeId::of::<M>(), RowKey::of::<M>(&ModelInfo::of::<M>(), row)?.text);
        let known = match &self.who {
            Who::Nobody => return Ok(HashSet::new()),
            Who::Superuser => self.every.contains_key(&key.0),
            Who::Holder(_) => self.known.contains_key(&key),
        };
        if !known {
            self.prefetch::<M>(db, [row]).await?;
        }
        let held = self.every.get(&key.0).or_else(|| self.known.get(&key));
        Ok(held.cloned().unwrap_or_default())
    }

    /// Is a permission held on a row?
    pub async fn has_perm<M: Model>(
        &mut self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<M>>,
        row: &M::Model,
    ) -> Result<bool> {
        let permission = permission.into();
        if matches!(self.who, Who::Superuser) {
            return Ok(true);
        }
        let held = self.perms::<M>(db, row).await?;
        Ok(permission.codename().is_ok_and(|codename| held.contains(codename)))
    }
}

/// Keys and codenames, as the tables have them.
async fn granted_on(
    auth: &Auth,
    db: Db<'_>,
    model: &ModelInfo,
    subject: &Subject,
    keys: &[String],
) -> Result<Vec<(String, String)>> {
    let on = db.get_database_backend();
    let mut statements =
        subject.sources(auth, model, on).into_iter().map(|source| source.of_permissions(model, &[], on).listing(keys, on));
    let Some(mut statement) = statements.next() else { return Ok(Vec::new()) };
    for other in statements {
        statement.union(sea_orm::sea_query::UnionType::All, other);
    }
    let rows = db.query_all(&statement).await?;
    Ok(rows
        .iter()
        .map(|row| Ok((row.try_get("", "granted_on")?, row.try_get("", "codename")?)))
        .collect::<Result<_, sea_orm::DbErr>>()?)
}

/// The codenames on a model's content type.
async fn every_codename(db: Db<'_>, model: &ModelInfo) -> Result<HashSet<String>> {
    let on = db.get_database_backend();
    let content_type = Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("django_content_type"))
        .and_where(exactly("app_label", model.app_label(), on))
        .and_where(exactly("model", model.model_name(), on))
        .to_owned();
    let statement = Query::select()
        .column(Alias::new("codename"))
        .from(Alias::new("auth_permission"))
        .and_where(Expr::col(Alias::new("content_type_id")).in_subquery(content_type))
        .to_owned();
    let rows = db.query_all(&statement).await?;
    Ok(rows.iter().map(|row| row.try_get("", "codename")).collect::<Result<_, _>>()?)
}
