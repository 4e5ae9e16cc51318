//! Who comes again is known already, for as long as was said; what may change something asks the database all the same.

use std::time::Duration;

use poem::{EndpointExt, http::Method};
use refrain::{
    Access, Api, Guarded, IsAuthenticated, ModelPermissions, NamedTokens, Problem, Result,
    auth::{Ceiling, NewToken, NewUser, Snapshots},
    authentication::{Authenticators, TokenAuthentication},
    entity::{Moment, clock::ahead_of},
    migration::{SchemaManager, named_tokens},
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;

use crate::support::{Client, Rules, auth, car, car_of, cars, sync, user};

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

/// A site that keeps users for a time.
fn site(db: &DatabaseConnection, auth: &refrain::auth::Auth, time: Duration) -> Client {
    let tokens = TokenAuthentication::default().with_named_tokens();
    let api = Api::new("Drivers", "1.0", db.clone())
        .auth(auth.clone())
        .authenticators(Authenticators::none().with(tokens))
        .snapshots(Snapshots::kept_for(time));
    Client::new(api.mount(cars::<ByModel>()).with(NamedTokens::default()).build().expect("the parts fit"))
}

const LONG: Duration = Duration::from_secs(3600);

#[every_database]
async fn who_comes_again_is_not_asked_for(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["view", "change"]).await;
    let car = car_of(&db, Some(&alice), "Golf").await;
    let (counted, counter) = counted(&db);
    let client = site(&counted, &auth, LONG);
    let path = format!("/api/cars/{}", car.id);

    let first = client.get(&path, &token).await;
    assert_eq!(first.code(), 200, "{}", first.text);
    counter.take();
    let again = client.get(&path, &token).await;
    assert_eq!((again.code(), &again.text), (200, &first.text));
    let statements = counter.take();
    assert_eq!(statements.len(), 1, "{statements:#?}");
    assert!(!statements[0].contains("authtoken_token"), "{statements:#?}");
    // a list of rows and their number
    client.get("/api/cars", &token).await;
    let statements = counter.take();
    assert!(statements.iter().all(|sql| !sql.contains("authtoken_token")), "{statements:#?}");
    // what may change something asks
    let answer = client.ask(Method::PATCH, &path, &token, Some(json!({"name": "Polo"}))).await;
    assert_eq!(answer.code(), 200, "{}", answer.text);
    assert!(counter.take()[0].contains("authtoken_token"));
    Ok(())
}

#[every_database]
async fn a_stranger_is_asked_for_each_time(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let client = site(&db, &auth, LONG);
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);
    let last = if token.ends_with('0') { '1' } else { '0' };
    let almost = format!("{}{last}", &token[..39]);
    for wrong in [&*almost, &token.to_uppercase(), ""] {
        assert_eq!(client.get("/api/cars", wrong).await.code(), 401, "{wrong}");
    }
    Ok(())
}

/// The database changes behind the program's back: that is seen when the time is over, and not before.
#[every_database]
async fn a_change_that_nobody_tells_is_seen_after_the_time(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let client = site(&db, &auth, Duration::from_secs(60));
    assert_eq!(client.get("/api/cars", &alice).await.code(), 200);
    db.execute_unprepared("UPDATE auth_user SET is_active = FALSE").await?;
    assert_eq!(client.get("/api/cars", &alice).await.code(), 200, "it is kept");
    // what may change something is not judged by it
    let answer = client.ask(Method::POST, "/api/cars", &alice, Some(json!({"name": "Golf"}))).await;
    assert_eq!(answer.code(), 401, "{}", answer.text);
    let later = ahead_of(Duration::from_secs(61), client.get("/api/cars", &alice)).await;
    assert_eq!(later.code(), 401, "{}", later.text);
    Ok(())
}

/// What this program changes itself is seen by its next request.
#[every_database]
async fn a_change_of_ones_own_is_seen_at_once(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let client = site(&db, &auth, LONG);
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);
    alice.permissions().remove(&*db, ["drivers.view_car"]).await?;
    assert_eq!(client.get("/api/cars", &token).await.code(), 403);
    alice.permissions().add(&*db, ["drivers.view_car"]).await?;
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);
    let mut alice = alice.reload(&*db).await?.expect("she is there");
    alice.is_active = false;
    alice.save_flags(&*db).await?;
    assert_eq!(client.get("/api/cars", &token).await.code(), 401);
    Ok(())
}

/// So is a token that is revoked, and a password that is another; and what is kept of others stays.
#[every_database]
async fn a_revoked_token_lets_nobody_in_any_more(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let (_, bob) = user(&auth, &db, NewUser::new("bob"), &["view"]).await;
    let (made, named) = alice.make_token(&*db, NewToken::new("laptop")).await?;
    let (counted, counter) = counted(&db);
    let client = site(&counted, &auth, LONG);
    for token in [&*token, named.expose(), &bob] {
        assert_eq!(client.get("/api/cars", token).await.code(), 200);
    }
    alice.revoke_token(&*db).await?;
    assert_eq!(client.get("/api/cars", &token).await.code(), 401);
    assert_eq!(client.get("/api/cars", named.expose()).await.code(), 200);
    assert!(alice.revoke_named_token(&*db, made.id).await?);
    assert_eq!(client.get("/api/cars", named.expose()).await.code(), 401);
    counter.take();
    assert_eq!(client.get("/api/cars", &bob).await.code(), 200);
    assert!(!counter.take().iter().any(|sql| sql.contains("authtoken_token")), "or one of 4096: run it again");
    Ok(())
}

