use std::collections::BTreeSet;

use refrain_entity::UserTable;
use sea_orm::DbErr;

use crate::app::{App, RECORDER, Table};
use crate::catalog::Catalog;

/// The tables to make, in order, or every reason why this database is to be left alone.
///
/// An app of which only some tables exist is refused, unless those were all made here: then an earlier run broke off
/// (on MySQL and MariaDB, where making a table cannot be undone with the rest) and is taken up again.
pub(crate) fn missing_tables<'a>(
    apps: &'a [App],
    users: &UserTable,
    catalog: &Catalog,
    made: &BTreeSet<String>,
) -> Result<Vec<&'a Table>, DbErr> {
    let mut objections = Vec::new();
    let mut missing = Vec::new();
    for app in apps {
        let absent = absent(app, catalog, made, &mut objections);
        objections.extend(absent.iter().filter_map(|table| unmakeable(table, users)));
        missing.extend(absent);
    }
    if catalog.has_column("django_content_type", "name") {
        objections.push(Objection::OldContentTypes);
    }
    refuse(&objections)?;
    // A database that is adopted whole is not given even an empty record of migrations.
    if missing.iter().all(|table| table.name == RECORDER) {
        missing.clear();
    }
    Ok(missing)
}

/// The same for one app by itself.
pub(crate) fn missing_of<'a>(
    app: &'a App,
    catalog: &Catalog,
    made: &BTreeSet<String>,
) -> Result<Vec<&'a Table>, DbErr> {
    let mut objections = Vec::new();
    let missing = absent(app, catalog, made, &mut objections);
    refuse(&objections)?;
    Ok(missing)
}

fn absent<'a>(
    app: &'a App,
    catalog: &Catalog,
    made: &BTreeSet<String>,
    objections: &mut Vec<Objection>,
) -> Vec<&'a Table> {
    let (found, absent): (Vec<_>, Vec<_>) = app.tables.iter().partition(|table| catalog.has(&table.name));
    if !absent.is_empty() && found.iter().any(|table| !made.contains(&table.name)) {
        objections.push(Objection::InPart { label: app.label.clone(), found: names(&found), missing: names(&absent) });
    }
    objections.extend(found.iter().filter_map(|table| lacking(table, catalog)));
    absent
}

fn refuse(objections: &[Objection]) -> Result<(), DbErr> {
    if objections.is_empty() {
        return Ok(());
    }
    let text = objections.iter().map(Objection::to_string).collect::<Vec<_>>().join("; ");
    Err(DbErr::Migration(format!("{text}; nothing was changed")))
}

/// Why a database can be neither adopted nor completed.
#[derive(Debug, thiserror::Error)]
enum Objection {
    #[error("the app `{label}` is there only in part: found {found}, missing {missing}")]
    InPart { label: String, found: String, missing: String },
    #[error("the table `{table}` lacks {columns}")]
    Lacking { table: String, columns: String },
    #[error(
        "`django_content_type` still has the column `name`: let Django apply `contenttypes.0002_remove_content_type_name` \
         and what follows it first"
    )]
    OldContentTypes,
    #[error(
        "the table `{table}` is missing and is not made here, as its columns are not those of Django's `AbstractUser`: let \
         `manage.py migrate` make it, or a migration of your own that comes first"
    )]
    OtherColumns { table: String },
}

fn lacking(table: &Table, catalog: &Catalog) -> Option<Objection> {
    let lacking: Vec<_> =
        table.columns.iter().filter(|column| !catalog.has_column(&table.name, column)).map(String::as_str).collect();
    (!lacking.is_empty()).then(|| Objection::Lacking { table: table.name.clone(), columns: quoted(lacking) })
}

fn unmakeable(table: &Table, users: &UserTable) -> Option<Objection> {
    (table.name == users.table && (users.username != "username" || !users.lacking.is_empty()))
        .then(|| Objection::OtherColumns { table: table.name.clone() })
}

fn names(tables: &[&Table]) -> String {
    quoted(tables.iter().map(|table| table.name.as_str()))
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
