//! Authentication reads what the endpoint can ask of the permissions a caller holds: no more where more is held, and
//! always as it is now.

use std::{collections::HashSet, sync::Arc};

use poem::http::Method;
use poem_openapi::{OpenApi, param::Query, payload::Json};
use refrain::{
    Access, Api, Caller, Context, Db, HasPerm, IsAuthenticated, ModelPermissions, Operators, PermissionClass, Problem,
    Result, Rule, ViewSet, async_trait,
    auth::{Answer, Auth, Backend, ModelBackend, NewUser, User},
    authentication::{Authenticator, Authenticators, Offered, Refused, SecurityKind, SecurityScheme},
};
use refrain_testing::{Backend as Database, TestDb, counted, every_database};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use serde_json::json;

use crate::support::{Car, Client, Rules, api, auth, car, car_of, sync, user};

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

/// Tells what each row's reader may do with it.
struct Telling;

impl ViewSet for Telling {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A thousand permissions more, on fifty models of the cars' app.
async fn a_thousand_permissions(db: &DatabaseConnection) {
    for n in 0..50 {
        run(db, &format!("INSERT INTO django_content_type (app_label, model) VALUES ('drivers', 'made{n}')")).await;
    }
    for n in 0..20 {
        let made = "FROM django_content_type WHERE model LIKE 'made%'";
        run(
            db,
            &format!(
                "INSERT INTO auth_permission (name, content_type_id, codename) SELECT 'made', id, 'do_{n}' {made}"
            ),
        )
        .await;
    }
}

/// Gives the user so many of them, and half as many to a group of theirs.
async fn holds(auth: &Auth, db: &DatabaseConnection, user: &User, many: usize) {
    let id = user.id().expect("a key");
    let made = |many: usize| format!("FROM auth_permission WHERE codename LIKE 'do_%' ORDER BY id LIMIT {many}");
    let into = "INSERT INTO auth_user_user_permissions (user_id, permission_id)";
    run(db, &format!("{into} SELECT {id}, id {}", made(many))).await;
    let group = auth.create_group(db, &format!("group of {id}")).await.expect("a group");
    let into = "INSERT INTO auth_group_permissions (group_id, permission_id)";
    run(db, &format!("{into} SELECT {}, id {}", group.id, made(many / 2))).await;
    user.groups().add(db, [&group]).await.expect("a member");
}

#[every_database]
async fn who_holds_much_costs_what_who_holds_little_does(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    a_thousand_permissions(&db).await;
    let all = ["view", "add", "change", "delete"];
    let (few, few_token) = user(&auth, &db, NewUser::new("few"), &all).await;
    let (many, many_token) = user(&auth, &db, NewUser::new("many"), &all).await;
    holds(&auth, &db, &few, 4).await;
    holds(&auth, &db, &many, 400).await;
    let row = car_of(&db, None, "a car").await;
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1.0", counting).auth(auth.clone()).mount(Telling);
    let client = Client::new(api.build().expect("the parts fit"));
    let detail = format!("/api/cars/{}", row.id);
    // the first write of all finds out what isolation it has
    client.ask(Method::POST, "/api/cars", &few_token, Some(json!({"name": "first"}))).await;

    for (method, path, body, status) in [
        (Method::GET, detail.as_str(), None, 200),
        (Method::HEAD, detail.as_str(), None, 200),
        (Method::GET, "/api/cars", None, 200),
        (Method::POST, "/api/cars", Some(json!({"name": "new"})), 201),
        (Method::PATCH, detail.as_str(), Some(json!({"name": "renamed"})), 200),
        (Method::OPTIONS, detail.as_str(), None, 200),
    ] {
        let mut costs = Vec::new();
        for token in [&few_token, &many_token] {
            counter.take();
            let answer = client.ask(method.clone(), path, token, body.clone()).await;
            assert_eq!(answer.code(), status, "{method} {path}: {}", answer.text);
            costs.push(counter.take());
        }
        assert_eq!(costs[0], costs[1], "{method} {path}");
        // once by who asks, and by a write once more under its lock
        let mut looks = costs[0].iter().filter(|sql| sql.contains("auth_user_user_permissions")).peekable();
        assert!(looks.peek().is_some());
        for look in looks {
            assert!(look.contains("codename IN ("), "{method} {path} reads all that is held: {look}");
        }
    }

    // and what comes back is as short
    client.get("/api/cars", &many_token).await;
    let sql = counter.take().remove(0);
    let mut lengths = Vec::new();
    for token in [&few_token, &many_token] {
        let asked = ["drivers", "view_car", "change_car", "delete_car", "delete_car"].map(Value::from);
        let times = if db.backend() == Database::MariaDb { 2 } else { 1 };
        let values = std::iter::repeat_n(asked, times).flatten().chain([Value::from(token.as_str())]);
        let statement = Statement::from_sql_and_values(db.get_database_backend(), &sql, values);
        let row = db.query_one_raw(statement).await.expect("the statement of authentication").expect("a user");
        let held = ["direct", "through_groups"].map(|column| row.try_get::<String>("", column).expect("labels").len());
        assert!(held[0] > "drivers.view_car".len(), "the labels held are in it");
        lengths.push(held);
    }
    assert_eq!(lengths[0], lengths[1]);
    let everything = auth.user(&*db, "many").await.expect("it is read").expect("a user");
    assert_eq!(
        everything.all_permissions(&*db).await.expect("all are read").len(),
        4 + 8,
        "eight labels of fifty models"
    );
}

#[every_database]
async fn what_changed_between_two_requests_is_seen_by_the_second(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let id = alice.id().expect("a key");
    let group = auth.create_group(&*db, "viewers").await.expect("a group");
    let row = car_of(&db, None, "a car").await;
    let client = api::<ByModel>(&db, &auth);
    let detail = format!("/api/cars/{}", row.id);

    let view = "(SELECT id FROM auth_permission WHERE codename = 'view_car')";
    let gives = format!("INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES ({id}, {view})");
    let takes = format!("DELETE FROM auth_user_user_permissions WHERE user_id = {id}");
    let in_group = format!("INSERT INTO auth_user_groups (user_id, group_id) VALUES ({id}, {})", group.id);
    let by_group =
        format!("INSERT INTO auth_group_permissions (group_id, permission_id) VALUES ({}, {view})", group.id);
    // written as another program would: nobody here is told
    for (sql, status) in [
        ("SELECT 1", 403),
        (gives.as_str(), 200),
        (&takes, 403),
        (&in_group, 403),
        (&by_group, 200),
        ("DELETE FROM auth_user_groups", 403),
        (&gives, 200),
        ("UPDATE auth_permission SET codename = 'see_car' WHERE codename = 'view_car'", 403),
        ("UPDATE auth_permission SET codename = 'view_car' WHERE codename = 'see_car'", 200),
        ("UPDATE django_content_type SET app_label = 'sold' WHERE model = 'car'", 403),
        ("UPDATE django_content_type SET app_label = 'drivers' WHERE model = 'car'", 200),
        (&takes, 403),
        // another model of the app, made later, with a permission of the same label
        ("INSERT INTO django_content_type (app_label, model) VALUES ('drivers', 'convertible')", 403),
        (
            "INSERT INTO auth_permission (name, content_type_id, codename) \
             SELECT 'made later', id, 'view_car' FROM django_content_type WHERE model = 'convertible'",
            403,
        ),
        (
            &format!(
                "INSERT INTO auth_user_user_permissions (user_id, permission_id) \
                 SELECT {id}, id FROM auth_permission WHERE name = 'made later'"
            ),
            200,
        ),
        ("UPDATE django_content_type SET app_label = 'sold' WHERE model = 'convertible'", 403),
        ("UPDATE django_content_type SET app_label = 'drivers' WHERE model = 'convertible'", 200),
        (&format!("UPDATE auth_user SET is_active = (1 = 0) WHERE id = {id}"), 401),
        (&format!("UPDATE auth_user SET is_superuser = (1 = 1), is_active = (1 = 1) WHERE id = {id}"), 200),
    ] {
        if !sql.starts_with("SELECT") {
            run(&db, sql).await;
        }
        for path in [detail.as_str(), "/api/cars"] {
            let answer = client.get(path, &token).await;
            assert_eq!(answer.code(), status, "{sql}: {}", answer.text);
        }
    }
}

#[every_database(mariadb, because = "only its collations take one name for another")]
async fn a_label_is_asked_to_the_last_character(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    for table in ["auth_permission", "django_content_type"] {
        run(&db, &format!("ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")).await;
    }
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let row = car_of(&db, None, "a car").await;
    let client = api::<ByModel>(&db, &auth);
    let detail = format!("/api/cars/{}", row.id);
    assert!(alice.is_active);
    for (table, column, name, other) in [
        ("auth_permission", "codename", "view_car", "VIEW_CAR"),
        ("auth_permission", "codename", "view_car", "view_c\u{e1}r"),
        ("auth_permission", "codename", "view_car", "view_car "),
        ("django_content_type", "app_label", "drivers", "Drivers"),
        ("django_content_type", "app_label", "drivers", "drivers "),
    ] {
        run(&db, &format!("UPDATE {table} SET {column} = '{other}' WHERE {column} = '{name}'")).await;
        assert_eq!(client.get(&detail, &token).await.code(), 403, "{other:?}");
        run(&db, &format!("UPDATE {table} SET {column} = '{name}' WHERE {column} = '{name}'")).await;
        assert_eq!(client.get(&detail, &token).await.code(), 200, "{other:?}");
    }
}

/// A class that does not say what it asks for.
#[derive(Clone, Copy, Operators)]
struct MayExport;

#[async_trait]
impl PermissionClass for MayExport {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        let may = cx.user().has_perm(cx.db(), "drivers.export_car").await?;
        Ok(if may { Rule::Always } else { Rule::Never })
    }
}

