//! Actions beside the six, and hooks within them: who may, which rows they get, and what is left when a write is refused.

use std::sync::{Arc, Mutex};

use poem::{Body, http::Method};
use poem_openapi::{Object, OpenApi, param::Path, payload::Json as Payload};
use refrain::{
    Access, Action, Api, CollectionAction, Context, HasPerm, IsAuthenticated, IsOwner, IsOwnerOrReadOnly, Locked,
    ModelPermissions, Problem, Row, RowAction, Rows, ViewSet,
    auth::{Auth, NewUser, User},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter,
    QueryOrder,
};
use serde_json::{Value as Json, json};
use tokio::io::AsyncWriteExt;

use crate::support::{Answer, Car, Client, answer, auth, car, car_of, sync, user};

const MISSING: i64 = 999_999;
const FORBIDDEN: &str = "You do not have permission to perform this action.";

/// Anyone with `view` sees every car, and its owner changes it.
struct Cars {
    events: Events,
}

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }

    async fn perform_create(
        &self,
        cx: &Context<'_>,
        row: car::ActiveModel,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        let name = row.name.clone().unwrap();
        self.events.write(cx, &format!("create {name}")).await?;
        Ok(car::ActiveModel { published: Set(name.starts_with("published")), ..row })
    }

    async fn perform_update(
        &self,
        cx: &Context<'_>,
        changes: car::ActiveModel,
        before: &car::Model,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        self.events.write(cx, &format!("update {}", before.name)).await?;
        if before.name == "sealed" {
            return Err(Problem::invalid([("name", "This car is sealed.")]));
        }
        Ok(changes)
    }

    async fn perform_destroy(&self, cx: &Context<'_>, row: &car::Model) -> Result<(), Problem> {
        self.events.write(cx, &format!("destroy {}", row.name)).await?;
        if row.name == "sealed" { Err(Problem::conflict("This car is sealed.")) } else { Ok(()) }
    }

    async fn after_commit(&self, action: Action, row: &car::Model) {
        let stored = car::Entity::find_by_id(row.id).one(&self.events.db).await.expect("it can be looked up");
        let holds = stored.is_none_or(|stored| stored == *row);
        self.events.heard.lock().unwrap().push(format!("{action} {} {holds}", row.name));
    }
}

/// What hooks wrote within their transactions, and what was heard after commits.
#[derive(Clone)]
struct Events {
    /// Another pool than the API's: it sees what is committed.
    db: DatabaseConnection,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Events {
    /// Writes a second table by the transaction of a hook.
    async fn write(&self, cx: &Context<'_>, text: &str) -> Result<(), Problem> {
        cx.db().execute_unprepared(&format!("INSERT INTO journal VALUES ('{text}')")).await?;
        Ok(())
    }

    async fn written(&self) -> Vec<String> {
        let rows = self
            .db
            .query_all_raw(sea_orm::Statement::from_string(self.db.get_database_backend(), "SELECT line FROM journal"));
        let rows = rows.await.expect("the journal");
        rows.iter().map(|row| row.try_get("", "line").expect("a line")).collect()
    }

    /// What was written and heard since the last time.
    async fn take(&self) -> (Vec<String>, Vec<String>) {
        let written = self.written().await;
        self.db.execute_unprepared("DELETE FROM journal").await.expect("an empty journal");
        (written, std::mem::take(&mut *self.heard.lock().unwrap()))
    }
}

macro_rules! row_action {
    ($name:ident, $word:literal, $method:ident, $codename:expr, $permissions:expr) => {
        struct $name;
        impl RowAction for $name {
            type Of = Cars;
            const NAME: &'static str = $word;
            const METHOD: Method = Method::$method;
            const CODENAME: Option<&'static str> = $codename;
            fn permissions() -> Access<car::Entity> {
                $permissions
            }
        }
    };
}

row_action!(Describe, "describe", GET, None, Access::global());
row_action!(Publish, "publish", POST, None, Access::to(HasPerm("drivers.publish_car")));
row_action!(Feature, "feature", POST, Some("publish"), Access::global());
row_action!(Give, "give", POST, None, Access::to(IsOwner));
row_action!(Forget, "forget", POST, None, Access::to(IsOwner));
row_action!(Scrap, "scrap", POST, Some("delete"), Access::global());
row_action!(Rename, "rename", POST, Some("change"), Access::global());
row_action!(Honk, "honk", POST, None, Access::to(IsAuthenticated));

struct Export;

impl CollectionAction for Export {
    type Of = Cars;
    const NAME: &'static str = "export";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.export_car"))
    }
}

