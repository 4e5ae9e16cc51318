//! What cannot be followed is refused when the API is built, in words that say what to write.

use std::cell::RefCell;

use poem::{http::Method, test::TestClient};
use refrain::{
    Access, Action, AllowAny, Api, Context, DenyAll, Hook, IntoPermissions, IsOwner, Lists, Model, Permissions, Result,
    RowHook, Serializer, Through, ThroughRows, ViewSet, async_trait, authentication::Authenticators, model::Models,
};
use refrain_testing::{TestDb, every_database};

use super::world::{Buses, ByName, Chosen, Fleets, Roots, Row, Seats, Site, bus, choose, fleet, seat};

fn chosen(permissions: [Permissions; 4]) {
    choose(Chosen { permissions, chooses: [false; 4] });
}

fn open() -> Permissions {
    AllowAny.into_permissions()
}

fn refused(api: Result<refrain::BuiltApi>) -> String {
    match api {
        Ok(_) => panic!("it was built"),
        Err(error) => error.to_string(),
    }
}

#[every_database]
async fn the_other_viewset_is_mounted_too(db: TestDb) {
    chosen([open(), open(), Through::<Fleets>::by(bus::Column::FleetId).into_permissions(), open()]);
    let message = refused(Api::new("Through", "1", db.db().clone()).mount(Buses).build());
    assert!(message.contains("`Fleets`, which is not mounted in this API: `.mount(Fleets)`"), "{message}");
}

/// Also by what a field asks of a row.
#[test]
fn what_a_field_asks_about_is_mounted_too() {
    #[derive(Serializer)]
    #[serializer(model = bus)]
    struct Shown {
        id: i32,
        #[serializer(read_only, read_if = Through::<Fleets>::by(bus::Column::FleetId))]
        open: Option<bool>,
    }
    struct Asking;
    impl ViewSet for Asking {
        type Serializer = Shown;
        const PATH: &'static str = "/asking";
        const ACTIONS: &'static [Action] = &[Action::Retrieve];
        fn permissions() -> Access<bus::Entity> {
            Access::to(AllowAny)
        }
    }
    chosen([open(), open(), open(), open()]);
    let api = || Api::new("Through", "1", sea_orm::DatabaseConnection::default()).mount(Asking);
    let message = refused(api().build());
    assert!(message.contains("`Fleets`, which is not mounted in this API: `.mount(Fleets)`"), "{message}");
    assert!(api().mount(Fleets).build().is_ok());
}

#[every_database]
async fn a_rule_that_comes_back_to_itself_is_refused(db: TestDb) {
    // fleets ask about roots; over the same table, a root about fleets
    let by_parent = || Through::<Fleets>::by(fleet::Column::ParentId).into_permissions();
    chosen([by_parent(), Through::<Roots>::by(fleet::Column::ParentId).into_permissions(), open(), open()]);
    let message = refused(Api::new("Through", "1", db.db().clone()).mount(Roots).mount(Fleets).build());
    assert!(message.contains("would depend on itself"), "{message}");
    chosen([open(), by_parent(), open(), open()]);
    let message = refused(Api::new("Through", "1", db.db().clone()).mount(Fleets).build());
    assert!(message.contains("would depend on itself"), "{message}");
}

#[every_database]
async fn an_action_may_ask_about_another_of_the_same_viewset_chain(db: TestDb) {
    // changing a fleet asks who may see its parent among the fleets: no circle
    struct Own;
    impl refrain::ViewSet for Own {
        type Serializer = super::world::Fleet;
        const PATH: &'static str = "/own";
        fn permissions() -> refrain::Access<fleet::Entity> {
            refrain::Access::to(IsOwner)
                .on(Action::PartialUpdate, IsOwner & Through::<Self>::by(fleet::Column::ParentId))
        }
    }
    assert!(Api::new("Through", "1", db.db().clone()).mount(Own).build().is_ok());
}

#[every_database]
async fn hooks_cannot_be_followed(db: TestDb) {
    struct Odd;
    #[async_trait]
    impl RowHook for Odd {
        type Entity = fleet::Entity;
        const LISTS: Lists = Lists::InMemory { at_most: 10 };
        async fn has_object_permission(&self, _: &Context<'_>, row: &fleet::Model) -> Result<bool> {
            Ok(row.id % 2 == 1)
        }
    }
    let through = Through::<Fleets>::by(bus::Column::FleetId).into_permissions();
    chosen([
        open(),
        Hook(Odd).into_permissions(),
        through,
        Through::<Buses>::by(seat::Column::BusId).into_permissions(),
    ]);
    let api = Api::new("Through", "1", db.db().clone()).mount(Seats).mount(Buses).mount(Fleets).build();
    let message = refused(api);
    assert!(message.contains("row hook") && message.contains("`for_action`"), "{message}");
}

/// An expression that no type has seen, such as one from configuration, is held to the model that it is asked about.
#[test]
fn an_expression_of_any_type_judges_its_own_model_only() {
    #[derive(Clone, Copy)]
    struct IsWindowSeat;
    #[async_trait]
    impl refrain::PermissionClass for IsWindowSeat {
        type Model = seat::Entity;
        async fn rows(&self, _: &Context<'_>) -> Result<refrain::Rule> {
            Ok(refrain::Rule::Always)
        }
    }
    let through = |permissions: Permissions| {
        ThroughRows::of::<fleet::Entity>(bus::Column::FleetId, permissions).into_permissions()
    };
    let build = |permissions: Permissions| {
        chosen([open(), open(), through(permissions), open()]);
        Api::new("Through", "1", sea_orm::DatabaseConnection::default()).mount(Buses).build()
    };
    let message = refused(build(IsWindowSeat.into_permissions()));
    let expected = "the viewset `/buses`: the permission class `IsWindowSeat` judges rows of another model than \
                    `through.fleet`";
    assert_eq!(message, expected);
    assert!(build(IsOwner.into_permissions()).is_ok());
}

