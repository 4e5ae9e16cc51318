//! What every endpoint of the drivers asks, so that a change in access is seen in review.

#![allow(missing_docs)]

use refrain::{
    Api,
    cli::Project,
    permission::{Classes, Permissions},
};
use refrain_examples::drivers::Drivers;
use refrain_testing::{TestDb, every_database};

async fn table(db: &TestDb, default: Permissions) -> String {
    let api = Api::new("Drivers", "1", db.db().clone()).default_permissions(default);
    Drivers::api(api, db).expect("the drivers fit").permissions().await.to_markdown()
}

/// No table is there, and none is asked.
#[every_database(sqlite, tables = none, because = "on a server nobody said the key that sessions need")]
async fn what_every_endpoint_asks(db: TestDb) {
    insta::assert_snapshot!("what_every_endpoint_asks", table(&db, Drivers::default_permissions()).await);
}

/// The trips ask whatever the global default is.
#[every_database(tables = none)]
async fn what_the_trips_ask_by_another_default(db: TestDb) {
    let default = Classes::default().parse("IsAuthenticated & (ModelPermissions | IsOwner)").expect("an expression");
    let table = table(&db, default).await;
    let trips: String = table.lines().filter(|line| line.contains("/trips")).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!("what_the_trips_ask_by_another_default", trips);
}
