use super::{Outcome, Project, arguments};
use crate::{db::Opening, grants::OrphanBatches};

/// Deletes grants on rows that do not exist.
pub(super) async fn run<P: Project>(options: arguments::CleanOrphans) -> Outcome {
    let auth = P::auth();
    let db = options.database.open::<P>(Opening::Migrating).await?;
    let batches = OrphanBatches { size: options.batch_size, most: options.max_batches };
    let removed = auth.clean_orphans(&db, &P::models(), batches).await?;
    println!("removed {removed} object permission entries with no targets");
    Ok(())
}