#[test]
fn a_key_is_followed_from_its_own_model_only() {
    let of_bus = Through::<Fleets>::by(bus::Column::FleetId);
    let build = |of_seats: Permissions| {
        chosen([open(), open(), open(), of_seats]);
        Api::new("Through", "1", sea_orm::DatabaseConnection::default()).mount(Fleets).mount(Buses).mount(Seats).build()
    };
    let message = refused(build(of_bus.into_permissions()));
    let expected = "the viewset `/seats`: the permission class `Through<Fleets>(fleet_id)` judges rows of another model \
                    than `through.seat`";
    assert_eq!(message, expected);
    assert!(build(Through::<Buses>::by(seat::Column::BusId).into_permissions()).is_ok());
}

/// Rows that no viewset serves may be asked about, and hang on those of one that does.
#[every_database]
async fn rows_without_a_viewset_are_followed_further(db: TestDb) {
    let site = Site::open(&db).await;
    let row = |id, owner: &str| Row { id, points_at: Some(id), owner: Some(site.key(owner)), open: None };
    let rows = || vec![row(1, "alice"), row(2, "bob")];
    site.settle(&[rows(), rows(), rows()], &[]).await;
    let further = Through::<Fleets>::by(bus::Column::FleetId).into_permissions();
    let through = ThroughRows::of::<bus::Entity>(seat::Column::BusId, further).into_permissions();
    chosen([open(), IsOwner.into_permissions(), open(), through]);
    let api = Api::new("Through", "1", site.db.clone()).auth(site.auth.clone());
    let api = api.authenticators(Authenticators::none().with(ByName)).mount(Fleets).mount(Seats).build();
    let client = TestClient::new(api.expect("the keys can be followed").into_endpoint());
    for (name, codes) in [("alice", [200, 404]), ("bob", [404, 200])] {
        for (id, code) in (1..).zip(codes) {
            let request = client.request(Method::GET, format!("/api/seats/{id}")).header("x-name", name);
            assert_eq!(request.send().await.0.status().as_u16(), code, "seat {id} of {name}");
        }
    }
}

/// What is proved of the rows that a key points at is proved of those that have it.
#[every_database(tables = none)]
async fn check_finds_what_can_hold_of_no_parent(db: TestDb) {
    let through = || Through::<Fleets>::by(bus::Column::FleetId);
    let both = (through() & !through()).into_permissions();
    for (of_fleets, of_buses, expected) in [
        (DenyAll.into_permissions(), through().into_permissions(), true),
        (IsOwner.into_permissions(), through().into_permissions(), false),
        (IsOwner.into_permissions(), both, true),
    ] {
        let text = format!("{of_fleets}, {of_buses}");
        chosen([open(), of_fleets, of_buses, open()]);
        let api = Api::new("Through", "1", db.db().clone()).mount(Fleets).mount(Buses).build().expect("it fits");
        let findings = api.check(&Models::default()).await;
        let at = Some("DELETE /api/buses/{id}");
        let is_it =
            |finding: &refrain::api::Finding| finding.code == "cannot_hold" && finding.endpoint.as_deref() == at;
        assert_eq!(findings.iter().any(is_it), expected, "{text}: {findings:?}");
    }
}

macro_rules! model {
    ($module:ident, $object:literal, $table:literal, $id:ty $(, $column:ident: $type:ty)*) => {
        mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = "through", model = $object)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: $id,
                $(pub $column: Option<$type>,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

model!(number, "Number", "through_number", i64);
model!(word, "Word", "through_word", String);
model!(uuid, "Uuid", "through_uuid", Uuid);
model!(day, "Day", "through_day", Date);
model!(pointer, "Pointer", "through_pointer", i32, number: i16, word: String, uuid: Uuid, day: Date);

#[derive(Serializer)]
#[serializer(model = pointer)]
struct Pointer {
    id: i32,
}

struct Pointers;

thread_local! {
    static ASKED: RefCell<Permissions> = RefCell::new(open());
}

impl ViewSet for Pointers {
    type Serializer = Pointer;
    const PATH: &'static str = "/pointers";

    fn permissions() -> Access<pointer::Entity> {
        Access::to(ASKED.with_borrow(Clone::clone))
    }
}

/// PostgreSQL compares no others, and would fail each request.
#[test]
fn a_column_points_at_keys_of_its_own_type() {
    fn points_at<T: Model>(column: pointer::Column) -> bool {
        ASKED.set(ThroughRows::of::<T>(column, open()).into_permissions());
        match Api::new("Through", "1", sea_orm::DatabaseConnection::default()).mount(Pointers).build() {
            Ok(_) => true,
            Err(error) => {
                assert!(error.to_string().contains("follows a column of another type than the key of"), "{error}");
                false
            }
        }
    }
    use pointer::Column::{Day, Number, Uuid, Word};
    for column in [Number, Word, Uuid, Day] {
        let told = [
            points_at::<number::Entity>(column),
            points_at::<word::Entity>(column),
            points_at::<uuid::Entity>(column),
            points_at::<day::Entity>(column),
        ];
        let expected =
            [Number, Word, Uuid, Day].map(|key| std::mem::discriminant(&key) == std::mem::discriminant(&column));
        assert_eq!(told, expected, "{column:?}");
    }
}
