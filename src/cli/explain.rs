use super::{Outcome, Project, arguments};
use crate::db::Opening;

/// Prints why a request would be answered as it would.
pub(super) async fn run<P: Project>(options: arguments::Explain) -> Outcome {
    let auth = P::auth();
    let db = options.database.open::<P>(Opening::Looking).await?;
    let api = options.defaults.api::<P>(&db, &auth)?;
    let explanation = api.explain(options.user.as_deref(), &options.method, &options.path).await?;
    print!("{explanation}");
    Ok(())
}