struct Mine;

impl CollectionAction for Mine {
    type Of = Cars;
    const NAME: &'static str = "mine";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner)
    }
}

struct PublishMine;

impl CollectionAction for PublishMine {
    type Of = Cars;
    const NAME: &'static str = "publish_mine";
    const METHOD: Method = Method::PATCH;
    const CODENAME: Option<&'static str> = Some("publish");
}

#[derive(Object)]
struct Note {
    name: String,
    #[oai(default)]
    owner_id: Option<i32>,
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/cars/:id/describe", method = "get")]
    async fn describe(&self, id: Row<Describe>) -> Payload<String> {
        Payload(format!("{} asks about {}", id.caller().username, id.name))
    }

    #[oai(path = "/cars/:id/publish", method = "post")]
    async fn publish(&self, id: Locked<Publish>) -> Result<Payload<Car>, Problem> {
        let changes = car::ActiveModel { published: Set(true), ..Default::default() };
        Ok(Payload(id.save(changes).await?.into()))
    }

    #[oai(path = "/cars/:id/feature", method = "post")]
    async fn feature(&self, id: Locked<Feature>) -> Result<Payload<Car>, Problem> {
        let changes = car::ActiveModel { published: Set(true), ..Default::default() };
        Ok(Payload(id.save(changes).await?.into()))
    }

    #[oai(path = "/cars/:id/give", method = "post")]
    async fn give(&self, id: Locked<Give>, note: Payload<Note>) -> Result<Payload<Car>, Problem> {
        id.db().execute_unprepared("INSERT INTO journal VALUES ('given')").await?;
        let changes = car::ActiveModel {
            // a key cannot be changed
            id: Set(MISSING),
            name: Set(note.0.name),
            owner_id: Set(note.0.owner_id),
            ..Default::default()
        };
        Ok(Payload(id.save(changes).await?.into()))
    }

    #[oai(path = "/cars/:id/forget", method = "post")]
    async fn forget(&self, id: Locked<Forget>) -> Result<Payload<String>, Problem> {
        id.db().execute_unprepared("INSERT INTO journal VALUES ('forgotten')").await?;
        let changes = car::ActiveModel { id: Set(id.row.id), name: Set("forgotten".into()), ..Default::default() };
        Ok(Payload(changes.update(&id.db()).await?.name))
    }

    #[oai(path = "/cars/:id/scrap", method = "post")]
    async fn scrap(&self, id: Locked<Scrap>) -> Result<Payload<String>, Problem> {
        id.db().execute_unprepared("INSERT INTO journal VALUES ('scrapped')").await?;
        let name = id.name.clone();
        id.delete().await?;
        Ok(Payload(name))
    }

    #[oai(path = "/cars/:id/rename", method = "post")]
    async fn rename(&self, id: Locked<Rename>, note: Payload<Note>) -> Result<Payload<Car>, Problem> {
        let name = format!("{}, once {}", note.0.name, id.row.name);
        Ok(Payload(id.save(car::ActiveModel { name: Set(name), ..Default::default() }).await?.into()))
    }

    /// Shares its path with the six.
    #[oai(path = "/cars/:id", method = "post")]
    async fn honk(&self, id: Row<Honk>) -> Payload<String> {
        Payload(format!("{} honks", id.name))
    }

