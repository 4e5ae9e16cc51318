//! A row's tag: who has the row is not sent it again, and a write meant for another state of it changes nothing.

use std::sync::Arc;

use poem::http::Method;
use poem_openapi::{OpenApi, payload::Json as Payload};
use refrain::{
    Access, Action, Api, Context, HasPerm, IsAuthenticated, IsOwner, IsOwnerOrReadOnly, Locked, Operators,
    PermissionClass, Problem, RowAction, Rule, Serializer, ViewSet, async_trait,
    auth::{Auth, NewUser},
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    Schema,
};
use serde_json::{Value as Json, json};

use crate::support::{
    Answer, Car, Client, answer, auth, car, car_of,
    meanwhile::{begin_first, held_back, wait_until_blocked},
    sync, user,
};

const SENTENCE: &str = "The row is not as the request expects it. Read it again.";

mod page {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "wiki_page")]
    #[refrain(app = "wiki", model = "Page", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique)]
        pub title: String,
        pub owner_id: Option<i32>,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = page)]
struct Page {
    #[serializer(read_only)]
    id: i64,
    title: String,
    owner_id: Option<i32>,
    #[serializer(read_only)]
    version: i32,
}

/// Pages count their writes.
struct Pages;

impl ViewSet for Pages {
    type Serializer = Page;
    const PATH: &'static str = "/pages";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<page::Entity> {
        Access::to(IsAuthenticated & IsOwnerOrReadOnly)
    }

    fn version() -> Option<page::Column> {
        Some(page::Column::Version)
    }

    /// A page called so is written by the hook, and not by the statement.
    async fn perform_update(
        &self,
        cx: &Context<'_>,
        changes: page::ActiveModel,
        before: &page::Model,
        _: &(),
    ) -> Result<page::ActiveModel, Problem> {
        if before.title != "by the hook" {
            return Ok(page::ActiveModel { version: Set(77), ..changes });
        }
        page::ActiveModel { id: Set(before.id), title: Set("changed by the hook".into()), ..Default::default() }
            .update(&cx.db())
            .await?;
        Ok(page::ActiveModel { ..Default::default() })
    }
}

struct Stamp;

impl RowAction for Stamp {
    type Of = Pages;
    const NAME: &'static str = "stamp";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<page::Entity> {
        Access::to(IsOwner)
    }
}

struct Actions;

#[OpenApi]
impl Actions {
    #[oai(path = "/pages/:id/stamp", method = "post")]
    async fn stamp(&self, id: Locked<Stamp>) -> Result<Payload<i32>, Problem> {
        let mut page = id.row.clone().into_active_model();
        page.title = Set(format!("{}!", id.row.title));
        page.version = Set(77);
        Ok(Payload(id.save(page).await?.version))
    }
}

/// Cars have no column for it.
struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        // everybody may read what is theirs or published, and the owner writes
        Access::to(IsAuthenticated & IsOwnerOrReadOnly).on(Action::Retrieve, IsOwner | HasPerm("drivers.view_car"))
    }
}

struct Site {
    client: Arc<Client>,
    auth: Auth,
    db: DatabaseConnection,
}

impl Site {
    async fn new(db: &TestDb) -> Self {
        Self::over(db, db.db().clone()).await
    }

    async fn over(db: &TestDb, connection: DatabaseConnection) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let table = Schema::new(db.get_database_backend()).create_table_from_entity(page::Entity);
        db.execute(&table).await.expect("a table");
        let api = Api::new("Wiki", "1", connection).auth(auth.clone()).mount(Cars).mount(Pages).with(Actions);
        Self { client: Arc::new(Client::new(api.build().expect("the parts fit"))), auth, db: db.db().clone() }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<Json>,
    ) -> Answer {
        ask(&self.client, method, path, token, headers, body).await
    }
}

