use std::marker::PhantomData;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, sea_query::Expr};

use super::{
    Rule,
    judge::{Judged, Questions, only_one, verdict_column},
};
use crate::{
    Db,
    db::{Sql, StatementText, columns_named, quoted_table},
};

/// How rows of a model's table are read and judged: a request's statement is put together of text that is written once, and
/// only what its rules ask is built by sea-query.
pub(crate) struct TableRows<E> {
    columns: Sql,
    from: String,
    entity: PhantomData<fn() -> E>,
}

impl<E: EntityTrait> TableRows<E> {
    pub(crate) fn on(on: DbBackend) -> Self {
        let columns = Sql::new(on, "SELECT ").sql(&columns_named::<E>(on, ""));
        let from = format!(" FROM {} WHERE ", quoted_table(&E::default(), on));
        Self { columns, from, entity: PhantomData }
    }

    /// The row of which this condition is true, with what the database says of every rule, as
    /// [`judge_one`](super::judge_one) reads it.
    pub(crate) async fn judge_one(
        &self,
        db: Db<'_>,
        condition: &Expr,
        rules: &[&Rule],
    ) -> Result<Option<Judged<E::Model>>, DbErr> {
        let on = self.columns.on();
        let questions = Questions::of(rules);
        let mut text = StatementText::new(on).sql(&self.columns);
        for (place, asked) in questions.conditions.iter().enumerate() {
            text = text.text(", ").sql(&verdict_column(Sql::of(asked, on), place));
        }
        let found = db.query_all_raw(text.text(&self.from).expr(condition).statement()).await?;
        only_one::<E>(found.iter().map(|row| questions.answered(row)))
    }
}