    #[oai(path = "/cars/export", method = "get")]
    async fn export(&self, rows: Rows<Export>) -> Result<Payload<Vec<String>>, Problem> {
        let cars = rows.rows.clone().order_by_asc(car::Column::Name).all(&rows.db()).await?;
        Ok(Payload(cars.into_iter().map(|car| car.name).collect()))
    }

    #[oai(path = "/cars/mine", method = "get")]
    async fn mine(&self, rows: Rows<Mine>) -> Result<Payload<Vec<String>>, Problem> {
        let filtered = rows.rows.clone().filter(car::Column::Name.ne("dull"));
        let cars = filtered.order_by_asc(car::Column::Name).all(&rows.db()).await?;
        Ok(Payload(cars.into_iter().map(|car| car.name).collect()))
    }

    /// Shares the collection's path, and asks `publish_car` of the viewset's own permissions.
    #[oai(path = "/cars", method = "patch")]
    async fn publish_mine(&self, rows: Rows<PublishMine>) -> Result<Payload<Vec<String>>, Problem> {
        let cars = rows.rows.clone().order_by_asc(car::Column::Name).all(&rows.db()).await?;
        Ok(Payload(cars.into_iter().map(|car| car.name).collect()))
    }
}

struct Site {
    client: Arc<Client>,
    auth: Auth,
    db: DatabaseConnection,
    events: Events,
}

impl Site {
    async fn new(db: &TestDb) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        db.execute_unprepared("CREATE TABLE journal (line varchar(200) NOT NULL)").await.expect("a journal");
        let events = Events { db: db.another_pool().await, heard: Arc::default() };
        let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone());
        let api = api.mount(Cars { events: events.clone() }).with(Handlers).build().expect("the parts fit");
        Self { client: Arc::new(Client::new(api)), auth, db: db.db().clone(), events }
    }

    async fn user(&self, name: &str, held: &[&str]) -> (User, String) {
        user(&self.auth, &self.db, NewUser::new(name), held).await
    }

    async fn post(&self, token: &str, row: i64, action: &str, body: Json) -> Answer {
        self.client.ask(Method::POST, &format!("/api/cars/{row}/{action}"), token, Some(body)).await
    }

    async fn row(&self, id: i64) -> Option<car::Model> {
        car::Entity::find_by_id(id).one(&self.db).await.expect("it can be looked up")
    }
}

fn key_of(user: &User) -> i32 {
    user.id().expect("a key").to_string().parse().expect("an integer")
}

fn forbidden(answer: &Answer) {
    answer.is_problem(403, "permission_denied", FORBIDDEN, &Json::Null);
}

fn no_such_row(answer: &Answer) {
    answer.is_problem(404, "not_found", "No Car matches the given query.", &Json::Null);
}

/// A safe action that names nothing asks what reading asks.
#[every_database]
async fn a_safe_action_asks_to_view(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, viewer) = site.user("alice", &["view"]).await;
    let (_, other) = site.user("bob", &["change", "publish"]).await;
    let row = car_of(&db, Some(&alice), "hers").await.id;
    let get = async |id: &str, token: &str| site.client.get(&format!("/api/cars/{id}/describe"), token).await;
    let seen = get(&row.to_string(), &viewer).await;
    assert_eq!((seen.code(), seen.json()), (200, json!("alice asks about hers")));
    forbidden(&get(&row.to_string(), &other).await);
    forbidden(&get(&MISSING.to_string(), &other).await);
    no_such_row(&get(&MISSING.to_string(), &viewer).await);
    no_such_row(&get("99999999999999999999", &viewer).await);
    for id in ["abc", "%00", "%FF", "1%2F2"] {
        get(id, &viewer).await.is_problem(404, "not_found", "Not found.", &Json::Null);
    }
    assert_eq!(get(&row.to_string(), "").await.code(), 401);
    let head = site.client.ask(Method::HEAD, &format!("/api/cars/{row}/describe"), &viewer, None).await;
    assert_eq!((head.code(), &*head.text), (200, ""));
    let wrong = site.client.ask(Method::PUT, &format!("/api/cars/{row}/describe"), &viewer, None).await;
    assert_eq!((wrong.code(), wrong.header("allow")), (405, Some("GET, HEAD")));
}

