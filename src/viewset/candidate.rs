use sea_orm::{
    ActiveModelTrait, DbErr, Iden, Iterable,
    sea_query::{Alias, Expr, Query, UnionType},
};

use super::{Resource, guard::Visit};
use crate::{
    http::Problem,
    permission::{Rule, judged_in},
};

/// Would the rule admit a row that could not be written?
///
/// The row is spelled out under the table's own name, so that the database judges it as it judges rows that are there;
/// the empty half of the union gives its values the columns' types.
pub(super) async fn judge_candidate<E: Resource>(
    visit: &Visit,
    rule: &Rule,
    candidate: E::ActiveModel,
) -> Result<bool, Problem> {
    let db = visit.db();
    let table = || Alias::new(E::default().table_name());
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let names: Vec<Alias> = columns.iter().map(|column| Alias::new(Iden::to_string(column))).collect();
    let values: Vec<Expr> = columns
        .iter()
        .map(|column| candidate.get(*column).into_value().map_or_else(|| Expr::cust("NULL"), Expr::from))
        .collect();
    let spelled = Query::select()
        .columns(names.clone())
        .from(table())
        .and_where(Expr::cust("1 = 0"))
        .union(UnionType::All, Query::select().exprs(values).to_owned())
        .to_owned();
    let row = Query::select().columns(names).from_subquery(spelled, table()).to_owned();
    let judged = judged_in::<E>(db, row, &[rule]).await.map_err(|error| {
        tracing::warn!(%error, "a row that could not be written could not be judged either");
        error
    })?;
    match judged.into_iter().next() {
        Some(judged) => Ok(judged.holds(0, &visit.context(db)).await?),
        None => Err(DbErr::RecordNotFound("the row spelled out".to_owned()).into()),
    }
}
