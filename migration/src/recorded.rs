//! What Django is told in `django_migrations` about the tables made here (CONTRACT 1.14).

use std::collections::BTreeSet;

use refrain_entity::{Moment, applied_migration};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set};

use crate::app::App;

/// Adds the rows that are not there yet.
pub(crate) async fn record<'a>(db: &impl ConnectionTrait, apps: impl Iterator<Item = &'a App>) -> Result<(), DbErr> {
    let wanted: Vec<_> = apps.flat_map(App::migrations).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let found: Vec<(String, String)> = applied_migration::Entity::find()
        .select_only()
        .columns([applied_migration::Column::App, applied_migration::Column::Name])
        .into_tuple()
        .all(db)
        .await?;
    let found: BTreeSet<_> = found.iter().map(|(app, name)| (app.as_str(), name.as_str())).collect();
    let applied = Moment::now();
    let rows: Vec<_> = wanted
        .into_iter()
        .filter(|row| !found.contains(row))
        .map(|(app, name)| applied_migration::ActiveModel {
            app: Set(app.to_owned()),
            name: Set(name.to_owned()),
            applied: Set(applied),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    applied_migration::Entity::insert_many(rows).exec_without_returning(db).await.map(drop)
}

/// The migrations of an app that Django has applied besides those.
pub(crate) async fn others(db: &impl ConnectionTrait, app: &App) -> Result<Vec<String>, DbErr> {
    applied_migration::Entity::find()
        .select_only()
        .column(applied_migration::Column::Name)
        .filter(applied_migration::Column::App.eq(&app.label))
        .filter(applied_migration::Column::Name.is_not_in(app.migrations.iter().copied()))
        .into_tuple()
        .all(db)
        .await
}

pub(crate) async fn forget<'a>(db: &impl ConnectionTrait, apps: impl Iterator<Item = &'a App>) -> Result<(), DbErr> {
    for app in apps.filter(|app| !app.migrations.is_empty()) {
        applied_migration::Entity::delete_many()
            .filter(applied_migration::Column::App.eq(&app.label))
            .filter(applied_migration::Column::Name.is_in(app.migrations.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

pub(crate) async fn is_empty(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(applied_migration::Entity::find().count(db).await? == 0)
}
