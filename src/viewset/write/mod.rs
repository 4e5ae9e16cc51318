//! A write: the row under its lock, and what it becomes.

mod candidate;
mod many;
mod references;
mod retried;
mod soft_delete;
mod statement;
mod written;

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Iterable,
    ModelTrait, QueryFilter, QuerySelect, Select, Value,
};

use candidate::judge_candidate;
pub(crate) use retried::retried;
pub(crate) use soft_delete::{soft_delete_mistakes, there};
pub(crate) use written::{Admitted, Written};

use crate::{
    Db,
    db::{Constraint, roll_back, was_refused},
    http::Problem,
    model::key_columns,
    permission::{Judged, Rule, judge_one},
    serializer::{Serializer, constraint_problem},
    viewset::{
        ActiveModelOf, EntityOf, ModelOf, Resource, ViewSet,
        conditional::{first_version, leave_version_out, next_version, version_of},
        mount::Visit,
        row::{Named, RowPermissions, Scope, ToldActions},
    },
};

/// Was a row judged without a lock before it is locked?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    Yes,
    No,
}

/// A write under way: the transaction, the caller as they are now, and the rule as it is now.
pub(crate) struct Write {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) visit: Visit,
    rule: Rule,
    /// what fields that a body sends ask of the row beside its rule
    fields: Rule,
    /// Was a row deleted? Then it is what other rows point at that the database may have against it.
    deletes: bool,
    /// Has a hook run a statement of its own?
    hooks_have_run: AtomicBool,
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
        Ok(Write::new(transaction, visit, rule))
    }

    /// Begins a write on a row: locks it, and judges it as it is now. Where nobody looked at it before, it is locked only
    /// if the rule admits it, and else looked at for the answer.
    ///
    /// The row's own columns are judged by the statement that locks it. The caller's flags and permissions, and what
    /// the rule or the viewset's `query` reads of other tables, are judged by statements begun after it: the locking
    /// one still sees what there was before it had to wait.
    pub(crate) async fn begin_change<V: ViewSet>(
        &self,
        viewset: &V,
        judged_before: &Rule,
        named: &Named<EntityOf<V>>,
        mut looked: Looked,
    ) -> Result<(Write, ModelOf<V>), Problem> {
        let (locked, visit, transaction) = loop {
            let begun = self.begin().await?;
            let db = Db::from(&begun.transaction);
            let row = match looked {
                Looked::Yes => named.anywhere(),
                // in the form that looks at one row, however many the rule admits
                Looked::No => named.anywhere().filter(judged_before.verdict().ok_or_else(Problem::server_error)?),
            };
            let locked = match judge_one(db, row.lock_exclusive(), &[judged_before]).await {
                Ok(Some(locked)) => locked,
                Ok(None) if looked == Looked::Yes => return Err(self.no_such_row()),
                Ok(None) => {
                    roll_back(begun.transaction).await?;
                    self.named_row(viewset, self.db(), judged_before, named).await?;
                    // it was written meanwhile
                    looked = Looked::Yes;
                    continue;
                }
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
        let settled = rule == *judged_before && !rule.reads_other_tables() && !rule.has_hooks() && scope.is_table();
        let row = if settled && locked.holds(0, &visit.context(db)).await? {
            locked.row
        } else {
            visit.row(db, &rule, named.among(scope.rows())).await?
        };
        Ok((Write::new(transaction, visit, rule), row))
    }
}

impl Write {
    fn new(transaction: DatabaseTransaction, visit: Visit, rule: Rule) -> Self {
        Self { transaction, visit, rule, fields: Rule::Always, deletes: false, hooks_have_run: AtomicBool::new(false) }
    }

    pub(crate) fn db(&self) -> Db<'_> {
        (&self.transaction).into()
    }

    /// What the permissions mean for the caller as they are now.
    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The same for a row of which a body sends fields that ask this.
    pub(crate) fn guarding(self, fields: Rule) -> Self {
        Self { fields, ..self }
    }

    /// The same for hooks: what a statement said of the row that it wrote holds until a hook runs one of its own.
    pub(crate) fn db_of_hooks(&self) -> Db<'_> {
        self.db().telling(&self.hooks_have_run)
    }

    fn hooks_have_run(&self) -> bool {
        self.hooks_have_run.load(Ordering::Relaxed)
    }

    fn forget_hooks(&self) -> bool {
        self.hooks_have_run.swap(false, Ordering::Relaxed)
    }

    /// Inserts a row, which is to be judged yet.
    pub(crate) async fn insert<V: ViewSet>(
        self,
        viewset: &V,
        told: &ToldActions,
        mut row: ActiveModelOf<V>,
    ) -> Result<Written<ModelOf<V>>, Problem> {
        self.forget_hooks();
        complete_new::<V>(&mut row);
        let about = self.about(viewset, told, true).await?;
        let rules = about.rules_for_write(self.db().support_returning());
        let made = statement::insert::<EntityOf<V>>(&self, row.clone(), rules.as_deref().unwrap_or_default()).await;
        let is_said = rules.is_some();
        self.written(viewset, made, is_said.then_some(about.tell), row).await
    }

    /// Updates a row, which is to be judged yet; where nothing is to change, that was done already.
    pub(crate) async fn update<V: ViewSet>(
        self,
        viewset: &V,
        told: &ToldActions,
        before: ModelOf<V>,
        mut changes: ActiveModelOf<V>,
    ) -> Result<Written<ModelOf<V>>, Problem> {
        let version = V::version();
        leave_version_out::<V>(&mut changes);
        let is_changed = changes.is_changed();
        // what a hook did before the statement, the statement sees
        let has_run = self.forget_hooks();
        if has_run && !is_changed {
            if let Some(version) = version {
                statement::count_version::<EntityOf<V>>(self.db(), &before, version).await?;
            }
            return Ok(Written::by_hook(self, before));
        }
        let about = self.about(viewset, told, is_changed).await?;
        if !is_changed {
            return Ok(Written::unchanged(self, before, about));
        }
        for key in key_columns::<EntityOf<V>>() {
            changes.set(key, before.get(key));
        }
        let rules = about.rules_for_write(self.db().support_returning());
        let is_said = rules.is_some();
        let rules = rules.unwrap_or_default();
        let changed = statement::update::<EntityOf<V>>(&self, &before, changes.clone(), version, &rules).await;
        let candidate = changed_row::<V>(before, &changes);
        self.written(viewset, changed, is_said.then_some(about.tell), candidate).await
    }

    /// May the caller be shown this row, which they may write?
    pub(crate) async fn check_viewable<V: ViewSet>(&self, viewset: &V, row: &ModelOf<V>) -> Result<(), Problem> {
        let rows = self.visit.scope(viewset, self.db())?.rows();
        self.visit.check_viewable(self.db(), &self.rule, with_key_of(rows, row)).await
    }

    /// Takes a row away as the viewset does: marks it as deleted, or deletes it.
    pub(crate) async fn remove<V: ViewSet>(self, row: ModelOf<V>) -> Result<Self, Problem> {
        self.remove_many::<V>(&[row]).await
    }

    /// The same of many rows. What was granted on rows that are deleted, and on those that the database deletes with them,
    /// is taken away: the next rows with their keys inherit nothing.
    pub(crate) async fn remove_many<V: ViewSet>(mut self, rows: &[ModelOf<V>]) -> Result<Self, Problem> {
        if let Some(column) = V::soft_delete() {
            for row in rows {
                let marked = soft_delete::marked::<V>(column)?;
                let update = statement::mark::<EntityOf<V>>(&self, row, marked, V::version());
                update.await.map_err(Problem::of_write::<V::Serializer>)?;
            }
            return Ok(self);
        }
        self.deletes = true;
        let (deleting, db, model) = (self.visit.site.deleting(), self.db(), &self.visit.guard.model);
        let keys: Vec<Value> = rows.iter().map(|row| row.get(<EntityOf<V> as Resource>::key())).collect();
        let may_go = deleting.may_go(db, model, &keys).await?;
        deleting.remove_grants(db, model, &keys).await?;
        for (place, row) in rows.iter().enumerate() {
            if let Err(error) = row.clone().into_active_model().delete(&self.transaction).await {
                let problem = write_problem::<V::Serializer>(error, true);
                return Err(if rows.len() > 1 { problem.in_place(place) } else { problem });
            }
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
        written: Result<Judged<ModelOf<V>>, DbErr>,
        tell: Option<RowPermissions>,
        candidate: ActiveModelOf<V>,
    ) -> Result<Written<ModelOf<V>>, Problem> {
        match written {
            Ok(row) => Ok(Written::changed(self, row, tell)),
            Err(error) => Err(self.refused_by_database(viewset, error, candidate).await?),
        }
    }

    /// Why the database refused a row, for who may know that.
    async fn refused_by_database<V: ViewSet>(
        self,
        viewset: &V,
        error: DbErr,
        candidate: ActiveModelOf<V>,
    ) -> Result<Problem, Problem> {
        let Some(refused) = constraint_problem::<V::Serializer>(&error) else {
            return Err(error.into());
        };
        Err(self.refuse(viewset, candidate, refused).await?)
    }

    /// What is answered for a write that cannot be: the rule's refusal of the row as it would be, or else this one.
    async fn refuse<V: ViewSet>(
        self,
        viewset: &V,
        candidate: ActiveModelOf<V>,
        refused: Problem,
    ) -> Result<Problem, Problem> {
        let scope = self.visit.scope(viewset, self.db())?;
        let judges = self.judges::<V>(&scope) || self.fields != Rule::Always;
        let Self { transaction, visit, rule, fields, .. } = self;
        let rule = if V::CHECKS_RESULT { rule & fields } else { fields };
        // after an error PostgreSQL answers nothing more in this transaction
        roll_back(transaction).await?;
        if judges && !judge_candidate(&visit, scope.rows(), &rule, candidate).await? {
            return Ok(visit.refused(visit.guard.permissions.unnamed_denial()));
        }
        Ok(refused)
    }

    /// Is there anything to judge of a written row?
    fn judges<V: ViewSet>(&self, scope: &Scope<EntityOf<V>>) -> bool {
        V::CHECKS_RESULT && (self.rule != Rule::Always || !scope.is_table())
    }
}

