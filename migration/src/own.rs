use std::{collections::BTreeSet, iter};

use sea_orm::{DbErr, EntityTrait, IdenStatic, Iterable};
use sea_orm_migration::SchemaManager;

use crate::app::{App, RECORDER, Table};
use crate::catalog::Catalog;
use crate::{made, plan, recorded};

/// The tables that a program has for its models, made where they are missing, or adopted where they are there.
///
/// ```
/// use refrain_migration::OwnTables;
/// # mod car {
/// #     use sea_orm::entity::prelude::*;
/// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
/// #     #[sea_orm(table_name = "drivers_car")]
/// #     pub struct Model {
/// #         #[sea_orm(primary_key)]
/// #         pub id: i64,
/// #         pub name: String,
/// #     }
/// #     #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
/// #     pub enum Relation {}
/// #     impl ActiveModelBehavior for ActiveModel {}
/// # }
/// use sea_orm::DbErr;
/// use sea_orm_migration::SchemaManager;
///
/// fn tables() -> OwnTables {
///     OwnTables::of("drivers").with::<car::Entity>(["CREATE TABLE drivers_car (id bigint PRIMARY KEY, name varchar(100))"])
/// }
///
/// // the `up` and the `down` of a migration
/// async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
///     tables().make_or_adopt(manager).await
/// }
/// async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
///     tables().drop_made(manager).await
/// }
/// # let _ = (up, down);
/// ```
///
/// It is Django's `migrate --fake-initial`, and what [`django_tables`](crate::django_tables) does for Django's own. Where
/// all of the tables exist they are adopted: looked at, never altered, and not dropped when the migration is rolled back.
/// Where none exists they are made. Where some exist, or one lacks a column of its entity, nothing at all is done, and
/// the error says which.
#[derive(Debug)]
pub struct OwnTables(App);

impl OwnTables {
    /// None yet, of a program or a Django app with this label.
    pub fn of(label: impl Into<String>) -> Self {
        Self(App { label: label.into(), migrations: &[], tables: Vec::new() })
    }

    /// The migrations of the Django app whose outcome these tables are, as `0001_initial`. Where the tables are made here,
    /// `django_migrations` is told that they are applied, so that `manage.py migrate` takes the tables as its own.
    ///
    /// ```
    /// use refrain_migration::OwnTables;
    ///
    /// let tables = OwnTables::of("drivers").recorded_as(&["0001_initial"]);
    /// # let _ = tables;
    /// ```
    #[must_use]
    pub fn recorded_as(mut self, migrations: &'static [&'static str]) -> Self {
        self.0.migrations = migrations;
        self
    }

    /// The table of an entity, and the statements that make it with its constraints and indexes. A table comes after
    /// those that it points at.
    pub fn with<E: EntityTrait>(mut self, statements: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.tables.push(Table {
            name: E::default().table_name().to_owned(),
            statements: statements.into_iter().map(Into::into).collect(),
            columns: E::Column::iter().map(|column| column.as_str().to_owned()).collect(),
        });
        self
    }

    /// Makes the tables or adopts them.
    pub async fn make_or_adopt(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let catalog = Catalog::read(db).await?;
        let mut made = made::all(db, &catalog).await?;
        let missing = plan::missing_of(&self.0, &catalog, &made)?;
        made.extend(make(manager, &missing).await?);
        if self.is_recorded(&catalog, &made) {
            recorded::record(db, iter::once(&self.0)).await?;
        }
        Ok(())
    }

    /// Drops those of the tables that were made here, unless Django has applied migrations of its own to them since.
    pub async fn drop_made(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let catalog = Catalog::read(db).await?;
        let made = made::all(db, &catalog).await?;
        let drops: Vec<_> = self.0.tables.iter().rev().filter(|table| made.contains(&table.name)).collect();
        if !drops.is_empty() && catalog.has(RECORDER) {
            self.refuse_changed(&recorded::others(db, &self.0).await?)?;
        }
        for table in drops {
            made::drop_table(manager, &table.name).await?;
        }
        // last: where a drop is refused and nothing is undone, Django still knows of the tables
        if self.is_recorded(&catalog, &made) {
            recorded::forget(db, iter::once(&self.0)).await?;
        }
        made::uninstall_if_empty(manager).await
    }

    fn refuse_changed(&self, since: &[String]) -> Result<(), DbErr> {
        let Some(first) = since.first() else { return Ok(()) };
        Err(DbErr::Migration(format!(
            "the tables of the app `{}` are not dropped: Django has changed them since, by its migration `{first}`{}; \
             nothing was changed",
            self.0.label,
            if since.len() > 1 { format!(" and {} more", since.len() - 1) } else { String::new() }
        )))
    }

    /// Is Django to know of these tables: were they made here, beside its record of migrations?
    fn is_recorded(&self, catalog: &Catalog, made: &BTreeSet<String>) -> bool {
        catalog.has(RECORDER) && self.0.is_made(made)
    }
}

/// Makes tables, each remembered as soon as it is there.
pub(crate) async fn make(manager: &SchemaManager<'_>, tables: &[&Table]) -> Result<BTreeSet<String>, DbErr> {
    let db = manager.get_connection();
    if !tables.is_empty() {
        made::install(manager).await?;
    }
    for table in tables {
        for statement in &table.statements {
            sea_orm::ConnectionTrait::execute_unprepared(db, statement).await?;
        }
        made::remember(db, &table.name).await?;
    }
    Ok(tables.iter().map(|table| table.name.clone()).collect())
}
