//! Models whose grants are another's: a proxy has the table of the model that it names, or it is none.

use poem::http::Method;
use refrain::{
    Access, Api, ObjectPermissions, Result, Serializer, ViewSet,
    auth::{Ceiling, NewUser, sync::SyncOptions},
    grants::{Holder, OrphanBatches},
    model::Models,
};
use refrain_testing::{TestDb, every_database};
use serde_json::json;

use crate::support::{auth, car, car_of, user};

mod sports_car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(app = "club", model = "SportsCar", proxy_of = "drivers.Car")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub owner_id: Option<i32>,
        pub published: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A child with a table of its own, which its declaration takes for a proxy.
mod truck {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_trip")]
    #[refrain(app = "club", model = "Truck", proxy_of = "drivers.Car")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub title: String,
        pub owner_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = sports_car)]
struct SportsCar {
    #[serializer(read_only)]
    id: i64,
    name: String,
    owner_id: Option<i32>,
    #[serializer(read_only, default = false)]
    published: bool,
}

struct SportsCars;

impl ViewSet for SportsCars {
    type Serializer = SportsCar;
    const PATH: &'static str = "/sports-cars";

    fn permissions() -> Access<sports_car::Entity> {
        Access::to(ObjectPermissions)
    }
}

#[every_database]
async fn a_proxy_has_the_table_and_the_key_of_the_model_that_it_names(db: TestDb) -> Result<()> {
    let (auth, car) = (auth(), car_of(&db, None, "a car").await);
    let right = Models::default().with::<sports_car::Entity>().with::<car::Entity>();
    auth.sync_permissions(db.db(), &right, &SyncOptions::default()).await?;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    auth.assign_perm(db.db(), "view_car", [Holder::User(alice.id().expect("known"))], [&car]).await?;

    let wrong = Models::default().with::<truck::Entity>().with::<car::Entity>();
    let alone = Models::default().with::<sports_car::Entity>();
    for (models, why) in [(&wrong, "is no proxy of `drivers.car`"), (&alone, "which is not registered")] {
        let synced = auth.sync_permissions(db.db(), models, &SyncOptions::default()).await.map(drop);
        // else grants on cars whose keys name no truck would be taken for orphans
        let cleaned = auth.clean_orphans(db.db(), models, OrphanBatches::default()).await.map(drop);
        let api = Api::new("Club", "1", db.db().clone()).auth(auth.clone()).models(models.clone());
        for refused in [synced, cleaned, api.build().map(drop)] {
            let told = refused.expect_err("it is refused").to_string();
            assert!(told.contains(why), "{told}");
        }
    }
    assert!(alice.has_perm_on(db.db(), "view_car", &car).await?, "nothing was taken away");
    assert_eq!(auth.clean_orphans(db.db(), &right, OrphanBatches::default()).await?, 0);
    Ok(())
}

/// What is documented is what is asked, and what a ceiling has to name.
#[every_database]
async fn a_viewset_over_a_proxy_asks_for_what_it_says(db: TestDb) -> Result<()> {
    let (auth, row) = (auth(), car_of(&db, None, "a car").await);
    let models = Models::default().with::<sports_car::Entity>().with::<car::Entity>();
    auth.sync_permissions(db.db(), &models, &SyncOptions::default()).await?;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    auth.assign_perm(db.db(), "view_car", [Holder::User(alice.id().expect("known"))], [&row]).await?;
    let api = Api::new("Club", "1", db.db().clone()).auth(auth.clone()).models(models).mount(SportsCars).build()?;
    let document: serde_json::Value = serde_json::from_str(api.document()).expect("JSON");
    let asks = |path: &str, method: &str| document["paths"][path][method]["x-permissions"]["asks"].clone();
    assert_eq!(asks("/sports-cars/{id}", "get"), json!(["drivers.view_car"]));
    assert_eq!(asks("/sports-cars", "post"), json!(["club.add_sportscar"]));

    let path = format!("/api/sports-cars/{}", row.id);
    for (label, allowed) in [("drivers.view_car", true), ("drivers.change_car", false), ("club.view_sportscar", false)]
    {
        let alice = auth.user(db.db(), "alice").await?.expect("she is there");
        let within = alice.within(Ceiling::new([label]));
        let told = api.explain_to(within, &Method::GET, &path).await?;
        assert_eq!(told.outcome.allowed, allowed, "{label}: {told}");
    }
    Ok(())
}
