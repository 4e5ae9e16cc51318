//! The statement that writes a row, and what it says of the row it wrote.

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, Iterable, ModelTrait,
    QueryFilter, QueryResult, QueryTrait,
    sea_query::{Query, ReturningClause},
};

use super::{Write, with_key_of};
use crate::{
    Db,
    db::{Sql, is_stored_otherwise, quoted, read_from},
    model::key_columns,
    permission::{Judged, Questions, Rule, judge_one},
    viewset::{Resource, columns::column_name, conditional::add_one},
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

/// Updates a row, of which the key is set; it is judged by these rules as it was written. The column of its version, where
/// there is one, is counted up.
pub(super) async fn update<E: Resource>(
    write: &Write,
    before: &E::Model,
    changes: E::ActiveModel,
    version: Option<E::Column>,
    rules: &[&Rule],
) -> Result<Judged<E::Model>, DbErr> {
    let db = write.db();
    let mut changes = ActiveModelBehavior::before_save(changes, &db, false).await?;
    // whatever a hook says of it
    version.into_iter().for_each(|version| changes.not_set(version));
    let mut update = E::update(changes).validate()?.into_query();
    // a key alone, or what the model's own hook took back
    let is_nothing = update.get_values().is_empty();
    if let Some(version) = version.filter(|_| !is_nothing) {
        add_one::<E>(&mut update, version);
    }
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

/// Updates a row that nobody is shown.
pub(super) async fn mark<E: Resource>(
    write: &Write,
    row: &E::Model,
    mut changes: E::ActiveModel,
    version: Option<E::Column>,
) -> Result<(), DbErr> {
    for key in key_columns::<E>() {
        changes.set(key, row.get(key));
    }
    let mut changes = ActiveModelBehavior::before_save(changes, &write.db(), false).await?;
    version.into_iter().for_each(|version| changes.not_set(version));
    let mut update = E::update(changes).validate()?.into_query();
    if let Some(version) = version {
        add_one::<E>(&mut update, version);
    }
    write.db().execute(&update).await?;
    Ok(())
}

/// Counts up the version of a row that something else than [`update`] may have written.
pub(super) async fn count_version<E: Resource>(db: Db<'_>, row: &E::Model, version: E::Column) -> Result<(), DbErr> {
    let mut update =
        key_columns::<E>().fold(E::update_many(), |rows, key| rows.filter(key.eq(row.get(key)))).into_query();
    add_one::<E>(&mut update, version);
    db.execute(&update).await?;
    Ok(())
}

/// The row's columns, and what is asked about it.
fn returning<E: Resource>(questions: &Questions, db: Db<'_>) -> ReturningClause {
    let on = db.get_database_backend();
    let columns = E::Column::iter().map(|column| {
        let read = read_from(&column, column.into_returning_expr(on), on);
        match is_stored_otherwise(&column, on) {
            true => Sql::of(&read, on).text(" AS ").text(&quoted(&column_name(&column), on)).expr(),
            false => read,
        }
    });
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
