//! Rules that only Rust can say: how lists, rows and writes ask a hook, and when they do not.

use std::sync::{Arc, Mutex};

use poem::http::Method;
use refrain::{
    Access, Action, AllowAny, Api, Combine, Context, DenyAll, Error, Hook, IntoPermissions, Lists, Operators,
    PermissionClass, Result, RowHook, Rule,
    api::Part,
    async_trait,
    auth::{Auth, NewUser},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait};
use serde_json::json;

use crate::support::{Answer, Client, Rules, auth, car, cars, user};

/// The names of the rows a hook was asked about.
type Asked = Arc<Mutex<Vec<String>>>;

fn asked(log: &Asked) -> Vec<String> {
    let mut names = std::mem::take(&mut *log.lock().expect("no test panics holding it"));
    names.sort();
    names
}

/// Admits names with an `a`, asking for at most so many rows. About a row called `broken` it cannot tell.
#[derive(Clone, Default)]
struct HasA<const AT_MOST: usize = 100>(Asked);

#[async_trait]
impl<const AT_MOST: usize> RowHook for HasA<AT_MOST> {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: AT_MOST };

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        self.0.lock().expect("no test panics holding it").push(row.name.clone());
        match row.name.as_str() {
            "broken" => Err(Error::could_not_tell("the service is away")),
            name => Ok(name.contains('a')),
        }
    }
}

/// Admits published cars with an `a`; the database sorts out the others.
#[derive(Clone, Default)]
struct PublishedWithA(Asked);

#[async_trait]
impl RowHook for PublishedWithA {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::Where(|_| Rule::when(car::Column::Published.eq(true)));

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        self.0.lock().expect("no test panics holding it").push(row.name.clone());
        Ok(row.published && row.name.contains('a'))
    }
}

/// Admits published cars, in SQL.
#[derive(Clone, Copy, Operators)]
struct Published;

#[async_trait]
impl PermissionClass for Published {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }
}

struct Undeclared;

impl Rules for Undeclared {}

struct Site {
    auth: Auth,
    db: DatabaseConnection,
    token: String,
}

impl Site {
    /// Cars of these names; those in capitals are published.
    async fn with(db: &TestDb, names: &[&str]) -> Self {
        let auth = auth();
        let (_, token) = user(&auth, db, NewUser::new("alice"), &[]).await;
        for name in names {
            let published = name.starts_with(char::is_uppercase);
            let car =
                car::ActiveModel { name: Set((*name).to_owned()), published: Set(published), ..Default::default() };
            car.insert(db.db()).await.expect("a car is made");
        }
        Self { auth, db: db.db().clone(), token }
    }

    fn under(&self, permissions: impl IntoPermissions) -> Asking<'_> {
        let api = Api::new("Drivers", "1.0", self.db.clone())
            .auth(self.auth.clone())
            .default_permissions(permissions)
            .mount(cars::<Undeclared>());
        Asking { client: Client::new(api.build().expect("the parts fit")), token: &self.token }
    }
}

/// Alice, and the cars under some permissions.
struct Asking<'a> {
    client: Client,
    token: &'a str,
}

impl Asking<'_> {
    async fn get(&self, path: &str) -> Answer {
        self.client.get(path, self.token).await
    }

    async fn patch(&self, path: &str, name: &str) -> Answer {
        self.client.ask(Method::PATCH, path, self.token, Some(json!({ "name": name }))).await
    }

    async fn listed(&self, path: &str) -> Vec<String> {
        let answer = self.get(path).await;
        assert_eq!(answer.code(), 200, "{}", answer.text);
        names(&answer)
    }

    /// The names whose own routes answer, among the first so many.
    async fn opened(&self, rows: usize) -> Vec<String> {
        let mut opened = Vec::new();
        for id in 1..=rows {
            let answer = self.get(&format!("/api/cars/{id}")).await;
            match answer.code() {
                200 => opened.push(answer.json()["name"].as_str().expect("a name").to_owned()),
                code => assert_eq!(code, 404, "{}", answer.text),
            }
        }
        opened
    }
}

