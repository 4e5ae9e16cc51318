use super::{Failure, Outcome, Project, arguments};
use crate::{
    auth::sync::{SyncOptions, SyncReport},
    db::Opening,
    migration::WithPermissions,
};

pub(super) async fn run<P: Project>(options: arguments::SyncPermissions) -> Outcome {
    let db = options.database.open::<P>(Opening::Migrating).await?;
    let changes = SyncOptions { change_adopted: options.change_adopted, remove: options.remove };
    let report = WithPermissions::<P>::sync((&db).into(), &changes).await?;
    print(&report.ok_or_else(|| Failure::saying("there are no tables for permissions yet: run `migrate` first"))?);
    Ok(())
}

/// What was done and found, a line each.
pub(super) fn print(report: &SyncReport) {
    let lines = report.to_string();
    if lines.is_empty() { println!("every permission was there already") } else { print!("{lines}") }
}
