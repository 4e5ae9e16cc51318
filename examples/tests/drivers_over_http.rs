//! The drivers, asked over HTTP: what each of the demo users may do.
//!
//! Not by the test kit, which takes the place of the program's authentication: here each sends the token that the program
//! has printed, as the README does.

#![allow(missing_docs)]

use poem::{Response, endpoint::BoxEndpoint, http::Method, test::TestClient};
use refrain::{
    Api,
    auth::{Auth, Credentials, NewUser, password::Passwords},
    cli::Project,
    migration::{MigratorTrait, WithPermissions},
};
use refrain_examples::drivers::{Drivers, demo};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

struct Site {
    client: TestClient<BoxEndpoint<'static, Response>>,
    tokens: Vec<String>,
}

impl Site {
    async fn open(db: &TestDb) -> Self {
        WithPermissions::<Drivers>::up(db.db(), None).await.expect("an empty database takes the migrations");
        let auth = Auth::default().with_passwords(Passwords::default().iterations(1));
        demo::add(db, &auth).await.expect("the demo data is added");
        let people = demo::people(db, &auth).await.expect("they are there");
        demo::add(db, &auth).await.expect("and a second time nothing is");
        assert_eq!(people, demo::people(db, &auth).await.expect("they are there"));
        let tokens: Vec<String> = people.into_iter().map(|person| person.token).collect();
        assert_eq!(tokens.len(), demo::PEOPLE.len());
        let api = Drivers::api(Api::new("Drivers", "1", db.db().clone()).auth(auth), db).expect("the drivers fit");
        Self { client: TestClient::new(Drivers::endpoint(api).expect("the drivers are served")), tokens }
    }

    async fn ask(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let mut request = self.client.request(method, path);
        if let Some(place) = demo::PEOPLE.iter().position(|(name, _)| *name == who) {
            request = request.header("authorization", format!("Token {}", self.tokens[place]));
        }
        if let Some(body) = body {
            request = request.body_json(&body);
        }
        let response = request.send().await.0;
        (response.status().as_u16(), response.into_body().into_string().await.expect("text"))
    }

