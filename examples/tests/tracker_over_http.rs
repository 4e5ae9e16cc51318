//! The tracker, asked over HTTP: who may do what with every route, each rule said once.

#![allow(missing_docs)]

use poem::{Response, endpoint::BoxEndpoint, http::Method, test::TestClient};
use refrain::{
    Api,
    auth::{Auth, password::Passwords},
    migration::{MigratorTrait, WithPermissions},
    sessions::SecretKey,
};
use refrain_examples::tracker::{Tracker, demo};
use refrain_testing::{TestDb, every_database};
use serde_json::{Value, json};

struct Site {
    client: TestClient<BoxEndpoint<'static, Response>>,
    people: Vec<demo::Person>,
}

struct Answer {
    status: u16,
    tag: String,
    body: Value,
}

impl Site {
    /// Acme: alice its admin, bob and carol members, project 1 with tasks 1 (bob's), 2 (carol's) and 3 (bob's, private).
    /// Beta: dave its admin.
    async fn open(db: &TestDb) -> Self {
        WithPermissions::<Tracker>::up(db.db(), None).await.expect("an empty database takes the migrations");
        let auth = Auth::default().with_passwords(Passwords::default().iterations(1));
        demo::add(db, &auth).await.expect("the demo data is added");
        let people = demo::people(db, &auth).await.expect("they are there");
        assert_eq!(people.len(), demo::PEOPLE.len());
        let key = SecretKey::new("what this test seals with").expect("a key");
        let api = Api::new("Tracker", "1", db.db().clone()).auth(auth);
        let api = Tracker::parts(api, key).expect("the tracker fits");
        Self { client: TestClient::new(api.into_endpoint()), people }
    }

