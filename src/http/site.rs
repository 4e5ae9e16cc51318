use std::sync::Arc;

use sea_orm::DatabaseConnection;

use crate::{
    auth::Auth,
    authentication::Authenticators,
    permission::{IntoPermissions, IsAuthenticated, ModelPermissions, Permissions},
};

/// What every endpoint of an API shares.
pub(crate) struct Site {
    pub(crate) db: DatabaseConnection,
    pub(crate) auth: Auth,
    pub(crate) authenticators: Authenticators,
    /// For viewsets that declare nothing.
    pub(crate) default_permissions: Permissions,
    /// For plain handlers that declare nothing.
    pub(crate) handler_permissions: Permissions,
    /// Answer 403 for rows the caller may not view, as DRF does, where 404 is the rule.
    pub(crate) reveal_hidden_rows: bool,
    /// The most bytes a body may have.
    pub(crate) body_limit: usize,
}

/// Django's `DATA_UPLOAD_MAX_MEMORY_SIZE`.
const BODY_LIMIT: usize = 2_621_440;

impl Site {
    /// Closed until it is said otherwise.
    pub(crate) fn new(db: DatabaseConnection, auth: Auth, authenticators: Authenticators) -> Self {
        Self {
            db,
            auth,
            authenticators,
            default_permissions: ModelPermissions.into_permissions(),
            handler_permissions: IsAuthenticated.into_permissions(),
            reveal_hidden_rows: false,
            body_limit: BODY_LIMIT,
        }
    }

    pub(crate) fn challenge(&self) -> Option<String> {
        self.authenticators.challenge()
    }
}

/// How a handler finds the site of its request.
pub(crate) fn site_of(request: &poem::Request) -> crate::Result<Arc<Site>> {
    request.extensions().get::<Arc<Site>>().cloned().ok_or_else(|| {
        crate::Error::wiring("an endpoint of refrain was mounted outside an `Api`: mount it with `Api::with`")
    })
}
