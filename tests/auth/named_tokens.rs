//! Tokens with a name, an end and a ceiling: made, told once, used, held below their ceiling, and revoked.

use std::time::Duration;

use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Action, AllowAny, Api, Context, Error, Guarded, HandlerPermissions, HasPerm, Hook, IntoPermissions,
    IsOwner, Lists, Me, ModelPermissions, NamedTokens, ObjectPermissions, PoolSettings, Result, RowHook, Rule, ViewSet,
    async_trait,
    auth::{Auth, Ceiling, NewToken, NewUser, User, clear_expired_tokens},
    authentication::{Authenticators, BasicAuthentication, TokenAuthentication},
    entity::Moment,
    grants::Checker,
    sessions::{SecretKey, Session, Sessions},
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, Select, Statement};
use serde_json::{Value as Json, json};

use crate::{
    people::{column, run},
    support::{Answer, Car, Client, Rules, auth, car, car_of, cars, log::log, sync, user},
};

/// Whoever may do it, or owns it.
struct OwnersToo;

impl Rules for OwnersToo {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions | IsOwner)
    }
}

struct Granted;

impl Rules for Granted {
    fn permissions() -> Access<car::Entity> {
        Access::to(ObjectPermissions)
    }
}

fn built<R: Rules>(db: &DatabaseConnection, auth: &Auth, part: NamedTokens) -> Client {
    let authenticators = Authenticators::none()
        .with(TokenAuthentication::default().with_named_tokens())
        .with(BasicAuthentication::default());
    let api = Api::new("Drivers", "1.0", db.clone()).auth(auth.clone()).authenticators(authenticators);
    Client::new(api.mount(cars::<R>()).with(part).with(Me).build().expect("the parts fit"))
}

fn site(db: &DatabaseConnection, auth: &Auth) -> Client {
    built::<OwnersToo>(db, auth, NamedTokens::default())
}

async fn make(client: &Client, token: &str, body: Json) -> Answer {
    client.ask(Method::POST, "/api/auth/tokens", token, Some(body)).await
}

/// A token, as its maker is told it.
async fn made(client: &Client, token: &str, body: Json) -> (i64, String) {
    let answer = make(client, token, body).await;
    assert_eq!(answer.code(), 201, "{}", answer.text);
    let told = answer.json();
    (told["id"].as_i64().expect("a number"), told["token"].as_str().expect("a text").to_owned())
}

#[track_caller]
fn is_refused(answer: &Answer) {
    answer.is_problem(401, "authentication_failed", "Invalid token.", &Json::Null);
    assert_eq!(answer.header("www-authenticate"), Some("Token"));
}

/// The same but for its last character.
fn mistyped(token: &str) -> String {
    let (start, last) = token.split_at(39);
    format!("{start}{}", if last == "x" { "y" } else { "x" })
}

#[every_database]
async fn it_is_told_once_and_stored_nowhere(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let client = site(&db, &auth);
    let body = json!({"name": "laptop", "expires_at": "2999-01-02T03:04:05+02:00", "ceiling": ["drivers.view_car"]});
    let answer = make(&client, &alice, body).await;
    assert_eq!((answer.code(), answer.header("cache-control")), (201, Some("no-store")), "{}", answer.text);
    let told = answer.json();
    let token = told["token"].as_str().expect("a text").to_owned();
    assert!(token.len() == 40 && token.starts_with("rfn_"), "{} characters", token.len());
    assert_eq!(told["name"], "laptop");
    assert_eq!(told["expires_at"], "2999-01-02T01:04:05Z");
    assert_eq!(told["ceiling"], json!(["drivers.view_car"]));

    assert_eq!(client.get("/api/cars", &token).await.code(), 200);
    let listed = client.get("/api/auth/tokens", &alice).await;
    assert_eq!(listed.code(), 200, "{}", listed.text);
    assert!(!listed.text.contains(&token) && !listed.text.contains("token"), "{}", listed.text);
    assert_eq!(listed.json().as_array().map(Vec::len), Some(1));
    assert_eq!(listed.json()[0]["id"], told["id"]);
    assert_eq!(listed.json()[0]["last_used"], Json::Null);
    let stored: Vec<String> = column(&db, "SELECT digest FROM refrain_token").await.expect("a column of text");
    assert!(stored.len() == 1 && stored[0].len() == 64 && !stored[0].contains(&token[4..]));
}