/// A handler that writes in a GET gets no credential out of a caller who is kept.
#[every_database]
async fn who_is_kept_makes_no_credential(db: TestDb) -> Result<()> {
    struct Show;

    #[poem_openapi::OpenApi]
    impl Show {
        #[oai(path = "/token", method = "get")]
        async fn show(
            &self,
            caller: Guarded<IsAuthenticated>,
            db: poem::web::Data<&DatabaseConnection>,
        ) -> std::result::Result<poem_openapi::payload::PlainText<String>, Problem> {
            Ok(poem_openapi::payload::PlainText(caller.token(*db).await?))
        }
    }

    let auth = auth();
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth).snapshots(Snapshots::kept_for(LONG)).with(Show);
    let endpoint = api.build()?.into_endpoint().data(db.db().clone()).map_to_response().boxed();
    let client = poem::test::TestClient::new(endpoint);
    let mut codes = Vec::new();
    for _ in 0..2 {
        let asked = client.get("/api/token").header("authorization", format!("Token {token}"));
        codes.push(asked.send().await.0.status().as_u16());
    }
    assert_eq!(codes, [200, 400]);
    Ok(())
}

/// What is kept takes no more memory than it may.
#[every_database(sqlite, because = "it is about this program's memory")]
async fn who_asked_longest_ago_is_forgotten(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (counted, counter) = counted(&db);
    // room for two users, each of whom holds something
    let api =
        Api::new("Drivers", "1.0", counted).auth(auth.clone()).snapshots(Snapshots::kept_for(LONG).max_bytes(3000));
    let client = Client::new(api.mount(cars::<ByModel>()).build()?);
    let mut tokens = Vec::new();
    for name in ["alice", "bob", "carol", "dave"] {
        tokens.push(user(&auth, &db, NewUser::new(name), &["view"]).await.1);
    }
    for token in &tokens {
        assert_eq!(client.get("/api/cars", token).await.code(), 200);
    }
    // it is weighed now and then, and not with each request
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(client.get("/api/cars", &tokens[3]).await.code(), 200);
    let mut known = 0;
    for token in tokens.iter().rev() {
        counter.take();
        assert_eq!(client.get("/api/cars", token).await.code(), 200);
        known += usize::from(!counter.take().iter().any(|sql| sql.contains("authtoken_token")));
    }
    assert!((1..=2).contains(&known), "{known} were known");
    Ok(())
}

/// A bound that nobody can keep is refused, and no address is printed.
#[every_database(sqlite, because = "it is about what is said")]
async fn a_bound_is_one_that_can_be_kept(db: TestDb) {
    for bound in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
        for snapshots in [Snapshots::kept_for(bound), Snapshots::told_within(bound)] {
            let api = Api::new("Drivers", "1.0", db.db().clone()).snapshots(snapshots);
            let error = api.build().err().expect("no such bound").to_string();
            assert!(error.contains("100ms"), "{error}");
        }
    }
    let secret = Snapshots::told_within(LONG).listening_at("postgres://refrain:s3cret@db/cars");
    assert!(!format!("{secret:?}").contains("s3cret"), "{secret:?}");
}

/// A named token ends when it ends, and stands for no more than its ceiling, also where it is kept.
#[every_database]
async fn a_token_that_is_kept_ends_all_the_same(db: TestDb) -> Result<()> {
    for migration in named_tokens(Default::default()) {
        migration.up(&SchemaManager::new(db.db())).await?;
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let in_a_minute = Moment::from(Moment::now().to_utc() + Duration::from_secs(60));
    let (_, ending) = alice.make_token(&*db, NewToken::new("ending").expiring(in_a_minute)).await?;
    let (_, narrow) = alice.make_token(&*db, NewToken::new("narrow").within(Ceiling::new(["drivers.add_car"]))).await?;
    let client = site(&db, &auth, LONG);
    for _ in 0..2 {
        assert_eq!(client.get("/api/cars", ending.expose()).await.code(), 200);
        assert_eq!(client.get("/api/cars", narrow.expose()).await.code(), 403);
    }
    let later = ahead_of(Duration::from_secs(61), client.get("/api/cars", ending.expose()));
    assert_eq!(later.await.code(), 401);
    Ok(())
}

/// Two sites of one handle, each over its own database: a user of one is nobody in the other.
#[every_database]
async fn what_one_site_keeps_is_not_anothers(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let (here, there) = (site(&db, &auth, LONG), site(&db, &auth, LONG));
    assert_eq!(here.get("/api/cars", &token).await.code(), 200);
    db.execute_unprepared("DELETE FROM authtoken_token").await?;
    assert_eq!(there.get("/api/cars", &token).await.code(), 401);
    assert_eq!(here.get("/api/cars", &token).await.code(), 200);
    Ok(())
}
