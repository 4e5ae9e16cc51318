//! Models that inherit from others, by Django's two ways, and what django-guardian's grants on their rows are on.

use refrain::auth::User;
use refrain_testing::TestDb;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Program, Site, beside_members};

beside_members!(grants_on_a_proxy_are_its_concrete_models_and_on_a_child_its_own);

/// A proxy has its concrete model's table.
mod sports_car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(app = "club", model = "SportsCar", proxy_of = "drivers.Car")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A child has a table of its own, whose key is its parent's.
mod truck {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "club_truck")]
    #[refrain(app = "club", model = "Truck")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub car_ptr_id: i64,
        pub payload: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(app = "drivers", model = "Car")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

async fn grants_on_a_proxy_are_its_concrete_models_and_on_a_child_its_own(db: &TestDb, mut site: Site) {
    let alice = arrange(db, &mut site).await;
    on_a_proxy(db, &mut site, &alice).await;
    on_a_child(db, &mut site, &alice).await;
}

/// `alice`, a car and a truck; and code about them.
async fn arrange(db: &TestDb, site: &mut Site) -> User {
    site.manage(&["migrate", "--verbosity", "0"]);
    Program::run_with(&db.url(), site.users.variables(), &["migrate"]);
    site.shell(
        "from drivers.people import make\n\
         from drivers.models import Car\n\
         from club.models import Truck\n\
         make('alice')\n\
         Car.objects.create(name='Beetle')\n\
         Truck.objects.create(name='Unimog', payload=5)",
    );
    let alice = site.users.auth().user(&**db, &site.users.called("alice")).await.expect("it can be asked");
    alice.expect("she was made")
}

fn django(site: &mut Site, code: &str) -> Value {
    site.shell(&format!(
        "from drivers.people import get\n\
         from drivers.models import Car\n\
         from club.models import SportsCar, Truck\n\
         from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm\n\
         alice = get('alice')\n\
         beetle, unimog = Car.objects.get(name='Beetle'), Truck.objects.get()\n\
         sports = SportsCar.objects.get(pk=beetle.pk)\n\
         {code}"
    ))
}

async fn on_a_proxy(db: &TestDb, site: &mut Site, alice: &User) {
    let auth = alice.auth().clone();
    let beetle = sports_car::Entity::find().one(&**db).await.expect("it is read").expect("it is there");

    // made there on the proxy: it is on the car
    django(site, "assign_perm('change_car', alice, sports)");
    assert!(alice.has_perm_on(&**db, "drivers.change_car", &beetle).await.expect("it is asked"));
    assert!(!alice.has_perm_on(&**db, "drivers.delete_car", &beetle).await.expect("it is asked"));
    let found = auth.objects_for_user::<sports_car::Entity>(alice, ["drivers.change_car"]);
    let found = found.select(&**db).await.expect("it is asked").all(&**db).await.expect("they are read");
    assert_eq!(found, std::slice::from_ref(&beetle));

    // made here on the proxy: it is on the car there
    let car = car::Model { id: beetle.id, name: beetle.name.clone() };
    auth.assign_perm(&**db, "drivers.delete_car", [alice], [&beetle]).await.expect("it is granted");
    assert!(alice.has_perm_on(&**db, "drivers.delete_car", &car).await.expect("it is asked"));
    let both = "result = [get('alice').has_perm('drivers.delete_car', row) for row in (beetle, sports)]";
    assert_eq!(django(site, both), json!([true, true]));
    auth.remove_perm(&**db, "drivers.delete_car", [alice], [&beetle]).await.expect("it is taken away");
    assert_eq!(django(site, both), json!([false, false]));

    // the proxy's own permission is on no row, for either
    let refused = auth.assign_perm(&**db, "club.change_sportscar", [alice], [&beetle]).await;
    assert!(refused.is_err(), "{refused:?}");
    let own = "try:\n    assign_perm('change_sportscar', alice, sports)\n    result = True\n\
               except Exception as error:\n    result = type(error).__name__";
    assert_eq!(django(site, own), json!("DoesNotExist"));
    let left = auth.remove_perm(&**db, "drivers.change_car", [alice], [&beetle]).await.expect("it is taken away");
    assert_eq!(left, 1, "the grant that was made there");
}

async fn on_a_child(db: &TestDb, site: &mut Site, alice: &User) {
    let auth = alice.auth().clone();
    let unimog = truck::Entity::find().one(&**db).await.expect("it is read").expect("it is there");
    let as_car = car::Entity::find_by_id(unimog.car_ptr_id).one(&**db).await.expect("it is read").expect("it is there");

    django(site, "assign_perm('change_truck', alice, unimog)");
    assert!(alice.has_perm_on(&**db, "club.change_truck", &unimog).await.expect("it is asked"));
    assert!(!alice.has_perm_on(&**db, "drivers.change_car", &as_car).await.expect("it is asked"));

    auth.assign_perm(&**db, "drivers.view_car", [alice], [&as_car]).await.expect("it is granted");
    auth.assign_perm(&**db, "club.view_truck", [alice], [&unimog]).await.expect("it is granted");
    let seen = "result = [\n    [row.pk for row in get_objects_for_user(alice, label)]\n    \
                for label in ('drivers.view_car', 'club.view_truck', 'drivers.change_car', 'club.change_truck')\n]";
    let key = unimog.car_ptr_id;
    assert_eq!(django(site, seen), json!([[key], [key], [], [key]]));
    auth.remove_perm(&**db, "drivers.view_car", [alice], [&as_car]).await.expect("it is taken away");
    assert_eq!(django(site, seen), json!([[], [key], [], [key]]));
}
