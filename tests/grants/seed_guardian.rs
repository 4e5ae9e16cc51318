//! The lines on django-guardian of the article this library set out to follow, each with its counterpart.

use refrain::{
    Result,
    auth::{Auth, NewUser, User},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::EntityTrait;

use crate::support::{auth, car, car_of, sync, user};

/// `INSTALLED_APPS += ["guardian"]` and its backend have no line here: grants are part of the library, and asked for by
/// name, so that no chain of backends decides whether they count.
async fn site(db: &TestDb) -> Result<(Auth, User, car::Model)> {
    let auth = auth();
    sync(&auth, db).await;
    user(&auth, db, NewUser::new("alice"), &[]).await;
    let made = car_of(db, None, "a car").await;
    car_of(db, None, "another car").await;
    // car = Car.objects.get(pk=1)
    let car = car::Entity::find_by_id(made.id).one(db.db()).await?.expect("it was made");
    // alice = User.objects.get(username="alice")
    let alice = auth.user(db.db(), "alice").await?.expect("she was made");
    Ok((auth, alice, car))
}

/// `assign_perm("drivers.change_car", alice, car)`
#[every_database]
async fn assign_perm_grants_a_permission_on_one_row(db: TestDb) -> Result<()> {
    let (auth, alice, car) = site(&db).await?;
    auth.assign_perm(db.db(), "drivers.change_car", [&alice], [&car]).await?;
    // the same, checked by the compiler
    auth.assign_perm(db.db(), car::Entity::CHANGE_CAR, [&alice], [&car]).await?;
    assert_eq!(auth.users_with_perms(&car).load(db.db()).await?.len(), 1);
    Ok(())
}

/// `alice.has_perm("drivers.change_car", car)  # True for this car only`
#[every_database]
async fn has_perm_with_an_object_is_true_for_this_car_only(db: TestDb) -> Result<()> {
    let (auth, alice, car) = site(&db).await?;
    assert!(!alice.has_perm_on(db.db(), "drivers.change_car", &car).await?);
    auth.assign_perm(db.db(), "drivers.change_car", [&alice], [&car]).await?;
    // the same user value: nothing stale is kept
    assert!(alice.has_perm_on(db.db(), "drivers.change_car", &car).await?);
    for other in car::Entity::find().all(db.db()).await?.iter().filter(|other| other.id != car.id) {
        assert!(!alice.has_perm_on(db.db(), "drivers.change_car", other).await?);
    }
    Ok(())
}

/// `alice.has_perm("drivers.change_car")  # still False at the model level`
#[every_database]
async fn has_perm_without_an_object_is_still_false(db: TestDb) -> Result<()> {
    let (auth, alice, car) = site(&db).await?;
    auth.assign_perm(db.db(), "drivers.change_car", [&alice], [&car]).await?;
    assert!(!alice.has_perm(db.db(), "drivers.change_car").await?);
    let afresh = alice.reload(db.db()).await?.expect("alice is there");
    assert!(!afresh.has_perm(db.db(), "drivers.change_car").await?);
    Ok(())
}

/// `cars = get_objects_for_user(alice, "drivers.change_car")`
#[every_database]
async fn get_objects_for_user_is_every_car_this_user_may_change(db: TestDb) -> Result<()> {
    let (auth, alice, car) = site(&db).await?;
    auth.assign_perm(db.db(), "drivers.change_car", [&alice], [&car]).await?;
    let cars = auth.objects_for_user::<car::Entity>(&alice, ["drivers.change_car"]).select(db.db()).await?;
    assert_eq!(cars.all(db.db()).await?, [car]);
    Ok(())
}

/// `remove_perm("drivers.change_car", alice, car)`
#[every_database]
async fn remove_perm_takes_it_away(db: TestDb) -> Result<()> {
    let (auth, alice, car) = site(&db).await?;
    auth.assign_perm(db.db(), "drivers.change_car", [&alice], [&car]).await?;
    assert_eq!(auth.remove_perm(db.db(), "drivers.change_car", [&alice], [&car]).await?, 1);
    assert!(!alice.has_perm_on(db.db(), "drivers.change_car", &car).await?);
    let cars = auth.objects_for_user::<car::Entity>(&alice, ["drivers.change_car"]).select(db.db()).await?;
    assert_eq!(cars.all(db.db()).await?, []);
    Ok(())
}

/// "Most projects combine them: model permissions and groups for the broad strokes, then guardian".
#[every_database]
async fn groups_are_granted_rows_too(db: TestDb) -> Result<()> {
    let (auth, alice, car) = site(&db).await?;
    let editors = auth.create_group(db.db(), "Editors").await?;
    alice.groups().add(db.db(), [&editors]).await?;
    auth.assign_perm(db.db(), "drivers.change_car", [&editors], [&car]).await?;
    assert!(alice.has_perm_on(db.db(), "drivers.change_car", &car).await?);
    Ok(())
}