/// An action's own classes replace the viewset's (CONTRACT 6.40).
#[every_database]
async fn an_actions_own_classes_replace_the_viewsets(db: TestDb) {
    let site = Site::new(&db).await;
    let (_, publisher) = site.user("alice", &["publish"]).await;
    let (bob, owner) = site.user("bob", &["view", "change"]).await;
    let row = car_of(&db, Some(&bob), "his").await.id;
    forbidden(&site.post(&owner, row, "publish", json!({})).await);
    assert_eq!(site.post("", row, "publish", json!({})).await.code(), 401);
    assert!(!site.row(row).await.expect("it is there").published);
    let done = site.post(&publisher, row, "publish", json!({})).await;
    assert_eq!((done.code(), &done.json()["published"]), (200, &json!(true)));
    assert!(site.row(row).await.expect("it is there").published);
    no_such_row(&site.post(&publisher, MISSING, "publish", json!({})).await);
    forbidden(&site.post(&owner, MISSING, "publish", json!({})).await);
}

/// With a codename, the viewset's own classes ask it: model permissions at the request, the owner at the row.
#[every_database]
async fn a_codename_is_asked_of_the_viewsets_classes(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, hers) = site.user("alice", &["view", "publish"]).await;
    let (bob, _) = site.user("bob", &[]).await;
    let (carol, blind) = site.user("carol", &["publish"]).await;
    let (dave, changer) = site.user("dave", &["view", "change", "add", "delete"]).await;
    for (owner, token, status) in [
        (&alice, &hers, 200),
        (&bob, &hers, 403),
        (&carol, &blind, 200),
        (&bob, &blind, 404),
        (&dave, &changer, 403),
        (&bob, &changer, 403),
    ] {
        let row = car_of(&db, Some(owner), "a car").await.id;
        let answer = site.post(token, row, "feature", json!({})).await;
        match status {
            200 => assert_eq!(answer.code(), 200, "{}", answer.text),
            403 => forbidden(&answer),
            _ => no_such_row(&answer),
        }
        assert_eq!(site.row(row).await.expect("it is there").published, status == 200);
    }
    no_such_row(&site.post(&hers, MISSING, "feature", json!({})).await);
    forbidden(&site.post(&changer, MISSING, "feature", json!({})).await);
}

#[every_database]
async fn a_saved_row_is_judged_again(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, hers) = site.user("alice", &["view"]).await;
    let (bob, his) = site.user("bob", &["view"]).await;
    let row = car_of(&db, Some(&alice), "hers").await;
    let given = site.post(&hers, row.id, "give", json!({"name": "his", "owner_id": key_of(&bob)})).await;
    forbidden(&given);
    let given = site.post(&hers, row.id, "give", json!({"name": "nobody's"})).await;
    forbidden(&given);
    assert_eq!(site.row(row.id).await.as_ref(), Some(&row));
    assert_eq!(site.events.take().await, (vec![], vec![]), "what was written beside it is undone with it");
    forbidden(&site.post(&his, row.id, "give", json!({"name": "his"})).await);

    let kept = site.post(&hers, row.id, "give", json!({"name": "kept", "owner_id": key_of(&alice)})).await;
    assert_eq!(kept.code(), 200, "{}", kept.text);
    let now = site.row(row.id).await.expect("its key stayed");
    assert_eq!((now.name.as_str(), now.owner_id), ("kept", Some(key_of(&alice))));
    assert!(site.row(MISSING).await.is_none());
    assert_eq!(site.events.take().await, (vec!["given".into()], vec!["give kept true".into()]));
}

