use std::{borrow::Cow, marker::PhantomData};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, SqlErr, Value,
    sea_query::{Alias, Expr, ExprTrait, IntoIden, OnConflict, Query},
};

use super::{Auth, Group, PermissionRef, user::nobody};
use crate::{Db, Error, Result, db::commit};

/// One side of a many-to-many relation, with Django's verbs: a user's groups, a user's or a group's permissions.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, editors, .. }| {
/// let permissions = editors.permissions();
/// permissions.add(&db, ["drivers.view_car", "drivers.add_car"]).await?;
/// permissions.remove(&db, ["drivers.add_car"]).await?;
/// assert_eq!(permissions.ids(&db).await?.len(), 1);
///
/// permissions.set(&db, ["drivers.change_car", "drivers.delete_car"]).await?;
/// assert_eq!(permissions.ids(&db).await?.len(), 2);
/// permissions.clear(&db).await?;
/// # Ok(())
/// # });
/// ```
///
/// `add` ignores what is there, `remove` what is not, `set` writes only the difference (CONTRACT 3.20). Every change
/// is seen by the next check of every user loaded through the same [`Auth`].
pub struct Links<'a, T> {
    auth: &'a Auth,
    table: Cow<'a, str>,
    from_column: Cow<'a, str>,
    /// in the form the database keeps it; nobody has none
    from: Box<dyn Fn(Db<'_>) -> Option<Value> + Send + Sync + 'a>,
    to_column: &'static str,
    to: PhantomData<fn(T)>,
}

/// What a relation can point at.
pub trait Linked: Sized {
    /// The table of what is pointed at.
    const TABLE: &'static str;

    /// The keys of what is named.
    fn ids(auth: &Auth, db: Db<'_>, named: Vec<Self>) -> impl Future<Output = Result<Vec<i64>>> + Send;
}

impl Linked for PermissionRef {
    const TABLE: &'static str = "auth_permission";

    async fn ids(auth: &Auth, db: Db<'_>, named: Vec<Self>) -> Result<Vec<i64>> {
        auth.permission_ids(db, named).await
    }
}

/// What names a group: the group itself.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, alice, editors, .. }| {
/// use refrain::auth::GroupRef;
///
/// let groups = vec![GroupRef::from(&editors)];
/// alice.groups().set(&db, groups).await?;
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct GroupRef(i64);

impl From<&Group> for GroupRef {
    fn from(group: &Group) -> Self {
        Self(group.id.into())
    }
}

impl From<Group> for GroupRef {
    fn from(group: Group) -> Self {
        Self(group.id.into())
    }
}

impl Linked for GroupRef {
    const TABLE: &'static str = "auth_group";

