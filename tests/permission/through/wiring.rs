//! What cannot be followed is refused when the API is built, in words that say what to write.

use refrain::{
    Action, AllowAny, Api, Context, Hook, IntoPermissions, IsOwner, Lists, Permissions, Result, RowHook, Through,
    ThroughRows, async_trait,
};
use refrain_testing::{TestDb, every_database};

use super::world::{Buses, Chosen, Fleets, Roots, Seats, bus, choose, fleet, seat};

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
