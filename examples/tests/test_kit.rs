//! The test kit over a server's database, and over time.

#![allow(missing_docs)]

use std::time::Duration;

use refrain::{
    Api, BuiltApi, Me, Result,
    auth::NewToken,
    authentication::{Authenticators, TokenAuthentication},
    cli::Project,
    entity::Moment,
    model::Models,
    testing::TestSite,
    throttle::{Rate, Throttle},
};
use refrain_examples::drivers::{Drivers, car, cars::Cars};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, Database, DatabaseConnection};
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);

/// Cars, asked twice a minute, by tokens that end.
struct Garage;

impl Project for Garage {
    const NAME: &'static str = "garage";
    const VERSION: &'static str = "1.0";
    type Migrator = <Drivers as Project>::Migrator;

    fn models() -> Models {
        Drivers::models()
    }

    fn api(api: Api, _: &DatabaseConnection) -> Result<BuiltApi> {
        let tokens = Authenticators::none().with(TokenAuthentication::default().with_named_tokens());
        let twice = [Throttle::user(Rate::per_minute(2))];
        api.authenticators(tokens).throttles(twice).mount(Cars).with(Me).build()
    }
}

#[tokio::test]
async fn time_passes_for_tokens() {
    let site = TestSite::of::<Garage>().await;
    let alice = site.user("alice").await;
    let in_an_hour = Moment::from(Moment::now().to_utc() + HOUR);
    let token = NewToken::new("script").expiring(in_an_hour);
    let (_, secret) = alice.make_token(site.db(), token).await.expect("a token");
    let script = site.as_nobody().header("authorization", &format!("Token {}", secret.expose()));
    script.get("/api/auth/me").await.assert_status(200);
    site.let_time_pass(HOUR - Duration::from_secs(60));
    script.get("/api/auth/me").await.assert_status(200);
    site.let_time_pass(Duration::from_secs(60));
    script.get("/api/auth/me").await.assert_status(401);
}

#[tokio::test]
async fn time_passes_for_throttles() {
    let site = TestSite::of::<Garage>().await;
    site.user("alice").await;
    let asked = async || site.as_user("alice").get("/api/auth/me").await.status;
    assert_eq!([asked().await, asked().await, asked().await], [200, 200, 429]);
    site.let_time_pass(Duration::from_secs(61));
    assert_eq!(asked().await, 200);
}

/// Each site has its own, whose tables the program's migrations made; it is gone with the site.
#[every_database(postgres, mariadb, because = "SQLite has no server")]
async fn a_site_has_a_database_of_its_own_on_a_server(db: TestDb) {
    let gone = {
        let site = TestSite::on_server::<Garage>(&db.url()).await;
        let other = TestSite::on_server::<Garage>(&db.url()).await;
        let alice = site.user("alice").holding(["drivers.view_car"]).await;
        let car = car::ActiveModel {
            name: Set("Golf".into()),
            owner_id: Set(alice.key().ok()),
            published: Set(false),
            ..Default::default()
        };
        car.insert(site.db()).await.expect("a car");
        let listed = site.as_user("alice").get("/api/cars").await;
        listed.assert_status(200);
        assert_eq!(listed.json()["results"][0]["name"], json!("Golf"));
        assert!(other.auth().user(other.db(), "alice").await.expect("users").is_none(), "it is another's");
        [site.db().clone(), other.db().clone()]
    };
    for pool in gone {
        assert!(pool.execute_unprepared("SELECT 1 FROM auth_user").await.is_err(), "it is dropped");
    }
    let server = Database::connect(db.url()).await.expect("the server is still there");
    server.execute_unprepared("SELECT 1").await.expect("and answers");
}
