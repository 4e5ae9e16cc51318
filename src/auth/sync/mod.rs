//! Makes content types and permissions for the models of this program, as Django does after every `migrate`.

mod checks;
mod content_types;
mod report;

use std::collections::BTreeSet;

use refrain_entity::permission;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};

pub use checks::check;
pub use report::{SyncReport, UnnamedPermission};

use super::{Auth, backend::made_here};
use crate::{
    Db, Error, Result,
    db::commit,
    model::{ModelInfo, Models},
};

/// The column by which every table of grants names the permission.
const PERMISSION: &str = "permission_id";

/// What a synchronisation may do besides adding what is missing.
///
/// ```
/// use refrain::auth::sync::SyncOptions;
///
/// let options = SyncOptions { remove: vec!["drivers.fly_car".to_owned()], ..SyncOptions::default() };
/// assert!(!options.change_adopted);
/// ```
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Rename and remove also in a database that Django made.
    pub change_adopted: bool,
    /// The labels of permissions to remove, with every grant of them: `app.codename`, or `app.model.codename` where
    /// several models of an app have one of that codename. Only permissions on registered models that no declaration
    /// names can be removed.
    pub remove: Vec<String>,
}

impl Auth {
    /// Adds the content types and permissions that the models declare and the database lacks (CONTRACT section 2).
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// use refrain::{auth::sync::SyncOptions, model::Models};
    ///
    /// let models = Models::default().with::<car::Entity>();
    /// let report = auth.sync_permissions(&db, &models, &SyncOptions::default()).await?;
    /// // they are made already
    /// assert!(report.created.is_empty());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Running it again adds nothing. All of it happens in one transaction, or nothing does. What is there is never
    /// changed, but for models that say what they were called before: their permissions are renamed in place, so that
    /// grants survive (Django loses them, CONTRACT 2.11).
    #[doc(alias = "create_permissions")]
    pub async fn sync_permissions(
        &self,
        db: impl Into<Db<'_>>,
        models: &Models,
        options: &SyncOptions,
    ) -> Result<SyncReport> {
        for model in models {
            check(model)?;
        }
        models.check_proxies()?;
        let transaction = db.into().begin().await?;
        let report = self.sync(Db::from(&transaction), models, options).await?;
        commit(transaction).await?;
        self.permissions_changed();
        Ok(report)
    }

    async fn sync(&self, db: Db<'_>, models: &Models, options: &SyncOptions) -> Result<SyncReport> {
        let mut report = SyncReport::default();
        let may_change = options.change_adopted || made_here(db, "auth_permission").await?;
        for model in models {
            let content_type = content_types::find_or_make(db, model, may_change, &mut report).await?;
            sync_model(db, model, content_type, may_change, &mut report).await?;
        }
        self.remove(db, models, options, may_change, &mut report).await?;
        Ok(report)
    }

    async fn remove(
        &self,
        db: Db<'_>,
        models: &Models,
        options: &SyncOptions,
        may_change: bool,
        report: &mut SyncReport,
    ) -> Result<()> {
        let tables = self.tables_with_grants(models);
        for label in &options.remove {
            if !may_change {
                return Err(Error::invalid(format!(
                    "`{label}` is in a database that Django made; removing it needs the flag for adopted databases"
                )));
            }
            let unnamed = report.unnamed.remove(the_only(label, &report.unnamed)?);
            for table in &tables {
                delete_grants(db, table, unnamed.id).await?;
            }
            permission::Entity::delete_by_id(unnamed.id).exec(&db).await?;
            report.removed.push(label.clone());
        }
        for unnamed in &mut report.unnamed {
            for table in &tables {
                unnamed.grants += count_grants(db, table, unnamed.id).await?;
            }
        }
        Ok(())
    }

    /// The tables in which a permission can be granted: to users and groups, on rows, and those that models keep for
    /// grants on their own.
    fn tables_with_grants(&self, models: &Models) -> BTreeSet<String> {
        let generic = self.grant_tables();
        let shared = ["auth_group_permissions", generic.users, generic.groups];
        let own = models.iter().flat_map(|model| [model.user_grants(), model.group_grants()]).flatten();
        let tables = shared.into_iter().chain(own).map(str::to_owned);
        tables.chain([self.users().permissions_table.to_string()]).collect()
    }
}

