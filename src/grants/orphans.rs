use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{assign::RowKey, granted::exactly};
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

const GENERIC: [&str; 2] = ["guardian_userobjectpermission", "guardian_groupobjectpermission"];

impl Auth {
    /// Deletes grants on rows of these models that do not exist, in bounded batches. Returns how many there were.
    ///
    /// A grant whose text is no key of the model is on no row. Grants on models that are not named are left alone.
    #[doc(alias = "clean_orphan_obj_perms")]
    pub async fn clean_orphans(&self, db: impl Into<Db<'_>>, models: &Models, batches: OrphanBatches) -> Result<u64> {
        let db = db.into();
        let (mut removed, mut run) = (0, 0);
        for model in models {
            for table in GENERIC {
                loop {
                    if batches.most.is_some_and(|most| run >= most) {
                        return Ok(removed);
                    }
                    run += 1;
                    let deleted = delete_orphans(db, model, table, batches.size).await?;
                    removed += deleted;
                    if deleted < batches.size {
                        break;
                    }
                }
            }
        }
        if removed > 0 {
            self.permissions_changed();
        }
        Ok(removed)
    }

    /// Deletes every grant on a row; called as the row is deleted through Refrain, in its transaction. Guardian leaves
    /// them to whoever gets the key next (CONTRACT 8.41).
    pub async fn remove_all_perms<M: Model>(&self, db: impl Into<Db<'_>>, row: &M::Model) -> Result<u64> {
        let db = db.into();
        let on = db.get_database_backend();
        let model = ModelInfo::of::<M>();
        if model.key().is_none() {
            return Ok(0);
        }
        let key = RowKey::of::<M>(&model, row)?;
        let mut removed = 0;
        for (own, generic) in [(model.user_grants(), GENERIC[0]), (model.group_grants(), GENERIC[1])] {
            let mut statement = Query::delete().from_table(Alias::new(own.unwrap_or(generic))).to_owned();
            match own {
                Some(_) => {
                    statement.and_where(Expr::col(Alias::new("content_object_id")).eq(key.value.clone()));
                }
                None => {
                    statement
                        .and_where(exactly("object_pk", &key.text, on))
                        .and_where(Expr::col(Alias::new("content_type_id")).in_subquery(content_type(&model, on)));
                }
            }
            removed += db.execute(&statement).await?.rows_affected();
        }
        Ok(removed)
    }
}

/// One batch: looked for first, so that a delete names its rows on every database.
async fn delete_orphans(db: Db<'_>, model: &ModelInfo, table: &'static str, size: u64) -> Result<u64> {
    let Some(key) = model.key() else { return Ok(0) };
    let on = db.get_database_backend();
    let same = match on {
        sea_orm::DbBackend::MySql => Expr::cust("BINARY g.object_pk").eq(key.text_of_row(on)),
        _ => Expr::cust("g.object_pk").eq(key.text_of_row(on)),
    };
    // by key where the text is one, so that the model's own index serves
    let row = Query::select()
        .expr(Expr::cust("1"))
        .from(key.table())
        .and_where(key.of_row().eq(key.from_text(on)))
        .and_where(same)
        .to_owned();
    let orphans = Query::select()
        .expr_as(Expr::cust("g.id"), Alias::new("id"))
        .from_as(Alias::new(table), Alias::new("g"))
        .and_where(Expr::cust("g.content_type_id").in_subquery(content_type(model, on)))
        .and_where(Expr::exists(row).not())
        .limit(size)
        .to_owned();
    let rows = db.query_all(&orphans).await?;
    let ids = rows.iter().map(|row| row.try_get::<i32>("", "id")).collect::<Result<Vec<_>, _>>()?;
    if ids.is_empty() {
        return Ok(0);
    }
    let statement =
        Query::delete().from_table(Alias::new(table)).and_where(Expr::col(Alias::new("id")).is_in(ids)).to_owned();
    Ok(db.execute(&statement).await?.rows_affected())
}

fn content_type(model: &ModelInfo, on: sea_orm::DbBackend) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("django_content_type"))
        .and_where(exactly("app_label", model.app_label(), on))
        .and_where(exactly("model", model.model_name(), on))
        .to_owned()
}
