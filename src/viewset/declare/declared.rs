use serde::Serialize;

/// Who said which permission classes an endpoint asks.
///
/// ```
/// # use refrain::doc_example::{Example, cars::Cars};
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use refrain::{Api, viewset::Declared};
///
/// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
/// let table = api.permissions().await;
/// let list = table.endpoints.iter().find(|endpoint| endpoint.action == "list").unwrap();
/// assert_eq!(list.declared, Declared::ViewSet);
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Declared {
    /// Nobody: the global default holds because nothing else does.
    Nothing,
    /// The viewset says that the global default is meant ([`Access::global`](crate::viewset::Access::global)).
    Default,
    /// The viewset, for all its actions.
    ViewSet,
    /// The endpoint itself: the viewset for this very action, the action, or the handler.
    Action,
}