async fn ask(
    client: &Client,
    method: Method,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: Option<Json>,
) -> Answer {
    let mut request = client.raw().request(method, path).header("authorization", format!("Token {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.header("content-length", body.to_string().len()).body_json(&body);
    }
    answer(request.send().await).await
}

#[track_caller]
fn tag(answer: &Answer) -> String {
    answer.header("etag").unwrap_or_else(|| panic!("no tag: {answer:?}")).to_owned()
}

#[track_caller]
fn is_failed(answer: &Answer) {
    answer.is_problem(412, "precondition_failed", SENTENCE, &Json::Null);
}

async fn page_of(site: &Site, token: &str, title: &str) -> (String, Answer) {
    let made = site.client.ask(Method::POST, "/api/pages", token, Some(json!({"title": title}))).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    (format!("/api/pages/{}", made.json()["id"]), made)
}

#[every_database]
async fn who_has_the_row_is_not_sent_it_again(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, token) = user(&site.auth, &db, NewUser::new("alice"), &[]).await;
    let (_, bob) = user(&site.auth, &db, NewUser::new("bob"), &[]).await;
    let car = format!("/api/cars/{}", car_of(&db, Some(&alice), "a car").await.id);
    let (page, made) = page_of(&site, &token, "a page").await;
    for path in [&car, &page] {
        let read = site.client.get(path, &token).await;
        let tag = tag(&read);
        assert!(tag.starts_with('"') && tag.ends_with('"'), "it is strong: {tag}");
        let weak = format!("W/{tag}");
        let listed = format!("\"other\", {tag}");
        for method in [Method::GET, Method::HEAD] {
            for held in [tag.as_str(), &weak, &listed, "*"] {
                let again = site.ask(method.clone(), path, &token, &[("if-none-match", held)], None).await;
                assert_eq!((again.code(), again.text.as_str(), again.header("etag")), (304, "", Some(&*tag)), "{held}");
                for same in ["cache-control", "vary"] {
                    assert_eq!(again.header(same), read.header(same), "{same}");
                }
            }
        }
        let other = site.ask(Method::GET, path, &token, &[("if-none-match", "\"other\"")], None).await;
        assert_eq!((other.code(), &other.text), (200, &read.text));
        for odd in ["other", "\"a\" \"b\"", "", "*, \"a\""] {
            let odd = site.ask(Method::GET, path, &token, &[("if-none-match", odd)], None).await;
            let expected = "Expected \"*\" or a list of entity tags, each in double quotes.";
            odd.is_problem(400, "invalid", "Invalid input.", &json!({"If-None-Match": [expected]}));
        }
        let read = site.ask(Method::GET, path, &token, &[("if-match", "\"other\"")], None).await;
        is_failed(&read);
    }
    // a write shows the row as it is, tag and all
    assert_eq!(tag(&made), tag(&site.client.get(&page, &token).await));
    let named = site.client.ask(Method::PATCH, &car, &token, Some(json!({"name": "renamed"}))).await;
    assert_eq!(tag(&named), tag(&site.client.get(&car, &token).await));
    // what another caller is shown differs, and so does its tag
    assert_ne!(tag(&made), tag(&site.client.get(&page, &bob).await));
    // a row that may not be seen is not there, whatever is said of its tag
    for (name, value) in [("if-none-match", "*"), ("if-match", "*"), ("if-match", "odd")] {
        let hidden = site.ask(Method::GET, &car, &bob, &[(name, value)], None).await;
        hidden.is_problem(404, "not_found", "No Car matches the given query.", &Json::Null);
    }
}

