//! What whoever watches over a program is told.

use std::time::Duration;

use poem::{EndpointExt, http::Method};
use refrain::{Api, PoolSettings, serving::Health};
use refrain_testing::{Proxy, TestDb, every_database};

use super::{Known, ask, boxed, site};
use crate::support::cars;

#[every_database]
async fn a_program_that_can_answer_says_so_to_everybody(db: TestDb) {
    let (api, _) = site(&db).await;
    let health = Health::new(api.db());
    let client = boxed(api.into_endpoint().with(health));
    for path in ["/healthz", "/readyz"] {
        // whatever they say who they are
        let answer = ask(&client, Method::GET, path, &[("authorization", "Token wrong")]).await;
        assert_eq!((answer.code(), &*answer.text), (200, "ok\n"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let answer = ask(&client, Method::POST, path, &[]).await;
        assert_eq!((answer.code(), answer.header("allow")), (405, Some("GET, HEAD")));
    }
    assert_eq!(ask(&client, Method::GET, "/readyz/", &[]).await.code(), 404, "no other address is taken");
}

/// However many ask: anybody can.
#[cfg(feature = "cli")]
#[every_database(tables = none)]
async fn the_database_is_asked_once_a_second_at_most(db: TestDb) {
    use refrain::migration::{MigrationTrait, MigratorTrait, tables};
    use refrain_testing::counted;
    struct Migrator;
    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            tables(Default::default())
        }
    }
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1.0", counting.clone()).mount(cars::<Known>()).build().expect("it fits");
    let client = boxed(api.into_endpoint().with(Health::with_migrations::<Migrator>(&counting)));
    let first = ask(&client, Method::GET, "/readyz", &[]).await;
    let asked = counter.count();
    let detail = "The answer could not be found out. Try again later.";
    first.is_problem(503, "unavailable", detail, &serde_json::Value::Null);
    assert!(asked > 0, "the migrations were looked at");
    for _ in 0..20 {
        let ask = || ask(&client, Method::GET, "/readyz", &[]);
        let (one, other, third) = tokio::join!(ask(), ask(), ask());
        assert_eq!([one, other, third].map(|answer| answer.code()), [503; 3]);
    }
    assert_eq!(counter.count(), asked);
    Migrator::up(db.db(), None).await.expect("the tables are made");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(&client, Method::GET, "/readyz", &[]).await.code(), 200);
    let asked = counter.count();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(&client, Method::GET, "/readyz", &[]).await.code(), 200);
    assert_eq!(counter.count(), asked, "what is applied is not looked for again");
}

#[every_database(postgres, mariadb, because = "a SQLite file does not go away")]
async fn a_program_without_its_database_runs_and_is_not_ready(db: TestDb) {
    let mut proxy = Proxy::before(&db).await;
    let pool = PoolSettings::default().max_connections(2).acquire_timeout(Duration::from_millis(300));
    let far = pool.connect(&proxy.url()).await.expect("it is there");
    let api = Api::new("Drivers", "1.0", far.clone()).mount(cars::<Known>()).build().expect("it fits");
    let client = boxed(api.into_endpoint().with(Health::new(&far)));
    assert_eq!(ask(&client, Method::GET, "/readyz", &[]).await.code(), 200);
    proxy.stop().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(&client, Method::GET, "/readyz", &[]).await.code(), 503);
    assert_eq!(ask(&client, Method::GET, "/healthz", &[]).await.code(), 200);
    proxy.start().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(&client, Method::GET, "/readyz", &[]).await.code(), 200);
}