fn names(answer: &Answer) -> Vec<String> {
    let results = answer.json()["results"].as_array().cloned().unwrap_or_default();
    results.iter().filter_map(|car| car["name"].as_str().map(str::to_owned)).collect()
}

/// The next page: links begin with the request's path, also where no server brought the request.
fn after(page: &Answer) -> Option<String> {
    page.json()["next"].as_str().map(str::to_owned)
}

#[every_database]
async fn a_list_in_memory_shows_the_rows_that_can_be_opened(db: TestDb) {
    let site = Site::with(&db, &["bat", "Cat", "Dog", "emu", "Fox", "gnat"]).await;
    let hook = || Hook(HasA::<100>::default());
    for (permissions, expected) in [
        (hook().into_permissions(), vec!["bat", "Cat", "gnat"]),
        (hook().not().into_permissions(), vec!["Dog", "emu", "Fox"]),
        (hook().and(Published).into_permissions(), vec!["Cat"]),
        ((Published & hook()).into_permissions(), vec!["Cat"]),
        ((Published | hook()).into_permissions(), vec!["bat", "Cat", "Dog", "Fox", "gnat"]),
        ((!(Published | hook())).into_permissions(), vec!["emu"]),
        ((!Published & !(!Published & hook().not())).into_permissions(), vec!["bat", "gnat"]),
        (hook().and(hook().not()).into_permissions(), vec![]),
    ] {
        let expression = permissions.to_string();
        let asking = site.under(permissions);
        let list = asking.get("/api/cars").await;
        assert_eq!(names(&list), expected, "{expression}");
        assert_eq!(list.json()["count"], expected.len(), "{expression}");
        assert_eq!(asking.opened(6).await, expected, "{expression}");
    }
}

#[every_database]
async fn pages_in_memory_are_full_and_join_into_the_list(db: TestDb) {
    let site = Site::with(&db, &["a1", "x", "a2", "y", "a3", "z", "a4", "a5"]).await;
    let asking = site.under(Hook(HasA::<100>::default()));
    let mut found = Vec::new();
    let mut next = Some("/api/cars?limit=2".to_owned());
    while let Some(path) = next {
        let page = asking.get(&path).await;
        assert_eq!(page.json()["count"], 5);
        found.push(names(&page));
        next = after(&page);
    }
    assert_eq!(found, [vec!["a1", "a2"], vec!["a3", "a4"], vec!["a5"]]);
    assert_eq!(asking.get("/api/cars?limit=2&offset=5").await.code(), 404);
    assert_eq!(asking.listed("/api/cars?ordering=-name&limit=2").await, ["a5", "a4"]);
}

impl Asking<'_> {
    /// Every page from this one on, as `next` leads.
    async fn pages(&self, from: &str) -> Vec<Answer> {
        let mut pages = Vec::new();
        let mut next = Some(from.to_owned());
        while let Some(path) = next {
            let page = self.get(&path).await;
            assert_eq!(page.code(), 200, "{path}: {}", page.text);
            next = after(&page);
            pages.push(page);
            assert!(pages.len() < 20, "a list ends");
        }
        pages
    }
}

#[every_database]
async fn a_list_beyond_the_cap_is_paged_by_candidates(db: TestDb) {
    let site = Site::with(&db, &["Bat", "Cat", "Dog", "emu", "Gnat", "fox", "rat"]).await;
    let capped = || Hook(HasA::<3>::default());
    for permissions in [
        capped().into_permissions(),
        capped().not().into_permissions(),
        (Published | capped()).into_permissions(),
        capped().and(Hook(HasA::<100>::default())).into_permissions(),
        capped().or(Hook(PublishedWithA::default())).into_permissions(),
    ] {
        let expression = permissions.to_string();
        let asking = site.under(permissions);
        let opened = asking.opened(7).await;
        for path in ["/api/cars", "/api/cars?limit=1", "/api/cars?limit=2", "/api/cars?limit=2&offset=0"] {
            let pages = asking.pages(path).await;
            let listed: Vec<String> = pages.iter().flat_map(names).collect();
            assert_eq!(listed, opened, "{path} under {expression}");
            assert!(pages.iter().all(|page| page.json().get("count").is_none()), "{path} under {expression}");
        }
    }
    let under = site.under(Published & capped().not());
    assert_eq!(under.get("/api/cars?published=false").await.json()["count"], 0, "what is no candidate does not count");
    let counted = site.under(Hook(HasA::<7>::default())).get("/api/cars").await;
    assert_eq!((names(&counted).len(), &counted.json()["count"]), (4, &json!(4)), "at the cap, not beyond it");
}

