//! Filters by a field of the row that a key points at: they find by what the caller may see there, and by nothing else.

use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, AllowAny, Api, Context, Filter, IsOwner, IsSuperuser, Listed, Lookup, Nested, Pagination, Reference,
    Serializer, Through, ViewSet,
    api::Part,
    auth::{Ceiling, NewToken, NewUser},
    authentication::{Authenticators, TokenAuthentication},
    model::Models,
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, Schema, Select,
};
use serde_json::json;

use crate::support::{Answer, Client, auth, user};

macro_rules! model {
    ($module:ident, $object:literal, $table:literal, { $($fields:tt)* }) => {
        mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = "related", model = $object, owner = "owner_id")]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: i32,
                pub owner_id: Option<i32>,
                $($fields)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

model!(bus, "Bus", "related_bus", {
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub name: String,
    pub seats: Option<i32>,
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub secret: String,
    #[sea_orm(default_value = false)]
    pub scrapped: bool,
});

model!(ride, "Ride", "related_ride", {
    pub bus_id: Option<i32>,
    pub spare_id: Option<i32>,
});

#[derive(Serializer)]
#[serializer(model = bus)]
struct Bus {
    id: i32,
    name: String,
    /// Its owner alone is shown how many.
    #[serializer(read_if = IsOwner)]
    seats: Option<i32>,
    #[serializer(write_only)]
    secret: String,
}

/// Everybody sees every bus that is not scrapped; the seats of their own.
struct Buses;

impl ViewSet for Buses {
    type Serializer = Bus;
    const PATH: &'static str = "/buses";

    fn permissions() -> Access<bus::Entity> {
        Access::to(AllowAny)
    }

    fn query(&self, _: &Context<'_>) -> Option<Select<bus::Entity>> {
        Some(bus::Entity::find().filter(bus::Column::Scrapped.eq(false)))
    }
}

/// Their owners' alone.
struct OwnBuses;

impl ViewSet for OwnBuses {
    type Serializer = Bus;
    const PATH: &'static str = "/own-buses";

    fn permissions() -> Access<bus::Entity> {
        Access::to(IsOwner)
    }
}

#[derive(Serializer)]
#[serializer(model = ride)]
struct Ride {
    id: i32,
    bus_id: Option<i32>,
    /// The owner of the ride alone is shown which.
    #[serializer(read_if = IsOwner)]
    spare_id: Option<i32>,
}

/// Rides, which everybody sees.
struct Rides;

impl ViewSet for Rides {
    type Serializer = Ride;
    const PATH: &'static str = "/rides";

    fn permissions() -> Access<ride::Entity> {
        Access::to(AllowAny)
    }

    fn references() -> Vec<Reference<ride::Entity>> {
        vec![Reference::unchecked(ride::Column::BusId), Reference::unchecked(ride::Column::SpareId)]
    }

    fn filters() -> Vec<Filter<ride::Column>> {
        use Lookup::{Exact, Gt, IContains, In, IsNull, Range, StartsWith};
        vec![
            Filter::through::<Buses>(ride::Column::BusId, bus::Column::Name)
                .lookups([Exact, In, IContains, StartsWith]),
            Filter::through::<Buses>(ride::Column::BusId, bus::Column::Seats).lookups([Exact, Gt, Range, IsNull]),
            Filter::through::<OwnBuses>(ride::Column::SpareId, bus::Column::Name),
            ride::Column::BusId.into(),
        ]
    }

    fn pagination() -> Pagination {
        Pagination::limit_offset(50)
    }
}

#[derive(Serializer)]
#[serializer(model = bus)]
struct Depot {
    id: i32,
    seats: Option<i32>,
    #[serializer(write_only)]
    name: String,
    #[serializer(write_only)]
    secret: String,
}

struct Site {
    client: Client,
    alice: String,
    bob: String,
    db: DatabaseConnection,
}

/// Bus 1 is alice's, 2 bob's, 3 alice's and scrapped, 4 nobody's. Ride n goes by bus n, with the next as its spare; ride
/// 5 by none. Odd rides are alice's.
async fn site(db: &TestDb) -> Site {
    let auth = auth();
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(bus::Entity)).await.unwrap();
    db.execute(&schema.create_table_from_entity(ride::Entity)).await.unwrap();
    let models = Models::default().with::<bus::Entity>().with::<ride::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.unwrap();
    let (alice, alices) = user(&auth, db, NewUser::new("alice"), &[]).await;
    let (bob, bobs) = user(&auth, db, NewUser::new("bob"), &[]).await;
    let [alice, bob] = [alice, bob].map(|user| user.key::<i32>().ok());
    for (id, owner_id, name, seats) in
        [(1, alice, "beetle", Some(40)), (2, bob, "bear", Some(50)), (3, alice, "bee", None), (4, None, "Bean", None)]
    {
        let bus = bus::Model { id, owner_id, name: name.into(), seats, secret: "x".into(), scrapped: id == 3 };
        bus.into_active_model().insert(db.db()).await.unwrap();
    }
    for id in 1..=5 {
        let owner_id = if id % 2 == 1 { alice } else { bob };
        let (bus_id, spare_id) = ((id < 5).then_some(id), (id < 4).then_some(id + 1));
        ride::Model { id, owner_id, bus_id, spare_id }.into_active_model().insert(db.db()).await.unwrap();
    }
    let api = api(db.db().clone()).mount(Buses).mount(OwnBuses).mount(Rides);
    Site { client: Client::new(api.build().unwrap()), alice: alices, bob: bobs, db: db.db().clone() }
}