#[every_database]
async fn a_write_meant_for_another_state_changes_nothing(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, token) = user(&site.auth, &db, NewUser::new("alice"), &["view"]).await;
    let (_, bob) = user(&site.auth, &db, NewUser::new("bob"), &["view"]).await;
    let (_, stranger) = user(&site.auth, &db, NewUser::new("carol"), &[]).await;
    let car = format!("/api/cars/{}", car_of(&db, Some(&alice), "a car").await.id);
    let (page, _) = page_of(&site, &token, "a page").await;
    for (path, field) in [(&car, "name"), (&page, "title")] {
        let stale = tag(&site.client.get(path, &token).await);
        let body = |to: &str| Some(json!({field: to}));
        let now = site.ask(Method::PATCH, path, &token, &[("if-match", &stale)], body("first")).await;
        assert_eq!(now.code(), 200, "{}", now.text);
        let current = tag(&now);
        assert_ne!(current, stale);
        let weak = format!("W/{current}");
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            for headers in [
                [("if-match", stale.as_str())],
                [("if-match", &weak)],
                [("if-match", "\"\", \"0-00000000000000000000000000000000\"")],
                [("if-none-match", "*")],
                [("if-none-match", &weak)],
            ] {
                is_failed(&site.ask(method.clone(), path, &token, &headers, body("second")).await);
            }
            let odd = site.ask(method.clone(), path, &token, &[("if-match", "odd")], body("second")).await;
            assert_eq!((odd.code(), odd.json()["errors"]["If-Match"].is_array()), (400, true), "{}", odd.text);
            // who may not write it is told that
            let not = site.ask(method.clone(), path, &bob, &[("if-match", &stale)], body("second")).await;
            assert_eq!(not.code(), 403, "{}", not.text);
        }
        assert_eq!(site.client.get(path, &token).await.json()[field], "first");
        // before the body is looked at
        is_failed(&site.ask(Method::PATCH, path, &token, &[("if-match", &stale)], Some(json!({field: 7}))).await);

        let both = format!("{stale}, {current}");
        let listed = site.ask(Method::PUT, path, &token, &[("if-match", &both)], body("second")).await;
        assert_eq!((listed.code(), &listed.json()[field]), (200, &json!("second")));
        let any = site.ask(Method::PATCH, path, &token, &[("if-match", "*")], body("third")).await;
        assert_eq!((any.code(), &any.json()[field]), (200, &json!("third")));
        let gone = site.ask(Method::DELETE, path, &token, &[("if-match", &tag(&any))], None).await;
        assert_eq!(gone.code(), 204);
        let gone = site.ask(Method::DELETE, path, &token, &[("if-match", "*")], None).await;
        assert_eq!(gone.code(), 404);
    }
    let hidden = format!("/api/cars/{}", car_of(&db, Some(&alice), "hidden").await.id);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let hidden = site.ask(method, &hidden, &stranger, &[("if-match", "\"x\"")], Some(json!({"name": "x"}))).await;
        hidden.is_problem(404, "not_found", "No Car matches the given query.", &Json::Null);
    }
}

/// The row is compared under its lock: what is written between a look and the lock counts.
#[every_database]
async fn of_two_writers_of_one_state_one_wins(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, token) = user(&site.auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, Some(&alice), "a car").await.id;
    let car = format!("/api/cars/{row}");
    let (page, _) = page_of(&site, &token, "a page").await;
    for (path, field) in [(&car, "name"), (&page, "title")] {
        let read = tag(&site.client.get(path, &token).await);
        let writers = (0..6).map(|writer| {
            let (client, path, token, read) = (site.client.clone(), path.clone(), token.clone(), read.clone());
            tokio::spawn(async move {
                let body = Some(json!({field: format!("writer {writer}")}));
                ask(&client, Method::PATCH, &path, &token, &[("if-match", &read)], body).await.code()
            })
        });
        let mut codes = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            codes.push(writer.await.expect("an answer"));
        }
        codes.sort_unstable();
        assert_eq!(codes, [200, 412, 412, 412, 412, 412]);
    }

    // one writer waits for another's lock
    let read = tag(&site.client.get(&car, &token).await);
    let other = db.another_pool().await;
    let (body, gate) = held_back();
    let (client, path, header) = (site.client.clone(), car.clone(), format!("Token {token}"));
    let waiting = tokio::spawn(async move {
        let request = client.raw().patch(path).header("authorization", header).header("if-match", read);
        answer(request.content_type("application/json").body(body).send().await).await
    });
    gate.is_read().await;
    let first = begin_first(&other, row).await;
    gate.release(json!({"name": "second"})).await;
    wait_until_blocked(&db, &other).await;
    first.commit().await.expect("it is written");
    is_failed(&waiting.await.expect("an answer"));
    assert_eq!(site.client.get(&car, &token).await.json()["name"], "touched");
}