/// The place of the one permission that is called so; of several, none is guessed.
fn the_only(label: &str, unnamed: &[UnnamedPermission]) -> Result<usize> {
    let called_so = |(_, one): &(usize, &UnnamedPermission)| one.label == label || one.full_name() == label;
    let found: Vec<_> = unnamed.iter().enumerate().filter(called_so).collect();
    match &found[..] {
        [(place, _)] => Ok(*place),
        [] => {
            Err(Error::invalid(format!("`{label}` is no permission on a registered model that no declaration names")))
        }
        several => {
            let names: Vec<String> = several.iter().map(|(_, one)| format!("`{}`", one.full_name())).collect();
            Err(Error::invalid(format!("`{label}` is {} permissions: name one of {}", names.len(), names.join(", "))))
        }
    }
}

async fn sync_model(
    db: Db<'_>,
    model: &ModelInfo,
    content_type: i32,
    may_change: bool,
    report: &mut SyncReport,
) -> Result<()> {
    let mut there = permission::Entity::find()
        .filter(permission::Column::ContentTypeId.eq(content_type))
        .order_by_asc(permission::Column::Codename)
        .all(&db)
        .await?;
    let label = |codename: &str| format!("{}.{codename}", model.app_label());
    for (codename, name) in model.declared_permissions() {
        if there.iter().any(|row| row.codename == codename) {
            continue;
        }
        // `add_auto` becomes `add_car`: the same row, the same grants
        let former = former_codename(model, &codename);
        let renamed = there.iter_mut().find(|row| former.as_deref() == Some(&*row.codename));
        match renamed {
            Some(row) if may_change => {
                let change = permission::ActiveModel {
                    codename: Set(codename.clone()),
                    name: Set(name),
                    ..permission::ActiveModel::from(row.clone())
                };
                permission::Entity::update(change).exec(&db).await?;
                report.renamed.push((label(&row.codename), label(&codename)));
                row.codename = codename;
            }
            Some(row) => report.held_back.push((label(&row.codename), label(&codename))),
            None => {
                insert_permission(db, content_type, &codename, &name).await?;
                report.created.push(label(&codename));
            }
        }
    }
    let declared: Vec<String> = model.declared_permissions().map(|(codename, _)| codename).collect();
    report.unnamed.extend(there.iter().filter(|row| !declared.contains(&row.codename)).map(|row| UnnamedPermission {
        id: row.id,
        label: label(&row.codename),
        model: model.model_name().to_owned(),
        name: row.name.clone(),
        grants: 0,
    }));
    Ok(())
}

/// What a codename was while the model had its former name.
fn former_codename(model: &ModelInfo, codename: &str) -> Option<String> {
    let first = codename.strip_suffix(model.model_name())?;
    first.ends_with('_').then(|| Some(format!("{first}{}", model.renamed_from()?)))?
}

async fn insert_permission(db: Db<'_>, content_type: i32, codename: &str, name: &str) -> Result<()> {
    let row = permission::ActiveModel {
        name: Set(name.to_owned()),
        content_type_id: Set(content_type),
        codename: Set(codename.to_owned()),
        ..Default::default()
    };
    let key = [permission::Column::ContentTypeId, permission::Column::Codename];
    // the conflict is another process doing the same
    permission::Entity::insert(row)
        .on_conflict(OnConflict::columns(key).do_nothing_on([permission::Column::Id]).to_owned())
        .exec_without_returning(&db)
        .await?;
    Ok(())
}

async fn delete_grants(db: Db<'_>, table: &str, permission: i32) -> Result<()> {
    let statement = Query::delete()
        .from_table(Alias::new(table))
        .and_where(Expr::col(Alias::new(PERMISSION)).eq(permission))
        .to_owned();
    db.execute(&statement).await?;
    Ok(())
}

async fn count_grants(db: Db<'_>, table: &str, permission: i32) -> Result<u64> {
    let statement = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "grants")
        .from(Alias::new(table))
        .and_where(Expr::col(Alias::new(PERMISSION)).eq(permission))
        .to_owned();
    let row = db.query_one(&statement).await?;
    let count = row.map(|row| row.try_get::<i64>("", "grants")).transpose()?.unwrap_or_default();
    Ok(count.unsigned_abs())
}
