use sea_orm::{
    ActiveModelTrait, DbErr, FromQueryResult, Iden, Iterable, QueryResult, QueryTrait, Select,
    sea_query::{Alias, Expr, Query, UnionType},
};

use crate::{
    http::Problem,
    permission::{Context, Judged, Rule, judged_in},
    viewset::{Resource, mount::Visit},
};

/// Would these rows hold a row that could not be written, and the rule admit it?
///
/// The row is spelled out under the table's own name, so that the database judges it as it judges rows that are there;
/// the empty half of the union gives its values the columns' types.
pub(crate) async fn judge_candidate<E: Resource>(
    visit: &Visit,
    rows: Select<E>,
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
        .columns(names)
        .from(table())
        .and_where(Expr::cust("1 = 0"))
        .union(UnionType::All, Query::select().exprs(values).to_owned())
        .to_owned();
    let mut row = rows.into_query();
    row.from_clear().from_subquery(spelled, table());
    let cx = visit.context(db);
    Ok(if rule.has_hooks() {
        holds(judged_in::<E::Model>(db, row, &[rule]).await?, &cx).await?
    } else {
        holds(judged_in::<Unread>(db, row, &[rule]).await?, &cx).await?
    })
}

/// No row at all is one outside the rows asked of.
async fn holds<M: Sync + 'static>(judged: Vec<Judged<M>>, cx: &Context<'_>) -> crate::Result<bool> {
    match judged.first() {
        Some(row) => row.holds(0, cx).await,
        None => Ok(false),
    }
}

/// A row that is judged and not looked at: the key of a new one is not known yet.
struct Unread;

impl FromQueryResult for Unread {
    fn from_query_result(_: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self)
    }
}
