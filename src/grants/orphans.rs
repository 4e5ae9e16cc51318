use sea_orm::{
    ConnectionTrait, ExprTrait, ModelTrait,
    sea_query::{Alias, Expr, Query},
};

use super::{
    KeyColumn,
    named::is_content_type_of,
    row_key::RowKey,
    table::{Table, g},
};
use crate::{
    Db, Result,
    auth::Auth,
    model::{Model, ModelInfo, Models},
};

/// How much a clean-up may do at once.
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
    /// A grant whose text is no key of the model is on no row. Grants on models that are not named are left alone, and
    /// so are models' own tables, which the database keeps in order (CONTRACT 8.42).
    #[doc(alias = "clean_orphan_obj_perms")]
    pub async fn clean_orphans(&self, db: impl Into<Db<'_>>, models: &Models, batches: OrphanBatches) -> Result<u64> {
        let db = db.into();
        let mut left = batches.most.unwrap_or(u64::MAX);
        let mut removed = 0;
        for table in [Table::USERS, Table::GROUPS] {
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
    /// Deleting a row through a viewset does this in its transaction; guardian leaves the grants to whoever gets the
    /// key next (CONTRACT 8.41).
    pub async fn remove_all_perms<R: ModelTrait<Entity: Model>>(&self, db: impl Into<Db<'_>>, row: &R) -> Result<u64> {
        let db = db.into();
        let on = db.get_database_backend();
        let model = ModelInfo::of::<R::Entity>();
        if model.key().is_none() {
            return Ok(0);
        }
        let key = RowKey::of(&model, row)?;
        let mut removed = 0;
        for table in [Table::of_users(&model), Table::of_groups(&model)] {
            let mut statement =
                Query::delete().from_table(Alias::new(table.name)).and_where(table.is_on([&key], on)).to_owned();
            if !table.own {
                statement.and_where(is_content_type_of(&model, "content_type_id", on));
            }
            removed += db.execute(&statement).await?.rows_affected();
        }
        Ok(removed)
    }
}

/// The keys of some grants on rows that are not there. Looked for before they are deleted: not every database bounds a
/// `DELETE`, or lets one read the table it deletes from.
async fn orphans(db: Db<'_>, table: Table, model: &ModelInfo, key: &KeyColumn, most: u64) -> Result<Vec<i32>> {
    let on = db.get_database_backend();
    // by key where the text is one, so that the model's own index serves
    let row = Query::select()
        .expr(Expr::cust("1"))
        .from(key.rows())
        .and_where(key.of_row().eq(key.named_by_grant(on)))
        .and_where(key.is_named_by_grant(on))
        .to_owned();
    let statement = Query::select()
        .expr_as(g("id"), Alias::new("id"))
        .from_as(Alias::new(table.name), Alias::new("g"))
        .and_where(is_content_type_of(model, "g.content_type_id", on))
        .and_where(Expr::exists(row).not())
        .limit(Ord::max(most, 1))
        .to_owned();
    let rows = db.query_all(&statement).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

async fn delete(db: Db<'_>, table: Table, grants: Vec<i32>) -> Result<u64> {
    let listed = Expr::col(Alias::new("id")).is_in(grants);
    let statement = Query::delete().from_table(Alias::new(table.name)).and_where(listed).to_owned();
    Ok(db.execute(&statement).await?.rows_affected())
}