#[every_database]
async fn a_version_counts_every_write(db: TestDb) {
    let site = Site::new(&db).await;
    let (_, token) = user(&site.auth, &db, NewUser::new("alice"), &[]).await;
    let (_, bob) = user(&site.auth, &db, NewUser::new("bob"), &[]).await;
    let (path, made) = page_of(&site, &token, "a page").await;
    let version = |answer: &Answer| answer.json()["version"].as_i64().expect("a version");
    assert_eq!(version(&made), 1);
    let patch = async |body: Json| site.client.ask(Method::PATCH, &path, &token, Some(body)).await;
    // nobody says what it is: neither a body nor a hook
    let named = patch(json!({"title": "named", "version": 40})).await;
    assert_eq!((named.code(), version(&named)), (200, 2));
    assert_eq!(version(&patch(json!({})).await), 2, "nothing was written");
    let put = site.client.ask(Method::PUT, &path, &token, Some(json!({"title": "put"}))).await;
    assert_eq!(version(&put), 3);
    let stamped = site.ask(Method::POST, &format!("{path}/stamp"), &token, &[("if-match", &tag(&put))], None).await;
    assert_eq!((stamped.code(), stamped.json()), (200, json!(4)), "{}", stamped.text);
    is_failed(&site.ask(Method::POST, &format!("{path}/stamp"), &token, &[("if-match", &tag(&put))], None).await);
    assert_eq!(version(&patch(json!({"title": "by the hook"})).await), 5);
    let hooked = patch(json!({"title": "what the hook leaves out"})).await;
    assert_eq!((version(&hooked), &hooked.json()["title"]), (6, &json!("changed by the hook")));

    // a refused write counts nothing
    page_of(&site, &token, "taken").await;
    assert_eq!(patch(json!({"title": "taken"})).await.code(), 409);
    let now = site.client.get(&path, &token).await;
    assert_eq!(version(&now), 6);
    // the version alone is compared: bob may not write the row, so it tells him something else
    let shown_to_bob = tag(&site.client.get(&path, &bob).await);
    assert_ne!(shown_to_bob, tag(&now));
    let body = Some(json!({"title": "by bob's tag"}));
    assert_eq!(site.ask(Method::PATCH, &path, &token, &[("if-match", &shown_to_bob)], body).await.code(), 200);
    let row = page::Entity::find_by_id(now.json()["id"].as_i64().unwrap()).one(&site.db).await.unwrap().unwrap();
    assert_eq!((row.version, row.title.as_str()), (7, "by bob's tag"));
}

macro_rules! memos {
    ($($module:ident: $table:literal, $version:ty;)*) => {$(
        mod $module {
            use refrain::{Access, IsAuthenticated, Serializer, ViewSet};
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = "wiki", model = "Memo")]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
                pub text: String,
                pub version: $version,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            #[derive(Serializer)]
            #[serializer(model = super::$module)]
            pub struct Memo {
                #[serializer(read_only)]
                pub id: i64,
                pub text: String,
                #[serializer(read_only)]
                pub version: $version,
            }

            pub struct Memos;

            impl ViewSet for Memos {
                type Serializer = Memo;
                const PATH: &'static str = "/memos";

                fn permissions() -> Access<Entity> {
                    Access::to(IsAuthenticated)
                }

                fn version() -> Option<Column> {
                    Some(Column::Version)
                }
            }
        }
    )*};
}

memos! {
    small: "wiki_small_memo", i16;
    big: "wiki_big_memo", i64;
}

