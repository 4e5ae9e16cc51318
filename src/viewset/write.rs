use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, QuerySelect, Select,
};

use super::{Resource, candidate::judge_candidate, guard::Visit};
use crate::{
    Db,
    db::begin_write,
    http::{Problem, constraint_problem},
    permission::{Rule, judge_one},
};

/// How often a write that met a deadlock or a serialization failure is run.
const ATTEMPTS: u32 = 3;

/// A write under way: the transaction, the caller as they are now, and the rule as it is now.
pub(crate) struct Write {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) visit: Visit,
    rule: Rule,
}

impl Visit {
    /// Begins a write that makes a row.
    pub(crate) async fn begin_create(&self) -> Result<Write, Problem> {
        let transaction = begin_write(&self.site.db).await?;
        let db = Db::from(&transaction);
        let visit = self.afresh(db).await?;
        let rule = visit.meaning(db).await?;
        Ok(Write { transaction, visit, rule })
    }

    /// Begins a write on a row: locks it, and judges it as it is now.
    ///
    /// The row's own columns are judged by the statement that locks it. The caller's flags and permissions, and what
    /// the rule reads of other tables, are judged by statements begun after it: the locking one still sees what there
    /// was before it had to wait.
    pub(crate) async fn begin_change<E: Resource>(
        &self,
        judged_before: &Rule,
        row: Select<E>,
    ) -> Result<(Write, E::Model), Problem> {
        let transaction = begin_write(&self.site.db).await?;
        let db = Db::from(&transaction);
        let locked = judge_one(db, row.clone().lock_exclusive(), &[judged_before]).await?;
        let Some(locked) = locked else { return Err(self.no_such_row()) };
        let visit = self.afresh(db).await?;
        let rule = visit.meaning(db).await?;
        let settled = rule == *judged_before && !rule.reads_other_tables() && !rule.has_hooks();
        let row = if settled && locked.holds(0, &visit.context(db)).await? {
            locked.row
        } else {
            visit.row(db, &rule, row).await?
        };
        Ok((Write { transaction, visit, rule }, row))
    }
}

impl Write {
    pub(crate) fn db(&self) -> Db<'_> {
        (&self.transaction).into()
    }

    /// Inserts a row, and judges what it became.
    pub(crate) async fn insert<E: Resource>(
        self,
        row: E::ActiveModel,
        checks_result: bool,
    ) -> Result<(Self, E::Model), Problem> {
        let made = row.clone().insert(&self.transaction).await;
        self.judge_result::<E>(made, row, checks_result).await
    }

    /// Updates a row, and judges what it became; where nothing is to change, that was judged already.
    pub(crate) async fn update<E: Resource>(
        self,
        before: E::Model,
        mut changes: E::ActiveModel,
        checks_result: bool,
    ) -> Result<(Self, E::Model), Problem> {
        if !changes.is_changed() {
            return Ok((self, before));
        }
        for key in E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column) {
            changes.set(key, before.get(key));
        }
        let mut candidate = before.into_active_model();
        for column in E::Column::iter() {
            if let Some(value) = changes.get(column).into_value() {
                candidate.set(column, value);
            }
        }
        let changed = changes.update(&self.transaction).await;
        self.judge_result::<E>(changed, candidate, checks_result).await
    }

    /// Deletes a row, and what was granted on it: the next row with its key inherits nothing.
    pub(crate) async fn delete<E: Resource>(self, row: E::Model) -> Result<Self, Problem> {
        self.visit.site.auth.remove_all_perms(self.db(), &row).await?;
        match row.into_active_model().delete(&self.transaction).await {
            Ok(_) => Ok(self),
            Err(error) if crate::db::Constraint::of(&error).is_some() => {
                Err(Problem::conflict("Other rows point at this one."))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Commits. A commit whose outcome is unknown is reported as such, and never run again.
    pub(crate) async fn commit<E: EntityTrait>(self) -> Result<(), Problem> {
        let object_name = self.visit.guard.model.object_name();
        self.transaction.commit().await.map_err(|error| {
            let refused = constraint_problem::<E>(&error, object_name);
            refused.unwrap_or_else(|| error.into())
        })
    }

    /// The second half of the check: the row as it would be, also where a constraint refused it. The rule speaks
    /// first: who may not write this row is not told what it collides with.
    async fn judge_result<E: Resource>(
        self,
        written: Result<E::Model, DbErr>,
        candidate: E::ActiveModel,
        checks_result: bool,
    ) -> Result<(Self, E::Model), Problem> {
        let judges = checks_result && self.rule != Rule::Always;
        match written {
            Ok(row) => {
                if judges {
                    self.judge_new::<E>(&row).await?;
                }
                Ok((self, row))
            }
            Err(error) => {
                let Some(refused) = constraint_problem::<E>(&error, self.visit.guard.model.object_name()) else {
                    return Err(error.into());
                };
                let Self { transaction, visit, rule } = self;
                // after an error PostgreSQL answers nothing more in this transaction
                transaction.rollback().await?;
                if judges && !judge_candidate::<E>(&visit, &rule, candidate).await? {
                    return Err(visit.refused(visit.guard.permissions.unnamed_denial()));
                }
                Err(refused)
            }
        }
    }

    async fn judge_new<E: Resource>(&self, row: &E::Model) -> Result<(), Problem> {
        let db = self.db();
        let new = by_key::<E>(row);
        let judged = judge_one(db, new.clone(), &[&self.rule]).await?;
        let Some(judged) = judged else { return Err(self.visit.no_such_row()) };
        if judged.holds(0, &self.visit.context(db)).await? {
            return Ok(());
        }
        Err(self.visit.refuse_row(db, new).await?)
    }
}

/// May a write that failed so be run again?
pub(crate) fn again(attempt: &mut u32, problem: &Problem) -> bool {
    *attempt += 1;
    problem.is_worth_retrying() && *attempt < ATTEMPTS
}

/// The row with this row's key.
pub(crate) fn by_key<E: Resource>(row: &E::Model) -> Select<E> {
    E::PrimaryKey::iter()
        .map(PrimaryKeyToColumn::into_column)
        .fold(E::find(), |select, key| select.filter(key.eq(row.get(key))))
}
