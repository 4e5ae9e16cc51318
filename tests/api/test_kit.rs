//! The test kit's comparison of lists with their rows: what it finds, and what it leaves out.

use refrain::{
    Access, Action, AllowAny, Api, BuiltApi, Context, IsOwner, ModelPermissions, Nested, Operators, PermissionClass,
    Reference, Result, Rule, ViewSet, async_trait,
    cli::Project,
    doc_example::{
        Drivers,
        car::{self, ActiveModel, Column},
        cars::Car,
        trip,
        trips::Trip,
    },
    model::Models,
    testing::TestSite,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection};

macro_rules! cars {
    ($name:ident at $path:literal, $actions:expr, $permissions:expr) => {
        struct $name;

        impl ViewSet for $name {
            type Serializer = Car;
            const PATH: &'static str = $path;
            const ACTIONS: &'static [Action] = &$actions;

            fn permissions() -> Access<car::Entity> {
                $permissions
            }
        }
    };
}

const READING: [Action; 2] = [Action::List, Action::Retrieve];

cars!(Cars at "/cars", READING, Access::to(ModelPermissions | IsOwner));
// everybody is told of them, and it says so
cars!(Board at "/board", READING, Access::to(IsOwner).on(Action::List, AllowAny));
// there is no row's own path
cars!(Names at "/names", [Action::List], Access::to(AllowAny));
cars!(Leaking at "/leaking", READING, Access::to(IsListedOrFirst));

/// What it says of a list and of a row differs, and no expression tells so.
#[derive(Clone, Copy, Operators)]
struct IsListedOrFirst;

#[async_trait]
impl PermissionClass for IsListedOrFirst {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        let first = Rule::when(Column::Name.eq("first"));
        Ok(if cx.action() == Action::List { Rule::Always } else { first })
    }
}

/// By themselves, and below cars.
struct Trips;

impl ViewSet for Trips {
    type Serializer = Trip;
    const PATH: &'static str = "/trips";

    fn permissions() -> Access<trip::Entity> {
        Access::to(AllowAny)
    }

    fn references() -> Vec<Reference<trip::Entity>> {
        vec![Reference::to::<Cars>(trip::Column::CarId)]
    }

    fn nested() -> Vec<Nested<Self>> {
        vec![Nested::below::<Cars>("/cars/{car_id}/trips", trip::Column::CarId)]
    }
}

macro_rules! project {
    ($name:ident: $($viewset:ident),+) => {
        struct $name;

        impl Project for $name {
            const NAME: &'static str = "garage";
            const VERSION: &'static str = "1";
            type Migrator = <Drivers as Project>::Migrator;

            fn models() -> Models {
                Drivers::models()
            }

            fn api(api: Api, _: &DatabaseConnection) -> Result<BuiltApi> {
                api$(.mount($viewset))+.build()
            }
        }
    };
}

project!(Garage: Cars, Board, Names, Trips);
project!(LeakingGarage: Leaking);

/// Two cars, the first of which has an owner, and a trip.
async fn site<P: Project>() -> TestSite {
    let site = TestSite::of::<P>().await;
    let alice = site.user("alice").await;
    for (name, owner_id) in [("first", alice.key().ok()), ("second", None)] {
        let (name, owner_id) = (Set(name.to_owned()), Set(owner_id));
        let row = ActiveModel { name, owner_id, published: Set(false), ..Default::default() };
        row.insert(site.db()).await.expect("a car");
    }
    let row = trip::ActiveModel { car_id: Set(2), destination: Set("home".to_owned()), ..Default::default() };
    row.insert(site.db()).await.expect("a trip");
    site
}

#[tokio::test]
async fn what_differs_on_purpose_is_left_out() {
    let site = site::<Garage>().await;
    site.user("holder").holding(["drivers.view_car"]).await;
    let listed = async |path: &str| site.as_user("alice").get(path).await.json()["count"].clone();
    assert_eq!([listed("/api/cars").await, listed("/api/board").await, listed("/api/cars/1/trips").await], [1, 2, 0]);
    site.assert_lists_agree_with_rows().await;
}

#[tokio::test]
async fn a_list_that_shows_more_than_its_rows_is_found() {
    let test = async { site::<LeakingGarage>().await.assert_lists_agree_with_rows().await };
    let panicked = tokio::spawn(test).await.expect_err("it panics").into_panic();
    let message = *panicked.downcast::<String>().expect("a message");
    let expected = "alice is listed {[\"1\"], [\"2\"]} at /api/leaking, and can retrieve {[\"1\"]}";
    assert!(message.starts_with(expected) && message.contains("GET /api/leaking/2"), "{message}");
}