fn api(db: DatabaseConnection) -> Api {
    Api::new("Related", "1", db).auth(auth())
}

fn ids(answer: &Answer) -> Vec<i64> {
    let page = answer.json();
    let rows = page["results"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    assert_eq!(page["count"].as_u64(), Some(rows.len() as u64));
    rows.iter().filter_map(|row| row["id"].as_i64()).collect()
}

impl Site {
    async fn found(&self, query: &str, token: &str) -> Vec<i64> {
        ids(&self.client.get(&format!("/api/rides?{query}"), token).await)
    }
}

#[every_database]
async fn rows_are_found_by_what_their_key_points_at(db: TestDb) {
    let site = site(&db).await;
    for (query, found) in [
        ("bus__name=beetle", vec![1]),
        ("bus__name=Beetle", vec![]),
        ("bus__name__in=beetle,bear", vec![1, 2]),
        ("bus__name__icontains=BEA", vec![2, 4]),
        ("bus__name__startswith=be", vec![1, 2]),
        // together with the list's own filters
        ("bus__name__startswith=be&bus_id=2", vec![2]),
        ("bus__name__startswith=be&bus__name__icontains=r", vec![2]),
        ("bus__seats=40", vec![1]),
        ("bus__seats__gt=1", vec![1]),
        ("bus__seats__range=30,60", vec![1]),
    ] {
        assert_eq!(site.found(query, &site.alice).await, found, "{query}");
    }
    let page = site.client.get("/api/rides?bus__name__startswith=be&limit=1", &site.alice).await;
    assert_eq!(page.json()["next"], "/api/rides?bus__name__startswith=be&limit=1&offset=1");
}

/// A bus that the other viewset's query leaves out, one that its rule hides, and a key that points nowhere find nothing.
#[every_database]
async fn what_the_other_viewset_hides_finds_nothing(db: TestDb) {
    let site = site(&db).await;
    assert_eq!(site.found("bus__name=bee", &site.alice).await, [] as [i64; 0]);
    // the spare is found among one's own buses alone: of ride 3 it is nobody's bus, of ride 1 bob's
    assert_eq!(site.found("spare__name=bear", &site.alice).await, [] as [i64; 0]);
    // and the key itself is not everybody's: ride 2, whose spare is alice's bus 3, is bob's
    assert_eq!(site.found("spare__name=bee", &site.alice).await, [] as [i64; 0]);
    assert_eq!(site.found("spare__name=bear", &site.bob).await, [] as [i64; 0]);
    // of their own ride to their own bus both are shown
    ride::ActiveModel { id: Set(1), spare_id: Set(Some(1)), ..Default::default() }.update(&site.db).await.unwrap();
    assert_eq!(site.found("spare__name=beetle", &site.alice).await, [1]);
    assert_eq!(site.found("spare__name=beetle", &site.bob).await, [] as [i64; 0]);
    assert_eq!(site.found("spare__name=beetle", "").await, [] as [i64; 0]);
}

/// A field that is not shown has no value, whichever way it is asked: no answer tells what it hides.
#[every_database]
async fn a_field_that_is_not_shown_has_no_value(db: TestDb) {
    let site = site(&db).await;
    let questions = ["bus__seats=50", "bus__seats__gt=1", "bus__seats__range=1,99", "bus__seats__isnull=true"];
    let mut before = Vec::new();
    for question in questions {
        before.push(site.found(question, &site.alice).await);
    }
    assert_eq!(before, [vec![], vec![1], vec![1], vec![]]);
    for seats in [None, Some(1), Some(40)] {
        bus::ActiveModel { id: Set(2), seats: Set(seats), ..Default::default() }.update(&site.db).await.unwrap();
        for (question, before) in questions.iter().zip(&before) {
            assert_eq!(site.found(question, &site.alice).await, *before, "{question} with {seats:?} seats");
        }
    }
    assert_eq!(site.found("bus__seats__isnull=false", &site.bob).await, [2]);
}

/// Rows that are found below others alone are for who may retrieve one of those, whichever way a key leads to them.
#[every_database]
async fn rows_below_others_are_hidden_with_them(db: TestDb) {
    struct RidesOfBuses;

    impl ViewSet for RidesOfBuses {
        type Serializer = Ride;
        const PATH: &'static str = "/own-buses/{bus_id}/rides";

        // who may open the bus sees its rides: the path says so, and nothing else
        fn permissions() -> Access<ride::Entity> {
            Access::to(AllowAny)
        }

        fn nested() -> Vec<Nested<Self>> {
            vec![Nested::below::<OwnBuses>(Self::PATH, ride::Column::BusId)]
        }

        fn references() -> Vec<Reference<ride::Entity>> {
            vec![Reference::unchecked(ride::Column::BusId), Reference::unchecked(ride::Column::SpareId)]
        }
    }

    /// A depot's `seats` are the number of the ride that begins there.
    struct Depots;

    impl ViewSet for Depots {
        type Serializer = Depot;
        const PATH: &'static str = "/depots";

        fn permissions() -> Access<bus::Entity> {
            Access::to(AllowAny)
        }

        fn filters() -> Vec<Filter<bus::Column>> {
            vec![Filter::through::<RidesOfBuses>(bus::Column::Seats, ride::Column::Id)]
        }
    }

    struct FollowedDepots;

    impl ViewSet for FollowedDepots {
        type Serializer = Depot;
        const PATH: &'static str = "/followed-depots";

        fn permissions() -> Access<bus::Entity> {
            Access::to(Through::<RidesOfBuses>::by(bus::Column::Seats))
        }
    }

    struct Plain;

    #[OpenApi]
    impl Plain {
        #[oai(path = "/plain", method = "get")]
        async fn plain(&self, rides: Listed<RidesOfBuses>) -> PlainText<String> {
            PlainText(rides.caller().username.clone())
        }
    }

    let site = site(&db).await;
    // the depot 4 is where ride 2 begins, which bob's bus goes
    bus::ActiveModel { id: Set(4), seats: Set(Some(2)), ..Default::default() }.update(&site.db).await.unwrap();
    let api = api(site.db.clone()).mount(OwnBuses).mount(RidesOfBuses).mount(Depots).mount(FollowedDepots).with(Plain);
    let client = Client::new(api.build().unwrap());
    for path in ["/api/depots?seats__id=2", "/api/followed-depots"] {
        assert_eq!(ids(&client.get(path, &site.bob).await), [4], "{path}");
        assert_eq!(ids(&client.get(path, &site.alice).await), [] as [i64; 0], "{path}");
    }
    let answer = client.get("/api/plain", &site.bob).await;
    assert_eq!(answer.code(), 500, "there is no list that could be handed over");
    answer.tells_nothing_of_the_inside();
}

/// By a superuser's token it finds what the token may see there, not what the superuser may.
#[every_database]
async fn a_ceiling_holds_for_what_a_key_points_at(db: TestDb) {
    struct EveryBus;

    impl ViewSet for EveryBus {
        type Serializer = Bus;
        const PATH: &'static str = "/buses";

        fn permissions() -> Access<bus::Entity> {
            Access::to(IsSuperuser | IsOwner)
        }
    }

    struct RidesByBus;

    impl ViewSet for RidesByBus {
        type Serializer = Ride;
        const PATH: &'static str = "/rides";

        fn permissions() -> Access<ride::Entity> {
            Access::to(AllowAny)
        }

        fn references() -> Vec<Reference<ride::Entity>> {
            vec![Reference::unchecked(ride::Column::BusId), Reference::unchecked(ride::Column::SpareId)]
        }

        fn filters() -> Vec<Filter<ride::Column>> {
            vec![Filter::through::<EveryBus>(ride::Column::BusId, bus::Column::Name)]
        }

        fn pagination() -> Pagination {
            Pagination::limit_offset(50)
        }
    }

    let site = site(&db).await;
    let (root, whole) = user(&auth(), &db, NewUser::new("root").superuser(), &[]).await;
    let owned = bus::ActiveModel { id: Set(4), owner_id: Set(root.key::<i32>().ok()), ..Default::default() };
    owned.update(&site.db).await.unwrap();
    let ceiling = Ceiling::new(["related.view_ride", "related.view_bus"]);
    let (_, within) = root.make_token(db.db(), NewToken::new("backup").within(ceiling)).await.unwrap();
    let tokens = Authenticators::none().with(TokenAuthentication::default().with_named_tokens());
    let api = api(site.db.clone()).authenticators(tokens).mount(EveryBus).mount(RidesByBus);
    let client = Client::new(api.build().unwrap());
    for (name, by_token, by_root) in [("Bean", vec![4], vec![4]), ("beetle", vec![], vec![1]), ("none", vec![], vec![])]
    {
        let path = format!("/api/rides?bus__name={name}");
        assert_eq!(ids(&client.get(&path, within.expose()).await), by_token, "{name}");
        assert_eq!(ids(&client.get(&path, &whole).await), by_root, "{name}");
    }
}

#[every_database]
async fn it_costs_no_statement_more(db: TestDb) {
    let site = site(&db).await;
    let (counted_db, statements) = counted(&site.db);
    let client = Client::new(api(counted_db).mount(Buses).mount(OwnBuses).mount(Rides).build().unwrap());
    client.get("/api/rides", &site.alice).await;
    let without = statements.take().len();
    assert_eq!(ids(&client.get("/api/rides?bus__name=beetle&bus__seats=40", &site.alice).await), [1]);
    assert_eq!(statements.take().len(), without);
}

#[every_database]
async fn bad_input_is_told_by_the_parameters_name(db: TestDb) {
    let site = site(&db).await;
    for (query, errors) in [
        ("bus__seats=x", json!({"bus__seats": ["A valid integer is required."]})),
        (
            "bus__seats__range=9,1",
            json!({"bus__seats__range": ["Ensure that the first value is not greater than the second."]}),
        ),
        ("bus__secret=x", json!({"bus__secret": ["This list has no such parameter."]})),
        ("bus__name__gt=x", json!({"bus__name__gt": ["This list has no such parameter."]})),
        ("spare__seats=1", json!({"spare__seats": ["This list has no such parameter."]})),
    ] {
        let answer = site.client.get(&format!("/api/rides?{query}"), &site.alice).await;
        answer.is_problem(400, "invalid", "Invalid input.", &errors);
    }
}

#[test]
fn the_document_has_the_parameter_in_its_type() {
    let api = api(DatabaseConnection::default()).mount(Buses).mount(OwnBuses).mount(Rides);
    let built = api.build().unwrap();
    let document: serde_json::Value = serde_json::from_str(built.document()).unwrap();
    let parameters = document["paths"]["/rides"]["get"]["parameters"].as_array().unwrap();
    let named = |name: &str| parameters.iter().find(|parameter| parameter["name"] == name).unwrap();
    assert_eq!(named("bus__seats")["schema"]["type"], "integer");
    assert_eq!(named("bus__name__in")["schema"]["items"]["type"], "string");
    assert_eq!(named("bus__seats__isnull")["schema"]["type"], "boolean");
}

#[test]
fn what_cannot_be_followed_is_refused() {
    macro_rules! rides {
        ($name:ident, $filters:expr) => {
            struct $name;
            impl ViewSet for $name {
                type Serializer = Ride;
                const PATH: &'static str = "/rides";
                fn permissions() -> Access<ride::Entity> {
                    Access::to(AllowAny)
                }
                fn filters() -> Vec<Filter<ride::Column>> {
                    $filters
                }
            }
        };
    }
    rides!(Written, vec![Filter::through::<Buses>(ride::Column::BusId, bus::Column::Secret)]);
    rides!(NoField, vec![Filter::through::<Buses>(ride::Column::BusId, bus::Column::Scrapped)]);
    rides!(NoKey, vec![Filter::through::<Buses>(ride::Column::OwnerId, bus::Column::Name)]);
    rides!(
        NoText,
        vec![Filter::through::<Buses>(ride::Column::BusId, bus::Column::Seats).lookups([Lookup::StartsWith])]
    );
    rides!(
        Twice,
        vec![
            Filter::through::<Buses>(ride::Column::BusId, bus::Column::Name),
            Filter::through::<OwnBuses>(ride::Column::BusId, bus::Column::Name),
        ]
    );
    fn says(api: Api<impl Part>, expected: &str) {
        let Err(error) = api.build() else { panic!("nothing was refused") };
        assert_eq!(error.to_string(), format!("the viewset `/rides`: {expected}"));
    }
    let api = || api(DatabaseConnection::default());
    says(
        api().mount(Buses).mount(OwnBuses).mount(Written),
        "it filters by `secret`, which is `write_only`: nobody may be shown it",
    );
    says(
        api().mount(Buses).mount(OwnBuses).mount(NoField),
        "it filters by `scrapped`, which is no field of its serializer: declare it as one",
    );
    says(
        api().mount(Buses).mount(OwnBuses).mount(NoKey),
        "it filters by `owner_id`, which is no field of its serializer: declare it as one",
    );
    says(
        api().mount(Buses).mount(OwnBuses).mount(NoText),
        "it filters by `bus__seats` with `Lookup::StartsWith`, which is for text",
    );
    says(
        api().mount(Buses).mount(OwnBuses).mount(Twice),
        "it filters by `bus__name` twice: name each column, and each lookup of it, once",
    );
    says(
        api().mount(OwnBuses).mount(Rides),
        "a rule asks about rows of `Buses`, which is not mounted in this API: `.mount(Buses)`",
    );
}