#[every_database]
async fn what_is_no_token_to_be_made(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = site(&db, &auth);
    let unknown = "There is no permission \"drivers.fly_car\".";
    for (body, field, sentence) in [
        (json!({}), "name", "This field is required."),
        (json!({"name": ""}), "name", "This field may not be blank."),
        (json!({"name": "x".repeat(101)}), "name", "Ensure this field has no more than 100 characters."),
        (json!({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}), "expires_at", "A token ends in the future."),
        (json!({"name": "x", "ceiling": ["drivers.fly_car"]}), "ceiling", unknown),
        (json!({"name": "x", "ceiling": ["drivers.view_car", "drivers.fly_car"]}), "ceiling", unknown),
        (
            json!({"name": "x", "ceiling": ["drivers.View_car"]}),
            "ceiling",
            "There is no permission \"drivers.View_car\".",
        ),
    ] {
        make(&client, &alice, body).await.is_problem(400, "invalid", "Invalid input.", &json!({(field): [sentence]}));
    }
    for body in [json!({"name": "x", "ceiling": "drivers.view_car"}), json!({"name": "x", "ceiling": [1]}), json!([])] {
        let answer = make(&client, &alice, body).await;
        assert_eq!(answer.code(), 400, "{}", answer.text);
    }
    // long lists of labels are read, and no longer ones
    for (bytes, status) in [(65_536, 400), (65_537, 413)] {
        let body = json!({"name": "x", "ceiling": [""]}).to_string();
        let label = "x".repeat(bytes - body.len());
        let body = json!({"name": "x", "ceiling": [label]});
        assert_eq!((body.to_string().len(), make(&client, &alice, body).await.code()), (bytes, status));
    }
    assert_eq!(make(&client, "", json!({"name": "x"})).await.code(), 401);
    assert_eq!(column::<String>(&db, "SELECT name FROM refrain_token").await.expect("a column"), [""; 0]);
}

#[every_database]
async fn one_that_is_over_is_as_one_that_never_was(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (mut alice, key) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let client = site(&db, &auth);
    let (id, token) = made(&client, &key, json!({"name": "x"})).await;
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);

    let mistyped = mistyped(&token);
    for wrong in [&mistyped, "rfn_", "rfn_\u{e9}", &token[4..], &format!("{token}0"), &token.to_uppercase()] {
        is_refused(&client.get("/api/cars", wrong).await);
    }
    // who is inactive, from the next request on
    alice.is_active = false;
    alice.save_flags(db.db()).await.expect("she is there");
    is_refused(&client.get("/api/cars", &token).await);
    alice.is_active = true;
    alice.save_flags(db.db()).await.expect("she is there");
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);

    run(&db, "UPDATE refrain_token SET expires_at = '2001-01-01 00:00:00'").await.expect("it is there");
    is_refused(&client.get("/api/cars", &token).await);
    assert_eq!(client.get("/api/auth/tokens", &key).await.text, "[]");
    run(&db, "UPDATE refrain_token SET expires_at = NULL").await.expect("it is there");
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);

    let path = format!("/api/auth/tokens/{id}");
    assert_eq!(client.ask(Method::DELETE, &path, &key, None).await.code(), 204);
    is_refused(&client.get("/api/cars", &token).await);
    assert_eq!(client.ask(Method::DELETE, &path, &key, None).await.code(), 404);
}

#[every_database]
async fn they_go_with_their_user(db: TestDb) -> Result<()> {
    let auth = auth();
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    let (_, secret) = alice.make_token(db.db(), NewToken::new("x")).await?;
    run(&db, "DELETE FROM auth_user WHERE username = 'alice'").await?;
    assert_eq!(column::<String>(&db, "SELECT name FROM refrain_token").await?, [""; 0]);
    assert!(auth.user_by_named_token(db.db(), secret.expose()).await?.is_none());
    Ok(())
}

