//! A write: the row under its lock, and what it becomes.

mod candidate;

use candidate::judge_candidate;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    QueryFilter, QuerySelect, Select,
};

use crate::{
    Db,
    db::{Constraint, roll_back, was_refused},
    http::Problem,
    model::key_columns,
    permission::{Rule, judge_one},
    serializer::{Serializer, constraint_problem},
    viewset::{
        ActiveModelOf, EntityOf, ModelOf, Resource, ViewSet,
        mount::Visit,
        row::{Named, RowsOf, Scope},
    },
};

/// How often a write that met a deadlock or a serialization failure is run.
const ATTEMPTS: u32 = 3;

/// A write under way: the transaction, the caller as they are now, and the rule as it is now.
pub(crate) struct Write {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) visit: Visit,
    rule: Rule,
    /// Was a row deleted? Then it is what other rows point at that the database may have against it.
    deletes: bool,
}

impl Visit {
    /// Begins a write that makes a row.
    pub(crate) async fn begin_create(&self) -> Result<Write, Problem> {
        let (visit, transaction) = loop {
            let begun = self.begin().await?;
            match self.afresh(&begun).await? {
                Some(visit) => break (visit, begun.transaction),
                None => roll_back(begun.transaction).await?,
            }
        };
        let rule = visit.meaning((&transaction).into()).await?;
        Ok(Write { transaction, visit, rule, deletes: false })
    }

    /// Begins a write on a row: locks it, and judges it as it is now.
    ///
    /// The row's own columns are judged by the statement that locks it. The caller's flags and permissions, and what
    /// the rule or the viewset's `query` reads of other tables, are judged by statements begun after it: the locking
    /// one still sees what there was before it had to wait.
    pub(crate) async fn begin_change<V: ViewSet>(
        &self,
        viewset: &V,
        judged_before: &Rule,
        named: &Named<EntityOf<V>>,
    ) -> Result<(Write, ModelOf<V>), Problem> {
        let (locked, visit, transaction) = loop {
            let begun = self.begin().await?;
            let db = Db::from(&begun.transaction);
            let locked = match judge_one(db, named.anywhere().lock_exclusive(), &[judged_before]).await {
                Ok(locked) => locked.ok_or_else(|| self.no_such_row())?,
                Err(error) if self.site.isolation.may_have_failed(&begun, &error) => {
                    roll_back(begun.transaction).await?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            match self.afresh(&begun).await? {
                Some(visit) => break (locked, visit, begun.transaction),
                None => roll_back(begun.transaction).await?,
            }
        };
        let db = Db::from(&transaction);
        let rule = visit.meaning(db).await?;
        let scope = visit.scope(viewset, db)?;
        let settled =
            rule == *judged_before && !rule.reads_other_tables() && !rule.has_hooks() && scope.of == RowsOf::Table;
        let row = if settled && locked.holds(0, &visit.context(db)).await? {
            locked.row
        } else {
            visit.row(db, &rule, named.among(scope.rows), &[]).await?.row
        };
        Ok((Write { transaction, visit, rule, deletes: false }, row))
    }
}

impl Write {
    pub(crate) fn db(&self) -> Db<'_> {
        (&self.transaction).into()
    }

    /// Inserts a row, which is to be judged yet.
    pub(crate) async fn insert<V: ViewSet>(
        self,
        viewset: &V,
        row: ActiveModelOf<V>,
    ) -> Result<Written<ModelOf<V>>, Problem> {
        let made = row.clone().insert(&self.transaction).await;
        self.written(viewset, made, row).await
    }

    /// Updates a row, which is to be judged yet; where nothing is to change, that was done already.
    pub(crate) async fn update<V: ViewSet>(
        self,
        viewset: &V,
        before: ModelOf<V>,
        mut changes: ActiveModelOf<V>,
    ) -> Result<Written<ModelOf<V>>, Problem> {
        if !changes.is_changed() {
            return Ok(Written { write: self, row: before, is_changed: false });
        }
        for key in key_columns::<EntityOf<V>>() {
            changes.set(key, before.get(key));
        }
        let mut candidate = before.into_active_model();
        for column in <EntityOf<V> as EntityTrait>::Column::iter() {
            if let Some(value) = changes.get(column).into_value() {
                candidate.set(column, value);
            }
        }
        let changed = changes.update(&self.transaction).await;
        self.written(viewset, changed, candidate).await
    }

    /// May the caller be shown this row, which they may write?
    pub(crate) async fn check_viewable<V: ViewSet>(&self, viewset: &V, row: &ModelOf<V>) -> Result<(), Problem> {
        let rows = self.visit.scope(viewset, self.db())?.rows;
        self.visit.check_viewable(self.db(), &self.rule, with_key_of(rows, row)).await
    }

    /// Deletes a row, and what was granted on it and on the rows that the database deletes with it: the next rows with
    /// their keys inherit nothing.
    pub(crate) async fn delete<S: Serializer>(
        mut self,
        row: <S::Entity as EntityTrait>::Model,
    ) -> Result<Self, Problem> {
        self.deletes = true;
        let (deleting, db, model) = (self.visit.site.deleting(), self.db(), &self.visit.guard.model);
        let key = row.get(<S::Entity as Resource>::key());
        let may_go = deleting.may_go(db, model, &key).await?;
        deleting.remove_grants(db, model, &key).await?;
        match row.into_active_model().delete(&self.transaction).await {
            Ok(_) => {}
            Err(error) => return Err(write_problem::<S>(error, self.deletes)),
        }
        deleting.remove_grants_of_gone(db, may_go).await?;
        Ok(self)
    }

    /// Commits. A commit whose outcome is unknown is reported as such, and never run again.
    pub(crate) async fn commit<S: Serializer>(self) -> Result<(), Problem> {
        let deletes = self.deletes;
        let commit = self.transaction.commit();
        let committed = match self.visit.site.request_timeout {
            // whoever hangs up does not end it, so it has a limit of its own
            Some(limit) => tokio::time::timeout(limit, commit).await.map_err(|_| {
                tracing::error!(?limit, "the outcome of a commit is unknown: it was not answered");
                Problem::outcome_unknown()
            })?,
            None => commit.await,
        };
        committed.map_err(|error| {
            if !was_refused(&error) {
                tracing::error!(%error, "the outcome of a commit is unknown");
                return Problem::outcome_unknown();
            }
            write_problem::<S>(error, deletes)
        })
    }

    /// A write that the database refused: the rule speaks of the row as it would be before the database does. Who may not
    /// write this row is not told what it collides with.
    async fn written<V: ViewSet>(
        self,
        viewset: &V,
        written: Result<ModelOf<V>, DbErr>,
        candidate: ActiveModelOf<V>,
    ) -> Result<Written<ModelOf<V>>, Problem> {
        let error = match written {
            Ok(row) => return Ok(Written { write: self, row, is_changed: true }),
            Err(error) => error,
        };
        let Some(refused) = constraint_problem::<V::Serializer>(&error) else {
            return Err(error.into());
        };
        let scope = self.visit.scope(viewset, self.db())?;
        let judges = self.judges::<V>(&scope);
        let Self { transaction, visit, rule, .. } = self;
        // after an error PostgreSQL answers nothing more in this transaction
        roll_back(transaction).await?;
        if judges && !judge_candidate(&visit, scope.rows, &rule, candidate).await? {
            return Err(visit.refused(visit.guard.permissions.unnamed_denial()));
        }
        Err(refused)
    }

    /// Is there anything to judge of a written row?
    fn judges<V: ViewSet>(&self, scope: &Scope<EntityOf<V>>) -> bool {
        V::CHECKS_RESULT && (self.rule != Rule::Always || scope.of == RowsOf::Query)
    }

    async fn judge_new<E: Resource>(&self, rows: Select<E>, row: &E::Model) -> Result<(), Problem> {
        let db = self.db();
        let new = with_key_of(rows, row);
        let judged = judge_one(db, new.clone(), &[&self.rule]).await?;
        let refused = || self.visit.refused(self.visit.guard.permissions.unnamed_denial());
        let Some(judged) = judged else { return Err(refused()) };
        if judged.holds(0, &self.visit.context(db)).await? {
            return Ok(());
        }
        Err(self.visit.refuse_row(db, new).await?)
    }
}

/// A row as a write left it, not judged yet: what the viewset's hooks do beside it belongs to the judgement.
pub(crate) struct Written<M> {
    write: Write,
    row: M,
    is_changed: bool,
}

impl<M> Written<M> {
    /// The write and the row, for hooks.
    pub(crate) fn parts(&self) -> (&Write, &M) {
        (&self.write, &self.row)
    }

