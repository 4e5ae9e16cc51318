//! Many rows in one request: all or nothing, each row judged on both sides, what is wrong told by its place.

use std::sync::{Arc, Mutex};

use poem::http::Method;
use poem_openapi::{OpenApi, payload::Json as Payload};
use refrain::{
    Access, Action, Api, CollectionAction, Context, IsAdminUser, IsAuthenticated, IsOwner, IsOwnerOrReadOnly,
    LockedRows, ModelPermissions, Problem, Serializer, Valid, ViewSet,
    auth::{Auth, NewUser, User},
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryOrder,
    Schema,
};
use serde_json::{Value as Json, json};

use crate::support::{
    Answer, Car, Client, answer, auth, car, car_of,
    meanwhile::{begin_first, held_back, wait_until_blocked},
    sync, user,
};

const ALL: [&str; 4] = ["add", "change", "delete", "view"];
const MISSING: i64 = 999_999;
const FORBIDDEN: &str = "You do not have permission to perform this action.";
const NO_CAR: &str = "No Car matches the given query.";

/// Callers see what is theirs or published, and write what is theirs.
#[derive(Default)]
struct Cars {
    heard: Arc<Mutex<Vec<String>>>,
}

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const ROW_PERMISSIONS: bool = true;
    const BULK: &'static [Action] = &[Action::Create, Action::PartialUpdate, Action::Destroy];

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly).on(Action::Retrieve, IsOwner | published())
    }

    async fn perform_update(
        &self,
        _: &Context<'_>,
        changes: car::ActiveModel,
        before: &car::Model,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        if before.name == "sealed" {
            return Err(Problem::invalid([("name", "This car is sealed.")]));
        }
        Ok(changes)
    }

    async fn perform_destroy(&self, _: &Context<'_>, row: &car::Model) -> Result<(), Problem> {
        if row.name == "sealed" { Err(Problem::conflict("This car is sealed.")) } else { Ok(()) }
    }

    async fn after_commit(&self, action: Action, row: &car::Model) {
        self.heard.lock().unwrap().push(format!("{action} {}", row.name));
    }
}

#[derive(Clone, Copy, refrain::Operators)]
struct Published;

#[refrain::async_trait]
impl refrain::PermissionClass for Published {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> refrain::Result<refrain::Rule> {
        use sea_orm::ColumnTrait;
        Ok(refrain::Rule::when(car::Column::Published.eq(true)))
    }
}

fn published() -> Published {
    Published
}

struct Rename;

impl CollectionAction for Rename {
    type Of = Cars;
    const NAME: &'static str = "rename";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated & IsOwner)
    }
}

#[derive(Serializer)]
struct Renamed {
    ids: Vec<i64>,
    name: String,
    owner_id: Option<i32>,
}

struct Actions;

#[OpenApi]
impl Actions {
    #[oai(path = "/cars/rename", method = "post")]
    async fn rename(&self, cars: LockedRows<Rename>, to: Valid<Renamed>) -> Result<Payload<Vec<Car>>, Problem> {
        let Renamed { ids, name, owner_id } = to.0;
        let cars = cars.lock(ids).await?;
        assert!(!cars.caller().is_anonymous());
        if name == "dropped" {
            cars.db().execute_unprepared("UPDATE drivers_car SET name = 'not kept'").await?;
            return Ok(Payload(Vec::new()));
        }
        if name == "deleted" {
            cars.delete().await?;
            return Ok(Payload(Vec::new()));
        }
        let change = |row: &car::Model| car::ActiveModel {
            name: Set(format!("{name}, once {}", row.name)),
            owner_id: owner_id.map_or_else(Default::default, |owner| Set(Some(owner))),
            ..Default::default()
        };
        let changes = cars.rows.iter().map(change).collect();
        Ok(Payload(cars.save(changes).await?.into_iter().map(Car::from).collect()))
    }
}

struct Site {
    client: Arc<Client>,
    auth: Auth,
    db: DatabaseConnection,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn new(db: &TestDb) -> Self {
        Self::over(db, db.db().clone()).await
    }