struct Unannounced;

impl Rules for Unannounced {
    fn permissions() -> Access<car::Entity> {
        Access::to(MayExport & !HasPerm("drivers.publish_car"))
    }
}

#[every_database]
async fn what_nobody_announced_is_asked_when_it_is_asked(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, none) = user(&auth, &db, NewUser::new("none"), &["view", "change"]).await;
    let (_, may) = user(&auth, &db, NewUser::new("may"), &["export", "view"]).await;
    let (_, both) = user(&auth, &db, NewUser::new("both"), &["export", "publish"]).await;
    let row = car_of(&db, None, "a car").await;
    let (counting, counter) = counted(&db);
    let client = api::<Unannounced>(&counting, &auth);
    let detail = format!("/api/cars/{}", row.id);
    for (token, status, statements) in [(&none, 403, 2), (&may, 200, 3), (&both, 403, 2)] {
        let answer = client.get(&detail, token).await;
        assert_eq!((answer.code(), counter.take().len()), (status, statements), "{}", answer.text);
    }
    let answer = client.ask(Method::PATCH, &detail, &may, Some(json!({"name": "renamed"}))).await;
    assert_eq!(answer.code(), 200, "{}", answer.text);
}

/// Tells who asks what of what they hold.
struct Holding(DatabaseConnection);