#[every_database]
async fn no_request_for_a_list_asks_about_more_rows_than_the_cap_and_a_page(db: TestDb) {
    let site = Site::with(&db, &["Dog", "Emu", "Fox", "Ibex", "Bat"]).await;
    let hook = HasA::<3>::default();
    let asking = site.under(Hook(hook.clone()));
    let first = asking.get("/api/cars").await;
    assert_eq!((names(&first), asked(&hook.0)), (vec![], ["Dog", "Emu", "Fox"].map(str::to_owned).to_vec()));
    let next = after(&first).expect("an empty page is no end");
    assert!(next.contains("candidate_offset=3"), "{next}");
    let last = asking.get(&next).await;
    assert_eq!((names(&last), after(&last)), (vec!["Bat".to_owned()], None));
    assert_eq!(asked(&hook.0), ["Bat", "Ibex"]);
    let previous = last.json()["previous"].as_str().expect("there is a page before").to_owned();
    assert!(!previous.contains("candidate_offset"), "{previous}");
    assert_eq!(asking.get("/api/cars?candidate_offset=5").await.code(), 404);
    let both = asking.get("/api/cars?offset=1&candidate_offset=1").await;
    assert_eq!((both.code(), both.json()["errors"]["candidate_offset"].is_array()), (400, true));
    let without_hooks = site.under(Published).get("/api/cars?candidate_offset=1").await;
    assert_eq!(without_hooks.code(), 400, "a list that asks no hook has no such parameter");
}

/// Somebody else adds and deletes rows while the list is read.
#[every_database]
async fn a_list_that_crosses_the_cap_while_it_is_read_passes_nothing_over(db: TestDb) {
    let site = Site::with(&db, &["x1", "x2", "a3", "a4", "x5", "a6"]).await;
    let asking = site.under(Hook(HasA::<5>::default()));
    let first = asking.get("/api/cars?limit=3").await;
    assert_eq!(names(&first), ["a3"], "of three candidates");
    car::Entity::delete_by_id(6).exec(db.db()).await.expect("it is deleted");
    let rest: Vec<String> = asking.pages(&after(&first).expect("there is more")).await.iter().flat_map(names).collect();
    assert_eq!(rest, ["a4"], "below the cap, the first three rows would be passed over");

    let first = asking.get("/api/cars?limit=1").await;
    assert_eq!((names(&first), &first.json()["count"]), (vec!["a3".to_owned()], &json!(2)));
    for name in ["x7", "a8"] {
        let car = car::ActiveModel { name: Set(name.to_owned()), published: Set(false), ..Default::default() };
        car.insert(db.db()).await.expect("a car is made");
    }
    let rest: Vec<String> = asking.pages(&after(&first).expect("there is more")).await.iter().flat_map(names).collect();
    assert_eq!(rest, ["a3", "a4", "a8"], "one again, and none passed over");
}

#[every_database]
async fn a_pre_filter_cuts_pages_before_the_hook_is_asked(db: TestDb) {
    let site = Site::with(&db, &["Bat", "bat", "Dog", "Emu", "emu", "Gnat"]).await;
    let hook = PublishedWithA::default();
    let asking = site.under(Hook(hook.clone()));

    let page = asking.get("/api/cars?limit=3").await;
    assert_eq!(names(&page), ["Bat"], "of three candidates two are not admitted");
    assert!(page.json().get("count").is_none(), "nobody knows how many there are: {}", page.text);
    assert_eq!(asked(&hook.0), ["Bat", "Dog", "Emu"], "others never meet the hook");
    let page = asking.get(&after(&page).expect("there is more")).await;
    assert_eq!((names(&page), after(&page)), (vec!["Gnat".to_owned()], None));

    assert_eq!(asking.opened(6).await, ["Bat", "Gnat"]);
}