#[every_database]
async fn a_ceiling_holds_everywhere(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (root, key) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let (own, others) = (car_of(&db, Some(&root), "own").await, car_of(&db, None, "nobody's").await);
    let client = site(&db, &auth);
    let (_, reads) = made(&client, &key, json!({"name": "reads", "ceiling": ["drivers.view_car"]})).await;
    let (_, changes) = made(&client, &key, json!({"name": "changes", "ceiling": ["drivers.change_car"]})).await;
    let (_, nothing) = made(&client, &key, json!({"name": "nothing", "ceiling": []})).await;
    let (_, all) = made(&client, &key, json!({"name": "all", "ceiling": null})).await;
    let [own, others] = [own, others].map(|car| format!("/api/cars/{}", car.id));
    for (token, list, detail, change, delete, me) in [
        (&reads, 200, 200, 403, 403, 403),
        (&changes, 403, 403, 200, 403, 403),
        (&nothing, 403, 403, 403, 403, 403),
        (&all, 200, 200, 200, 204, 200),
    ] {
        for path in [&own, &others] {
            assert_eq!(client.get(path, token).await.code(), detail, "GET {path}");
            let changed = client.ask(Method::PATCH, path, token, Some(json!({"name": "new"}))).await;
            assert_eq!(changed.code(), change, "PATCH {path}: {}", changed.text);
        }
        assert_eq!(client.get("/api/cars", token).await.code(), list);
        for path in ["/api/cars", &*others] {
            let described = client.ask(Method::OPTIONS, path, token, None).await;
            assert_eq!(described.code(), 200, "what it offers asks for no permission: {}", described.text);
        }
        // the owner's too: the class by owner lets nobody past a ceiling
        assert_eq!(client.ask(Method::DELETE, &own, token, None).await.code(), delete);
        assert_eq!(client.get("/api/auth/me", token).await.code(), me);
    }
    let said = "The credential does not allow this.";
    client.ask(Method::DELETE, &others, &reads, None).await.is_problem(403, "insufficient_scope", said, &Json::Null);
}

struct AskingMore;

impl Rules for AskingMore {
    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.export_car") & (ModelPermissions | IsOwner))
    }
}

struct ToView;

impl Rules for ToView {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner & HasPerm("drivers.view_car"))
    }
}

/// What an endpoint asks beside says nothing of what it does.
#[every_database]
async fn a_ceiling_opens_no_write_that_it_does_not_name(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, key) = user(&auth, &db, NewUser::new("alice"), &["view", "export"]).await;
    let path = format!("/api/cars/{}", car_of(&db, Some(&alice), "hers").await.id);
    let part = NamedTokens::default();
    let ceiling = json!({"name": "reads", "ceiling": ["drivers.view_car", "drivers.export_car"]});
    for client in [built::<AskingMore>(&db, &auth, part), built::<ToView>(&db, &auth, part)] {
        let (_, reads) = made(&client, &key, ceiling.clone()).await;
        assert_eq!(client.get(&path, &reads).await.code(), 200);
        for method in [Method::PATCH, Method::PUT, Method::DELETE] {
            assert_eq!(client.ask(method, &path, &reads, Some(json!({"name": "new"}))).await.code(), 403);
        }
        assert_eq!(client.ask(Method::PATCH, &path, &key, Some(json!({"name": "new"}))).await.code(), 200);
    }
}

struct Export;

struct MayExport;

impl HandlerPermissions for MayExport {
    fn permissions() -> impl IntoPermissions {
        HasPerm("drivers.export_car")
    }
}

#[OpenApi]
impl Export {
    #[oai(path = "/export", method = "get")]
    async fn export(&self, caller: Guarded<MayExport>) -> PlainText<String> {
        PlainText(caller.username.clone())
    }
}

/// It has no model's permission for what it does: the one that it asks for stands for that.
#[every_database]
async fn a_ceiling_opens_a_handler_that_asks_for_what_it_names(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &["export", "view"]).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &["view"]).await;
    let authenticators = Authenticators::none().with(TokenAuthentication::default().with_named_tokens());
    let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth.clone()).authenticators(authenticators);
    let client = Client::new(api.with(Export).build().expect("the parts fit"));
    for (user, labels, expected) in [
        (&alice, vec!["drivers.export_car"], 200),
        (&alice, vec!["drivers.view_car"], 403),
        (&alice, vec![], 403),
        (&bob, vec!["drivers.export_car"], 403),
    ] {
        let token = NewToken::new("x").within(Ceiling::new(labels.clone()));
        let (_, token) = user.make_token(db.db(), token).await.expect("a token is made");
        let answer = client.get("/api/export", token.expose()).await;
        assert_eq!(answer.code(), expected, "{} within {labels:?}: {}", user.username, answer.text);
    }
}

