use super::{
    Outcome, Project,
    arguments::{Permissions, TableFormat},
    out,
};
use crate::db::Opening;

/// Prints what every endpoint asks.
pub(super) async fn run<P: Project>(options: Permissions) -> Outcome {
    let auth = P::auth();
    let db = options.database.open::<P>(Opening::Looking).await?;
    let table = options.defaults.api::<P>(&db, &auth)?.permissions().await;
    match options.format {
        TableFormat::Text => out::text(&table.to_string()),
        TableFormat::Markdown => out::text(&table.to_markdown()),
        TableFormat::Json => out::json(&table),
    }
}
