use serde::Serialize;

/// Who said which permission classes an endpoint asks.
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