/// Memos whose tags count how often they were written.
async fn counts_writes<V: ViewSet>(db: &TestDb, auth: &Auth, memos: V, token: &str) {
    let api = Api::new("Wiki", "1", db.db().clone()).auth(auth.clone()).mount(memos).build().expect("the parts fit");
    let client = Client::new(api);
    let made = client.ask(Method::POST, "/api/memos", token, Some(json!({"text": "a"}))).await;
    assert_eq!((made.code(), &made.json()["version"]), (201, &json!(1)), "{}", made.text);
    let (path, first) = (format!("/api/memos/{}", made.json()["id"]), tag(&made));
    assert!(first.starts_with("\"1-"), "{first}");
    let change = async |text: &str| {
        ask(&client, Method::PATCH, &path, token, &[("if-match", &first)], Some(json!({ "text": text }))).await
    };
    let changed = change("b").await;
    assert_eq!((changed.code(), &changed.json()["version"]), (200, &json!(2)), "{}", changed.text);
    assert!(tag(&changed).starts_with("\"2-"), "{}", tag(&changed));
    is_failed(&change("c").await);
}

#[every_database]
async fn a_column_of_any_size_counts_writes(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let schema = Schema::new(db.get_database_backend());
    for table in [schema.create_table_from_entity(small::Entity), schema.create_table_from_entity(big::Entity)] {
        db.execute(&table).await.expect("a table");
    }
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    counts_writes(&db, &auth, small::Memos, &token).await;
    counts_writes(&db, &auth, big::Memos, &token).await;
}

/// A change that the database refuses would have been counted, and is judged so.
#[every_database]
async fn a_taken_value_is_not_told_to_who_may_not_change_the_row_once_more(db: TestDb) {
    #[derive(Clone, Copy, Operators)]
    struct NeverChanged;
    #[async_trait]
    impl PermissionClass for NeverChanged {
        type Model = page::Entity;
        async fn rows(&self, _: &Context<'_>) -> refrain::Result<Rule> {
            Ok(Rule::when(page::Column::Version.lt(2)))
        }
    }
    struct Drafts;
    impl ViewSet for Drafts {
        type Serializer = Page;
        const PATH: &'static str = "/drafts";
        fn permissions() -> Access<page::Entity> {
            Access::to(IsAuthenticated & NeverChanged)
        }
        fn version() -> Option<page::Column> {
            Some(page::Column::Version)
        }
    }
    let site = Site::new(&db).await;
    let (_, token) = user(&site.auth, &db, NewUser::new("alice"), &[]).await;
    let api = Api::new("Wiki", "1", db.db().clone()).auth(site.auth.clone()).mount(Drafts);
    let client = Client::new(api.build().expect("the parts fit"));
    let (path, _) = page_of(&site, &token, "a page").await;
    page_of(&site, &token, "taken").await;
    let path = path.replace("/pages/", "/drafts/");
    for title in ["free", "taken"] {
        let refused = client.ask(Method::PATCH, &path, &token, Some(json!({ "title": title }))).await;
        let forbidden = "You do not have permission to perform this action.";
        refused.is_problem(403, "permission_denied", forbidden, &Json::Null);
    }
}