#[every_database]
async fn an_empty_page_of_a_pre_filter_is_no_end(db: TestDb) {
    let site = Site::with(&db, &["Dog", "Emu", "Bat"]).await;
    let asking = site.under(Hook(PublishedWithA::default()));
    let page = asking.get("/api/cars?limit=1&offset=1").await;
    assert_eq!((page.code(), names(&page)), (200, vec![]));
    assert_eq!(asking.listed(&after(&page).expect("there is more")).await, ["Bat"]);
    assert_eq!(asking.get("/api/cars?limit=1&offset=3").await.code(), 404);
    let last = site.under(Hook(PublishedWithA::default()).not()).get("/api/cars?limit=2&offset=2").await;
    assert_eq!((last.code(), names(&last), after(&last)), (200, vec![], None), "a link leads to it");
}

#[every_database]
async fn a_pre_filter_is_not_used_under_not(db: TestDb) {
    let site = Site::with(&db, &["Bat", "bat", "Dog", "emu"]).await;
    let hook = || Hook(PublishedWithA::default());
    for (permissions, expected) in [
        (hook().not().into_permissions(), vec!["bat", "Dog", "emu"]),
        (hook().not().not().into_permissions(), vec!["Bat"]),
        ((!Published & hook().not()).into_permissions(), vec!["bat", "emu"]),
        ((!(Published & hook())).into_permissions(), vec!["bat", "Dog", "emu"]),
        ((!Published | hook()).into_permissions(), vec!["Bat", "bat", "emu"]),
    ] {
        let expression = permissions.to_string();
        let asking = site.under(permissions);
        assert_eq!(asking.listed("/api/cars").await, expected, "{expression}");
        assert_eq!(asking.opened(4).await, expected, "{expression}");
    }
}

#[every_database]
async fn a_hook_that_cannot_tell_is_no_answer(db: TestDb) {
    let site = Site::with(&db, &["bat", "broken", "Dog"]).await;
    let hook = || Hook(HasA::<100>::default());
    for permissions in
        [hook().into_permissions(), hook().not().into_permissions(), (Published | hook()).into_permissions()]
    {
        let expression = permissions.to_string();
        let asking = site.under(permissions);
        for path in ["/api/cars", "/api/cars?limit=1", "/api/cars/2"] {
            let answer = asking.get(path).await;
            assert_eq!((answer.code(), answer.header("retry-after")), (503, Some("1")), "{path} under {expression}");
        }
        assert_eq!(asking.patch("/api/cars/2", "renamed").await.code(), 503, "{expression}");
        assert_ne!(asking.get("/api/cars/1").await.code(), 503, "{expression}");
    }
    let settled = site.under(Published & hook());
    assert_eq!((settled.get("/api/cars").await.code(), settled.get("/api/cars/2").await.code()), (200, 404));
}

#[every_database]
async fn a_hook_is_asked_only_where_it_decides(db: TestDb) {
    let site = Site::with(&db, &["bat", "Cat", "Dog"]).await;
    let hook = HasA::<100>::default();
    let all = vec!["Cat", "Dog", "bat"];
    let it = || Hook(hook.clone());
    for (permissions, expected) in [
        (it().into_permissions(), all.clone()),
        ((Published & it()).into_permissions(), vec!["Cat", "Dog"]),
        (it().and(Published).into_permissions(), vec!["Cat", "Dog"]),
        ((Published | it()).into_permissions(), vec!["bat"]),
        (it().or(Published).into_permissions(), vec!["bat"]),
        ((!Published & it()).into_permissions(), vec!["bat"]),
        ((AllowAny | it()).into_permissions(), vec![]),
        ((DenyAll & it()).into_permissions(), vec![]),
    ] {
        let expression = permissions.to_string();
        let asking = site.under(permissions);
        asking.get("/api/cars").await;
        assert_eq!(asked(&hook.0), expected, "the list under {expression}");
        for id in 1..=3 {
            asking.get(&format!("/api/cars/{id}")).await;
        }
        assert_eq!(asked(&hook.0), expected, "the rows under {expression}");
    }
}

