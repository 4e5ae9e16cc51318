use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, FromQueryResult, ModelTrait, QueryTrait, Select,
    sea_query::{Expr, SelectStatement},
};

use super::{Residue, Rule};
use crate::{Db, Error, Result, db::bounded, model::key_columns, permission::Context};

/// A row, and what each rule says of it: `Always`, `Never`, or the hooks that are still to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Judged<M> {
    pub(crate) row: M,
    verdicts: Vec<Rule>,
}

impl<M: Sync + 'static> Judged<M> {
    /// Does the rule with this place hold for the row? Asks hooks, left to right, only where they decide.
    pub(crate) async fn holds(&self, place: usize, cx: &Context<'_>) -> Result<bool> {
        self.verdicts[place].ask(cx, &self.row).await
    }

    /// The same without the verdicts before this place.
    pub(crate) fn from(mut self, place: usize) -> Self {
        self.verdicts.drain(..place);
        self
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
    judged_in(db, rows.into_query(), rules).await
}

/// As [`judged`], for a statement that selects what `M` reads.
pub(crate) async fn judged_in<M: FromQueryResult>(
    db: Db<'_>,
    mut statement: SelectStatement,
    rules: &[&Rule],
) -> Result<Vec<Judged<M>>, DbErr> {
    let mut conditions: Vec<Expr> = Vec::new();
    let residues: Vec<Residue> = rules.iter().map(|rule| Residue::of(rule, &mut conditions)).collect();
    for (place, condition) in conditions.iter().enumerate() {
        statement.expr_as(condition.clone(), verdict_name(place));
    }
    let found = db.query_all_raw(bounded(&statement, db.get_database_backend())).await?;
    found
        .iter()
        .map(|row| {
            // a verdict that cannot be read is an error, never a no
            let answers = (0..conditions.len())
                .map(|place| row.try_get::<bool>("", &verdict_name(place)))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Judged {
                row: M::from_query_result(row, "")?,
                verdicts: residues.iter().map(|residue| residue.settle(&answers)).collect(),
            })
        })
        .collect()
}

/// As [`judged`], for a selection of at most one row; a query that joins may select it several times. Where there are
/// others, a lookup is not unique after all, and none of them is taken for the one that was meant.
pub(crate) async fn judge_one<E: EntityTrait>(
    db: Db<'_>,
    row: Select<E>,
    rules: &[&Rule],
) -> Result<Option<Judged<E::Model>>, DbErr> {
    let mut found = judged(db, row, rules).await?.into_iter();
    let first = found.next();
    let is_another =
        |first: &E::Model, other: &E::Model| key_columns::<E>().any(|key| first.get(key) != other.get(key));
    if let Some(first) = &first
        && found.any(|other| is_another(&first.row, &other.row))
    {
        return Err(DbErr::Custom(format!(
            "several rows of `{}` were found where one was asked for",
            E::default().table_name()
        )));
    }
    Ok(first)
}

impl Rule {
    /// Asks what is left after the database has answered.
    async fn ask<M: Sync + 'static>(&self, cx: &Context<'_>, row: &M) -> Result<bool> {
        match self {
            Self::Always => Ok(true),
            Self::Never => Ok(false),
            Self::Hook(hook) => hook.hook.ask(&cx.about(hook.action), row).await.map_err(Error::undecided),
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
            Self::When(_) | Self::Granted(_) => Err(Error::wiring("a condition was left for rust to judge")),
        }
    }
}

/// A name that no column has: what is read back by it decides, and a column of that name would be read in its place.
fn verdict_name(place: usize) -> String {
    format!("refrain: verdict {place}")
}