/// The caller's own cars; whoever is no staff writes all of them.
struct Hooked;

impl Rules for Hooked {
    fn permissions() -> Access<car::Entity> {
        Access::to(Hook(Mine)).on(Action::Destroy, AllowAny).on(Action::PartialUpdate, Hook(NoStaff))
    }
}

#[derive(Clone, Copy)]
struct Mine;

#[async_trait]
impl RowHook for Mine {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, cx: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(row.owner_id.is_some() && row.owner_id == cx.user().key::<i32>().ok())
    }
}

#[derive(Clone, Copy)]
struct NoStaff;

#[async_trait]
impl RowHook for NoStaff {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, cx: &Context<'_>, _: &car::Model) -> Result<bool> {
        Ok(!cx.user().is_staff)
    }
}

#[every_database]
async fn a_hook_is_asked_about_who_the_ceiling_leaves_and_about_the_whole_user(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = built::<Hooked>(&db, &auth, NamedTokens::default());
    for (new, changes) in [(NewUser::new("alice"), 200), (NewUser::new("staff").staff(), 403)] {
        let (owner, key) = user(&auth, &db, new, &[]).await;
        let path = format!("/api/cars/{}", car_of(&db, Some(&owner), "owned").await.id);
        let all = json!({"name": "all", "ceiling": ["drivers.view_car", "drivers.change_car"]});
        let (_, within) = made(&client, &key, all).await;
        let (_, nothing) = made(&client, &key, json!({"name": "nothing", "ceiling": []})).await;
        for (token, count, code) in [(&key, 1, 200), (&within, 1, 200), (&nothing, 0, 404)] {
            assert_eq!(client.get("/api/cars", token).await.json()["count"], count, "{}", owner.username);
            assert_eq!(client.get(&path, token).await.code(), code, "{}", owner.username);
        }
        for token in [&key, &within] {
            let changed = client.ask(Method::PATCH, &path, token, Some(json!({"name": "new"}))).await;
            assert_eq!(changed.code(), changes, "{}: {}", owner.username, changed.text);
        }
    }
}

/// The public rows, and the caller's own.
struct MineToo;

impl ViewSet for MineToo {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }

    fn query(&self, cx: &Context<'_>) -> Option<Select<car::Entity>> {
        let rows = Rule::when(car::Column::Published.eq(true)) | cx.user().owns(car::Column::OwnerId);
        Some(car::Entity::find().filter(rows.filter()))
    }
}

#[every_database]
async fn a_ceiling_hides_rows_that_a_viewset_has_for_its_caller(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, key) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let path = format!("/api/cars/{}", car_of(&db, Some(&alice), "hers").await.id);
    let authenticators = Authenticators::none().with(TokenAuthentication::default().with_named_tokens());
    let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth.clone()).authenticators(authenticators);
    let client = Client::new(api.mount(MineToo).with(NamedTokens::default()).build().expect("the parts fit"));
    let (_, nothing) = made(&client, &key, json!({"name": "nothing", "ceiling": []})).await;
    let (_, views) = made(&client, &key, json!({"name": "views", "ceiling": ["drivers.view_car"]})).await;
    for (token, count, code) in [("", 0, 404), (&*nothing, 0, 404), (&*views, 1, 200), (&*key, 1, 200)] {
        assert_eq!(client.get("/api/cars", token).await.json()["count"], count);
        assert_eq!(client.get(&path, token).await.code(), code);
    }
}

#[every_database]
async fn nothing_less_is_made_something_more(db: TestDb) -> Result<()> {
    let auth = auth();
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    let (_, secret) = alice.make_token(db.db(), NewToken::new("x")).await?;
    let by_token = auth.user_by_named_token(db.db(), secret.expose()).await?.expect("hers");
    let within = auth.user(db.db(), "alice").await?.expect("she is there").within(Ceiling::new(["drivers.view_car"]));
    let again =
        [by_token.reload(db.db()).await?, within.reload(db.db()).await?].map(|user| user.expect("she is there"));
    let sessions = Sessions::new(SecretKey::new("the site's own")?);
    for mut user in [by_token, within].into_iter().chain(again) {
        assert!(matches!(user.make_token(db.db(), NewToken::new("y")).await, Err(Error::Invalid(_))));
        assert!(matches!(user.token(db.db()).await, Err(Error::Invalid(_))));
        assert!(matches!(sessions.log_in(db.db(), Session::default(), &mut user).await, Err(Error::Invalid(_))));
    }
    assert_eq!(alice.named_tokens(db.db()).await?.len(), 1);
    Ok(())
}

