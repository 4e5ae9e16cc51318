use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, ModelTrait, QueryResult, QueryTrait, Select,
    sea_query::{Expr, SelectStatement},
};

use super::{Residue, Rule};
use crate::{
    Db, Error, Result,
    db::{Sql, bounded, quoted, readable},
    model::key_columns,
    permission::Context,
};

/// A row, and what each rule says of it: `Always`, `Never`, or the hooks that are still to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Judged<M> {
    pub(crate) row: M,
    verdicts: Arc<[Rule]>,
}

impl<M> Judged<M> {
    /// The same, of part of what was read as the row.
    pub(crate) fn map<N>(self, row: impl FnOnce(M) -> N) -> Judged<N> {
        Judged { row: row(self.row), verdicts: self.verdicts }
    }
}

impl<M: Sync + 'static> Judged<M> {
    /// Does the rule with this place hold for the row? Asks hooks, left to right, only where they decide.
    pub(crate) async fn holds(&self, place: usize, cx: &Context<'_>) -> Result<bool> {
        self.verdicts[place].ask(cx, &self.row).await
    }

    /// A row of which nothing is asked.
    pub(crate) fn unasked(row: M) -> Self {
        Self { row, verdicts: [Rule::Always].into() }
    }

    /// A row of which these rules ask the database nothing; `None` where they do.
    pub(crate) fn without_asking(row: M, rules: &[&Rule]) -> Option<Self> {
        let questions = Questions::of(rules);
        questions.conditions.is_empty().then(|| questions.settled(row, &[]))
    }

    /// Has the database alone settled that it does not?
    pub(crate) fn refuses(&self, place: usize) -> bool {
        self.verdicts[place] == Rule::Never
    }
}

/// The rows of a selection with what the database says of every rule, from one statement.
pub(crate) async fn judged<E: EntityTrait>(
    db: Db<'_>,
    rows: Select<E>,
    rules: &[&Rule],
) -> Result<Vec<Judged<E::Model>>, DbErr> {
    judged_in(db, readable(rows, db.get_database_backend()).into_query(), rules).await
}

/// As [`judged`], for a statement that selects what `M` reads.
pub(crate) async fn judged_in<M: FromQueryResult>(
    db: Db<'_>,
    mut statement: SelectStatement,
    rules: &[&Rule],
) -> Result<Vec<Judged<M>>, DbErr> {
    let questions = Questions::of(rules);
    questions.select(&mut statement);
    let found = db.query_all_raw(bounded(&statement, db.get_database_backend())).await?;
    // as many as were found, which `collect` does not know of results
    let mut judged = Vec::with_capacity(found.len());
    for row in &found {
        judged.push(questions.answered(row)?);
    }
    Ok(judged)
}

/// What rules ask of the database about a row: each condition once.
pub(crate) struct Questions {
    pub(super) conditions: Vec<Expr>,
    residues: Vec<Residue>,
    /// the verdicts on every row, where the database is asked nothing
    settled: Option<Arc<[Rule]>>,
}

impl Questions {
    pub(crate) fn of(rules: &[&Rule]) -> Self {
        let mut conditions: Vec<Expr> = Vec::new();
        let residues: Vec<Residue> = rules.iter().map(|rule| Residue::of(rule, &mut conditions)).collect();
        let settled = conditions.is_empty().then(|| verdicts(&residues, &[]));
        Self { conditions, residues, settled }
    }

    /// Selects the verdicts beside a row.
    fn select(&self, statement: &mut SelectStatement) {
        for (place, condition) in self.conditions.iter().enumerate() {
            statement.expr_as(condition.clone(), verdict_name(place));
        }
    }

    /// The same as columns of a statement's own.
    pub(crate) fn columns(&self, on: DbBackend) -> impl Iterator<Item = Expr> {
        self.conditions
            .iter()
            .enumerate()
            .map(move |(place, condition)| verdict_column(Sql::of(condition, on), place).expr())
    }

    /// Reads a row with the verdicts selected beside it.
    pub(crate) fn answered<M: FromQueryResult>(&self, row: &QueryResult) -> Result<Judged<M>, DbErr> {
        let answers =
            (0..self.conditions.len()).map(|place| read_verdict(row, place)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.settled(M::from_query_result(row, "")?, &answers))
    }

    /// The row, of which the database has given these answers.
    pub(super) fn settled<M>(&self, row: M, answers: &[bool]) -> Judged<M> {
        Judged { row, verdicts: self.settled.clone().unwrap_or_else(|| verdicts(&self.residues, answers)) }
    }
}

fn verdicts(residues: &[Residue], answers: &[bool]) -> Arc<[Rule]> {
    residues.iter().map(|residue| residue.settle(answers)).collect()
}

/// A condition as a column that is read back as the verdict with this place.
pub(super) fn verdict_column(condition: Sql, place: usize) -> Sql {
    let name = quoted(&verdict_name(place), condition.on());
    condition.text(" AS ").text(&name)
}

/// A verdict that cannot be read is an error, never a no.
pub(crate) fn read_verdict(row: &QueryResult, place: usize) -> Result<bool, DbErr> {
    row.try_get("", &verdict_name(place))
}

/// As [`judged`], for a selection of at most one row; a query that joins may select it several times. Where there are
/// others, a lookup is not unique after all, and none of them is taken for the one that was meant.
pub(crate) async fn judge_one<E: EntityTrait>(
    db: Db<'_>,
    row: Select<E>,
    rules: &[&Rule],
) -> Result<Option<Judged<E::Model>>, DbErr> {
    only_one::<E>(judged(db, row, rules).await?.into_iter().map(Ok))
}

/// The row that was found, however often.
pub(super) fn only_one<E: EntityTrait>(
    mut found: impl Iterator<Item = Result<Judged<E::Model>, DbErr>>,
) -> Result<Option<Judged<E::Model>>, DbErr> {
    let Some(first) = found.next().transpose()? else { return Ok(None) };
    for other in found {
        let other = other?;
        if key_columns::<E>().any(|key| first.row.get(key) != other.row.get(key)) {
            return Err(DbErr::Custom(format!(
                "several rows of `{}` were found where one was asked for",
                E::default().table_name()
            )));
        }
    }
    Ok(Some(first))
}

impl Rule {
    /// Asks what is left after the database has answered.
    async fn ask<M: Sync + 'static>(&self, cx: &Context<'_>, row: &M) -> Result<bool> {
        match self {
            Self::Always => Ok(true),
            Self::Never => Ok(false),
            Self::Hook(hook) => {
                let cx = cx.about(hook.action).asked_by(hook.on_behalf);
                hook.hook.ask(&cx, row).await.map_err(Error::undecided)
            }
            Self::All(rules) => {
                for rule in rules {
                    if !Box::pin(rule.ask(cx, row)).await? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(rules) => {
                for rule in rules {
                    if Box::pin(rule.ask(cx, row)).await? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(rule) => Ok(!Box::pin(rule.ask(cx, row)).await?),
            Self::When(_) | Self::Granted(_) | Self::Through(_) => {
                Err(Error::wiring("a condition was left for rust to judge"))
            }
        }
    }
}

/// A name that no column has: what is read back by it decides, and a column of that name would be read in its place.
pub(crate) fn verdict_name(place: usize) -> String {
    format!("refrain: verdict {place}")
}