#[every_database]
async fn a_viewset_can_ask_for_the_state_that_is_meant(db: TestDb) {
    struct Careful;
    impl ViewSet for Careful {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        const REQUIRES_IF_MATCH: bool = true;
        fn permissions() -> Access<car::Entity> {
            Access::to(IsAuthenticated & IsOwnerOrReadOnly)
        }
    }
    struct Sell;
    impl RowAction for Sell {
        type Of = Careful;
        const NAME: &'static str = "sell";
        const METHOD: Method = Method::POST;
        fn permissions() -> Access<car::Entity> {
            Access::to(IsOwner)
        }
    }
    struct Honk;
    impl RowAction for Honk {
        type Of = Careful;
        const NAME: &'static str = "honk";
        const METHOD: Method = Method::POST;
        const REQUIRES_IF_MATCH: bool = false;
        fn permissions() -> Access<car::Entity> {
            Access::to(IsOwner)
        }
    }
    struct Handlers;
    #[OpenApi]
    impl Handlers {
        #[oai(path = "/cars/:id/sell", method = "post")]
        async fn sell(&self, id: Locked<Sell>) -> Result<Payload<Car>, Problem> {
            let changes = car::ActiveModel { published: Set(true), ..Default::default() };
            Ok(Payload(id.save(changes).await?.into()))
        }

        #[oai(path = "/cars/:id/honk", method = "post")]
        async fn honk(&self, id: Locked<Honk>) -> Payload<String> {
            Payload(id.name.clone())
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, bob) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Careful).with(Handlers).build().unwrap();
    let client = Client::new(api);
    let row = car_of(&db, Some(&alice), "a car").await.id;
    let path = format!("/api/cars/{row}");
    let sell = format!("{path}/sell");
    let writes = [(Method::PUT, &path), (Method::PATCH, &path), (Method::DELETE, &path), (Method::POST, &sell)];
    for (method, path) in writes {
        let body = || Some(json!({"name": "x"}));
        let unsaid = client.ask(method.clone(), path, &token, body()).await;
        let sentence = "This request has to say by \"If-Match\" which state of the row it is about.";
        unsaid.is_problem(428, "precondition_required", sentence, &Json::Null);
        assert_eq!(client.ask(method.clone(), path, &bob, body()).await.code(), 403);
        let missing = path.replace(&row.to_string(), "99999");
        assert_eq!(client.ask(method, &missing, &token, body()).await.code(), 404);
    }
    assert_eq!(car::Entity::find_by_id(row).one(db.db()).await.unwrap().unwrap().name, "a car");
    assert_eq!(client.ask(Method::POST, &format!("{path}/honk"), &token, None).await.code(), 200);

    let read = tag(&client.get(&path, &token).await);
    let sold = ask(&client, Method::POST, &sell, &token, &[("if-match", &read)], None).await;
    assert_eq!((sold.code(), &sold.json()["published"]), (200, &json!(true)), "{}", sold.text);
    is_failed(&ask(&client, Method::POST, &sell, &token, &[("if-match", &read)], None).await);
    let read = tag(&client.get(&path, &token).await);
    let body = Some(json!({"name": "said"}));
    assert_eq!(ask(&client, Method::PATCH, &path, &token, &[("if-match", &read)], body).await.code(), 200);
}

/// Whoever may write a row and not view it cannot find out what is in it by guessing its tag.
#[every_database]
async fn a_tag_tells_nothing_of_a_row_that_may_not_be_viewed(db: TestDb) {
    struct Blind;
    impl ViewSet for Blind {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(IsAuthenticated).on(Action::Retrieve, HasPerm("drivers.view_car"))
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (_, viewer) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let (_, blind) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Blind).build().unwrap();
    let client = Client::new(api);
    let path = format!("/api/cars/{}", car_of(&db, None, "secret").await.id);
    let right = tag(&client.get(&path, &viewer).await);
    for guess in [right.as_str(), "\"wrong\""] {
        let answer = ask(&client, Method::PATCH, &path, &blind, &[("if-match", guess)], Some(json!({}))).await;
        answer.is_problem(404, "not_found", "No Car matches the given query.", &Json::Null);
    }
    let blindly = client.ask(Method::PATCH, &path, &blind, Some(json!({"name": "written"}))).await;
    assert_eq!(blindly.code(), 200, "{}", blindly.text);
}

