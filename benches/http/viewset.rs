//! The routes as Refrain's viewsets: with a count and without, and telling row permissions or not.

use std::time::Duration;

use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Api, Guarded, IsAuthenticated, IsOwnerOrReadOnly, ModelPermissions, Pagination, ViewSet,
    auth::Snapshots,
    doc_example::{car, cars::Car},
};
use sea_orm::{DatabaseConnection, DbBackend};

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

/// As fresh as a second, which PostgreSQL tells; SQLite tells nothing.
pub(crate) fn snapshots(db: &DatabaseConnection) -> Snapshots {
    let second = Duration::from_secs(1);
    match db.get_database_backend() {
        DbBackend::Postgres => Snapshots::told_within(second),
        _ => Snapshots::kept_for(second),
    }
}

pub(crate) async fn endpoint(
    db: DatabaseConnection,
    snapshots: Option<Snapshots>,
) -> poem::endpoint::BoxEndpoint<'static, poem::Response> {
    let mut api = Api::new("Cars", "1", db);
    if let Some(snapshots) = snapshots {
        api = api.snapshots(snapshots);
    }
    let api = api
        .mount(Cars::<false, true>)
        .mount(Cars::<false, false>)
        .mount(Cars::<true, true>)
        .mount(Cars::<true, false>)
        .with(Me);
    let api = api.build().expect("the parts fit");
    api.listen().await.expect("the triggers are there");
    api.into_endpoint()
}
