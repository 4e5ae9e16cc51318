//! The tracker, asked over HTTP: who may do what with every route, each rule said once.

#![allow(missing_docs)]

use refrain::{Api, BuiltApi, Result, cli::Project, model::Models, sessions::SecretKey, testing::TestSite};
use refrain_examples::tracker::{Tracker, demo};
use refrain_testing::{TestDb, every_database};
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};

/// The tracker with a key for its cursors: on a server's database it would ask the environment for one.
struct TrackerWithKey;

impl Project for TrackerWithKey {
    const NAME: &'static str = Tracker::NAME;
    const VERSION: &'static str = Tracker::VERSION;
    type Migrator = <Tracker as Project>::Migrator;

    fn models() -> Models {
        Tracker::models()
    }

    fn api(api: Api, _: &DatabaseConnection) -> Result<BuiltApi> {
        Tracker::parts(api, SecretKey::random())
    }
}

/// Acme: alice its admin, bob and carol members, project 1 with tasks 1 (bob's), 2 (carol's) and 3 (bob's, private).
/// Beta: dave its admin. And root, a superuser.
async fn open(db: &TestDb) -> TestSite {
    let site = TestSite::over::<TrackerWithKey>(db.db().clone()).await;
    demo::add(site.db(), site.auth()).await.expect("the demo data is added");
    site
}

async fn key_of(site: &TestSite, name: &str) -> Value {
    site.as_user(name).get("/api/auth/me").await.json()["id"].clone()
}

