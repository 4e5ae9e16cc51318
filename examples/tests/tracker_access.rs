//! Who may do what in the tracker, as its own tests would say it: with the test kit, over SQLite in memory.

#![allow(missing_docs)]

use std::time::Instant;

use refrain::{
    Access, Action, Api, BuiltApi, Context, Operators, PermissionClass, Result, Rule, Serializer, ViewSet, async_trait,
    cli::Project, model::Models, testing::TestSite,
};
use refrain_examples::tracker::{
    Tracker, demo,
    memberships::{Role, membership},
    organizations::organization,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection};
use serde_json::json;

/// Acme: alice its admin, bob and carol members, project 1 with tasks 1 (bob's), 2 (carol's) and 3 (bob's, private).
/// Beta: dave its admin.
async fn site() -> TestSite {
    let site = TestSite::of::<Tracker>().await;
    demo::add(site.db(), site.auth()).await.expect("the demo data is added");
    site
}

#[tokio::test]
async fn who_may_do_what() {
    site()
        .await
        .assert_access(
            "
            |                                   | nobody | alice | bob | carol | dave | root |
            |-----------------------------------|--------|-------|-----|-------|------|------|
            | GET /api/organizations            | 401    | yes   | yes | yes   | yes  | yes  |
            | POST /api/organizations           | 401    | yes   | yes | yes   | yes  | yes  |
            | PATCH /api/organizations/1        | 401    | yes   | 403 | 403   | 404  | yes  |
            | DELETE /api/memberships/1         | 401    | yes   | 403 | 403   | 404  | yes  |
            | GET /api/projects/1               | 401    | yes   | yes | yes   | 404  | yes  |
            | PATCH /api/projects/1             | 401    | yes   | 403 | 403   | 404  | yes  |
            | GET /api/projects/1/tasks         | 401    | yes   | yes | yes   | 404  | yes  |
            | GET /api/tasks/1                  | 401    | yes   | yes | yes   | 404  | yes  |
            | PATCH /api/tasks/1                | 401    | yes   | yes | 403   | 404  | yes  |
            | GET /api/tasks/3                  | 401    | yes   | yes | 404   | 404  | yes  |
            ",
        )
        .await;
}

#[tokio::test]
async fn lists_hold_what_can_be_retrieved() {
    let site = site().await;
    for name in ["root", "alice", "bob", "carol", "dave"] {
        site.as_user(name).get("/api/organizations").await.assert_status(200);
    }
    site.assert_lists_agree_with_rows().await;
}

#[tokio::test]
async fn somebody_new_becomes_a_member() {
    let site = site().await;
    let erin = site.user("erin").await;
    site.as_user("erin")
        .get("/api/tasks")
        .await
        .assert_status(200)
        .assert_json(json!({"count": 0, "next": null, "previous": null, "results": []}));
    let member = membership::ActiveModel {
        organization_id: Set(1),
        user_id: Set(erin.key().expect("an integer")),
        role: Set(Role::Member),
        ..Default::default()
    };
    member.insert(site.db()).await.expect("a membership");
    let erin = site.as_user("erin");
    assert_eq!(erin.get("/api/tasks").await.json()["count"], 2);
    let made = erin.post("/api/tasks", json!({"project_id": 1, "title": "Paint it"})).await;
    made.assert_status(201);
    let task = format!("/api/tasks/{}", made.json()["id"]);
    erin.patch(&task, json!({"title": "Paint it red"})).await.assert_status(403);
    let alice = site.as_user("alice");
    let tag = alice.get(&task).await.header("etag").expect("a tag").to_owned();
    alice.clone().header("if-match", &tag).patch(&task, json!({"status": "doing"})).await.assert_status(200);
    alice.header("if-match", &tag).patch(&task, json!({"status": "open"})).await.assert_status(412);
    site.as_nobody().delete(&task).await.assert_status(401);
}