    async fn over(db: &TestDb, connection: DatabaseConnection) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let cars = Cars::default();
        let heard = cars.heard.clone();
        let api = Api::new("Drivers", "1", connection).auth(auth.clone()).mount(cars).with(Actions);
        Self { client: Arc::new(Client::new(api.build().expect("the parts fit"))), auth, db: db.db().clone(), heard }
    }

    async fn user(&self, name: &str, held: &[&str]) -> (User, String) {
        user(&self.auth, &self.db, NewUser::new(name), held).await
    }

    async fn create(&self, token: &str, body: Json) -> Answer {
        self.client.ask(Method::POST, "/api/cars/bulk", token, Some(body)).await
    }

    async fn update(&self, token: &str, body: Json) -> Answer {
        self.client.ask(Method::PATCH, "/api/cars/bulk", token, Some(body)).await
    }

    async fn destroy(&self, token: &str, body: Json) -> Answer {
        self.client.ask(Method::POST, "/api/cars/bulk/delete", token, Some(body)).await
    }

    async fn names(&self) -> Vec<String> {
        let rows = car::Entity::find().order_by_asc(car::Column::Id).all(&self.db).await.expect("the cars");
        rows.into_iter().map(|car| car.name).collect()
    }

    fn take_heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

fn key_of(user: &User) -> i32 {
    user.id().expect("a key").to_string().parse().expect("an integer")
}

fn names_of(answer: &Answer) -> Vec<Json> {
    answer.json().as_array().expect("rows").iter().map(|row| row["name"].clone()).collect()
}

#[every_database]
async fn rows_are_made_together_or_not_at_all(db: TestDb) {
    let site = Site::new(&db).await;
    db.execute_unprepared("CREATE UNIQUE INDEX drivers_car_name_uniq ON drivers_car (name)").await.unwrap();
    let (alice, token) = site.user("alice", &ALL).await;
    let (bob, viewer) = site.user("bob", &["view"]).await;
    let made =
        site.create(&token, json!([{"name": "b"}, {"name": "a", "owner_id": key_of(&alice)}, {"name": "c"}])).await;
    assert_eq!((made.code(), names_of(&made)), (201, vec![json!("b"), json!("a"), json!("c")]), "{}", made.text);
    let rows = made.json();
    for row in rows.as_array().unwrap() {
        assert_eq!((&row["owner_id"], &row["published"]), (&json!(key_of(&alice)), &json!(false)));
        assert_eq!(row["permissions"], json!(["view", "change", "delete"]));
        assert_eq!(site.client.get(&format!("/api/cars/{}", row["id"]), &token).await.json(), *row);
    }
    assert_eq!(site.take_heard(), ["create b", "create a", "create c"]);

    let theirs = site.create(&token, json!([{"name": "d"}, {"name": "e", "owner_id": key_of(&bob)}])).await;
    theirs.is_problem(403, "permission_denied", FORBIDDEN, &json!({"1": [FORBIDDEN]}));
    let taken = site.create(&token, json!([{"name": "d"}, {"name": "a"}])).await;
    let sentence = "Car with this name already exists.";
    taken.is_problem(409, "conflict", sentence, &json!({"1.name": [sentence]}));
    // who may not write a row is not told what it collides with
    let both = site.create(&token, json!([{"name": "d"}, {"name": "a", "owner_id": key_of(&bob)}])).await;
    both.is_problem(403, "permission_denied", FORBIDDEN, &json!({"1": [FORBIDDEN]}));
    let odd = site.create(&token, json!([{"name": "d"}, {"name": ""}, 7, {"owner_id": "x"}])).await;
    odd.is_problem(
        400,
        "invalid",
        "Invalid input.",
        &json!({
            "1.name": ["This field may not be blank."],
            "2": ["Invalid data. Expected a dictionary, but got int."],
            "3.name": ["This field is required."],
            "3.owner_id": ["A valid integer is required."],
        }),
    );
    for (body, sentence) in [
        (json!({"name": "d"}), "Expected a list of items but got type \"dict\"."),
        (json!([]), "This list may not be empty."),
        (json!(null), "No data provided"),
    ] {
        let refused = site.create(&token, body).await;
        refused.is_problem(400, "invalid", "Invalid input.", &json!({"non_field_errors": [sentence]}));
    }
    assert_eq!(site.create(&viewer, json!([{"name": "d"}])).await.code(), 403);
    assert_eq!(site.create("", json!("not looked at")).await.code(), 401);
    assert_eq!(site.names().await, ["b", "a", "c"], "refused lists wrote nothing");
    assert_eq!(site.take_heard(), Vec::<String>::new());
}

