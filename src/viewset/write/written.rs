//! The second half of a write's check: the row as it became.

use sea_orm::EntityTrait;

use super::{Write, with_key_of};
use crate::{
    http::Problem,
    permission::{Judged, Rule, judge_one},
    viewset::{
        EntityOf, ViewSet,
        row::{RowPermissions, Scope, ToldActions},
    },
};

/// A row as a write left it, not judged yet: what the viewset's hooks do beside it belongs to the judgement.
pub(crate) struct Written<M> {
    write: Write,
    row: Judged<M>,
    is_changed: bool,
    /// what was asked about it behind the rule, where the statement that wrote it was asked
    tell: Option<RowPermissions>,
}

/// A row as it became, which the rule admits: to be shown, and committed.
pub(crate) struct Admitted<M> {
    pub(crate) write: Write,
    /// The row, with what is told of it behind the rule's verdict.
    pub(crate) row: Judged<M>,
    pub(crate) tell: RowPermissions,
}

/// What is asked about a written row.
pub(super) struct AboutWritten<E: EntityTrait> {
    /// what admits it; every row where that is settled
    rule: Rule,
    /// the rows it has to be among
    pub(super) scope: Option<Scope<E>>,
    pub(super) tell: RowPermissions,
}

impl<E: EntityTrait> AboutWritten<E> {
    /// The rule's question, then those of what is told.
    pub(super) fn rules(&self) -> Vec<&Rule> {
        std::iter::once(&self.rule).chain(self.tell.rules()).collect()
    }

    /// Those that the statement which writes can answer: all or none.
    ///
    /// Where it returns the row, it sees other tables, and others of the table's rows, as they were before it. Hooks are
    /// asked about the row as the table has it, when all has been written.
    pub(super) fn rules_for_write(&self, returns: bool) -> Option<Vec<&Rule>> {
        let rules = self.rules();
        let is_table = self.scope.as_ref().is_none_or(Scope::is_table);
        let is_later = |rule: &&Rule| rule.has_hooks() || (returns && rule.reads_other_tables());
        (is_table && !rules.iter().any(is_later)).then_some(rules)
    }
}

impl Write {
    /// What is asked about a row that this write makes or changes, or leaves as it was.
    pub(super) async fn about<V: ViewSet>(
        &self,
        viewset: &V,
        told: &ToldActions,
        is_changed: bool,
    ) -> Result<AboutWritten<EntityOf<V>>, Problem> {
        let scope = self.visit.scope(viewset, self.db())?;
        // a hook may write what the rule reads elsewhere
        let is_settled = !is_changed && scope.is_table() && !self.rule.reads_other_tables() && !self.rule.has_hooks();
        let judges = !is_settled && self.judges::<V>(&scope);
        Ok(AboutWritten {
            rule: if judges { self.rule.clone() } else { Rule::Always },
            scope: judges.then_some(scope),
            tell: told.ask(&self.visit.context(self.db())).await?,
        })
    }
}

impl<M: Sync + Clone + 'static> Written<M> {
    /// A row that was written, and where that was asked with it what the statement said of it.
    pub(super) fn changed(write: Write, row: Judged<M>, tell: Option<RowPermissions>) -> Self {
        Self { write, row, is_changed: true, tell }
    }

    /// A row that a hook wrote to in place of the statement: nothing is known of it.
    pub(super) fn by_hook(write: Write, before: M) -> Self {
        Self { write, row: Judged::unasked(before), is_changed: true, tell: None }
    }

    /// A row that was locked and left as it was.
    pub(super) fn unchanged<E: EntityTrait<Model = M>>(write: Write, row: M, about: AboutWritten<E>) -> Self {
        let judged = about.rules_for_write(false).and_then(|rules| Judged::without_asking(row.clone(), &rules));
        let tell = judged.is_some().then_some(about.tell);
        Self { write, row: judged.unwrap_or_else(|| Judged::unasked(row)), is_changed: false, tell }
    }

    /// The write and the row, for hooks.
    pub(crate) fn parts(&self) -> (&Write, &M) {
        (&self.write, &self.row.row)
    }

    /// The row as it is now, in the rows that the rule admits now; what was said of it counts where no hook ran a
    /// statement since.
    pub(crate) async fn judged<V>(self, viewset: &V, told: &ToldActions) -> Result<Admitted<M>, Problem>
    where
        V: ViewSet,
        EntityOf<V>: EntityTrait<Model = M>,
    {
        let Self { write, row, is_changed, tell } = self;
        let (db, visit) = (write.db(), &write.visit);
        if let Some(tell) = tell.filter(|_| !write.hooks_have_run()) {
            if !row.holds(0, &visit.context(db)).await? {
                return Err(visit.refuse_row(db, with_key_of(EntityOf::<V>::find(), &row.row)).await?);
            }
            return Ok(Admitted { row, tell, write });
        }
        let row = row.row;
        let about = write.about(viewset, told, is_changed || write.hooks_have_run()).await?;
        let is_judged = about.scope.is_some();
        let rows = about.scope.as_ref().map_or_else(EntityOf::<V>::find, Scope::rows);
        let rows = with_key_of(rows, &row);
        let judged = judge_one(db, rows.clone(), &about.rules()).await?;
        let tell = about.tell;
        match judged {
            Some(judged) if judged.holds(0, &visit.context(db)).await? => Ok(Admitted { row: judged, tell, write }),
            Some(_) => Err(visit.refuse_row(db, rows).await?),
            None if is_judged => Err(visit.refused(visit.guard.permissions.unnamed_denial())),
            // a hook took it away: it is shown as it was written, and nothing is told of it
            None => Ok(Admitted { row: Judged::unasked(row), tell: RowPermissions::default(), write }),
        }
    }
}