#[every_database(tables = none)]
async fn who_belongs_to_an_organization_sees_it_and_its_admins_change_it(db: TestDb) {
    let site = open(&db).await;
    let [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(|name| site.as_user(name));
    for (who, seen) in [("root", vec![1, 2]), ("alice", vec![1]), ("bob", vec![1]), ("dave", vec![2])] {
        site.as_user(who).get("/api/organizations").await.assert_ids(seen);
    }
    site.as_nobody().get("/api/organizations").await.assert_status(401);
    for (who, status) in [("alice", 200), ("bob", 403), ("dave", 404), ("root", 200)] {
        let changed = site.as_user(who).patch("/api/organizations/1", json!({"name": "Acme Inc."})).await;
        changed.assert_status(status);
    }

    // whoever makes one is its first admin
    let bobs = json!({"slug": "bobs", "name": "Bob's"});
    let made = bob.post("/api/organizations", &bobs).await;
    made.assert_status(201);
    let path = format!("/api/organizations/{}", made.json()["id"]);
    bob.patch(&path, json!({"name": "Bob"})).await.assert_status(200);
    carol.post("/api/organizations", &bobs).await.assert_status(409);
    site.as_nobody().post("/api/organizations", json!({"slug": "x", "name": "x"})).await.assert_status(401);

    // who belongs to it: members see it, admins write it
    assert_eq!(carol.get("/api/memberships").await.ids().len(), 3);
    let of_dave = json!({"organization_id": 1, "user_id": key_of(&site, "dave").await, "role": "member"});
    for (who, status) in [("bob", 403), ("dave", 403), ("alice", 201), ("alice", 409)] {
        site.as_user(who).post("/api/memberships", &of_dave).await.assert_status(status);
    }
    dave.get("/api/organizations").await.assert_ids([1, 2]);
    // and with it everything that hangs on it
    dave.get("/api/tasks").await.assert_ids([1, 2]);
    alice.get("/api/memberships").await.assert_status(200);
    site.assert_lists_agree_with_rows().await;
}

#[every_database(tables = none)]
async fn projects_are_seen_by_members_and_by_whom_they_are_shared_with(db: TestDb) {
    let site = open(&db).await;
    let [alice, bob, dave] = ["alice", "bob", "dave"].map(|name| site.as_user(name));
    let shown = |budget: Option<&str>| {
        let mut project = json!({"id": 1, "organization_id": 1, "name": "Rocket", "archived": false});
        if let Some(budget) = budget {
            project["budget"] = json!(budget);
        }
        project
    };
    alice.get("/api/projects/1").await.assert_json(shown(Some("10000.00")));
    bob.get("/api/projects/1").await.assert_json(shown(None));
    dave.get("/api/projects/1").await.assert_status(404);
    bob.get("/api/organizations/1/projects").await.assert_ids([1]);
    dave.get("/api/organizations/1/projects").await.assert_status(404);
    bob.patch("/api/projects/1", json!({"budget": "1.00"})).await.assert_status(403);
    alice.patch("/api/projects/1", json!({"budget": "1.50"})).await.assert_json(shown(Some("1.50")));
    for (who, status) in [("bob", 403), ("dave", 404), ("alice", 201)] {
        let made = site.as_user(who).post("/api/organizations/1/projects", json!({"name": "Boat"})).await;
        made.assert_status(status);
        assert!(status != 201 || made.json()["organization_id"] == 1, "{}", made.text);
    }
    // nobody finds out by a key what there is
    for organization in [2, 99] {
        alice.post("/api/projects", json!({"name": "x", "organization_id": organization})).await.assert_status(403);
    }

    let share = "/api/projects/1/share";
    bob.post(share, json!({"username": "dave"})).await.assert_status(403);
    alice.post(share, json!({"username": "nobody here"})).await.assert_status(400);
    alice.post(share, json!({"username": "dave"})).await.assert_json(shown(Some("1.50")));
    dave.get("/api/projects/1").await.assert_json(shown(None));
    dave.patch("/api/projects/1", json!({"name": "his"})).await.assert_status(403);
    // what hangs on it, but for what is private; he is no member, and makes nothing there
    dave.get("/api/tasks").await.assert_ids([1, 2]);
    dave.post("/api/projects/1/tasks", json!({"title": "x"})).await.assert_status(403);
    dave.get("/api/organizations").await.assert_ids([2]);
    site.assert_lists_agree_with_rows().await;
}

#[every_database(tables = none)]
async fn tasks_are_made_by_members_and_changed_by_assignees_and_admins(db: TestDb) {
    let site = open(&db).await;
    let [bob, carol] = ["bob", "carol"].map(|name| site.as_user(name));
    for (who, seen) in [("alice", vec![1, 2, 3]), ("bob", vec![1, 2, 3]), ("carol", vec![1, 2]), ("dave", vec![])] {
        site.as_user(who).get("/api/tasks").await.assert_ids(seen);
    }
    for (who, task, status) in
        [("carol", 3, 404), ("carol", 1, 403), ("carol", 2, 200), ("alice", 1, 200), ("dave", 1, 404)]
    {
        let changed = site.as_user(who).patch(&format!("/api/tasks/{task}"), json!({"estimate": "2.5"})).await;
        changed.assert_status(status);
    }

    let tasks = "/api/projects/1/tasks";
    let made = carol.post(tasks, json!({"title": "Mine", "private": true})).await;
    made.assert_status(201);
    assert_eq!(made.json()["assignee_id"], key_of(&site, "carol").await);
    assert!(!bob.get("/api/tasks").await.ids().contains(&made.json()["id"]), "it is hers");
    let made = carol.post(tasks, json!({"title": "Anybody's"})).await;
    made.assert_status(201);
    assert_eq!(made.json()["assignee_id"], Value::Null);
    // a private one for somebody else
    let his = json!({"title": "His", "private": true, "assignee_id": key_of(&site, "bob").await});
    carol.post(tasks, his).await.assert_status(403);
}

#[every_database(tables = none)]
async fn tasks_are_filtered_searched_ordered_and_paged(db: TestDb) {
    let site = open(&db).await;
    let [bob, carol] = ["bob", "carol"].map(|name| site.as_user(name));
    carol.post("/api/projects/1/tasks", json!({"title": "Anybody's"})).await.assert_status(201);
    for (query, listed) in [
        ("status__in=open,doing&assignee_id__isnull=true", vec![4]),
        ("search=it&ordering=-title", vec![1, 2]),
        ("ordering=-id&page=2&page_size=3", vec![1]),
    ] {
        bob.get(&format!("/api/tasks?{query}")).await.assert_ids(listed);
    }
    for (query, status) in
        [("page=9", 404), ("page=0", 404), ("status__gt=open", 400), ("due__gte=x", 400), ("nothing=1", 400)]
    {
        bob.get(&format!("/api/tasks?{query}")).await.assert_status(status);
    }
}

#[every_database(tables = none)]
async fn a_change_for_another_state_of_a_task_is_refused(db: TestDb) {
    let site = open(&db).await;
    let carol = site.as_user("carol");
    let read = carol.get("/api/tasks/2").await;
    let if_unchanged = carol.clone().header("if-match", read.header("etag").expect("a tag"));
    if_unchanged.patch("/api/tasks/2", json!({"title": "first"})).await.assert_status(200);
    if_unchanged.patch("/api/tasks/2", json!({"title": "second"})).await.assert_status(412);
    assert_eq!(carol.get("/api/tasks/2").await.json()["title"], "first");
    carol.clone().header("if-none-match", "*").get("/api/tasks/1").await.assert_status(304);
}

#[every_database(tables = none)]
async fn tasks_are_given_to_members_closed_many_at_once_and_exported(db: TestDb) {
    let site = open(&db).await;
    let [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(|name| site.as_user(name));
    carol.post("/api/projects/1/tasks", json!({"title": "Anybody's"})).await.assert_status(201);
    let key_of_bob = key_of(&site, "bob").await;
    carol.post("/api/tasks/4/assign", json!({"user_id": 99})).await.assert_status(400);
    let given = carol.post("/api/tasks/4/assign", json!({"user_id": key_of_bob})).await;
    assert_eq!(given.json()["assignee_id"], key_of_bob);
    dave.post("/api/tasks/4/assign", json!({"user_id": null})).await.assert_status(404);

    bob.post("/api/tasks/close", json!({"ids": [1, 4]})).await.assert_status(200);
    // one is carol's: all or none
    bob.post("/api/tasks/close", json!({"ids": [3, 2]})).await.assert_status(403);
    assert_eq!(bob.get("/api/tasks/3").await.json()["status"], "open");
    bob.get("/api/tasks?status=closed").await.assert_ids([1, 4]);
    let many = json!([{"project_id": 1, "title": "a"}, {"project_id": 9, "title": "b"}]);
    alice.post("/api/tasks/bulk", many).await.assert_status(403);
    alice.get("/api/tasks").await.assert_ids([1, 2, 3, 4]);

    let table = dave.get("/api/tasks/export").await;
    assert_eq!(table.text, "id,project_id,title,assignee_id,status,due,estimate\n");
    let table = carol.get("/api/tasks/export").await.text;
    assert_eq!(table.lines().count(), 4, "a head, and what she sees: {table}");
}

#[every_database(tables = none)]
async fn comments_are_seen_with_their_task_and_changed_by_their_authors(db: TestDb) {
    let site = open(&db).await;
    let [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(|name| site.as_user(name));
    for body in ["one", "two", "three"] {
        carol.post("/api/tasks/1/comments", json!({"body": body})).await.assert_status(201);
    }
    // it is private
    carol.post("/api/tasks/3/comments", json!({"body": "x"})).await.assert_status(404);
    dave.post("/api/comments", json!({"task_id": 1, "body": "x"})).await.assert_status(403);
    // the newest first
    bob.get("/api/tasks/1/comments").await.assert_ids([3, 2, 1]);
    dave.get("/api/comments").await.assert_ids(json!([]));
    bob.patch("/api/comments/1", json!({"body": "his"})).await.assert_status(403);
    carol.patch("/api/comments/1", json!({"body": "hers"})).await.assert_status(200);
    alice.delete("/api/comments/1").await.assert_status(403);
    site.assert_lists_agree_with_rows().await;

    // pages by cursor: what comes meanwhile moves nothing
    let first = bob.get("/api/comments?page_size=2").await;
    first.assert_ids([3, 2]);
    let first = first.json();
    let next = first["next"].as_str().expect("there is one more");
    carol.post("/api/tasks/1/comments", json!({"body": "four"})).await.assert_status(201);
    bob.get(next).await.assert_ids([1]);
    // a cursor is its reader's
    carol.get(next).await.assert_status(400);
}
