use std::sync::Arc;

use poem::Request;

use super::Site;
use crate::{
    auth::{JoinedRow, User},
    sessions::SetCookies,
};

/// What an endpoint finds of its request, once it is known who makes it.
#[derive(Clone)]
pub(crate) struct RequestContext {
    pub(crate) site: Arc<Site>,
    pub(crate) user: Arc<User>,
    pub(crate) cookies: Arc<SetCookies>,
    /// the row that was looked for together with the user
    pub(crate) joined: Option<Arc<JoinedRow>>,
}

impl RequestContext {
    pub(crate) fn of(request: &Request) -> Option<&Self> {
        request.extensions().get()
    }
}