#[every_database]
async fn a_ceiling_holds_for_grants_on_rows(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (bob, key) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let granted = car_of(&db, None, "granted").await;
    let other = car_of(&db, None, "other").await;
    for codename in ["drivers.view_car", "drivers.change_car"] {
        auth.assign_perm(db.db(), codename, [&bob], [&granted]).await?;
    }
    let client = built::<Granted>(&db, &auth, NamedTokens::default());
    let (_, reads) = made(&client, &key, json!({"name": "reads", "ceiling": ["drivers.view_car"]})).await;
    let listed = client.get("/api/cars", &reads).await.json();
    assert_eq!((&listed["count"], &listed["results"][0]["id"]), (&json!(1), &json!(granted.id)));
    let path = format!("/api/cars/{}", granted.id);
    assert_eq!(client.get(&path, &reads).await.code(), 200);
    assert_eq!(client.ask(Method::PATCH, &path, &reads, Some(json!({"name": "new"}))).await.code(), 403);
    assert_eq!(client.ask(Method::PATCH, &path, &key, Some(json!({"name": "new"}))).await.code(), 200);
    assert_eq!(client.get(&format!("/api/cars/{}", other.id), &reads).await.code(), 404);

    let (root, _) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    for (user, all) in [(bob, vec![granted.id]), (root, vec![granted.id, other.id])] {
        let user = user.within(Ceiling::new(["drivers.view_car", "other.change_car"]));
        assert!(user.has_perm_on(db.db(), "view_car", &granted).await?);
        assert!(!user.has_perm_on(db.db(), "change_car", &granted).await?);
        let codenames: Vec<String> = user.perms(db.db(), &granted).await?.into_iter().collect();
        assert_eq!(codenames, ["view_car"]);
        let mut checker = Checker::for_user(&user);
        checker.prefetch(db.db(), [&granted]).await?;
        assert!(checker.has_perm(db.db(), "drivers.view_car", &granted).await?);
        assert!(!checker.has_perm(db.db(), "drivers.change_car", &granted).await?);
        let rows = |codenames: &[&'static str], any| {
            let (codenames, auth, user, db) = (codenames.to_vec(), &auth, &user, &db);
            async move {
                let asked = auth.objects_for_user::<car::Entity>(user, codenames).any_perm(any);
                ids(asked.select(db.db()).await.expect("a query"), db).await
            }
        };
        assert_eq!(rows(&["view_car"], false).await, all);
        assert_eq!(rows(&["change_car"], false).await, [0; 0]);
        assert_eq!(rows(&["view_car", "change_car"], false).await, [0; 0]);
        assert_eq!(rows(&["view_car", "change_car"], true).await, all);
        let anything = auth.objects_for_user_with_any_perm::<car::Entity>(&user).select(db.db()).await?;
        assert_eq!(ids(anything, &db).await, all);
        let trips = auth.user(db.db(), "root").await?.expect("made above").within(Ceiling::new(["drivers.view_trip"]));
        let anything = auth.objects_for_user_with_any_perm::<car::Entity>(&trips).select(db.db()).await?;
        assert_eq!(ids(anything, &db).await, [0; 0], "a permission of another model is none on these rows");
        let user = user.within(Ceiling::new(["drivers.delete_car"]));
        let anything = auth.objects_for_user_with_any_perm::<car::Entity>(&user).select(db.db()).await?;
        assert_eq!(ids(anything, &db).await, [0; 0]);
    }
    Ok(())
}

async fn ids(rows: sea_orm::Select<car::Entity>, db: &TestDb) -> Vec<i64> {
    let mut ids: Vec<i64> = rows.all(db.db()).await.expect("the database answers").iter().map(|car| car.id).collect();
    ids.sort_unstable();
    ids
}

