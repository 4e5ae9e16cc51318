use http::HeaderMap;

use super::Action;
use crate::{Db, auth::User, model::ModelInfo};

/// One question: may this user do this action on this model?
///
/// It holds no request. The same class is asked about other actions than the running one (is this row viewable? which
/// actions may the caller do on it?), so a class decides by [`action`](Self::action), never by a method.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    user: &'a User,
    action: Action,
    model: Option<&'a ModelInfo>,
    headers: &'a HeaderMap,
    db: Db<'a>,
}

impl<'a> Context<'a> {
    /// A question about a model's rows, or with no model about a plain handler.
    pub fn new(
        user: &'a User,
        action: Action,
        model: Option<&'a ModelInfo>,
        headers: &'a HeaderMap,
        db: impl Into<Db<'a>>,
    ) -> Self {
        let db = db.into();
        Self { user, action, model, headers, db }
    }

    /// Who is asking; [anonymous](User::is_anonymous) when nobody said who they are.
    pub fn user(&self) -> &'a User {
        self.user
    }

    /// What they want to do.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The model whose rows are asked about.
    pub fn model(&self) -> Option<&'a ModelInfo> {
        self.model
    }

    /// The headers of the request.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The running executor: the transaction during a write, else the connection.
    pub fn db(&self) -> Db<'a> {
        self.db
    }

    /// The same question about another action.
    pub fn about(self, action: Action) -> Self {
        Self { action, ..self }
    }
}