    async fn get(&self, who: &str, path: &str) -> (u16, Value) {
        let (status, text) = self.ask(who, Method::GET, path, None).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn post(&self, who: &str, path: &str, body: Value) -> (u16, Value) {
        let (status, text) = self.ask(who, Method::POST, path, Some(body)).await;
        (status, serde_json::from_str(&text).expect("JSON"))
    }
}

#[every_database(tables = none)]
async fn who_may_do_what_with_cars(db: TestDb) {
    let site = Site::open(&db).await;
    let (status, beetle) = site.post("alice", "/api/cars", json!({"name": "Beetle", "published": true})).await;
    assert_eq!(status, 201, "{beetle}");
    let (id, alice) = (&beetle["id"], &beetle["owner_id"]);
    let may = json!(["view", "change"]);
    assert_eq!(beetle, json!({"id": id, "name": "Beetle", "owner_id": alice, "published": false, "permissions": may}));
    assert_eq!(site.get("alice", "/api/auth/me").await.1["id"], *alice);
    let car = format!("/api/cars/{id}");
    let publish = format!("{car}/publish");

    let patch = || Some(json!({"name": "Bug"}));
    for (who, method, path, body, status) in [
        ("root", Method::GET, car.as_str(), None, 200),
        ("alice", Method::GET, &car, None, 200),
        ("bob", Method::GET, &car, None, 200),
        ("carol", Method::GET, &car, None, 403),
        ("dave", Method::GET, &car, None, 401),
        ("nobody", Method::GET, &car, None, 401),
        ("bob", Method::POST, "/api/cars", Some(json!({"name": "Mini"})), 403),
        // the permission, but not the owner
        ("root", Method::PATCH, &car, patch(), 403),
        ("bob", Method::PATCH, &car, patch(), 403),
        ("alice", Method::PATCH, &car, patch(), 200),
        // nobody gives a car away
        ("alice", Method::PATCH, &car, Some(json!({"owner_id": null})), 403),
        ("alice", Method::DELETE, &car, None, 403),
        ("alice", Method::POST, &publish, None, 403),
        ("bob", Method::POST, &publish, None, 403),
        ("root", Method::POST, "/api/cars/999999/publish", None, 404),
        ("root", Method::POST, &publish, None, 200),
        ("alice", Method::PUT, &car, Some(json!({"name": "Bug", "published": false})), 200),
    ] {
        let (given, text) = site.ask(who, method.clone(), path, body).await;
        assert_eq!(given, status, "{who} {method} {path}: {text}");
    }
    let bug = json!({"id": id, "name": "Bug", "owner_id": alice, "published": true, "permissions": ["view"]});
    assert_eq!(site.get("bob", &car).await, (200, bug.clone()));
    assert_eq!(site.get("bob", "/api/cars?published=true").await.1["results"], json!([bug]));
    assert_eq!(site.get("carol", "/api/cars").await.0, 403);
}

#[every_database(tables = none)]
async fn the_export_is_a_table_of_the_callers_list(db: TestDb) {
    let site = Site::open(&db).await;
    for name in ["Beetle", "Mini, \"red\""] {
        assert_eq!(site.post("alice", "/api/cars", json!({"name": name})).await.0, 201);
    }
    let (status, text) = site.ask("root", Method::GET, "/api/cars/export", None).await;
    let alice = site.get("alice", "/api/auth/me").await.1["id"].clone();
    let table = format!("id,name,owner_id,published\n1,Beetle,{alice},false\n2,\"Mini, \"\"red\"\"\",{alice},false\n");
    assert_eq!((status, text), (200, table));
    for (who, status) in [("alice", 403), ("carol", 403), ("nobody", 401)] {
        assert_eq!(site.get(who, "/api/cars/export").await.0, status, "{who}");
    }
}

#[every_database(tables = none)]
async fn trips_ask_the_global_default(db: TestDb) {
    let site = Site::open(&db).await;
    let (status, trip) = site.post("root", "/api/trips", json!({"title": "To the sea"})).await;
    assert_eq!((status, &trip["title"]), (201, &json!("To the sea")));
    for (who, status) in [("root", 200), ("alice", 403), ("bob", 403), ("nobody", 401)] {
        assert_eq!(site.get(who, "/api/trips").await.0, status, "{who}");
    }
}

#[every_database(tables = none)]
async fn a_name_and_a_password_get_a_token(db: TestDb) {
    let site = Site::open(&db).await;
    let log_in = |username: &str, password: &str| {
        let login = json!({"username": username, "password": password});
        async { site.post("nobody", "/api/auth/token", login).await }
    };
    assert_eq!(log_in("alice", demo::PASSWORD).await, (200, json!({"token": site.tokens[1]})));
    for (name, password) in [("alice", "wrong"), ("dave", demo::PASSWORD), ("ghost", demo::PASSWORD), ("a\0", "x")] {
        let (status, problem) = log_in(name, password).await;
        let field = if name.contains('\0') { "username" } else { "non_field_errors" };
        let sentence = match field {
            "username" => "Null characters are not allowed.",
            _ => "Unable to log in with provided credentials.",
        };
        assert_eq!((status, &problem["errors"]), (400, &json!({field: [sentence]})), "{name}");
    }
    let missing = site.post("nobody", "/api/auth/token", json!({"username": ""})).await;
    let errors = json!({"username": ["This field may not be blank."], "password": ["This field is required."]});
    assert_eq!((missing.0, &missing.1["errors"]), (400, &errors));
    assert_eq!(site.get("nobody", "/api/auth/token").await.0, 405);
}

#[every_database(tables = none)]
async fn everybody_learns_who_they_are(db: TestDb) {
    let site = Site::open(&db).await;
    let (_, alice) = site.get("alice", "/api/auth/me").await;
    assert_eq!(alice["groups"], json!(["Editors"]));
    assert_eq!(alice["permissions"], json!(["drivers.add_car", "drivers.change_car", "drivers.view_car"]));
    let (_, root) = site.get("root", "/api/auth/me").await;
    assert_eq!(
        (&root["is_superuser"], &root["is_staff"], &root["is_active"]),
        (&json!(true), &json!(true), &json!(true))
    );
    assert_eq!(root["permissions"].as_array().map(Vec::len), Some(10));
    assert_eq!(site.get("carol", "/api/auth/me").await.1["permissions"], json!([]));
    assert_eq!(site.get("nobody", "/api/auth/me").await.0, 401);
}

#[every_database(tables = none, sqlite, because = "the document asks no database")]
async fn the_document_names_every_route(db: TestDb) {
    let site = Site::open(&db).await;
    let (_, document) = site.get("nobody", "/openapi.json").await;
    let paths: Vec<&str> = document["paths"].as_object().expect("paths").keys().map(String::as_str).collect();
    let expected = [
        "/auth/login",
        "/auth/logout",
        "/auth/me",
        "/auth/password",
        "/auth/password/reset",
        "/auth/password/reset/confirm",
        "/auth/register",
        "/auth/register/confirm",
        "/auth/token",
        "/auth/tokens",
        "/auth/tokens/{id}",
        "/cars",
        "/cars/export",
        "/cars/{id}",
        "/cars/{id}/publish",
        "/trips",
        "/trips/{id}",
    ];
    assert_eq!(paths, expected);
    assert_eq!(
        document["paths"]["/cars/{id}/publish"]["post"]["x-permissions"]["asks"],
        json!(["drivers.publish_car"])
    );
    let login = &document["paths"]["/auth/token"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(login, &json!({"$ref": "#/components/schemas/Login"}));
    let (status, page) = site.ask("nobody", Method::GET, "/docs", None).await;
    assert!(status == 200 && page.contains("swagger"));
}

/// Demo users have a password that everybody knows: beside a site's own people they change nothing of theirs.
#[every_database(tables = none)]
async fn demo_users_are_nobody_who_was_there(db: TestDb) {
    WithPermissions::<Drivers>::up(db.db(), None).await.expect("an empty database takes the migrations");
    let auth = Auth::default().with_passwords(Passwords::default().iterations(1));
    let own = NewUser::new("root").email("root@example.com").password("their own").superuser();
    auth.create_user(db.db(), own).await.expect("a user is made");
    let editors = auth.create_group(db.db(), "Editors").await.expect("a group is made");
    editors.permissions().add(db.db(), ["drivers.delete_car"]).await.expect("it may more");
    assert_eq!(demo::people(&db, &auth).await.expect("nobody is marked"), []);

    demo::add(&db, &auth).await.expect("the others are added");
    let people = demo::people(&db, &auth).await.expect("they are marked");
    assert_eq!(people.iter().map(|person| person.name).collect::<Vec<_>>(), ["alice", "bob", "carol", "dave"]);
    let root = auth.user(db.db(), "root").await.expect("it answers").expect("root is there");
    assert_eq!(root.email, "root@example.com");
    let greeting = demo::greeting(([127, 0, 0, 1], 3000).into(), &people);
    assert!(!greeting.contains("root") && greeting.contains("alice"), "{greeting}");
    for password in [demo::PASSWORD, "their own"] {
        let offered = Credentials::Password { username: "root", password };
        let let_in = auth.authenticate(db.db(), offered).await.expect("it answers").is_some();
        assert_eq!(let_in, password == "their own");
    }
    let alice = auth.user(db.db(), "alice").await.expect("it answers").expect("alice is there");
    assert!(alice.has_perm(db.db(), "drivers.add_car").await.expect("it answers"));
    assert!(
        !alice.has_perm(db.db(), "drivers.delete_car").await.expect("it answers"),
        "their group is not ours to join"
    );
}

/// Django may have made the tables of the models too: there and fitting they are taken as they are, and stay.
#[every_database(tables = none)]
async fn tables_that_are_there_are_adopted(db: TestDb) {
    let up = async || WithPermissions::<Drivers>::up(db.db(), None).await;
    let run = async |sql: &str| db.db().execute_unprepared(sql).await.expect("it is run");
    let forget = async || {
        run("DELETE FROM seaql_migrations").await;
        run("DROP TABLE refrain_made_tables").await;
    };
    up().await.expect("an empty database takes the migrations");
    forget().await;
    run("INSERT INTO drivers_trip (title) VALUES ('north')").await;
    up().await.expect("what is there is adopted");
    WithPermissions::<Drivers>::down(db.db(), None).await.expect("it is rolled back");
    let trips = async || {
        db.db()
            .query_one_raw(Statement::from_string(db.db().get_database_backend(), "SELECT title FROM drivers_trip"))
            .await
    };
    assert!(trips().await.expect("the table is there").is_some(), "nothing that was there is dropped");

    run("DROP TABLE drivers_car").await;
    let refused = up().await.expect_err("one is missing").to_string();
    assert!(refused.contains("drivers_car") && refused.contains("nothing was changed"), "{refused}");
    assert!(trips().await.expect("the table is there").is_some());
}