#[every_database]
async fn a_locked_row_that_is_dropped_is_as_it_was(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, hers) = site.user("alice", &["view"]).await;
    let row = car_of(&db, Some(&alice), "hers").await;
    for _ in 0..20 {
        let answer = site.post(&hers, row.id, "forget", json!({})).await;
        assert_eq!((answer.code(), answer.json()), (200, json!("forgotten")), "it saw its own write");
        assert_eq!(site.row(row.id).await.as_ref(), Some(&row));
    }
    assert_eq!(site.events.take().await, (vec![], vec![]));
    let given = site.post(&hers, row.id, "give", json!({"name": "x", "owner_id": key_of(&alice)})).await;
    assert_eq!(given.code(), 200, "no lock is left: {}", given.text);
}

#[every_database]
async fn a_locked_row_can_be_deleted(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, hers) = site.user("alice", &["view", "delete"]).await;
    let (bob, _) = site.user("bob", &[]).await;
    let his = car_of(&db, Some(&bob), "his").await;
    forbidden(&site.post(&hers, his.id, "scrap", json!({})).await);
    assert_eq!(site.row(his.id).await, Some(his));

    let pointed_at = car_of(&db, Some(&alice), "pointed at").await;
    let child = "CREATE TABLE child (car_id bigint NOT NULL, FOREIGN KEY (car_id) REFERENCES drivers_car (id))";
    db.execute_unprepared(child).await.expect("a table");
    db.execute_unprepared(&format!("INSERT INTO child VALUES ({})", pointed_at.id)).await.expect("a row");
    let answer = site.post(&hers, pointed_at.id, "scrap", json!({})).await;
    answer.is_problem(409, "conflict", "Other rows point at this one.", &Json::Null);
    assert!(site.row(pointed_at.id).await.is_some());
    assert_eq!(site.events.take().await, (vec![], vec![]));

    let row = car_of(&db, Some(&alice), "hers").await;
    let answer = site.post(&hers, row.id, "scrap", json!({})).await;
    assert_eq!((answer.code(), answer.json()), (200, json!("hers")));
    assert!(site.row(row.id).await.is_none());
    assert_eq!(site.events.take().await, (vec!["scrapped".into()], vec!["scrap hers true".into()]));
    no_such_row(&site.post(&hers, row.id, "scrap", json!({})).await);
}

/// The body is read before the row is locked: who is slow to send holds nobody up.
#[every_database]
async fn a_slow_sender_holds_no_lock(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, hers) = site.user("alice", &["view", "change"]).await;
    let row = car_of(&db, Some(&alice), "as it was").await.id;
    let (mut writer, reader) = tokio::io::duplex(8);
    let (client, token) = (site.client.clone(), format!("Token {hers}"));
    let slow = tokio::spawn(async move {
        let request = client.raw().post(format!("/api/cars/{row}/rename")).header("authorization", token);
        let request = request.content_type("application/json").body(Body::from_async_read(reader));
        answer(request.send().await).await
    });
    // more than fits: it is being read
    writer.write_all(b"{\"name\": \"renamed\"").await.expect("it is read");
    let path = format!("/api/cars/{row}");
    let meanwhile = site.client.ask(Method::PATCH, &path, &hers, Some(json!({"name": "quick"})));
    let meanwhile = tokio::time::timeout(std::time::Duration::from_secs(4), meanwhile).await.expect("nobody waits");
    assert_eq!(meanwhile.code(), 200, "{}", meanwhile.text);
    writer.write_all(b"}").await.expect("it is read");
    drop(writer);
    let renamed = slow.await.expect("an answer");
    assert_eq!((renamed.code(), &renamed.json()["name"]), (200, &json!("renamed, once quick")));
}