/// Nor by a change of nothing, whatever a hook says of the version, which is not its own to say.
#[every_database]
async fn a_change_of_nothing_shows_no_row_that_may_not_be_viewed(db: TestDb) {
    struct Blind;
    impl ViewSet for Blind {
        type Serializer = Page;
        const PATH: &'static str = "/blind";
        fn permissions() -> Access<page::Entity> {
            Access::to(IsAuthenticated).on(Action::Retrieve, IsOwner)
        }
        fn version() -> Option<page::Column> {
            Some(page::Column::Version)
        }
        async fn perform_update(
            &self,
            _: &Context<'_>,
            changes: page::ActiveModel,
            _: &page::Model,
            _: &(),
        ) -> Result<page::ActiveModel, Problem> {
            Ok(page::ActiveModel { version: Set(77), ..changes })
        }
    }
    let site = Site::new(&db).await;
    let (_, alice) = user(&site.auth, &db, NewUser::new("alice"), &[]).await;
    let (_, bob) = user(&site.auth, &db, NewUser::new("bob"), &[]).await;
    let api = Api::new("Wiki", "1", db.db().clone()).auth(site.auth.clone()).mount(Blind);
    let client = Client::new(api.build().expect("the parts fit"));
    let (path, _) = page_of(&site, &alice, "hers").await;
    let path = path.replace("/pages/", "/blind/");
    let change = async |token: &str, body: Json| client.ask(Method::PATCH, &path, token, Some(body)).await;
    let nothing = change(&bob, json!({})).await;
    nothing.is_problem(404, "not_found", "No Page matches the given query.", &Json::Null);
    assert_eq!(change(&alice, json!({})).await.code(), 200);
    let written = change(&bob, json!({"title": "written"})).await;
    assert_eq!((written.code(), &written.json()["version"]), (200, &json!(2)), "{}", written.text);
}

/// Tags cost a hash, and a condition no statement: but for what is told of the row, where its version does not say enough.
#[every_database]
async fn a_condition_costs_no_statement(db: TestDb) {
    let (counting, counter) = counted(&db);
    let site = Site::over(&db, counting).await;
    let (alice, token) = user(&site.auth, &db, NewUser::new("alice"), &[]).await;
    let car = format!("/api/cars/{}", car_of(&db, Some(&alice), "a car").await.id);
    let (page, _) = page_of(&site, &token, "a page").await;
    let back = usize::from(db.backend() == Backend::MariaDb);
    let look = usize::from(db.backend() != Backend::Postgres);
    for (path, field) in [(&car, "name"), (&page, "title")] {
        counter.take();
        let read = tag(&site.client.get(path, &token).await);
        counter.take();
        let again = site.ask(Method::GET, path, &token, &[("if-none-match", &read)], None).await;
        assert_eq!((again.code(), counter.take().len()), (304, 1));
        let body = Some(json!({field: "renamed"}));
        let renamed = site.ask(Method::PATCH, path, &token, &[("if-match", &read)], body).await;
        let sql = counter.take();
        assert_eq!((renamed.code(), sql.len()), (200, 4 + look + back), "{sql:#?}");
    }
}

#[every_database(sqlite, because = "it is refused before a database is asked")]
async fn a_version_that_cannot_count_is_refused(db: TestDb) {
    macro_rules! refused {
        ($column:expr, $words:literal) => {{
            struct Odd;
            impl ViewSet for Odd {
                type Serializer = Car;
                const PATH: &'static str = "/cars";
                fn version() -> Option<car::Column> {
                    Some($column)
                }
            }
            let api = Api::new("Drivers", "1", db.db().clone()).mount(Odd);
            let refused = api.build().err().expect("it is refused").to_string();
            assert!(refused.contains($words), "{refused}");
        }};
    }
    refused!(car::Column::Name, "`name` has to be an integer column");
    refused!(car::Column::OwnerId, "`owner_id` has to be an integer column that may not be NULL");
    refused!(car::Column::Id, "`id` is a part of the key");
    struct Written;
    impl ViewSet for Written {
        type Serializer = WrittenPage;
        const PATH: &'static str = "/pages";
        fn version() -> Option<page::Column> {
            Some(page::Column::Version)
        }
    }
    #[derive(Serializer)]
    #[serializer(model = page)]
    struct WrittenPage {
        title: String,
        version: i32,
    }
    let refused = Api::new("Wiki", "1", db.db().clone()).mount(Written).build().err().expect("it is refused");
    assert!(refused.to_string().contains("make it `read_only`"), "{refused}");
}