    async fn ids(_: &Auth, _: Db<'_>, named: Vec<Self>) -> Result<Vec<i64>> {
        let mut ids = Vec::new();
        for GroupRef(id) in named {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

impl<'a, T: Linked + Send> Links<'a, T> {
    pub(super) fn new(
        auth: &'a Auth,
        table: impl Into<Cow<'a, str>>,
        from_column: impl Into<Cow<'a, str>>,
        from: impl Fn(Db<'_>) -> Option<Value> + Send + Sync + 'a,
        to_column: &'static str,
    ) -> Self {
        Self {
            auth,
            table: table.into(),
            from_column: from_column.into(),
            from: Box::new(from),
            to_column,
            to: PhantomData,
        }
    }

    /// Links what is named and is not linked yet.
    pub async fn add(&self, db: impl Into<Db<'_>>, named: impl IntoIterator<Item = impl Into<T>>) -> Result<()> {
        let named = named.into_iter().map(Into::into).collect();
        let transaction = db.into().begin().await?;
        let db = Db::from(&transaction);
        let ids = T::ids(self.auth, db, named).await?;
        self.insert(db, &ids).await?;
        self.committed(transaction).await
    }

    /// Unlinks what is named.
    pub async fn remove(&self, db: impl Into<Db<'_>>, named: impl IntoIterator<Item = impl Into<T>>) -> Result<()> {
        let named = named.into_iter().map(Into::into).collect();
        let transaction = db.into().begin().await?;
        let db = Db::from(&transaction);
        let ids = T::ids(self.auth, db, named).await?;
        self.delete(db, self.to().is_in(ids)).await?;
        self.committed(transaction).await
    }

    /// Links exactly what is named: all of it or, on an error, nothing is changed.
    pub async fn set(&self, db: impl Into<Db<'_>>, named: impl IntoIterator<Item = impl Into<T>>) -> Result<()> {
        let named = named.into_iter().map(Into::into).collect();
        let transaction = db.into().begin().await?;
        let db = Db::from(&transaction);
        let ids = T::ids(self.auth, db, named).await?;
        self.delete(db, self.to().is_not_in(ids.clone())).await?;
        self.insert(db, &ids).await?;
        self.committed(transaction).await
    }

    /// Unlinks everything.
    pub async fn clear(&self, db: impl Into<Db<'_>>) -> Result<()> {
        let transaction = db.into().begin().await?;
        self.delete((&transaction).into(), Expr::cust("1 = 1")).await?;
        self.committed(transaction).await
    }

    /// What was answered is there: each change is a transaction of its own, or a part of the caller's.
    async fn committed(&self, transaction: DatabaseTransaction) -> Result<()> {
        commit(transaction).await.map_err(refused)?;
        self.auth.permissions_changed();
        Ok(())
    }

    /// The keys of what is linked.
    pub async fn ids(&self, db: impl Into<Db<'_>>) -> Result<Vec<i64>> {
        let db = db.into();
        if (self.from)(db).is_none() {
            return Ok(Vec::new());
        }
        let statement = Query::select()
            .expr_as(self.to().cast_as(integer(db)), "linked")
            .from(self.table_name())
            .and_where(self.belongs_here(db)?)
            .to_owned();
        let rows = db.query_all(&statement).await?;
        Ok(rows.iter().map(|row| row.try_get::<i64>("", "linked")).collect::<Result<_, _>>()?)
    }

    /// Looks first, so that no ids are burnt on rows that exist; the conflict clause is for those who came between.
    async fn insert(&self, db: Db<'_>, ids: &[i64]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let linked = self.ids(db).await?;
        let missing: Vec<i64> = ids.iter().copied().filter(|id| !linked.contains(id)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.check_that_all_are_there(db, &missing).await?;
        let own_key = self.own_key(db)?;
        let (from, to) = (Alias::new(self.from_column.as_ref()), Alias::new(self.to_column));
        let mut statement = Query::insert()
            .into_table(self.table_name())
            .columns([from.clone(), to.clone()])
            .on_conflict(OnConflict::columns([from, to.clone()]).do_nothing_on([to]).to_owned())
            .to_owned();
        for id in missing {
            statement.values_panic([own_key.clone().into(), id.into()]);
        }
        db.execute(&statement).await.map_err(refused)?;
        Ok(())
    }

    /// Asked for because Django's foreign keys are checked at the commit only, which may be the caller's.
    async fn check_that_all_are_there(&self, db: Db<'_>, ids: &[i64]) -> Result<()> {
        let id = || Expr::col(Alias::new("id"));
        let statement = Query::select()
            .expr_as(id().cast_as(integer(db)), "id")
            .from(Alias::new(T::TABLE))
            .and_where(id().is_in(ids.iter().copied()))
            .to_owned();
        let rows = db.query_all(&statement).await?;
        let there: Vec<i64> = rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
        match ids.iter().find(|id| !there.contains(id)) {
            Some(id) => Err(Error::invalid(format!("`{}` `{id}` points at a row that does not exist", self.to_column))),
            None => Ok(()),
        }
    }

    async fn delete(&self, db: Db<'_>, which: Expr) -> Result<()> {
        let statement =
            Query::delete().from_table(self.table_name()).and_where(self.belongs_here(db)?).and_where(which).to_owned();
        db.execute(&statement).await?;
        Ok(())
    }

    fn table_name(&self) -> sea_orm::DynIden {
        Alias::new(self.table.as_ref()).into_iden()
    }

    fn to(&self) -> Expr {
        Expr::col(Alias::new(self.to_column))
    }

    fn belongs_here(&self, db: Db<'_>) -> Result<Expr> {
        Ok(Expr::col(Alias::new(self.from_column.as_ref())).eq(self.own_key(db)?))
    }

    fn own_key(&self, db: Db<'_>) -> Result<Value> {
        (self.from)(db).ok_or_else(nobody)
    }
}

/// An end of a link was deleted meanwhile.
fn refused(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => Error::invalid("a link points at a row that does not exist"),
        _ => error.into(),
    }
}

/// What `CAST` calls a 64-bit integer.
fn integer(db: Db<'_>) -> &'static str {
    if db.get_database_backend() == sea_orm::DbBackend::MySql { "signed" } else { "bigint" }
}
