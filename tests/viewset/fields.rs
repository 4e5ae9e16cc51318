//! Fields that are more than a column shown: called otherwise, never shown, set for new rows alone, held by no column.

use poem::http::Method;
use refrain::{
    Access, Api, Context, Filter, IsAuthenticated, IsOwner, Problem, Serializer, ViewSet, auth::NewUser,
    serializer::Sent,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use crate::support::{Client, auth, car, sync, user};

/// The column `name` is called `title` outside, and a new listing is not published.
#[derive(Serializer)]
#[serializer(model = car)]
struct Listing {
    #[serializer(read_only)]
    id: i64,
    #[serializer(column = name, length(1..))]
    title: String,
    #[serializer(read_only, default = false)]
    published: bool,
}

struct Listings;

impl ViewSet for Listings {
    type Serializer = Listing;
    const PATH: &'static str = "/listings";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

/// What is made of a member's secret is stored, and the secret never shown.
#[derive(Serializer)]
#[serializer(model = car)]
struct Member {
    #[serializer(read_only)]
    id: i64,
    name: String,
    #[serializer(beside)]
    secret: Sent<String>,
    #[serializer(read_only, filled)]
    published: bool,
}

struct Members;

impl ViewSet for Members {
    type Serializer = Member;
    const PATH: &'static str = "/members";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    async fn perform_create(
        &self,
        _: &Context<'_>,
        row: car::ActiveModel,
        beside: &MemberBeside,
    ) -> Result<car::ActiveModel, Problem> {
        Ok(opened(row, beside))
    }

    async fn perform_update(
        &self,
        _: &Context<'_>,
        changes: car::ActiveModel,
        _: &car::Model,
        beside: &MemberBeside,
    ) -> Result<car::ActiveModel, Problem> {
        Ok(opened(changes, beside))
    }
}

fn opened(row: car::ActiveModel, beside: &MemberBeside) -> car::ActiveModel {
    match &beside.secret {
        Sent::Value(secret) => car::ActiveModel { published: Set(secret == "open sesame"), ..row },
        Sent::LeftOut => row,
    }
}

#[every_database]
async fn a_member_that_no_column_holds_is_handed_to_the_hooks(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Members).build().unwrap());
    let made = client.ask(Method::POST, "/api/members", &token, Some(json!({"name": "door"}))).await;
    made.is_problem(400, "invalid", "Invalid input.", &json!({"secret": ["This field is required."]}));
    let body = json!({"name": "door", "secret": "open sesame"});
    let made = client.ask(Method::POST, "/api/members", &token, Some(body)).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    assert_eq!(made.json(), json!({"id": made.json()["id"], "name": "door", "published": true}));
    let path = format!("/api/members/{}", made.json()["id"]);
    for (method, body, opens) in [
        (Method::PUT, json!({"name": "door"}), true),
        (Method::PUT, json!({"name": "door", "secret": "guess"}), false),
        (Method::PATCH, json!({"secret": "open sesame"}), true),
        (Method::PATCH, json!({}), true),
    ] {
        let changed = client.ask(method, &path, &token, Some(body)).await;
        assert_eq!((changed.code(), &changed.json()["published"]), (200, &json!(opens)), "{}", changed.text);
    }
    let null = client.ask(Method::PATCH, &path, &token, Some(json!({"secret": null}))).await;
    null.is_problem(400, "invalid", "Invalid input.", &json!({"secret": ["This field may not be null."]}));
}

#[every_database]
async fn a_field_called_otherwise_is_written(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Listings).build().unwrap());
    let made = client.ask(Method::POST, "/api/listings", &token, Some(json!({"title": "new"}))).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    let id = made.json()["id"].as_i64().unwrap();
    let stored = async || car::Entity::find_by_id(id).one(db.db()).await.unwrap().unwrap();
    let mut published = stored().await.into_active_model();
    published.published = Set(true);
    sea_orm::ActiveModelTrait::update(published, db.db()).await.unwrap();

    let path = format!("/api/listings/{id}");
    for (method, title) in [(Method::PUT, "put"), (Method::PATCH, "patched")] {
        let changed = client.ask(method, &path, &token, Some(json!({"title": title}))).await;
        assert_eq!((changed.code(), &changed.json()["title"]), (200, &json!(title)), "{}", changed.text);
        let stored = stored().await;
        assert_eq!((&*stored.name, stored.published), (title, true), "what is set in any case is for new rows");
    }
    let same = client.ask(Method::PATCH, &path, &token, Some(json!({}))).await;
    assert_eq!((same.code(), &*stored().await.name), (200, "patched"));
    let wrong = client.ask(Method::PATCH, &path, &token, Some(json!({"title": ""}))).await;
    assert_eq!((wrong.code(), &wrong.json()["errors"]["title"]), (400, &json!(["This field may not be blank."])));
}

/// A place that is put up is open; whether it stays so is for others to say. Its word is asked for and never shown.
#[derive(Serializer)]
#[serializer(model = car)]
struct Place {
    #[serializer(read_only)]
    id: i64,
    #[serializer(write_only, column = name)]
    word: String,
    #[serializer(read_only, default = true)]
    published: bool,
}

struct Places;

impl ViewSet for Places {
    type Serializer = Place;
    const PATH: &'static str = "/places";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated & IsOwner)
    }
}

#[every_database]
async fn what_is_set_for_new_rows_is_never_set_again(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = Client::new(Api::new("Places", "1", db.db().clone()).auth(auth).mount(Places).build().unwrap());
    let made = client.ask(Method::POST, "/api/places", &token, Some(json!({"word": "new"}))).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    let id = made.json()["id"].as_i64().unwrap();
    assert_eq!(made.json(), json!({"id": id, "published": true}), "the word is not shown");
    let stored = async || car::Entity::find_by_id(id).one(db.db()).await.unwrap().unwrap();
    let mut closed = stored().await.into_active_model();
    assert_eq!(closed.published, sea_orm::ActiveValue::Unchanged(true), "a new row is open");
    closed.published = Set(false);
    sea_orm::ActiveModelTrait::update(closed, db.db()).await.unwrap();

    for (method, word) in [(Method::PUT, "put"), (Method::PATCH, "patched")] {
        let changed = client.ask(method, &format!("/api/places/{id}"), &token, Some(json!({"word": word}))).await;
        assert_eq!(changed.code(), 200, "{}", changed.text);
        let stored = stored().await;
        assert_eq!((&*stored.name, stored.published), (word, false), "the owner opened what was closed to them");
    }
}

struct ByWord;

impl ViewSet for ByWord {
    type Serializer = Place;
    const PATH: &'static str = "/by-word";

    fn filters() -> Vec<Filter<car::Column>> {
        vec![car::Column::Name.into()]
    }
}

struct ByOwner;

impl ViewSet for ByOwner {
    type Serializer = Place;
    const PATH: &'static str = "/by-owner";

    fn orderings() -> Vec<car::Column> {
        vec![car::Column::OwnerId]
    }
}

#[tokio::test]
async fn a_list_is_filtered_and_ordered_by_fields_that_are_shown() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.unwrap();
    let api = || Api::new("Places", "1", db.clone()).auth(auth());
    let refused = api().mount(ByWord).build().err().unwrap().to_string();
    assert!(refused.contains("it filters by `word`, which is `write_only`"), "{refused}");
    let refused = api().mount(ByOwner).build().err().unwrap().to_string();
    assert!(refused.contains("it orders by `owner_id`, which is no field of its serializer"), "{refused}");
}