#[every_database]
async fn what_is_held_within_a_ceiling(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &["view", "add"]).await;
    let (root, _) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let ceiling = || Ceiling::new(["drivers.view_car", "drivers.delete_car", "drivers.no_such", "auth.add_user"]);
    let labels = async |user: &User| -> Result<Vec<String>> {
        let mut labels: Vec<String> = user.all_permissions(db.db()).await?.into_iter().collect();
        labels.sort();
        Ok(labels)
    };
    let bob = bob.within(ceiling());
    assert_eq!(labels(&bob).await?, ["drivers.view_car"]);
    assert_eq!(bob.user_permissions(db.db()).await?.len(), 1);
    assert!(bob.has_module_perms(db.db(), "drivers").await? && !bob.has_module_perms(db.db(), "auth").await?);
    let root = root.within(ceiling());
    assert_eq!(labels(&root).await?, ["drivers.delete_car", "drivers.view_car"]);
    assert!(root.has_module_perms(db.db(), "drivers").await? && !root.has_module_perms(db.db(), "sessions").await?);
    // what was granted since counts, within the ceiling
    let again = bob.reload(db.db()).await?.expect("he is there");
    for label in ["drivers.delete_car", "drivers.change_car"] {
        again.permissions().add(db.db(), [label]).await?;
    }
    assert_eq!(labels(&again).await?, ["drivers.delete_car", "drivers.view_car"]);
    assert!(!again.has_perm(db.db(), "drivers.change_car").await?);
    Ok(())
}

#[every_database]
async fn no_token_makes_another(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, key) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let client = site(&db, &auth);
    let (id, whole) = made(&client, &key, json!({"name": "whole"})).await;
    let (_, held) = made(&client, &key, json!({"name": "held", "ceiling": ["drivers.view_car"]})).await;
    for token in [&whole, &held] {
        let answer = make(&client, token, json!({"name": "another", "ceiling": ["drivers.view_car"]})).await;
        assert_eq!((answer.code(), answer.json()["code"].as_str()), (403, Some("insufficient_scope")));
    }
    let path = format!("/api/auth/tokens/{id}");
    assert_eq!(client.get("/api/auth/tokens", &held).await.code(), 403);
    assert_eq!(client.ask(Method::DELETE, &path, &held, None).await.code(), 403);
    assert_eq!(client.get("/api/auth/tokens", &whole).await.json().as_array().map(Vec::len), Some(2));
    assert_eq!(client.ask(Method::DELETE, &path, &whole, None).await.code(), 204);
    is_refused(&client.get("/api/auth/tokens", &whole).await);
}

#[every_database]
async fn others_tokens_are_not_there(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, root) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let client = site(&db, &auth);
    let (id, _) = made(&client, &alice, json!({"name": "hers"})).await;
    assert_eq!(client.get("/api/auth/tokens", &root).await.text, "[]");
    let missing = client.ask(Method::DELETE, "/api/auth/tokens/99999", &root, None).await;
    let hers = client.ask(Method::DELETE, &format!("/api/auth/tokens/{id}"), &root, None).await;
    assert_eq!((hers.code(), &hers.text), (404, &missing.text));
    assert_eq!(client.get("/api/auth/tokens", &alice).await.json().as_array().map(Vec::len), Some(1));
}

#[every_database]
async fn a_user_has_so_many_and_no_more(db: TestDb) {
    let auth = auth();
    let (_, key) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = built::<OwnersToo>(&db, &auth, NamedTokens::default().at_most(2));
    let (a, b, c) = tokio::join!(
        make(&client, &key, json!({"name": "a"})),
        make(&client, &key, json!({"name": "b"})),
        make(&client, &key, json!({"name": "c"})),
    );
    let mut codes = [a, b, c].map(|answer| answer.code());
    codes.sort_unstable();
    assert_eq!(codes, [201, 201, 409]);
    let full = make(&client, &key, json!({"name": "d"})).await;
    full.is_problem(409, "conflict", "There are 2 tokens already: revoke one first.", &Json::Null);
    // what has ended takes no place
    let one = "UPDATE refrain_token SET expires_at = '2001-01-01 00:00:00' WHERE name = (SELECT m FROM \
               (SELECT MIN(name) AS m FROM refrain_token) x)";
    run(&db, one).await.expect("it is there");
    assert_eq!(make(&client, &key, json!({"name": "e"})).await.code(), 201);
    assert_eq!(make(&client, &key, json!({"name": "f"})).await.code(), 409);
}

