//! The statement that writes a row, and what it says of the row it wrote.

use sea_orm::{
    ActiveModelBehavior, ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, Iterable, QueryResult, QueryTrait,
    sea_query::{Query, ReturningClause},
};

use super::{Write, with_key_of};
use crate::{
    Db,
    permission::{Judged, Questions, Rule, judge_one},
    viewset::Resource,
};

/// Inserts a row; it is judged by these rules as it was written.
pub(super) async fn insert<E: Resource>(
    write: &Write,
    row: E::ActiveModel,
    rules: &[&Rule],
) -> Result<Judged<E::Model>, DbErr> {
    let db = write.db();
    let insert = E::insert(ActiveModelBehavior::before_save(row, &db, true).await?);
    let made = match db.support_returning() {
        true => {
            let questions = Questions::of(rules);
            let mut insert = insert.into_query();
            insert.returning(returning::<E>(&questions, db));
            written(db.query_one(&insert).await?, &questions, DbErr::RecordNotInserted)?
        }
        false => {
            let key = insert.exec(&db).await?.last_insert_id;
            judge_one(db, E::find_by_id(key), rules).await?.ok_or(DbErr::RecordNotInserted)?
        }
    };
    saved::<E>(write, made, true).await
}

/// Updates a row, of which the key is set; it is judged by these rules as it was written.
pub(super) async fn update<E: Resource>(
    write: &Write,
    before: &E::Model,
    changes: E::ActiveModel,
    rules: &[&Rule],
) -> Result<Judged<E::Model>, DbErr> {
    let db = write.db();
    let changes = ActiveModelBehavior::before_save(changes, &db, false).await?;
    let mut update = E::update(changes).validate()?.into_query();
    // a key alone, or what the model's own hook took back
    let is_nothing = update.get_values().is_empty();
    let changed = if db.support_returning() && !is_nothing {
        let questions = Questions::of(rules);
        update.returning(returning::<E>(&questions, db));
        written(db.query_one(&update).await?, &questions, DbErr::RecordNotUpdated)?
    } else {
        if !is_nothing {
            db.execute(&update).await?;
        }
        judge_one(db, with_key_of(E::find(), before), rules).await?.ok_or(DbErr::RecordNotUpdated)?
    };
    saved::<E>(write, changed, false).await
}

/// The row's columns, and what is asked about it.
fn returning<E: Resource>(questions: &Questions, db: Db<'_>) -> ReturningClause {
    let on = db.get_database_backend();
    let columns = E::Column::iter().map(|column| column.select_as(column.into_returning_expr(on)));
    Query::returning().exprs(columns.chain(questions.columns(on)))
}

fn written<M: FromQueryResult>(
    row: Option<QueryResult>,
    questions: &Questions,
    missing: DbErr,
) -> Result<Judged<M>, DbErr> {
    questions.answered(&row.ok_or(missing)?)
}

/// The model's own hook, which may run statements as the viewset's may.
async fn saved<E: Resource>(
    write: &Write,
    mut written: Judged<E::Model>,
    is_new: bool,
) -> Result<Judged<E::Model>, DbErr> {
    written.row = E::ActiveModel::after_save(written.row, &write.db_of_hooks(), is_new).await?;
    Ok(written)
}
