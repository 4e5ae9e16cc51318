//! What a program puts beside its API and around it.

mod cors;
mod health;
mod own_routes;
mod poems_own;
mod request_ids;
mod security_headers;

use poem::{Endpoint, Response, endpoint::BoxEndpoint, http::Method, test::TestClient};
use refrain::{Api, BuiltApi, IsAuthenticated, auth::NewUser};
use refrain_testing::TestDb;

use crate::support::{self, Answer, Rules, auth, sync, user};

/// Cars for whoever says who they are.
struct Known;

impl Rules for Known {
    fn permissions() -> refrain::Access<support::car::Entity> {
        refrain::Access::to(IsAuthenticated)
    }
}

/// The API, and alice's token.
async fn site(db: &TestDb) -> (BuiltApi, String) {
    let auth = auth();
    sync(&auth, db).await;
    let (_, token) = user(&auth, db, NewUser::new("alice"), &[]).await;
    let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth).mount(support::cars::<Known>());
    (api.build().expect("the parts fit"), token)
}

async fn ask(
    endpoint: &TestClient<impl Endpoint>,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Answer {
    let request = endpoint.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    support::answer(request.send().await).await
}

pub(super) fn boxed(endpoint: impl Endpoint + 'static) -> TestClient<BoxEndpoint<'static, Response>> {
    use poem::EndpointExt;
    TestClient::new(endpoint.map_to_response().boxed())
}
