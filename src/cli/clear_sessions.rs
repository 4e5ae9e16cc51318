use super::{Outcome, Project, arguments};
use crate::sessions;

/// Deletes the sessions that have ended.
pub(super) async fn run<P: Project>(options: arguments::ClearSessions) -> Outcome {
    let db = options.database.open_migrated::<P>().await?;
    let deleted = sessions::clear_expired(&db, options.batch_size).await?;
    println!("deleted {deleted} sessions that have ended");
    Ok(())
}
