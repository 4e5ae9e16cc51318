use sea_orm::{ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QuerySelect, QueryTrait, Select, sea_query::Expr};

use crate::Db;

/// How many rows of a model a query finds.
///
/// sea-orm counts around the query, columns and all, as one that groups its rows needs it. Where a query is the model's
/// table with conditions, they are counted in place of its columns.
pub(crate) async fn count<E: EntityTrait>(db: Db<'_>, rows: Select<E>, is_table: bool) -> Result<u64, DbErr>
where
    E::Model: Send + Sync,
{
    if !is_table {
        return PaginatorTrait::count(rows, &db).await;
    }
    let mut statement = rows.select_only().into_query();
    statement.clear_order_by().expr_as(Expr::cust("COUNT(*)"), "count");
    let counted = db.query_one(&statement).await?.ok_or_else(|| DbErr::RecordNotFound("a count".to_owned()))?;
    let count = counted.try_get::<i64>("", "count")?;
    u64::try_from(count).map_err(|_| DbErr::Type("a count is negative".to_owned()))
}