/// Fills what the library counts and marks in a new row.
fn complete_new<V: ViewSet>(row: &mut ActiveModelOf<V>) {
    first_version::<V>(row);
    soft_delete::mark_as_there::<V>(row);
}

/// A row as changes make it.
pub(crate) fn changed_row<V: ViewSet>(before: ModelOf<V>, changes: &ActiveModelOf<V>) -> ActiveModelOf<V> {
    let counted = version_of::<V>(&before);
    let mut row = before.into_active_model();
    next_version::<V>(&mut row, counted);
    for column in <EntityOf<V> as EntityTrait>::Column::iter() {
        if let Some(value) = changes.get(column).into_value() {
            row.set(column, value);
        }
    }
    row
}

/// What the database said of a write; of a deletion it tells by the same words that other rows point at the row.
fn write_problem<S: Serializer>(error: DbErr, deletes: bool) -> Problem {
    match Constraint::of(&error) {
        Some(Constraint::ForeignKey(_)) if deletes => Problem::conflict("Other rows point at this one."),
        _ => Problem::of_write::<S>(error),
    }
}

/// Of these rows the one with this row's key.
pub(crate) fn with_key_of<E: Resource>(rows: Select<E>, row: &E::Model) -> Select<E> {
    key_columns::<E>().fold(rows, |rows, key| rows.filter(key.eq(row.get(key))))
}
