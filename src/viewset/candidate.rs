use sea_orm::{
    ActiveModelTrait, DbErr, FromQueryResult, Iden, Iterable, QueryResult,
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
    let cx = visit.context(db);
    let holds = if rule.has_hooks() {
        let judged = judged_in::<E::Model>(db, row, &[rule]).await?.pop();
        judged.ok_or_else(spelled_row_is_gone)?.holds(0, &cx).await?
    } else {
        let judged = judged_in::<Unread>(db, row, &[rule]).await?.pop();
        judged.ok_or_else(spelled_row_is_gone)?.holds(0, &cx).await?
    };
    Ok(holds)
}

/// A row that is judged and not looked at: the key of a new one is not known yet.
struct Unread;

impl FromQueryResult for Unread {
    fn from_query_result(_: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self)
    }
}

fn spelled_row_is_gone() -> DbErr {
    DbErr::RecordNotFound("the row spelled out".to_owned())
}