/// Cannot tell about writing.
struct ForReading;

#[async_trait]
impl RowHook for ForReading {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, cx: &Context<'_>, _: &car::Model) -> Result<bool> {
        if cx.action().is_safe() { Ok(true) } else { Err(Error::could_not_tell("the service is away")) }
    }
}

/// Anybody reads; published cars are written.
#[derive(Clone, Copy, Operators)]
struct PublishedOrReadOnly;

#[async_trait]
impl PermissionClass for PublishedOrReadOnly {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        if cx.action().is_safe() { Ok(Rule::Always) } else { Published.rows(cx).await }
    }
}

#[every_database]
async fn a_refusal_is_explained_without_asking_further_hooks(db: TestDb) {
    let site = Site::with(&db, &["bat", "Cat"]).await;
    for permissions in [
        (PublishedOrReadOnly & Hook(ForReading)).into_permissions(),
        Hook(ForReading).and(PublishedOrReadOnly).into_permissions(),
    ] {
        let expression = permissions.to_string();
        let asking = site.under(permissions);
        assert_eq!(asking.patch("/api/cars/1", "renamed").await.code(), 403, "{expression}");
        assert_eq!(asking.patch("/api/cars/2", "renamed").await.code(), 503, "{expression}");
    }
}

#[every_database]
async fn a_hook_judges_the_row_as_it_becomes(db: TestDb) {
    let site = Site::with(&db, &["bat"]).await;
    let asking = site.under(Hook(HasA::<100>::default()));
    assert_eq!(asking.patch("/api/cars/1", "newt").await.code(), 403);
    assert_eq!(asking.patch("/api/cars/1", "broken").await.code(), 503);
    assert_eq!(asking.listed("/api/cars").await, ["bat"]);
    assert_eq!(asking.patch("/api/cars/1", "rat").await.code(), 200);
    assert_eq!(asking.listed("/api/cars").await, ["rat"]);
    let made = asking.client.ask(Method::POST, "/api/cars", asking.token, Some(json!({ "name": "dog" }))).await;
    assert_eq!(made.code(), 403);
    assert_eq!(asking.listed("/api/cars").await, ["rat"]);
}

#[every_database(sqlite, because = "the document is the same on every database")]
async fn the_document_promises_a_count_where_there_is_one(db: TestDb) {
    struct HookedWrites;
    impl Rules for HookedWrites {
        fn permissions() -> Access<car::Entity> {
            Access::to(Published).on(Action::Create, Hook(HasA::<100>::default()))
        }
    }
    fn required(db: &TestDb, permissions: impl IntoPermissions) -> serde_json::Value {
        let api = Api::new("Drivers", "1.0", db.db().clone()).default_permissions(permissions);
        required_of(api.mount(cars::<Undeclared>()))
    }
    fn required_of(api: Api<impl Part>) -> serde_json::Value {
        let api = api.build().expect("the parts fit");
        let document: serde_json::Value = serde_json::from_str(api.document()).expect("JSON");
        document["components"]["schemas"]["CarsPage"]["required"].clone()
    }
    let counted = serde_json::json!(["count", "next", "previous", "results"]);
    assert_eq!(required(&db, Published), counted);
    let hooked = Api::new("Drivers", "1.0", db.db().clone()).mount(cars::<HookedWrites>());
    assert_eq!(required_of(hooked), counted);
    let without = serde_json::json!(["next", "previous", "results"]);
    assert_eq!(required(&db, Hook(HasA::<100>::default())), without);
    assert_eq!(required(&db, Published | Hook(PublishedWithA::default())), without);
}