/// A class that asks for the action lists what it does not show, and no expression tells so: the rows do.
#[tokio::test]
async fn a_list_that_shows_too_much_is_found() {
    #[derive(Serializer)]
    #[serializer(model = organization)]
    struct Named {
        #[serializer(read_only)]
        id: i32,
        slug: String,
        name: String,
    }

    #[derive(Clone, Copy, Operators)]
    struct IsListedOrAcme;

    #[async_trait]
    impl PermissionClass for IsListedOrAcme {
        type Model = organization::Entity;

        async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
            let acme = Rule::when(organization::Column::Slug.eq("acme"));
            Ok(if cx.action() == Action::List { Rule::Always } else { acme })
        }
    }

    struct Organizations;

    impl ViewSet for Organizations {
        type Serializer = Named;
        const PATH: &'static str = "/organizations";

        fn permissions() -> Access<organization::Entity> {
            Access::to(IsListedOrAcme)
        }
    }

    struct Leaking;

    impl Project for Leaking {
        const NAME: &'static str = "leaking";
        const VERSION: &'static str = "1";
        type Migrator = <Tracker as Project>::Migrator;

        fn models() -> Models {
            Models::default().with::<organization::Entity>()
        }

        fn api(api: Api, _: &DatabaseConnection) -> Result<BuiltApi> {
            api.mount(Organizations).build()
        }
    }

    let message = told(async {
        let site = TestSite::of::<Leaking>().await;
        for slug in ["acme", "beta"] {
            let row =
                organization::ActiveModel { slug: Set(slug.into()), name: Set(slug.into()), ..Default::default() };
            row.insert(site.db()).await.expect("an organization");
        }
        site.assert_lists_agree_with_rows().await;
    });
    let message = message.await;
    let expected = "nobody is listed {[\"1\"], [\"2\"]} at /api/organizations, and can retrieve {[\"1\"]}";
    assert!(message.starts_with(expected) && message.contains("GET /api/organizations/2"), "{message}");
}

/// What a wrong test is told.
async fn told<F: Future<Output = ()> + Send + 'static>(test: F) -> String {
    let panicked = tokio::spawn(test).await.expect_err("it panics").into_panic();
    *panicked.downcast::<String>().expect("a message")
}

#[tokio::test]
async fn a_wrong_status_is_explained() {
    let message = told(async {
        site().await.as_user("carol").get("/api/tasks/3").await.assert_status(200);
    });
    let message = message.await;
    assert!(message.starts_with("GET /api/tasks/3 as carol: 404, and 200 was expected"), "{message}");
    assert!(message.contains("IsNotPrivate: no") && message.contains("IsAssignee: no"), "{message}");
}

#[tokio::test]
async fn a_wrong_table_is_shown_as_it_is() {
    let message = told(async {
        let table = "| | bob | carol |\n| PATCH /api/tasks/1 | yes | yes |\n| GET /api/tasks/2 | yes | yes |";
        site().await.assert_access(table).await;
    });
    let message = message.await;
    let shown = "\
|                    | bob  | carol |
|--------------------|------|-------|
| PATCH /api/tasks/1 | yes  | >403  |
| GET /api/tasks/2   | yes  | yes   |
";
    assert!(message.contains(shown), "{message}");
    assert!(message.contains("tracker_access.rs:"), "{message}");
    assert!(message.contains("PATCH /api/tasks/1 as carol (partial_update): 403"), "{message}");
}

#[tokio::test]
async fn who_does_not_exist_is_told() {
    let message = told(async {
        site().await.as_user("nobody_of_this_name").get("/api/tasks").await;
    });
    assert_eq!(
        message.await,
        "there is no user `nobody_of_this_name`: `site.user(\"nobody_of_this_name\").await` makes one"
    );
}

#[tokio::test]
async fn an_inactive_user_is_let_in_nowhere() {
    let site = site().await;
    site.user("gone").superuser().inactive().await;
    site.as_user("gone").get("/api/tasks").await.assert_status(401);
    site.assert_access("| | gone |\n| GET /api/tasks | 401 |").await;
}

/// Groups, grants and staff are made in a line; what the kit adds to a test is milliseconds.
#[tokio::test]
async fn a_site_is_made_in_no_time() {
    let begun = Instant::now();
    let site = TestSite::of::<Tracker>().await;
    let took = begun.elapsed();
    site.group("planners").holding(["tracker.view_budget"]).await;
    let erin = site.user("erin").staff().in_group("planners").await;
    assert!(erin.has_perm(site.db(), "tracker.view_budget").await.expect("an answer") && erin.is_staff);
    println!("a site took {took:?}");
    // on a machine that does much else, too
    assert!(took.as_secs() < 5, "{took:?}");
}
