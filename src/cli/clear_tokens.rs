use sea_orm::DatabaseConnection;
use sea_orm_migration::SchemaManager;

use super::{Failure, Outcome, Project, arguments};
use crate::auth::{TOKEN_TABLE, clear_expired_tokens};

/// Deletes the named tokens that have ended.
pub(super) async fn run<P: Project>(options: arguments::ClearTokens) -> Outcome {
    let db = options.database.open_migrated::<P>().await?;
    if !has_named_tokens(&db).await? {
        return Err(Failure::saying("this database has no named tokens: `migration::named_tokens` makes their table"));
    }
    let deleted = clear_expired_tokens(&db, options.batch_size).await?;
    println!("deleted {deleted} tokens that have ended");
    Ok(())
}

/// Not every program has them.
pub(super) async fn has_named_tokens(db: &DatabaseConnection) -> Outcome<bool> {
    Ok(SchemaManager::new(db).has_table(TOKEN_TABLE).await?)
}