#[every_database]
async fn a_list_has_a_bound(db: TestDb) {
    let (counting, counter) = counted(&db);
    let site = Site::over(&db, counting).await;
    let (_, token) = site.user("alice", &ALL).await;
    let rows = |many: usize| (0..many).map(|place| json!({"name": format!("car {place}")})).collect::<Json>();
    // the first write of all finds out what isolation it has
    assert_eq!(site.create(&token, rows(1)).await.code(), 201);
    let sentence = "Ensure this list has no more than 1000 items.";
    let over = site.create(&token, rows(1001)).await;
    over.is_problem(400, "invalid", "Invalid input.", &json!({"non_field_errors": [sentence]}));
    assert_eq!(site.names().await.len(), 1);
    counter.take();
    let made = site.create(&token, rows(1000)).await;
    assert_eq!((made.code(), names_of(&made)[999].clone()), (201, json!("car 999")), "{}", made.text);
    // its maker, the same afresh, each row, and one statement that judges them all
    let back = if db.backend() == Backend::MariaDb { 1000 } else { 0 };
    assert_eq!(counter.take().len(), 3 + 1000 + back);
    let keys: Vec<Json> = made.json().as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    let named = |keys: &[Json]| keys.iter().map(|key| json!({"id": key})).collect::<Json>();
    let over: Vec<Json> = keys.iter().cloned().chain([json!(1)]).collect();
    let over = site.destroy(&token, named(&over)).await;
    over.is_problem(400, "invalid", "Invalid input.", &json!({"non_field_errors": [sentence]}));
    counter.take();
    let changes = keys.iter().map(|key| json!({"id": key, "changes": {"name": "renamed"}})).collect();
    assert_eq!(site.update(&token, changes).await.code(), 200);
    // the caller, a look at the rows, their locks, the caller afresh, each row, and one statement that judges them all
    assert_eq!(counter.take().len(), 5 + 1000 + back);
    let gone = site.destroy(&token, named(&keys)).await;
    assert_eq!(gone.code(), 204, "{}", gone.text);
    // as above without the last, and two that take away what was granted on them
    assert_eq!(counter.take().len(), 4 + 2 + 1000);
    assert_eq!(site.names().await, ["car 0"]);
}

