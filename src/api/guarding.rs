use std::sync::Arc;

use poem::{Endpoint, Middleware, Response, endpoint::BoxEndpoint};

use super::{
    BuiltApi,
    front::{Asks, Front},
};
use crate::{
    Result,
    http::Site,
    permission::{IntoPermissions, Permissions},
    viewset::Actions,
};

/// Permission classes before a poem endpoint that is no `#[OpenApi]` method; made by [`BuiltApi::guarding`].
#[derive(Clone)]
pub struct Guarding {
    site: Arc<Site>,
    actions: Arc<Actions>,
    permissions: Permissions,
}

impl BuiltApi {
    /// A middleware that asks these permissions before any poem endpoint, as the API's own handlers are asked:
    /// authenticated by the same authenticators, refused with the same problems.
    ///
    /// ```no_run
    /// use poem::{EndpointExt, Route, get, handler};
    /// use refrain::{Api, Caller, IsAdminUser};
    ///
    /// #[handler]
    /// fn report(caller: Caller) -> String {
    ///     format!("for {}", caller.username)
    /// }
    ///
    /// # fn run(db: sea_orm::DatabaseConnection) -> refrain::Result<()> {
    /// let api = Api::new("Drivers", "1.0", db).build()?;
    /// let guarded = get(report).with(api.guarding(IsAdminUser)?);
    /// let app = Route::new().at("/report", guarded).nest("/", api.into_endpoint());
    /// # let _ = app;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Classes about a model or its rows are an error: such an endpoint has neither.
    pub fn guarding(&self, permissions: impl IntoPermissions) -> Result<Guarding> {
        let permissions = permissions.into_permissions();
        permissions.check(None)?;
        Ok(Guarding { site: self.gate.site.clone(), actions: self.actions.clone(), permissions })
    }
}

impl<E: Endpoint + 'static> Middleware<E> for Guarding {
    type Output = BoxEndpoint<'static, Response>;

    fn transform(&self, inner: E) -> Self::Output {
        let asks = Asks::Handler(self.permissions.clone(), None);
        let asked = asks.asked();
        Front::before(self.site.clone(), self.actions.clone(), asks, asked, inner)
    }
}
