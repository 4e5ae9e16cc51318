//! Guards before what is no viewset: the decorators and mixins of Django's views (CONTRACT 4.1 to 4.6).

use poem::{
    Endpoint, EndpointExt, Response, Route, endpoint::BoxEndpoint, get, handler, http::Method, test::TestClient,
};
use refrain::{
    Api, Caller, HasPerm, HasPerms, IntoPermissions, IsAuthenticated, UserPasses,
    api::Guarding,
    auth::{NewUser, User},
};
use refrain_testing::{TestDb, counted, every_database};

use crate::{
    beside::boxed as client,
    support::{self, Answer, auth, sync, user},
};

#[handler]
fn page(caller: Caller) -> String {
    format!("a page for {}", caller.username)
}

/// A page behind one guard, and who may ask for it.
struct Site {
    api: refrain::BuiltApi,
    /// nobody, bob who lacks the permission, alice who has it
    tokens: [String; 3],
}

impl Site {
    async fn open(db: &TestDb) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let (_, alice) = user(&auth, db, NewUser::new("alice"), &["change", "view"]).await;
        let (_, bob) = user(&auth, db, NewUser::new("bob"), &["view"]).await;
        let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth).build().expect("the parts fit");
        Self { api, tokens: [String::new(), bob, alice] }
    }

    fn guard(&self, permissions: impl IntoPermissions) -> Guarding {
        self.api.guarding(permissions).expect("it guards")
    }

    fn pages(&self, permissions: impl IntoPermissions) -> Guarding {
        self.guard(permissions).or_log_in_at("/login")
    }

    /// The statuses for nobody, bob and alice.
    async fn outcomes(&self, endpoint: impl Endpoint + 'static) -> [u16; 3] {
        let client = client(Route::new().at("/cars", endpoint));
        let mut told = [0; 3];
        for (place, token) in self.tokens.iter().enumerate() {
            told[place] = ask(&client, Method::GET, "/cars", token).await.code();
        }
        told
    }
}

async fn ask(client: &TestClient<BoxEndpoint<'static, Response>>, method: Method, path: &str, token: &str) -> Answer {
    let request = client.request(method, path);
    let request = if token.is_empty() { request } else { request.header("authorization", format!("Token {token}")) };
    support::answer(request.send().await).await
}

const CHANGE: HasPerm = HasPerm("drivers.change_car");

/// `@login_required`, `LoginRequiredMixin`.
#[every_database]
async fn login_required(db: TestDb) {
    let site = Site::open(&db).await;
    assert_eq!(site.outcomes(get(page).with(site.pages(IsAuthenticated))).await, [302, 200, 200]);
}

/// `LoginRequiredMixin` with `raise_exception`.
#[every_database(sqlite, because = "the rows are those of the others")]
async fn login_required_that_raises(db: TestDb) {
    let site = Site::open(&db).await;
    assert_eq!(site.outcomes(get(page).with(site.guard(IsAuthenticated))).await, [401, 200, 200]);
}

/// `@permission_required("drivers.change_car")`, `PermissionRequiredMixin`: who is logged in is not sent round in a circle.
#[every_database]
async fn permission_required(db: TestDb) {
    let site = Site::open(&db).await;
    assert_eq!(site.outcomes(get(page).with(site.pages(CHANGE))).await, [302, 403, 200]);
}

/// What it asks, and no more, is read together with who asks.
#[every_database]
async fn a_guard_costs_the_one_statement_that_knows_its_caller(db: TestDb) {
    let [_, bob, alice] = Site::open(&db).await.tokens;
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1.0", counting).auth(auth()).build().expect("the parts fit");
    let guard = api.guarding(CHANGE).expect("it guards");
    let client = client(Route::new().at("/cars", get(page).with(guard)));
    for (token, status) in [("", 401), (&*bob, 403), (&*alice, 200)] {
        counter.take();
        assert_eq!(ask(&client, Method::GET, "/cars", token).await.code(), status);
        let statements = counter.take();
        assert_eq!(statements.len(), usize::from(!token.is_empty()), "{status}: {statements:#?}");
        assert!(statements.iter().all(|sql| sql.contains("codename IN (")), "{statements:#?}");
    }
}

/// `@permission_required(…, raise_exception=True)`.
#[every_database]
async fn permission_required_that_raises(db: TestDb) {
    let site = Site::open(&db).await;
    assert_eq!(site.outcomes(get(page).with(site.guard(CHANGE))).await, [401, 403, 200]);
}

/// The seed's own: `@login_required` around `@permission_required(…, raise_exception=True)`, and the other way round.
#[every_database(sqlite, because = "the rows are those of the others")]
async fn login_required_and_permission_required_are_stacked(db: TestDb) {
    let site = Site::open(&db).await;
    let inside = get(page).with(site.guard(CHANGE));
    assert_eq!(site.outcomes(inside.with(site.pages(IsAuthenticated))).await, [302, 403, 200]);
    let outside = get(page).with(site.pages(IsAuthenticated)).with(site.guard(CHANGE));
    assert_eq!(site.outcomes(outside).await, [401, 403, 200]);
    // one guard says both
    assert_eq!(site.outcomes(get(page).with(site.pages(IsAuthenticated & CHANGE))).await, [302, 403, 200]);
}

