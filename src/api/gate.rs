use std::sync::Arc;

use http::HeaderMap;

use super::guarded::{about_handler, admits};
use crate::{
    Result,
    auth::User,
    http::Site,
    permission::{Action, Rule},
    viewset::{Endpoint, Visit},
};

/// The question that every request meets first, asked without the request, by the very guards that stand before the
/// endpoints.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) site: Arc<Site>,
}

impl Gate {
    /// What an endpoint's permissions mean for a caller; where they mean no row, a request is answered 401 or 403.
    pub(super) async fn rule(&self, endpoint: &Endpoint, user: &Arc<User>, headers: &Arc<HeaderMap>) -> Result<Rule> {
        let Some((guard, _)) = &endpoint.guard else {
            let cx = about_handler(&self.site, user, headers, endpoint.method.is_safe());
            let admitted = admits(&endpoint.permissions.meaning(&cx).await?, &endpoint.permissions)?;
            return Ok(if admitted { Rule::Always } else { Rule::Never });
        };
        let visit =
            Visit { site: self.site.clone(), guard: guard.clone(), user: user.clone(), headers: headers.clone() };
        visit.rule(visit.db()).await
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
