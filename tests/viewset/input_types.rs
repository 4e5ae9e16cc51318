//! Input types that are more than a row of columns: fields called otherwise, and columns that no field is called as.

use poem::http::Method;
use refrain::{Access, Api, IsAuthenticated, IsOwner, ViewSet, auth::NewUser};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;

use crate::support::{self, Client, auth, car, sync, user};

#[derive(poem_openapi::Object)]
struct Listing {
    id: i64,
    title: String,
    published: bool,
}

impl From<car::Model> for Listing {
    fn from(car: car::Model) -> Self {
        Self { id: car.id, title: car.name, published: car.published }
    }
}

/// The column `name` is called `title` outside, and a new listing is not published.
#[derive(poem_openapi::Object)]
struct ListingInput {
    #[oai(validator(min_length = 1))]
    title: String,
}

impl IntoActiveModel<car::ActiveModel> for ListingInput {
    fn into_active_model(self) -> car::ActiveModel {
        car::ActiveModel { name: Set(self.title), published: Set(false), ..Default::default() }
    }
}

struct Listings;

impl ViewSet for Listings {
    type Entity = car::Entity;
    type Output = Listing;
    type Input = ListingInput;
    const PATH: &'static str = "/listings";

    fn writes() -> Vec<(&'static str, car::Column)> {
        vec![("title", car::Column::Name)]
    }

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

/// A member's secret is stored as what is made of it, and never shown.
#[derive(poem_openapi::Object)]
struct SecretInput {
    name: String,
    secret: String,
}

impl IntoActiveModel<car::ActiveModel> for SecretInput {
    fn into_active_model(self) -> car::ActiveModel {
        car::ActiveModel { name: Set(self.name), published: Set(self.secret == "open sesame"), ..Default::default() }
    }
}

struct Secrets;

impl ViewSet for Secrets {
    type Entity = car::Entity;
    type Output = support::Car;
    type Input = SecretInput;
    const PATH: &'static str = "/secrets";

    fn writes() -> Vec<(&'static str, car::Column)> {
        vec![("secret", car::Column::Published)]
    }

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

#[every_database]
async fn a_field_that_is_never_shown_is_written(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Secrets).build().unwrap());
    let row = support::car_of(&db, None, "door").await.id;
    let path = format!("/api/secrets/{row}");
    for (secret, opens) in [("open sesame", true), ("guess", false)] {
        let body = json!({"name": "door", "secret": secret});
        let put = client.ask(Method::PUT, &path, &token, Some(body)).await;
        assert_eq!((put.code(), &put.json()["published"]), (200, &json!(opens)), "{}", put.text);
    }
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
#[derive(poem_openapi::Object)]
struct PlaceInput {
    word: String,
}

impl IntoActiveModel<car::ActiveModel> for PlaceInput {
    fn into_active_model(self) -> car::ActiveModel {
        car::ActiveModel { name: Set(self.word), published: Set(true), ..Default::default() }
    }
}

struct Places;

impl ViewSet for Places {
    type Entity = car::Entity;
    type Output = PlaceOutput;
    type Input = PlaceInput;
    const PATH: &'static str = "/places";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated & IsOwner)
    }

    fn writes() -> Vec<(&'static str, car::Column)> {
        vec![("word", car::Column::Name)]
    }
}

#[derive(poem_openapi::Object)]
struct PlaceOutput {
    id: i64,
}

impl From<car::Model> for PlaceOutput {
    fn from(car: car::Model) -> Self {
        Self { id: car.id }
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

struct Unsaid;

impl ViewSet for Unsaid {
    type Entity = car::Entity;
    type Output = PlaceOutput;
    type Input = PlaceInput;
    const PATH: &'static str = "/unsaid";
}

struct Misnamed;

impl ViewSet for Misnamed {
    type Entity = car::Entity;
    type Output = PlaceOutput;
    type Input = PlaceInput;
    const PATH: &'static str = "/misnamed";

    fn writes() -> Vec<(&'static str, car::Column)> {
        vec![("word", car::Column::Name), ("wrod", car::Column::Name)]
    }
}

#[tokio::test]
async fn a_field_must_say_what_it_writes() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.unwrap();
    let api = || Api::new("Places", "1", db.clone()).auth(auth());
    let refused = api().mount(Unsaid).build().err().unwrap().to_string();
    assert!(refused.contains("`/unsaid`") && refused.contains(r#"`vec![("word", Column::…)]`"#), "{refused}");
    let refused = api().mount(Misnamed).build().err().unwrap().to_string();
    assert!(refused.contains("`/misnamed`") && refused.contains("`wrod`, which is no field"), "{refused}");
}