#[OpenApi]
impl Holding {
    #[oai(path = "/holds", method = "get")]
    async fn holds(&self, caller: Caller, labels: Query<String>) -> Result<Json<Vec<bool>>, Problem> {
        let mut held = Vec::new();
        for label in labels.0.split(',') {
            held.push(caller.has_perm(&self.0, label).await?);
        }
        Ok(Json(held))
    }

    #[oai(path = "/all", method = "get")]
    async fn all(&self, caller: Caller) -> Result<Json<HashSet<String>>, Problem> {
        Ok(Json(caller.all_permissions(&self.0).await?))
    }

    #[oai(path = "/given", method = "get")]
    async fn given(&self, caller: Caller) -> Result<Json<Vec<bool>>, Problem> {
        let db = &self.0;
        let may = async || {
            let [view, add] = ["drivers.view_car", "drivers.add_car"];
            Ok::<_, Problem>([caller.has_perm(db, view).await?, caller.has_perm(db, add).await?])
        };
        let mut told = may().await?.to_vec();
        caller.permissions().add(db, ["drivers.view_car"]).await?;
        told.extend(may().await?);
        caller.permissions().remove(db, ["drivers.view_car"]).await?;
        told.extend(may().await?);
        Ok(Json(told))
    }
}

#[every_database]
async fn a_handler_may_ask_whatever_it_likes(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &["view", "export"]).await;
    let (counting, counter) = counted(&db);
    let handlers = IsAuthenticated | HasPerm("drivers.view_car");
    let api = Api::new("Drivers", "1.0", counting.clone()).auth(auth.clone()).handler_permissions(handlers);
    let client = Client::new(api.with(Holding(counting)).build().expect("the parts fit"));
    for (labels, held, statements) in [
        ("drivers.view_car", json!([true]), 1),
        ("drivers.VIEW_car,drivers.view_car", json!([false, true]), 2),
        ("drivers.add_car,drivers.add_car", json!([false, false]), 2),
        // the first is looked for alone, and all there are with the second
        (
            "drivers.export_car,drivers.add_car,drivers.change_car,drivers.view_car",
            json!([true, false, false, true]),
            3,
        ),
        ("nothing,drivers.,.view_car,drivers.view.car", json!([false, false, false, false]), 2),
    ] {
        let answer = client.get(&format!("/api/holds?labels={labels}"), &token).await;
        assert_eq!(answer.json(), held, "{labels}");
        assert_eq!(counter.take().len(), statements, "{labels}");
    }
    let all: HashSet<String> = serde_json::from_value(client.get("/api/all", &token).await.json()).expect("labels");
    assert_eq!(all, HashSet::from(["drivers.view_car", "drivers.export_car"].map(str::to_owned)));
    assert_eq!(counter.take().len(), 2);

    let (_, carol) = user(&auth, &db, NewUser::new("carol"), &["add"]).await;
    let answer = client.get("/api/given", &carol).await;
    assert_eq!(answer.json(), json!([false, true, true, true, false, true]));
}

