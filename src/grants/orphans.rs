use sea_orm::{ConnectionTrait, ModelTrait};

use super::{GrantTables, KeyColumn, row_key::RowKey, table::Table};
use crate::{
    Db, Result,
    auth::Auth,
    db::{Sql, quoted},
    model::{Model, ModelInfo, Models},
};

/// How much a clean-up may do at once.
///
/// ```
/// use refrain::grants::OrphanBatches;
///
/// let little_by_little = OrphanBatches { size: 500, most: Some(10) };
/// # let _ = little_by_little;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OrphanBatches {
    /// The most grants one statement deletes.
    pub size: u64,
    /// The most batches in all; `None` for as many as it takes.
    pub most: Option<u64>,
}

impl Default for OrphanBatches {
    /// A thousand at once, until there are no more.
    fn default() -> Self {
        Self { size: 1000, most: None }
    }
}

impl Auth {
    /// Deletes grants on rows of these models that do not exist, in bounded batches. Returns how many there were.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, car, .. }| {
    /// use refrain::{grants::OrphanBatches, model::Models};
    /// use sea_orm::ModelTrait;
    ///
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&alice], [&car]).await?;
    /// car.delete(&db).await?;
    /// let models = Models::default().with::<car::Entity>();
    /// assert_eq!(auth.clean_orphans(&db, &models, OrphanBatches::default()).await?, 1);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// A grant whose text is no key of the model is on no row. Grants on models that are not named are left alone, and
    /// so are models' own tables, which the database keeps in order (CONTRACT 8.42).
    #[doc(alias = "clean_orphan_obj_perms")]
    pub async fn clean_orphans(&self, db: impl Into<Db<'_>>, models: &Models, batches: OrphanBatches) -> Result<u64> {
        let db = db.into();
        let mut left = batches.most.unwrap_or(u64::MAX);
        let mut removed = 0;
        models.check_proxies()?;
        let tables = self.grant_tables();
        for table in [Table::generic_of_users(tables), Table::generic_of_groups(tables)] {
            for model in models {
                let Some(key) = model.key() else { continue };
                loop {
                    if left == 0 {
                        return Ok(removed);
                    }
                    let orphans = orphans(db, table, model, key, batches.size).await?;
                    if orphans.is_empty() {
                        break;
                    }
                    left -= 1;
                    removed += delete(db, table, orphans).await?;
                }
            }
        }
        Ok(removed)
    }

    /// Takes away everything that was granted on a row, to whomever. Returns how many grants there were.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, editors, car }| {
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&alice], [&car]).await?;
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
    /// assert_eq!(auth.remove_all_perms(&db, &car).await?, 2);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Deleting a row through a viewset does this in its transaction; guardian leaves the grants to whoever gets the
    /// key next (CONTRACT 8.41). Your own code locks or deletes the row first, and then calls this in the same
    /// transaction: so it sees what was granted until then.
    pub async fn remove_all_perms<R: ModelTrait<Entity: Model>>(&self, db: impl Into<Db<'_>>, row: &R) -> Result<u64> {
        let (db, model) = (db.into(), ModelInfo::of::<R::Entity>());
        // nothing can be granted on a row that no grant can name
        let Some(key) = RowKey::named(&model, row) else { return Ok(0) };
        remove(db, &model, &[key], self.grant_tables()).await
    }
}

/// Deletes all grants on these rows of a model.
pub(super) async fn remove(db: Db<'_>, model: &ModelInfo, keys: &[RowKey], tables: GrantTables) -> Result<u64> {
    let on = db.get_database_backend();
    let mut removed = 0;
    for table in [Table::of_users(model, tables), Table::of_groups(model, tables)] {
        let mut grants = table.delete(on).sql(&table.is_on(keys, on));
        if !table.own {
            grants = grants.text(" AND content_type_id = (").content_type_of(model).text(")");
        }
        removed += db.execute_raw(grants.statement()).await?.rows_affected();
    }
    Ok(removed)
}

/// The keys of some grants on rows that are not there. Looked for before they are deleted: not every database bounds a
/// `DELETE`, or lets one read the table it deletes from.
async fn orphans(db: Db<'_>, table: Table, model: &ModelInfo, key: &KeyColumn, most: u64) -> Result<Vec<i32>> {
    let on = db.get_database_backend();
    let query = Sql::new(on, "SELECT g.id AS id FROM ")
        .text(&quoted(table.name, on))
        .text(" g WHERE g.content_type_id = (")
        .content_type_of(model)
        .text(&format!(") AND {} LIMIT {}", key.names_no_row(on), Ord::max(most, 1)));
    let rows = db.query_all_raw(query.statement()).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

async fn delete(db: Db<'_>, table: Table, grants: Vec<i32>) -> Result<u64> {
    let listed = grants.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let sql = table.delete(db.get_database_backend()).text("id IN (").text(&listed).text(")");
    Ok(db.execute_raw(sql.statement()).await?.rows_affected())
}