/// A list of permissions is all of them (CONTRACT 4.2), and an empty one is refused instead of open to all.
#[every_database(sqlite, because = "the rows are those of the others")]
async fn permission_required_of_several(db: TestDb) {
    let site = Site::open(&db).await;
    let both = || HasPerms(["drivers.view_car", "drivers.change_car"]);
    assert_eq!(site.outcomes(get(page).with(site.pages(both()))).await, [302, 403, 200]);
    let neither = HasPerms(["drivers.change_car", "drivers.export_car"]);
    assert_eq!(site.outcomes(get(page).with(site.pages(neither))).await, [302, 403, 403]);
    assert!(site.api.guarding(HasPerms([""; 0])).is_err());
}

/// `@user_passes_test`, `UserPassesTestMixin`.
#[every_database(sqlite, because = "the rows are those of the others")]
async fn user_passes_test(db: TestDb) {
    let site = Site::open(&db).await;
    let alice = || UserPasses("is called alice", |user: &User| user.username == "alice");
    assert_eq!(site.outcomes(get(page).with(site.pages(alice()))).await, [302, 403, 200]);
    assert_eq!(site.outcomes(get(page).with(site.guard(IsAuthenticated & !alice()))).await, [401, 200, 403]);
    assert_eq!(alice().into_permissions().to_string(), "UserPasses(\"is called alice\")");
}

/// The guard is asked before the method is looked at (CONTRACT 4.4), over every page of a router.
#[every_database(sqlite, because = "the rows are those of the others")]
async fn a_guard_over_a_whole_router(db: TestDb) {
    let site = Site::open(&db).await;
    let routes = Route::new().at("/", get(page)).at("/edit", get(page));
    let client = client(Route::new().nest("/cars", routes.with(site.pages(CHANGE))).at("/open", get(open)));
    let [nobody, bob, alice] = &site.tokens;
    for path in ["/cars", "/cars/edit", "/cars/nothing"] {
        assert_eq!(ask(&client, Method::GET, path, nobody).await.code(), 302, "{path}");
        assert_eq!(ask(&client, Method::GET, path, bob).await.code(), 403, "{path}");
    }
    assert_eq!(ask(&client, Method::PUT, "/cars/edit", nobody).await.code(), 302);
    assert_eq!(ask(&client, Method::PUT, "/cars/edit", alice).await.code(), 405);
    assert_eq!(ask(&client, Method::GET, "/cars/nothing", alice).await.code(), 404);
    assert_eq!(ask(&client, Method::GET, "/cars/edit", alice).await.text, "a page for alice");
    assert_eq!(ask(&client, Method::GET, "/open", nobody).await.code(), 200);
}

#[handler]
fn open() -> &'static str {
    "open"
}

#[every_database(sqlite, because = "the rows are those of the others")]
async fn who_is_led_to_log_in_comes_back_to_where_they_were(db: TestDb) {
    let site = Site::open(&db).await;
    let client = client(Route::new().at("/cars", get(page).with(site.pages(IsAuthenticated))));
    let answer = ask(&client, Method::GET, "/cars?a=1&b=%20x&next=//evil.example", "").await;
    let back = "/login?next=/cars%3Fa%3D1%26b%3D%2520x%26next%3D//evil.example";
    assert_eq!((answer.code(), answer.header("location")), (302, Some(back)));
    assert_eq!((answer.header("cache-control"), answer.header("vary")), (Some("private"), Some("Authorization")));
    assert_eq!((&*answer.text, answer.header("www-authenticate")), ("", None));
    // a credential that is wrong is that, and nobody's log-in mends it
    let answer = ask(&client, Method::GET, "/cars", "wrong").await;
    assert_eq!(answer.code(), 401);
}

#[every_database(sqlite, because = "the rows are those of the others")]
async fn a_refusal_is_a_page_where_pages_are(db: TestDb) {
    let site = Site::open(&db).await;
    let client = client(Route::new().at("/cars", get(page).with(site.pages(CHANGE))));
    let answer = ask(&client, Method::GET, "/cars", &site.tokens[1]).await;
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.text.contains("<h1>403 Forbidden</h1>"), "{}", answer.text);
    assert!(answer.text.contains("You do not have permission to perform this action."), "{}", answer.text);
}

#[every_database(sqlite, because = "the rows are those of the others")]
async fn what_is_no_address_is_a_mistake(db: TestDb) {
    let site = Site::open(&db).await;
    for address in ["", "/log in", "/login\r\nset-cookie: a=b", "/login#top"] {
        let guard = site.guard(IsAuthenticated);
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| guard.or_log_in_at(address)));
        assert!(made.is_err(), "{address:?}");
    }
}