/// The rows of a collection's action meet its own permissions and the list's.
#[every_database]
async fn a_collections_action_gets_the_rows_that_may_be_seen(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, both) = site.user("alice", &["view", "export", "publish"]).await;
    let (bob, export_only) = site.user("bob", &["export"]).await;
    let (_, view_only) = site.user("carol", &["view"]).await;
    for (owner, name) in [(Some(&alice), "a"), (Some(&bob), "b"), (None, "c"), (Some(&alice), "dull")] {
        car_of(&db, owner, name).await;
    }
    let get = async |action: &str, token: &str| site.client.get(&format!("/api/cars/{action}"), token).await;
    assert_eq!(get("export", &both).await.json(), json!(["a", "b", "c", "dull"]));
    forbidden(&get("export", &export_only).await);
    forbidden(&get("export", &view_only).await);
    assert_eq!(get("export", "").await.code(), 401);
    assert_eq!(get("mine", &both).await.json(), json!(["a"]));
    assert_eq!(get("mine", &view_only).await.json(), json!([]));
    forbidden(&get("mine", &export_only).await);
    assert_eq!(get("mine", "").await.code(), 401);

    let patch = async |token: &str| site.client.ask(Method::PATCH, "/api/cars", token, None).await;
    assert_eq!(patch(&both).await.json(), json!(["a", "dull"]), "an unsafe action is the owner's");
    forbidden(&patch(&view_only).await);
    assert_eq!(patch("").await.code(), 401);
}

/// Both keep working, whichever was there first.
#[every_database]
async fn an_action_may_share_a_path_with_the_six(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, hers) = site.user("alice", &["view", "change", "add", "delete"]).await;
    let (_, none) = site.user("bob", &[]).await;
    let events = site.events.clone();
    let other_order = Api::new("Drivers", "1", db.db().clone()).auth(site.auth.clone()).with(Handlers);
    let other_order = Client::new(other_order.mount(Cars { events }).build().expect("the parts fit"));
    for client in [&*site.client, &other_order] {
        let row = car_of(&db, Some(&alice), "hers").await.id;
        let path = format!("/api/cars/{row}");
        let honk = client.ask(Method::POST, &path, &hers, None).await;
        assert_eq!((honk.code(), honk.json()), (200, json!("hers honks")));
        assert_eq!(client.ask(Method::POST, &path, "", None).await.code(), 401);
        assert_eq!(client.ask(Method::POST, &path, &none, None).await.code(), 200, "it asks for a login alone");
        assert_eq!(client.get(&path, &hers).await.code(), 200);
        forbidden(&client.get(&path, &none).await);
        let refused = client.ask(Method::TRACE, &path, &hers, None).await;
        assert_eq!(refused.code(), 405);
        assert_eq!(refused.header("allow"), Some("GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"));
        let options = client.ask(Method::OPTIONS, "/api/cars", &hers, None).await;
        assert_eq!(options.header("allow"), Some("GET, POST, PATCH, HEAD, OPTIONS"));
        for method in [Method::PUT, Method::PATCH] {
            assert_eq!(client.ask(method, &path, &hers, Some(json!({"name": "x"}))).await.code(), 200);
        }
        assert_eq!(client.ask(Method::DELETE, &path, &hers, None).await.code(), 204);
    }
}

/// It asks the default, which nobody overrides where the document tells of nothing, and then what its argument asks.
#[every_database]
async fn a_hidden_handler_may_take_the_row_of_an_action(db: TestDb) {
    struct Secret;
    #[OpenApi]
    impl Secret {
        #[oai(path = "/cars/:id/secret", method = "get", hidden)]
        async fn secret(&self, id: Row<Describe>) -> Payload<String> {
            Payload(format!("{} asks in secret about {}", id.caller().username, id.name))
        }
    }
    let site = Site::new(&db).await;
    let (alice, viewer) = site.user("alice", &["view"]).await;
    let (_, other) = site.user("bob", &["change", "publish"]).await;
    let row = car_of(&db, Some(&alice), "hers").await.id;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(site.auth.clone());
    let api = api.mount(Cars { events: site.events.clone() }).with(Handlers).with(Secret);
    let client = Client::new(api.build().expect("the parts fit"));
    let get = async |id: i64, token: &str| client.get(&format!("/api/cars/{id}/secret"), token).await;
    let seen = get(row, &viewer).await;
    assert_eq!((seen.code(), seen.json()), (200, json!("alice asks in secret about hers")));
    no_such_row(&get(MISSING, &viewer).await);
    forbidden(&get(row, &other).await);
    assert_eq!(get(row, "").await.code(), 401);
}