#[every_database]
async fn what_a_program_makes_is_bounded_as_well(db: TestDb) -> Result<()> {
    let alice = auth().create_user(db.db(), NewUser::new("alice")).await?;
    let refused = async |new| alice.make_token(db.db(), new).await.err().map(|error| error.to_string());
    let said = |sentence: &str| Some(sentence.to_owned());
    assert_eq!(refused(NewToken::new("é".repeat(100))).await, None);
    let long = refused(NewToken::new("é".repeat(101))).await;
    assert_eq!(long, said("name: Ensure this field has no more than 100 characters."));
    let naming = |many: usize| {
        let labels = (0..many).map(|number| format!("drivers.fly_car{number:04}"));
        NewToken::new("x").within(Ceiling::new(labels))
    };
    // which are looked for first
    let known = refused(naming(1000)).await;
    assert_eq!(known, said("ceiling: There is no permission \"drivers.fly_car0000\"."));
    let many = refused(naming(1001)).await;
    assert_eq!(many, said("ceiling: Ensure this field has no more than 1000 elements."));
    Ok(())
}

#[every_database]
async fn reading_a_row_costs_one_statement(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, key) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let row = car_of(&db, Some(&alice), "a car").await;
    let client = site(&db, &auth);
    let (_, whole) = made(&client, &key, json!({"name": "whole"})).await;
    let (_, held) = made(&client, &key, json!({"name": "held", "ceiling": ["drivers.view_car"]})).await;
    // a use that was written lately: none is written beside the counted ones
    let used = Statement::from_sql_and_values(
        db.db().get_database_backend(),
        match db.db().get_database_backend() {
            sea_orm::DbBackend::Postgres => "UPDATE refrain_token SET last_used = $1",
            _ => "UPDATE refrain_token SET last_used = ?",
        },
        [Moment::now().into()],
    );
    db.db().execute_raw(used).await.expect("they are there");
    let (counting, counter) = counted(&db);
    let client = site(&counting, &auth);
    let path = format!("/api/cars/{}", row.id);
    let wrong = mistyped(&whole);
    for (token, status, statements) in [(&whole, 200, 1), (&held, 200, 1), (&wrong, 401, 0)] {
        assert_eq!(client.get(&path, token).await.code(), status);
        let sql = counter.take();
        assert_eq!(sql.len(), statements, "{sql:#?}");
    }
    assert_eq!(client.get("/api/cars", &held).await.code(), 200);
    assert_eq!(counter.take().len(), 3, "its reader, the count and the page");
}

#[every_database]
async fn when_it_was_last_used_is_written_beside_the_requests(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, key) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    // when she logged in has nothing to do with it
    run(&db, "UPDATE auth_user SET last_login = CURRENT_TIMESTAMP").await.expect("it is written");
    let client = site(&db, &auth);
    let (_, token) = made(&client, &key, json!({"name": "x"})).await;
    made(&client, &key, json!({"name": "never used"})).await;
    let used = async || {
        let listed = client.get("/api/auth/tokens", &key).await.json();
        assert_eq!(listed[1]["last_used"], Json::Null);
        listed[0]["last_used"].as_str().map(str::to_owned)
    };
    for _ in 0..3 {
        assert_eq!(client.get("/api/cars", &token).await.code(), 200);
    }
    assert_eq!(used().await, None, "no request waits for it");
    let mut first = None;
    for _ in 0..100 {
        first = used().await;
        if first.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(first.is_some(), "it is written in the end");
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(used().await, first, "and not again for some minutes");
}

#[every_database(sqlite, because = "what is written together is settled before a database is asked")]
async fn what_is_used_within_seconds_is_written_together(db: TestDb) -> Result<()> {
    let auth = auth();
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    let (_, one) = alice.make_token(db.db(), NewToken::new("one")).await?;
    let (_, other) = alice.make_token(db.db(), NewToken::new("other")).await?;
    let (counting, counter) = counted(&db);
    for secret in [&one, &one, &other] {
        assert!(auth.user_by_named_token(&counting, secret.expose()).await?.is_some());
    }
    let written = || counter.take().iter().filter(|sql| sql.starts_with("UPDATE")).count();
    let mut writes = 0;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        writes += written();
        if writes > 0 {
            break;
        }
    }
    // another would come now
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(writes + written(), 1);
    Ok(())
}