#[every_database]
async fn rows_are_changed_together_or_not_at_all(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, token) = site.user("alice", &ALL).await;
    let (bob, _) = site.user("bob", &[]).await;
    let (_, viewer) = site.user("carol", &["view"]).await;
    let first = car_of(&db, Some(&alice), "first").await.id;
    let second = car_of(&db, Some(&alice), "second").await.id;
    let hidden = car_of(&db, Some(&bob), "hidden").await.id;
    let sealed = car_of(&db, Some(&alice), "sealed").await.id;
    let shown = car::ActiveModel {
        name: Set("shown".into()),
        owner_id: Set(Some(key_of(&bob))),
        published: Set(true),
        ..Default::default()
    };
    let shown = shown.insert(&site.db).await.unwrap().id;
    let before = site.names().await;
    let change = |id: i64, changes: Json| json!({"id": id, "changes": changes});
    let name = |id: i64| change(id, json!({"name": "changed"}));

    let missing = site.update(&token, json!([name(first), name(MISSING), name(hidden), name(shown)])).await;
    missing.is_problem(404, "not_found", NO_CAR, &json!({"1": [NO_CAR], "2": [NO_CAR]}));
    let beyond = site.update(&token, json!([name(first), {"id": 1e30 as u128 as f64, "changes": {}}])).await;
    assert!(beyond.status.is_client_error(), "{}", beyond.text);
    let refused = site.update(&token, json!([name(first), name(shown)])).await;
    refused.is_problem(403, "permission_denied", FORBIDDEN, &json!({"1": [FORBIDDEN]}));
    let given_away = json!([name(first), change(second, json!({"owner_id": key_of(&bob)})), change(first, json!({}))]);
    let twice = site.update(&token, given_away.clone()).await;
    twice.is_problem(400, "invalid", "Invalid input.", &json!({"2": ["This row was given twice."]}));
    let given_away = json!([name(first), change(second, json!({"owner_id": key_of(&bob)}))]);
    let given_away = site.update(&token, given_away).await;
    given_away.is_problem(403, "permission_denied", FORBIDDEN, &json!({"1": [FORBIDDEN]}));
    let nobodys = site.update(&token, json!([name(first), change(second, json!({"owner_id": 424_242}))])).await;
    assert!(nobodys.status.is_client_error(), "{}", nobodys.text);
    let hooked = site.update(&token, json!([name(first), name(sealed)])).await;
    hooked.is_problem(400, "invalid", "Invalid input.", &json!({"1.changes.name": ["This car is sealed."]}));
    let odd = json!([{"id": "x", "changes": {}}, {"changes": {"name": ""}}, {"id": first}, {"id": [], "changes": 1}]);
    odd_is(&site.update(&token, odd).await);
    assert_eq!(site.update(&viewer, json!([name(first)])).await.code(), 403);
    assert_eq!(site.update("", json!("not looked at")).await.code(), 401);
    assert_eq!(site.names().await, before, "refused lists wrote nothing");
    assert_eq!(site.take_heard(), Vec::<String>::new());

    let list =
        json!([change(second, json!({"name": "b"})), change(sealed, json!({})), change(first, json!({"name": "a"}))]);
    let sealed_too = site.update(&token, list).await;
    assert_eq!(sealed_too.code(), 400, "a hook is asked about every row: {}", sealed_too.text);
    let list = json!([change(second, json!({"name": "b"})), change(first, json!({"name": "a"}))]);
    let changed = site.update(&token, list).await;
    assert_eq!((changed.code(), names_of(&changed)), (200, vec![json!("b"), json!("a")]), "in the order of the list");
    assert_eq!(changed.json()[0]["permissions"], json!(["view", "change", "delete"]));
    assert_eq!(site.take_heard(), ["partial_update b", "partial_update a"]);
    assert_eq!(site.names().await, ["a", "b", "hidden", "sealed", "shown"]);
    let nothing = site.update(&token, json!([change(first, json!({})), change(second, json!({"name": "c"}))])).await;
    assert_eq!(names_of(&nothing), [json!("a"), json!("c")]);
}

#[track_caller]
fn odd_is(odd: &Answer) {
    assert_eq!(odd.code(), 400, "{}", odd.text);
    let errors = odd.json()["errors"].clone();
    for field in ["0.id", "1.id", "1.changes.name", "2.changes", "3.id", "3.changes"] {
        assert!(errors[field].is_array(), "{field}: {errors}");
    }
}

#[every_database]
async fn rows_are_deleted_together_or_not_at_all(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, token) = site.user("alice", &ALL).await;
    let (bob, _) = site.user("bob", &[]).await;
    let first = car_of(&db, Some(&alice), "first").await;
    let pointed_at = car_of(&db, Some(&alice), "pointed at").await;
    let hidden = car_of(&db, Some(&bob), "hidden").await;
    let sealed = car_of(&db, Some(&alice), "sealed").await;
    site.auth.assign_perm(&site.db, "change_car", [&bob], [&first, &pointed_at]).await.unwrap();
    let child = "CREATE TABLE child (car_id bigint NOT NULL, FOREIGN KEY (car_id) REFERENCES drivers_car (id))";
    db.execute_unprepared(child).await.expect("a table");
    db.execute_unprepared(&format!("INSERT INTO child VALUES ({})", pointed_at.id)).await.expect("a row");
    let keys = |rows: &[&car::Model]| rows.iter().map(|row| json!({"id": row.id})).collect::<Json>();

    let missing = site.destroy(&token, keys(&[&first, &hidden])).await;
    missing.is_problem(404, "not_found", NO_CAR, &json!({"1": [NO_CAR]}));
    let conflict = site.destroy(&token, keys(&[&first, &sealed])).await;
    let sentence = "This car is sealed.";
    conflict.is_problem(409, "conflict", sentence, &json!({"1": [sentence]}));
    let conflict = site.destroy(&token, keys(&[&first, &pointed_at])).await;
    let sentence = "Other rows point at this one.";
    conflict.is_problem(409, "conflict", sentence, &json!({"1": [sentence]}));
    assert_eq!(site.names().await.len(), 4);
    let granted = site.auth.users_with_perms(&first).load(&site.db).await.unwrap().len();
    assert_eq!(granted, 1, "what was granted is granted still");

    db.execute_unprepared("DROP TABLE child").await.unwrap();
    assert_eq!(site.destroy(&token, keys(&[&pointed_at, &first])).await.code(), 204);
    assert_eq!(site.names().await, ["hidden", "sealed"]);
    assert_eq!(site.take_heard(), ["destroy pointed at", "destroy first"]);
    assert!(site.auth.users_with_perms(&first).load(&site.db).await.unwrap().is_empty());
    let again = site.destroy(&token, keys(&[&first])).await;
    again.is_problem(404, "not_found", NO_CAR, &json!({"0": [NO_CAR]}));
}