    /// The second half of the check: the row as it is now, in the rows that the rule admits now.
    pub(crate) async fn judged<V>(self, viewset: &V) -> Result<(Write, M), Problem>
    where
        V: ViewSet,
        EntityOf<V>: EntityTrait<Model = M>,
    {
        let Self { write, row, is_changed } = self;
        let scope = write.visit.scope(viewset, write.db())?;
        // a hook may have written what the rule reads elsewhere
        let is_same =
            !is_changed && !write.rule.reads_other_tables() && !write.rule.has_hooks() && scope.of == RowsOf::Table;
        if !is_same && write.judges::<V>(&scope) {
            write.judge_new(scope.rows, &row).await?;
        }
        Ok((write, row))
    }
}

/// What the database said of a write; of a deletion it tells by the same words that other rows point at the row.
fn write_problem<S: Serializer>(error: DbErr, deletes: bool) -> Problem {
    match Constraint::of(&error) {
        Some(Constraint::ForeignKey(_)) if deletes => Problem::conflict("Other rows point at this one."),
        _ => Problem::of_write::<S>(error),
    }
}

/// Runs a write, and runs it again where the database asks for that.
pub(crate) async fn retried<T, F: Future<Output = Result<T, Problem>>>(write: impl Fn() -> F) -> Result<T, Problem> {
    let mut attempt = 1;
    loop {
        match write().await {
            Err(problem) if problem.is_worth_retrying() && attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

/// Of these rows the one with this row's key.
pub(crate) fn with_key_of<E: Resource>(rows: Select<E>, row: &E::Model) -> Select<E> {
    key_columns::<E>().fold(rows, |rows, key| rows.filter(key.eq(row.get(key))))
}