    async fn send(
        &self,
        who: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.client.request(method, path);
        if let Some(person) = self.people.iter().find(|person| person.name == who) {
            request = request.header("authorization", format!("Token {}", person.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body_json(&body);
        }
        let response = request.send().await.0;
        let status = response.status().as_u16();
        let tag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
        let text = response.into_body().into_string().await.expect("text");
        Answer { status, tag, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    async fn get(&self, who: &str, path: &str) -> Answer {
        self.send(who, Method::GET, path, &[], None).await
    }

    async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        self.send(who, Method::POST, path, &[], Some(body)).await
    }

    async fn patch(&self, who: &str, path: &str, body: Value) -> Answer {
        self.send(who, Method::PATCH, path, &[], Some(body)).await
    }

    /// The keys of the rows that somebody finds.
    async fn ids(&self, who: &str, path: &str) -> Vec<i64> {
        let answer = self.get(who, path).await;
        assert_eq!(answer.status, 200, "{who} {path}: {}", answer.body);
        let rows = answer.body["results"].as_array().cloned().unwrap_or_default();
        rows.iter().filter_map(|row| row["id"].as_i64()).collect()
    }
}

#[every_database(tables = none)]
async fn who_belongs_to_an_organization_sees_it_and_its_admins_change_it(db: TestDb) {
    let site = Site::open(&db).await;
    for (who, seen) in [("root", vec![1, 2]), ("alice", vec![1]), ("bob", vec![1]), ("dave", vec![2])] {
        assert_eq!(site.ids(who, "/api/organizations").await, seen, "{who}");
    }
    assert_eq!(site.get("nobody", "/api/organizations").await.status, 401);
    for (who, path, status) in [
        ("alice", "/api/organizations/1", 200),
        ("bob", "/api/organizations/1", 403),
        ("dave", "/api/organizations/1", 404),
        ("root", "/api/organizations/1", 200),
    ] {
        let answer = site.patch(who, path, json!({"name": "Acme Inc."})).await;
        assert_eq!(answer.status, status, "{who}: {}", answer.body);
    }
    // whoever makes one is its first admin
    let made = site.post("bob", "/api/organizations", json!({"slug": "bobs", "name": "Bob's"})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/organizations/{}", made.body["id"]);
    assert_eq!(site.patch("bob", &path, json!({"name": "Bob"})).await.status, 200);
    assert_eq!(site.post("carol", "/api/organizations", json!({"slug": "bobs", "name": "x"})).await.status, 409);
    assert_eq!(site.post("nobody", "/api/organizations", json!({"slug": "x", "name": "x"})).await.status, 401);

    // who belongs to it: members see it, admins write it
    assert_eq!(site.ids("carol", "/api/memberships").await.len(), 3);
    let dave = site.get("dave", "/api/auth/me").await.body["id"].clone();
    let belongs = json!({"organization_id": 1, "user_id": dave, "role": "member"});
    assert_eq!(site.post("bob", "/api/memberships", belongs.clone()).await.status, 403);
    assert_eq!(site.post("dave", "/api/memberships", belongs.clone()).await.status, 403);
    assert_eq!(site.post("alice", "/api/memberships", belongs.clone()).await.status, 201);
    assert_eq!(site.post("alice", "/api/memberships", belongs).await.status, 409);
    assert_eq!(site.ids("dave", "/api/organizations").await, [1, 2]);
    assert_eq!(site.ids("dave", "/api/tasks").await, [1, 2], "and with it everything that hangs on it");
}

#[every_database(tables = none)]
async fn projects_are_seen_by_members_and_by_whom_they_are_shared_with(db: TestDb) {
    let site = Site::open(&db).await;
    let shown = |budget: Option<&str>| {
        let mut project = json!({"id": 1, "organization_id": 1, "name": "Rocket", "archived": false});
        if let Some(budget) = budget {
            project["budget"] = json!(budget);
        }
        project
    };
    assert_eq!(site.get("alice", "/api/projects/1").await.body, shown(Some("10000.00")));
    assert_eq!(site.get("bob", "/api/projects/1").await.body, shown(None));
    assert_eq!(site.get("dave", "/api/projects/1").await.status, 404);
    assert_eq!(site.ids("bob", "/api/organizations/1/projects").await, [1]);
    assert_eq!(site.get("dave", "/api/organizations/1/projects").await.status, 404);
    let refused = site.patch("bob", "/api/projects/1", json!({"budget": "1.00"})).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert_eq!(site.patch("alice", "/api/projects/1", json!({"budget": "1.50"})).await.body, shown(Some("1.50")));
    let new = json!({"name": "Boat"});
    assert_eq!(site.post("bob", "/api/organizations/1/projects", new.clone()).await.status, 403);
    assert_eq!(site.post("dave", "/api/organizations/1/projects", new.clone()).await.status, 404);
    let made = site.post("alice", "/api/organizations/1/projects", new).await;
    assert_eq!((made.status, &made.body["organization_id"]), (201, &json!(1)), "{}", made.body);
    // nobody finds out by a key what there is
    for organization in [2, 99] {
        let answer = site.post("alice", "/api/projects", json!({"name": "x", "organization_id": organization})).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
    }

    let share = "/api/projects/1/share";
    assert_eq!(site.post("bob", share, json!({"username": "dave"})).await.status, 403);
    assert_eq!(site.post("alice", share, json!({"username": "nobody here"})).await.status, 400);
    assert_eq!(site.post("alice", share, json!({"username": "dave"})).await.body, shown(Some("1.50")));
    assert_eq!(site.get("dave", "/api/projects/1").await.body, shown(None));
    assert_eq!(site.patch("dave", "/api/projects/1", json!({"name": "his"})).await.status, 403);
    assert_eq!(site.ids("dave", "/api/tasks").await, [1, 2], "what hangs on it, but for what is private");
    assert_eq!(site.post("dave", "/api/projects/1/tasks", json!({"title": "x"})).await.status, 403, "he is no member");
    assert_eq!(site.ids("dave", "/api/organizations").await, [2]);
}

#[every_database(tables = none)]
async fn tasks_are_made_by_members_and_changed_by_assignees_and_admins(db: TestDb) {
    let site = Site::open(&db).await;
    for (who, seen) in [("alice", vec![1, 2, 3]), ("bob", vec![1, 2, 3]), ("carol", vec![1, 2]), ("dave", vec![])] {
        assert_eq!(site.ids(who, "/api/tasks").await, seen, "{who}");
    }
    for (who, task, status) in
        [("carol", 3, 404), ("carol", 1, 403), ("carol", 2, 200), ("alice", 1, 200), ("dave", 1, 404)]
    {
        let answer = site.patch(who, &format!("/api/tasks/{task}"), json!({"estimate": "2.5"})).await;
        assert_eq!(answer.status, status, "{who} {task}: {}", answer.body);
    }
    let made = site.post("carol", "/api/projects/1/tasks", json!({"title": "Mine", "private": true})).await;
    let carol = site.get("carol", "/api/auth/me").await.body["id"].clone();
    assert_eq!((made.status, &made.body["assignee_id"]), (201, &carol), "{}", made.body);
    assert!(!site.ids("bob", "/api/tasks").await.contains(&4), "it is hers");
    let open = site.post("carol", "/api/projects/1/tasks", json!({"title": "Anybody's"})).await;
    assert_eq!((open.status, &open.body["assignee_id"]), (201, &Value::Null));
    let bob = site.get("bob", "/api/auth/me").await.body["id"].clone();
    let for_bob = json!({"title": "His", "private": true, "assignee_id": bob});
    assert_eq!(
        site.post("carol", "/api/projects/1/tasks", for_bob).await.status,
        403,
        "a private one for somebody else"
    );

    // filters, search, order, pages by number
    assert_eq!(site.ids("bob", "/api/tasks?status__in=open,doing&assignee_id__isnull=true").await, [5]);
    assert_eq!(site.ids("bob", "/api/tasks?search=it&ordering=-title").await, [1, 2]);
    assert_eq!(site.ids("bob", "/api/tasks?ordering=-id&page=2&page_size=3").await, [1]);
    for (query, status) in
        [("page=9", 404), ("page=0", 404), ("status__gt=open", 400), ("due__gte=x", 400), ("nothing=1", 400)]
    {
        assert_eq!(site.get("bob", &format!("/api/tasks?{query}")).await.status, status, "{query}");
    }

    // a write for another state of the row
    let read = site.get("carol", "/api/tasks/2").await;
    let tag = [("if-match", read.tag.as_str())];
    let change = |title: &str| Some(json!({"title": title}));
    assert_eq!(site.send("carol", Method::PATCH, "/api/tasks/2", &tag, change("first")).await.status, 200);
    assert_eq!(site.send("carol", Method::PATCH, "/api/tasks/2", &tag, change("second")).await.status, 412);
    assert_eq!(site.get("carol", "/api/tasks/2").await.body["title"], "first");
    assert_eq!(site.send("carol", Method::GET, "/api/tasks/1", &[("if-none-match", "*")], None).await.status, 304);

    // given to a member, closed many at once, and as a table
    assert_eq!(site.post("carol", "/api/tasks/5/assign", json!({"user_id": 99})).await.status, 400);
    assert_eq!(site.post("carol", "/api/tasks/5/assign", json!({"user_id": bob})).await.body["assignee_id"], bob);
    assert_eq!(site.post("dave", "/api/tasks/5/assign", json!({"user_id": null})).await.status, 404);
    let closed = site.post("bob", "/api/tasks/close", json!({"ids": [1, 5]})).await;
    assert_eq!(closed.status, 200, "{}", closed.body);
    assert_eq!(site.post("bob", "/api/tasks/close", json!({"ids": [3, 2]})).await.status, 403, "one is carol's");
    assert_eq!(site.get("bob", "/api/tasks/3").await.body["status"], "open", "all or none");
    assert_eq!(site.ids("bob", "/api/tasks?status=closed").await, [1, 5]);
    let table = site.get("dave", "/api/tasks/export").await;
    assert_eq!(table.body, json!("id,project_id,title,assignee_id,status,due,estimate\n"));
    let table = site.get("carol", "/api/tasks/export").await.body;
    assert!(table.as_str().is_some_and(|table| table.lines().count() == 5), "{table}");
    let many = site.post(
        "alice",
        "/api/tasks/bulk",
        json!([{"project_id": 1, "title": "a"}, {"project_id": 9, "title": "b"}]),
    );
    assert_eq!(many.await.status, 403);
    assert_eq!(site.ids("alice", "/api/tasks").await.len(), 5, "all or none");
}

#[every_database(tables = none)]
async fn comments_are_seen_with_their_task_and_changed_by_their_authors(db: TestDb) {
    let site = Site::open(&db).await;
    for body in ["one", "two", "three"] {
        let made = site.post("carol", "/api/tasks/1/comments", json!({"body": body})).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    assert_eq!(site.post("carol", "/api/tasks/3/comments", json!({"body": "x"})).await.status, 404, "it is private");
    assert_eq!(site.post("dave", "/api/comments", json!({"task_id": 1, "body": "x"})).await.status, 403);
    assert_eq!(site.ids("bob", "/api/tasks/1/comments").await, [3, 2, 1], "the newest first");
    assert_eq!(site.ids("dave", "/api/comments").await, [0_i64; 0]);
    assert_eq!(site.patch("bob", "/api/comments/1", json!({"body": "his"})).await.status, 403);
    assert_eq!(site.patch("carol", "/api/comments/1", json!({"body": "hers"})).await.status, 200);
    assert_eq!(site.send("alice", Method::DELETE, "/api/comments/1", &[], None).await.status, 403);

    // pages by cursor
    let first = site.get("bob", "/api/comments?page_size=2").await;
    assert_eq!(first.status, 200, "{}", first.body);
    let next = first.body["next"].as_str().expect("there is one more").to_owned();
    assert_eq!(site.post("carol", "/api/tasks/1/comments", json!({"body": "four"})).await.status, 201);
    assert_eq!(site.ids("bob", &next).await, [1], "what came meanwhile moves nothing");
    assert_eq!(site.get("carol", &next).await.status, 400, "a cursor is its reader's");
}