/// Of two variables the wrong one might be taken for the row.
#[every_database(sqlite, because = "no row is looked for")]
async fn an_actions_path_has_one_variable(db: TestDb) {
    struct Nested;
    #[OpenApi]
    impl Nested {
        #[oai(path = "/owners/:owner/cars/:id/describe", method = "get")]
        async fn describe(&self, id: Row<Describe>, owner: Path<i64>) -> Payload<String> {
            Payload(format!("{} of {}", id.name, owner.0))
        }
    }
    let site = Site::new(&db).await;
    let api = Api::new("Drivers", "1", db.db().clone()).mount(Cars { events: site.events }).with(Nested);
    let refused = api.build().err().expect("it is refused").to_string();
    assert!(refused.contains("`describe`") && refused.contains("not one variable"), "{refused}");
}

/// Hooks write by the transaction of the request: with it or not at all. What comes after a commit comes once.
#[every_database]
async fn hooks_stand_and_fall_with_the_write(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, hers) = site.user("alice", &["view", "change", "add", "delete"]).await;
    let (bob, _) = site.user("bob", &[]).await;
    let ask = async |method: Method, path: &str, body: Json| site.client.ask(method, path, &hers, Some(body)).await;
    let said = |written: &[&str], heard: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        (owned(written), owned(heard))
    };

    let made = ask(Method::POST, "/api/cars", json!({"name": "published at once"})).await;
    assert_eq!((made.code(), &made.json()["published"]), (201, &json!(true)), "the hook completed it: {}", made.text);
    let heard = said(&["create published at once"], &["create published at once true"]);
    assert_eq!(site.events.take().await, heard);
    let row = made.json()["id"].as_i64().expect("an id");
    let path = format!("/api/cars/{row}");

    let refused = ask(Method::POST, "/api/cars", json!({"name": "his", "owner_id": key_of(&bob)})).await;
    forbidden(&refused);
    let refused = ask(Method::PATCH, &path, json!({"name": "his", "owner_id": key_of(&bob)})).await;
    forbidden(&refused);
    let nobody = json!({"name": "x", "owner_id": 424_242});
    assert!(ask(Method::POST, "/api/cars", nobody).await.status.is_client_error());
    assert_eq!(site.events.take().await, said(&[], &[]), "refused writes leave nothing and are not told of");

    assert_eq!(ask(Method::PATCH, &path, json!({"name": "sealed"})).await.code(), 200);
    let heard = said(&["update published at once"], &["partial_update sealed true"]);
    assert_eq!(site.events.take().await, heard);
    for method in [Method::PUT, Method::PATCH] {
        let refused = ask(method, &path, json!({"name": "broken"})).await;
        refused.is_problem(400, "invalid", "Invalid input.", &json!({"name": ["This car is sealed."]}));
    }
    let refused = ask(Method::DELETE, &path, json!({})).await;
    refused.is_problem(409, "conflict", "This car is sealed.", &Json::Null);
    assert_eq!(site.events.take().await, said(&[], &[]), "a hook's own no undoes what it wrote");
    assert_eq!(site.row(row).await.map(|car| car.name), Some("sealed".to_owned()));

    let gone = car_of(&db, Some(&alice), "gone").await.id;
    assert_eq!(ask(Method::DELETE, &format!("/api/cars/{gone}"), json!({})).await.code(), 204);
    assert_eq!(site.events.take().await, said(&["destroy gone"], &["destroy gone true"]));
    for (method, body) in [(Method::POST, json!({"name": 7})), (Method::PUT, json!({}))] {
        let target = if method == Method::POST { "/api/cars" } else { &path };
        assert_eq!(ask(method, target, body).await.code(), 400);
    }
    assert_eq!(site.events.take().await, said(&[], &[]), "a body that is refused meets no hook");
}