/// Refuses one permission, whoever holds it.
struct Vetoes(&'static str);

#[async_trait]
impl Backend for Vetoes {
    async fn has_perm(&self, _: Db<'_>, _: &User, label: &str) -> Result<Answer> {
        Ok(if label == self.0 { Answer::Veto } else { Answer::Abstain })
    }
}

/// Gives what the model's backend gives, and one permission more.
struct Gives(&'static str);

#[async_trait]
impl Backend for Gives {
    async fn permissions(&self, db: Db<'_>, user: &User) -> Result<HashSet<String>> {
        let mut held = ModelBackend.permissions(db, user).await?;
        held.insert(self.0.to_owned());
        Ok(held)
    }
}

#[every_database]
async fn backends_are_asked_as_before(db: TestDb) {
    let plain = auth();
    sync(&plain, &db).await;
    let (_, token) = user(&plain, &db, NewUser::new("alice"), &["view", "change"]).await;
    let row = car_of(&db, None, "a car").await;
    let detail = format!("/api/cars/{}", row.id);
    type Chain = Vec<Arc<dyn Backend>>;
    let backends: [(Chain, [u16; 3]); 4] = [
        (vec![Arc::new(ModelBackend)], [200, 200, 403]),
        (vec![Arc::new(Vetoes("drivers.change_car")), Arc::new(ModelBackend)], [200, 403, 403]),
        (vec![Arc::new(ModelBackend), Arc::new(Vetoes("drivers.change_car"))], [200, 200, 403]),
        (vec![Arc::new(Gives("drivers.delete_car"))], [200, 200, 204]),
    ];
    for (chain, [get, patch, delete]) in backends {
        let client = api::<ByModel>(&db, &plain.with_backends(chain));
        let body = Some(json!({"name": "renamed"}));
        assert_eq!(client.get(&detail, &token).await.code(), get);
        assert_eq!(client.ask(Method::PATCH, &detail, &token, body).await.code(), patch);
        assert_eq!(client.ask(Method::DELETE, &detail, &token, None).await.code(), delete);
    }
}

/// Finds a user by a key, through the `Auth` it is given or one of its own, and may take something away.
#[derive(Clone)]
struct ApiKey {
    own: Option<Auth>,
    lowers: fn(&mut User),
}

#[async_trait]
impl Authenticator for ApiKey {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let Some(key) = offered.header("x-api-key")? else { return Ok(None) };
        let key = key.to_str().map_err(|_| Refused::default())?;
        let mut user = self.own.as_ref().unwrap_or(auth).user(db, key).await?;
        user.iter_mut().for_each(self.lowers);
        Ok(user)
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("apiKey", SecurityKind::Header("X-Api-Key".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Api-Key"
    }
}

#[every_database]
async fn authenticators_of_ones_own_need_not_know(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    user(&auth, &db, NewUser::new("alice"), &["view", "change"]).await;
    user(&auth, &db, NewUser::new("root").superuser(), &["view"]).await;
    let row = car_of(&db, None, "a car").await;
    let detail = format!("/api/cars/{}", row.id);
    let lowers: [fn(&mut User); 3] =
        [|_| (), |user| user.is_superuser = false, |user| user.is_active = user.is_superuser];
    let expected =
        [[[200, 200, 403], [200, 200, 204]], [[200, 200, 403], [200, 403, 403]], [[403, 403, 403], [200, 200, 204]]];
    for (own, (lowers, expected)) in [None, Some(auth.clone())]
        .into_iter()
        .flat_map(|own| lowers.iter().zip(expected).map(move |to| (own.clone(), to)))
    {
        let authenticators = Authenticators::none().with(ApiKey { own, lowers: *lowers });
        let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth.clone()).authenticators(authenticators);
        let client = Client::new(api.mount(Telling).build().expect("the parts fit"));
        for (name, expected) in ["alice", "root"].into_iter().zip(expected) {
            let other = car_of(&db, None, "another car").await;
            let other = format!("/api/cars/{}", other.id);
            let requests = [(Method::GET, &detail), (Method::PATCH, &detail), (Method::DELETE, &other)];
            for ((method, path), status) in requests.into_iter().zip(expected) {
                let mut request = client.raw().request(method.clone(), path).header("x-api-key", name);
                if method == Method::PATCH {
                    request = request.body_json(&json!({"name": "renamed"}));
                }
                assert_eq!(request.send().await.0.status().as_u16(), status, "{method} by {name}");
            }
        }
    }
}
