use std::sync::Arc;

use http::HeaderMap;

use super::guarded::{about_handler, admits};
use crate::{
    Result,
    auth::User,
    http::Site,
    permission::{Action, Context, Rule},
    viewset::Endpoint,
};

/// The question that every request meets first, asked without the request, in the words of the guards that stand before
/// the endpoints.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) site: Arc<Site>,
}

impl Gate {
    /// What an endpoint's permissions mean for a caller; where they mean no row, a request is answered 401 or 403.
    pub(super) async fn rule(&self, endpoint: &Endpoint, user: &User, headers: &HeaderMap) -> Result<Rule> {
        let rule = endpoint.permissions.meaning(&question(endpoint, &self.site, user, headers)).await?;
        if endpoint.guard.is_none() {
            // a handler has no rows for a condition to be about
            admits(&rule, &endpoint.permissions)?;
        }
        Ok(rule)
    }
}

/// The question itself: about the guard's action and model, or about a plain handler.
pub(super) fn question<'a>(
    endpoint: &'a Endpoint,
    site: &'a Site,
    user: &'a User,
    headers: &'a HeaderMap,
) -> Context<'a> {
    match &endpoint.guard {
        Some((guard, _)) => Context::new(user, guard.action, Some(&guard.model), headers, &site.db),
        None => about_handler(site, user, headers, endpoint.method.is_safe()),
    }
}

/// Does it answer with rows that the rule filters?
pub(super) fn lists(endpoint: &Endpoint) -> bool {
    match endpoint.action {
        Some(Action::List) => true,
        Some(Action::Custom(_)) => !endpoint.on_row,
        _ => false,
    }
}