#[every_database]
async fn those_that_have_ended_are_cleared(db: TestDb) -> Result<()> {
    let alice = auth().create_user(db.db(), NewUser::new("alice")).await?;
    for name in ["a", "b", "c", "d"] {
        alice.make_token(db.db(), NewToken::new(name)).await?;
    }
    let later = Moment::from(Moment::now().to_utc() + chrono::TimeDelta::days(1));
    alice.make_token(db.db(), NewToken::new("e").expiring(later)).await?;
    run(&db, "UPDATE refrain_token SET expires_at = '2001-01-01 00:00:00' WHERE name IN ('a', 'b', 'c')").await?;
    assert_eq!(clear_expired_tokens(db.db(), 2).await?, 3);
    let left: Vec<String> = column(&db, "SELECT name FROM refrain_token ORDER BY name").await?;
    assert_eq!(left, ["d", "e"]);
    assert_eq!(clear_expired_tokens(db.db(), 2).await?, 0);
    assert_eq!(alice.revoke_named_tokens(db.db()).await?, 2);
    Ok(())
}

#[every_database]
async fn a_ceiling_that_cannot_be_read_is_no_token_without_one(db: TestDb) -> Result<()> {
    let auth = auth();
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    let (_, secret) = alice.make_token(db.db(), NewToken::new("x").within(Ceiling::default())).await?;
    for broken in ["", "null", "{}", "[1]", "[\"a.b\""] {
        run(&db, &format!("UPDATE refrain_token SET ceiling = '{broken}'")).await?;
        let error = auth.user_by_named_token(db.db(), secret.expose()).await.expect_err(broken);
        assert!(!format!("{error:?}").contains(secret.expose()));
        let client = site(&db, &auth);
        assert!(client.get("/api/cars", secret.expose()).await.status.is_server_error(), "{broken}");
    }
    Ok(())
}

#[every_database]
async fn a_request_that_is_dropped_makes_no_half_token(db: TestDb) -> Result<()> {
    let auth = auth();
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    for steps in 0..60 {
        let making = alice.make_token(db.db(), NewToken::new("x"));
        tokio::pin!(making);
        for _ in 0..steps {
            let waits = std::future::poll_fn(|cx| std::task::Poll::Ready(making.as_mut().poll(cx).is_pending())).await;
            if !waits {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    alice.revoke_named_tokens(db.db()).await?;
    let (token, secret) = alice.make_token(db.db(), NewToken::new("y")).await?;
    assert_eq!(alice.named_tokens(db.db()).await?, [token]);
    assert!(auth.user_by_named_token(db.db(), secret.expose()).await?.is_some());
    Ok(())
}

#[every_database]
async fn neither_token_nor_digest_is_logged(db: TestDb) {
    log();
    let auth = auth();
    sync(&auth, &db).await;
    let (_, key) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let pool = PoolSettings::default().connect(&db.url()).await.expect("it is there");
    let client = site(&pool, &auth);
    let (_, token) = made(&client, &key, json!({"name": "x", "ceiling": ["drivers.view_car"]})).await;
    let wrong = mistyped(&token);
    for token in [&token, &wrong] {
        client.get("/api/cars", token).await;
    }
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let digest: Vec<String> = column(&db, "SELECT digest FROM refrain_token").await.expect("a column of text");
    let logged = log().text();
    assert!(logged.contains("refrain_token"), "statements are logged");
    for secret in [&token[4..34], &wrong[4..34], &digest[0]] {
        assert!(!logged.contains(secret), "a secret is in the log");
    }
}

#[every_database(tables = uuid_users)]
async fn users_of_a_site_of_its_own_have_them_too(db: TestDb) -> Result<()> {
    let auth = crate::people::members();
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    let (token, secret) = alice.make_token(db.db(), NewToken::new("x")).await?;
    let found = auth.user_by_named_token(db.db(), secret.expose()).await?.expect("it is hers");
    assert_eq!(found.id(), alice.id());
    assert!(alice.revoke_named_token(db.db(), token.id).await? && alice.named_tokens(db.db()).await?.is_empty());
    Ok(())
}
