//! The routes as Refrain's viewsets: with a count and without, and telling row permissions or not.

use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Api, Guarded, IsAuthenticated, IsOwnerOrReadOnly, ModelPermissions, Pagination, ViewSet,
    doc_example::{car, cars::Car},
};
use sea_orm::DatabaseConnection;

struct Cars<const TOLD: bool, const COUNTED: bool>;

impl<const TOLD: bool, const COUNTED: bool> ViewSet for Cars<TOLD, COUNTED> {
    type Serializer = Car;
    const PATH: &'static str = match (TOLD, COUNTED) {
        (false, true) => "/cars",
        (false, false) => "/uncounted",
        (true, true) => "/told/cars",
        (true, false) => "/told/uncounted",
    };
    const ROW_PERMISSIONS: bool = TOLD;

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }

    fn pagination() -> Pagination {
        if COUNTED { Pagination::default() } else { Pagination::default().without_count() }
    }
}

/// Asks who calls, and nothing else.
struct Me;

#[OpenApi]
impl Me {
    #[oai(path = "/me", method = "get")]
    async fn me(&self, caller: Guarded<IsAuthenticated>) -> PlainText<String> {
        PlainText(caller.username.clone())
    }
}

pub(crate) fn endpoint(db: DatabaseConnection) -> poem::endpoint::BoxEndpoint<'static, poem::Response> {
    let api = Api::new("Cars", "1", db)
        .mount(Cars::<false, true>)
        .mount(Cars::<false, false>)
        .mount(Cars::<true, true>)
        .mount(Cars::<true, false>)
        .with(Me);
    api.build().expect("the parts fit").into_endpoint()
}
