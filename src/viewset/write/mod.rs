//! A write: its body, the row under its lock, and what it becomes.

mod body;
mod candidate;
mod fields;
mod input;

pub(crate) use body::read_object;
pub(crate) use fields::Fields;
pub(crate) use input::InputReader;

use candidate::judge_candidate;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, QuerySelect, Select,
};

use crate::{
    Db,
    db::{Constraint, roll_back, was_refused},
    http::{Problem, constraint_problem},
    permission::{Rule, judge_one},
    viewset::{
        Resource, ViewSet,
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
        named: &Named<V::Entity>,
    ) -> Result<(Write, <V::Entity as EntityTrait>::Model), Problem> {
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

    /// Inserts a row, and judges what it became.
    pub(crate) async fn insert<V: ViewSet>(
        self,
        viewset: &V,
        row: <V::Entity as EntityTrait>::ActiveModel,
    ) -> Result<(Self, <V::Entity as EntityTrait>::Model), Problem> {
        let made = row.clone().insert(&self.transaction).await;
        self.judge_result(viewset, made, row).await
    }

    /// Updates a row, and judges what it became; where nothing is to change, that was judged already.
    pub(crate) async fn update<V: ViewSet>(
        self,
        viewset: &V,
        before: <V::Entity as EntityTrait>::Model,
        mut changes: <V::Entity as EntityTrait>::ActiveModel,
    ) -> Result<(Self, <V::Entity as EntityTrait>::Model), Problem> {
        if !changes.is_changed() {
            return Ok((self, before));
        }
        for key in <V::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column) {
            changes.set(key, before.get(key));
        }
        let mut candidate = before.into_active_model();
        for column in <V::Entity as EntityTrait>::Column::iter() {
            if let Some(value) = changes.get(column).into_value() {
                candidate.set(column, value);
            }
        }
        let changed = changes.update(&self.transaction).await;
        self.judge_result(viewset, changed, candidate).await
    }

    /// May the caller be shown this row, which they may write?
    pub(crate) async fn check_viewable<V: ViewSet>(
        &self,
        viewset: &V,
        row: &<V::Entity as EntityTrait>::Model,
    ) -> Result<(), Problem> {
        let rows = self.visit.scope(viewset, self.db())?.rows;
        self.visit.check_viewable(self.db(), &self.rule, with_key_of(rows, row)).await
    }

    /// Deletes a row, and what was granted on it and on the rows that the database deletes with it: the next rows with
    /// their keys inherit nothing.
    pub(crate) async fn delete<E: Resource>(mut self, row: E::Model) -> Result<Self, Problem> {
        self.deletes = true;
        let (deleting, db, model) = (self.visit.site.deleting(), self.db(), &self.visit.guard.model);
        let key = E::PrimaryKey::iter().next().map(|key| row.get(key.into_column()));
        let key = key.expect("every entity has a key");
        let may_go = deleting.may_go(db, model, &key).await?;
        deleting.remove_grants(db, model, &key).await?;
        match row.into_active_model().delete(&self.transaction).await {
            Ok(_) => {}
            Err(error) => return Err(write_problem::<E>(error, self.deletes)),
        }
        deleting.remove_grants_of_gone(db, may_go).await?;
        Ok(self)
    }

    /// Commits. A commit whose outcome is unknown is reported as such, and never run again.
    pub(crate) async fn commit<E: Resource>(self) -> Result<(), Problem> {
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
            write_problem::<E>(error, deletes)
        })
    }

    /// The second half of the check: the row as it would be, also where a constraint refused it. The rule speaks
    /// first: who may not write this row is not told what it collides with.
    async fn judge_result<V: ViewSet>(
        self,
        viewset: &V,
        written: Result<<V::Entity as EntityTrait>::Model, DbErr>,
        candidate: <V::Entity as EntityTrait>::ActiveModel,
    ) -> Result<(Self, <V::Entity as EntityTrait>::Model), Problem> {
        let Scope { rows, of } = self.visit.scope(viewset, self.db())?;
        let judges = V::CHECKS_RESULT && (self.rule != Rule::Always || of == RowsOf::Query);
        match written {
            Ok(row) => {
                if judges {
                    self.judge_new(rows, &row).await?;
                }
                Ok((self, row))
            }
            Err(error) => {
                let Some(refused) = constraint_problem::<V::Entity>(&error) else {
                    return Err(error.into());
                };
                let Self { transaction, visit, rule, .. } = self;
                // after an error PostgreSQL answers nothing more in this transaction
                roll_back(transaction).await?;
                if judges && !judge_candidate(&visit, rows, &rule, candidate).await? {
                    return Err(visit.refused(visit.guard.permissions.unnamed_denial()));
                }
                Err(refused)
            }
        }
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

/// What the database said of a write; of a deletion it tells by the same words that other rows point at the row.
fn write_problem<E: Resource>(error: DbErr, deletes: bool) -> Problem {
    match Constraint::of(&error) {
        Some(Constraint::ForeignKey(_)) if deletes => Problem::conflict("Other rows point at this one."),
        _ => Problem::of_write::<E>(error),
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
    E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).fold(rows, |rows, key| rows.filter(key.eq(row.get(key))))
}