/// Two lists with the same rows the other way round wait for each other in one order.
#[every_database]
async fn lists_in_any_order_do_not_lock_each_other_out(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, token) = site.user("alice", &ALL).await;
    let mut ids = Vec::new();
    for place in 0..20 {
        ids.push(car_of(&db, Some(&alice), &format!("car {place}")).await.id);
    }
    let writers = (0..8).map(|writer| {
        let (client, token, mut ids) = (site.client.clone(), token.clone(), ids.clone());
        if writer % 2 == 1 {
            ids.reverse();
        }
        tokio::spawn(async move {
            let change = |id: &i64| json!({"id": id, "changes": {"name": format!("by {writer}")}});
            let body: Json = ids.iter().map(change).collect();
            client.ask(Method::PATCH, "/api/cars/bulk", &token, Some(body)).await.code()
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        assert_eq!(writer.await.expect("an answer"), 200);
    }
    let names = site.names().await;
    assert!(names.iter().all(|name| *name == names[0]), "each list was written whole: {names:?}");
}

/// The rows are judged as they are under their locks.
#[every_database]
async fn a_change_during_the_wait_for_a_lock_stops_the_whole_list(db: TestDb) {
    let site = Site::new(&db).await;
    let (alice, token) = site.user("alice", &ALL).await;
    let first = car_of(&db, Some(&alice), "first").await.id;
    let second = car_of(&db, Some(&alice), "second").await.id;
    let other = db.another_pool().await;
    let transaction = begin_first(&other, second).await;
    let (client, write_token) = (site.client.clone(), token.clone());
    let write = tokio::spawn(async move {
        let change = |id: i64| json!({"id": id, "changes": {"name": "written"}});
        let body = json!([change(first), change(second)]);
        client.ask(Method::PATCH, "/api/cars/bulk", &write_token, Some(body)).await
    });
    wait_until_blocked(&db, &other).await;
    let taken = car::ActiveModel { id: Set(second), owner_id: Set(None), ..Default::default() };
    taken.update(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let refused = write.await.expect("an answer");
    refused.is_problem(404, "not_found", NO_CAR, &json!({"1": [NO_CAR]}));
    assert_eq!(site.names().await, ["first", "touched"]);
}

/// The same of the caller: rights that are lost since the list was judged write none of its rows.
#[every_database]
async fn a_right_that_is_lost_before_the_locks_stops_the_whole_list(db: TestDb) {
    struct OfStaff;
    impl ViewSet for OfStaff {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        const BULK: &'static [Action] = &[Action::PartialUpdate, Action::Destroy];
        fn permissions() -> Access<car::Entity> {
            Access::to(IsAdminUser | IsOwner)
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("staff").staff(), &[]).await;
    let row = car_of(&db, None, "as it was").await.id;
    let api = Api::new("Drivers", "1", db.another_pool().await).auth(auth).mount(OfStaff);
    let client = Arc::new(Client::new(api.build().expect("the parts fit")));
    for (method, path, sent, written) in [
        (Method::PATCH, "/api/cars/bulk", json!([{"id": row, "changes": {"name": "written"}}]), 200),
        (Method::POST, "/api/cars/bulk/delete", json!([{"id": row}]), 204),
    ] {
        for (is_lost, status) in [(true, 404), (false, written)] {
            let staff = "UPDATE auth_user SET is_staff = (1 = 1)";
            db.execute_unprepared(staff).await.expect("they are staff");
            let (body, gate) = held_back();
            let (client, method, header) = (client.clone(), method.clone(), format!("Token {token}"));
            let write = tokio::spawn(async move {
                let request = client.raw().request(method, path).header("authorization", header);
                answer(request.content_type("application/json").body(body).send().await).await
            });
            gate.is_read().await;
            if is_lost {
                db.execute_unprepared("UPDATE auth_user SET is_staff = (1 = 0)").await.expect("they are staff no more");
            }
            gate.release(sent.clone()).await;
            let answer = write.await.expect("an answer");
            assert_eq!(answer.code(), status, "{path}: {}", answer.text);
        }
    }
}

/// Who may write rows and not view them is shown what they wrote, and of what they left as it was nothing.
#[every_database]
async fn a_list_shows_no_row_that_was_left_as_it_was_to_who_may_not_view_it(db: TestDb) {
    struct Blind;
    impl ViewSet for Blind {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        const BULK: &'static [Action] = &[Action::PartialUpdate];
        fn permissions() -> Access<car::Entity> {
            Access::to(IsAuthenticated).on(Action::Retrieve, published())
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let hidden = car_of(&db, None, "hidden").await.id;
    let shown = car_of(&db, None, "shown").await.id;
    let public = car::ActiveModel { id: Set(shown), published: Set(true), ..Default::default() };
    public.update(db.db()).await.expect("it is published");
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Blind).build().expect("the parts fit");
    let client = Client::new(api);
    let change = async |list: Json| client.ask(Method::PATCH, "/api/cars/bulk", &token, Some(list)).await;
    let left = |id: i64| json!({"id": id, "changes": {}});
    let named = |id: i64, name: &str| json!({"id": id, "changes": {"name": name}});
    for list in [json!([left(hidden)]), json!([left(hidden), named(shown, "not kept")])] {
        change(list).await.is_problem(404, "not_found", NO_CAR, &json!({"0": [NO_CAR]}));
    }
    let written = change(json!([left(shown), named(hidden, "written")])).await;
    assert_eq!((written.code(), names_of(&written)), (200, vec![json!("shown"), json!("written")]), "{}", written.text);
}

#[every_database]
async fn an_action_of_ones_own_locks_many(db: TestDb) {
    let (counting, counter) = counted(&db);
    let site = Site::over(&db, counting).await;
    let (alice, token) = site.user("alice", &ALL).await;
    let (bob, _) = site.user("bob", &[]).await;
    let (_, nobody) = site.user("carol", &[]).await;
    let first = car_of(&db, Some(&alice), "first").await.id;
    let second = car_of(&db, Some(&alice), "second").await.id;
    let his = car_of(&db, Some(&bob), "his").await.id;
    let rename = async |token: &str, ids: Vec<i64>, name: &str, owner: Option<i32>| {
        let body = json!({"ids": ids, "name": name, "owner_id": owner});
        site.client.ask(Method::POST, "/api/cars/rename", token, Some(body)).await
    };
    let before = site.names().await;
    let hidden = rename(&token, vec![first, his, MISSING], "x", None).await;
    hidden.is_problem(404, "not_found", NO_CAR, &json!({"1": [NO_CAR], "2": [NO_CAR]}));
    let twice = rename(&token, vec![first, first], "x", None).await;
    twice.is_problem(400, "invalid", "Invalid input.", &json!({"1": ["This row was given twice."]}));
    let given = rename(&token, vec![first, second], "x", Some(key_of(&bob))).await;
    given.is_problem(403, "permission_denied", FORBIDDEN, &json!({"0": [FORBIDDEN], "1": [FORBIDDEN]}));
    let many = rename(&token, (0..1001).collect(), "x", None).await;
    assert_eq!(many.code(), 400, "{}", many.text);
    let as_many = rename(&token, (1..=1000).collect(), "x", None).await;
    assert_eq!(as_many.code(), 404, "{}", as_many.text);
    assert_eq!(rename(&token, vec![first, second], "dropped", None).await.code(), 200);
    assert_eq!(rename("", vec![first], "x", None).await.code(), 401);
    // the list's own permissions count too
    assert_eq!(rename(&nobody, vec![first], "x", None).await.code(), 403);
    assert_eq!(site.names().await, before);

    counter.take();
    let renamed = rename(&token, vec![second, first], "new", None).await;
    assert_eq!(names_of(&renamed), [json!("new, once second"), json!("new, once first")], "{}", renamed.text);
    // the caller, a look, the locks, the caller afresh, each row, and one statement that judges them all
    let back = if db.backend() == Backend::MariaDb { 2 } else { 0 };
    assert_eq!(counter.take().len(), 5 + 2 + back);
    assert_eq!(site.take_heard(), ["rename new, once second", "rename new, once first"]);
    assert_eq!(rename(&token, vec![second, first], "deleted", None).await.code(), 200);
    assert_eq!(site.names().await, ["his"]);
}

mod seat {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "club_seat")]
    #[refrain(app = "club", model = "Seat")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = seat)]
struct Seat {
    hall: i32,
    number: i32,
    note: String,
}

struct Seats;

impl ViewSet for Seats {
    type Serializer = Seat;
    const PATH: &'static str = "/seats";
    const BULK: &'static [Action] = &[Action::Create, Action::PartialUpdate, Action::Destroy];

    fn permissions() -> Access<seat::Entity> {
        Access::to(refrain::AllowAny)
    }
}

#[every_database]
async fn a_key_of_several_columns_is_several_members(db: TestDb) {
    let table = Schema::new(db.get_database_backend()).create_table_from_entity(seat::Entity);
    db.execute(&table).await.expect("a table");
    let client = Client::new(Api::new("Club", "1", db.db().clone()).auth(auth()).mount(Seats).build().unwrap());
    let all: Vec<(i32, i32)> = (0..1000).map(|seat| (seat / 100, seat % 100)).collect();
    let ask = async |method: Method, path: &str, body: Json| client.ask(method, path, "", Some(body)).await;
    let rows = |note: &str| {
        all.iter().map(|(hall, number)| json!({"hall": hall, "number": number, "note": note})).collect::<Json>()
    };
    assert_eq!(ask(Method::POST, "/api/seats/bulk", rows("new")).await.code(), 201);
    let changes =
        all.iter().map(|(hall, number)| json!({"hall": hall, "number": number, "changes": {"note": "changed"}}));
    let changed = ask(Method::PATCH, "/api/seats/bulk", changes.collect()).await;
    assert_eq!(changed.code(), 200, "{}", changed.text);
    assert_eq!(changed.json(), rows("changed"));
    let keys = |all: &[(i32, i32)]| all.iter().map(|(hall, number)| json!({"hall": hall, "number": number})).collect();
    let missing = ask(Method::POST, "/api/seats/bulk/delete", keys(&[(0, 0), (77, 0)])).await;
    assert_eq!((missing.code(), missing.json()["errors"]["1"].is_array()), (404, true), "{}", missing.text);
    assert_eq!(ask(Method::POST, "/api/seats/bulk/delete", keys(&all[1..])).await.code(), 204);
    assert_eq!(seat::Entity::find().count(db.db()).await.unwrap(), 1);
}

#[every_database(sqlite, because = "the document is the same on every database")]
async fn the_document_has_the_routes_that_are_switched_on(db: TestDb) {
    let api = Api::new("Club", "1", db.db().clone()).mount(Seats).mount(Cars::default()).with(Actions);
    let api = api.build().unwrap();
    let document: Json = serde_json::from_str(api.document()).unwrap();
    for (path, method, id, codename) in [
        ("/cars/bulk", "post", "cars_bulk_create", "drivers.add_car"),
        ("/cars/bulk", "patch", "cars_bulk_update", "drivers.change_car"),
        ("/cars/bulk/delete", "post", "cars_bulk_destroy", "drivers.delete_car"),
    ] {
        let operation = &document["paths"][path][method];
        assert_eq!(operation["operationId"], id);
        assert_eq!(operation["x-permissions"]["asks"], json!([codename]));
        let list = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!((&list["type"], &list["maxItems"], &list["minItems"]), (&json!("array"), &json!(1000), &json!(1)));
        assert_eq!(operation["responses"].get("404").is_some(), id != "cars_bulk_create");
    }
    let own = &document["paths"]["/cars/rename"]["post"]["responses"];
    assert_eq!(
        own["404"],
        json!({"$ref": "#/components/responses/NotFound"}),
        "a row that the body names may be missing"
    );
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["SeatsBulkKey"]["required"], json!(["hall", "number"]));
    assert_eq!(schemas["CarsBulkChange"]["required"], json!(["id", "changes"]));
    assert_eq!(schemas["CarsBulkChange"]["properties"]["changes"]["$ref"], "#/components/schemas/PatchedCarInput");
    let client = Client::new(api);
    let refused = client.ask(Method::PUT, "/api/cars/bulk", "", None).await;
    assert_eq!((refused.code(), refused.header("allow")), (405, Some("POST, PATCH, OPTIONS")));
    let options = async |path: &str| client.ask(Method::OPTIONS, path, "", None).await.text;
    assert_eq!(options("/api/seats/bulk").await, options("/api/seats").await);
    assert_eq!(options("/api/cars/bulk").await, options("/api/cars").await);
}

#[every_database(sqlite, because = "it is refused before a database is asked")]
async fn routes_that_cannot_work_are_refused(db: TestDb) {
    macro_rules! refused {
        ($words:literal, { $($item:item)* }) => {{
            struct Odd;
            impl ViewSet for Odd {
                type Serializer = Named;
                const PATH: &'static str = "/cars";
                $($item)*
            }
            let refused = Api::new("Drivers", "1", db.db().clone()).mount(Odd).build().err().expect("it is refused");
            assert!(refused.to_string().contains($words), "{refused}");
        }};
    }
    #[derive(Serializer)]
    #[serializer(model = named)]
    struct Named {
        id: i64,
        name: String,
    }
    mod named {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
        #[sea_orm(table_name = "named")]
        #[refrain(app = "drivers", model = "Named")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i64,
            #[sea_orm(unique)]
            pub name: String,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }
    refused!("`/cars/bulk` is the route for many rows", {
        const BULK: &'static [Action] = &[Action::Create];
        fn lookup() -> named::Column {
            named::Column::Name
        }
    });
    refused!("it names `List`", {
        const BULK: &'static [Action] = &[Action::List];
    });
    refused!("`ACTIONS` leaves out", {
        const ACTIONS: &'static [Action] = &[Action::List];
        const BULK: &'static [Action] = &[Action::Destroy];
    });
    refused!("`REQUIRES_IF_MATCH` asks of every write", {
        const BULK: &'static [Action] = &[Action::Destroy];
        const REQUIRES_IF_MATCH: bool = true;
    });
    refused!("`BULK_LIMIT` is 0", {
        const BULK: &'static [Action] = &[Action::Create];
        const BULK_LIMIT: usize = 0;
    });

    // the values of a row's key count
    macro_rules! of_limit {
        ($serializer:ty: $model:ident, $limit:literal) => {{
            struct Limited;
            impl ViewSet for Limited {
                type Serializer = $serializer;
                const PATH: &'static str = "/limited";
                const BULK: &'static [Action] = &[Action::Create];
                const BULK_LIMIT: usize = $limit;
                fn permissions() -> Access<$model::Entity> {
                    Access::to(refrain::AllowAny)
                }
            }
            let built = Api::new("Drivers", "1", db.db().clone()).mount(Limited).build();
            built.err().map(|error| error.to_string()).unwrap_or_default()
        }};
    }
    assert_eq!(of_limit!(Car: car, 30_000), "");
    assert!(of_limit!(Car: car, 30_001).contains("`BULK_LIMIT` is over 30000"));
    assert_eq!(of_limit!(Seat: seat, 15_000), "");
    assert!(of_limit!(Seat: seat, 15_001).contains("`BULK_LIMIT` is over 15000"));
}
