//! Permissions follow the declarations: made where they are missing, renamed with their model, removed only by name
//! (CONTRACT section 2).

use refrain::{
    Result,
    auth::{
        Auth, Permission,
        sync::{SyncOptions, SyncReport},
    },
    model::Models,
};
use refrain_testing::TestDb;
use sea_orm::TransactionTrait;

use crate::{
    people::{adopt, column, declare, labels, run, someone},
    support::car,
};

models! {
    truck: app = "garage", model = "BigTruck";
    named_truck: app = "garage", model = "BigTruck", verbose_name = "big Truck";
    bare: app = "garage", model = "Bare", default_permissions();
    driven: app = "garage", model = "Driven", default_permissions(view, drive);
    odd: app = "garage", model = "Odd", default_permissions(), permissions("fly.high" = "Can fly", "Land it" = "Can land");
    van: app = "garage", model = "Van", permissions(inspect = "Can inspect vans");
    bus: app = "garage", model = "Bus", permissions(inspect = "Can inspect buses");
    plain_van: app = "garage", model = "Van";
    plain_bus: app = "garage", model = "Bus";
    auto: app = "drivers", model = "Auto", permissions(publish_auto = "Can publish auto listing", inspect = "Can inspect");
    once_auto: app = "drivers", model = "Car", renamed_from = "Auto",
        permissions(publish_car = "Can publish car listing", inspect = "Can inspect");
    viewed_car: app = "drivers", model = "Car", default_permissions(view);
    relabelled_car: app = "drivers", model = "Car", verbose_name = "motor car",
        permissions(publish_car = "May publish", export_car = "May export");
}

/// Every permission: its label and name, in the order of the keys.
async fn permissions(db: &TestDb) -> Result<Vec<(String, String)>> {
    let names = |what| column::<String>(db, what);
    let labels = names(
        "SELECT CONCAT(ct.app_label, '.', ct.model, '.', p.codename) FROM auth_permission p \
         JOIN django_content_type ct ON ct.id = p.content_type_id ORDER BY p.id",
    );
    Ok(labels.await?.into_iter().zip(names("SELECT name FROM auth_permission ORDER BY id").await?).collect())
}

/// Their keys.
async fn ids(db: &TestDb) -> Result<Vec<i32>> {
    column(db, "SELECT id FROM auth_permission ORDER BY id").await
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

/// Synchronises with options.
async fn sync(auth: &Auth, db: &TestDb, models: &Models, change_adopted: bool, remove: &[&str]) -> Result<SyncReport> {
    let remove = remove.iter().map(|label| (*label).to_owned()).collect();
    auth.sync_permissions(db.db(), models, &SyncOptions { change_adopted, remove }).await
}

fn cars() -> Models {
    Models::default().with::<car::Entity>()
}

/// CONTRACT 2.2, 2.3, 2.7, 2.9.
async fn names_are_as_django_has_them(db: TestDb, auth: Auth) -> Result<()> {
    let models = Models::default()
        .with::<car::Entity>()
        .with::<truck::Entity>()
        .with::<bare::Entity>()
        .with::<driven::Entity>()
        .with::<odd::Entity>()
        .with::<van::Entity>()
        .with::<bus::Entity>();
    let report = auth.sync_permissions(db.db(), &models, &SyncOptions::default()).await?;
    let expected = pairs(&[
        ("drivers.car.add_car", "Can add car"),
        ("drivers.car.change_car", "Can change car"),
        ("drivers.car.delete_car", "Can delete car"),
        ("drivers.car.view_car", "Can view car"),
        ("drivers.car.publish_car", "Can publish car listing"),
        ("drivers.car.export_car", "Can export car data"),
        ("garage.bigtruck.add_bigtruck", "Can add big truck"),
        ("garage.bigtruck.change_bigtruck", "Can change big truck"),
        ("garage.bigtruck.delete_bigtruck", "Can delete big truck"),
        ("garage.bigtruck.view_bigtruck", "Can view big truck"),
        ("garage.driven.view_driven", "Can view driven"),
        ("garage.driven.drive_driven", "Can drive driven"),
        ("garage.odd.fly.high", "Can fly"),
        ("garage.odd.Land it", "Can land"),
        ("garage.van.add_van", "Can add van"),
        ("garage.van.change_van", "Can change van"),
        ("garage.van.delete_van", "Can delete van"),
        ("garage.van.view_van", "Can view van"),
        ("garage.van.inspect", "Can inspect vans"),
        ("garage.bus.add_bus", "Can add bus"),
        ("garage.bus.change_bus", "Can change bus"),
        ("garage.bus.delete_bus", "Can delete bus"),
        ("garage.bus.view_bus", "Can view bus"),
        ("garage.bus.inspect", "Can inspect buses"),
    ]);
    assert_eq!(permissions(&db).await?, expected);
    let created: Vec<String> = expected
        .iter()
        .map(|(label, _)| {
            let mut parts = label.splitn(3, '.');
            let (app, codename) = (parts.next().expect("an app"), parts.nth(1).expect("a codename"));
            format!("{app}.{codename}")
        })
        .collect();
    assert_eq!(report.created, created);
    let types = "SELECT CONCAT(app_label, '.', model) FROM django_content_type ORDER BY id";
    assert_eq!(
        column::<String>(&db, types).await?,
        ["drivers.car", "garage.bigtruck", "garage.bare", "garage.driven", "garage.odd", "garage.van", "garage.bus"]
    );
    Ok(())
}

/// CONTRACT 2.3.
async fn an_explicit_verbose_name_keeps_its_case(db: TestDb, auth: Auth) -> Result<()> {
    declare::<named_truck::Entity>(&auth, &db).await?;
    assert_eq!(permissions(&db).await?[3].1, "Can view big Truck");
    Ok(())
}

/// CONTRACT 2.14.
async fn permissions_are_listed_in_djangos_order(db: TestDb, auth: Auth) -> Result<()> {
    declare::<van::Entity>(&auth, &db).await?;
    declare::<bus::Entity>(&auth, &db).await?;
    declare::<viewed_car::Entity>(&auth, &db).await?;
    let listed = auth.permissions(db.db()).await?;
    let listed: Vec<String> = listed.iter().map(Permission::to_string).collect();
    assert_eq!(
        listed,
        [
            "drivers | car | Can view car",
            "garage | bus | Can add bus",
            "garage | bus | Can change bus",
            "garage | bus | Can delete bus",
            "garage | bus | Can inspect buses",
            "garage | bus | Can view bus",
            "garage | van | Can add van",
            "garage | van | Can change van",
            "garage | van | Can delete van",
            "garage | van | Can inspect vans",
            "garage | van | Can view van",
        ]
    );
    Ok(())
}

/// CONTRACT 2.5.
async fn running_it_again_adds_nothing_and_burns_no_ids(db: TestDb, auth: Auth) -> Result<()> {
    let first = declare::<car::Entity>(&auth, &db).await?;
    assert_eq!(first.created.len(), 6);
    let (before, before_ids) = (permissions(&db).await?, ids(&db).await?);
    for _ in 0..3 {
        let again = declare::<car::Entity>(&auth, &db).await?;
        assert_eq!(again.created, Vec::<String>::new());
        assert_eq!((again.renamed.len(), again.removed.len(), again.unnamed.len()), (0, 0, 0));
        assert_eq!(again.to_string(), "");
    }
    assert_eq!((permissions(&db).await?, ids(&db).await?), (before, before_ids.clone()));
    // what comes next takes the very next keys
    declare::<driven::Entity>(&auth, &db).await?;
    let last = before_ids[5];
    assert_eq!(ids(&db).await?[6..], [last + 1, last + 2]);
    let types = column::<i32>(&db, "SELECT id FROM django_content_type ORDER BY id").await?;
    assert_eq!(types[1], types[0] + 1);
    Ok(())
}

async fn programs_that_start_together_make_each_permission_once(db: TestDb, auth: Auth) -> Result<()> {
    let mut programs = Vec::new();
    for _ in 0..6 {
        let (auth, pool) = (Auth::new(auth.users().clone()), db.another_pool().await);
        programs.push(tokio::spawn(async move {
            let models = cars().with::<truck::Entity>();
            auth.sync_permissions(&pool, &models, &SyncOptions::default()).await
        }));
    }
    let mut created = Vec::new();
    for program in programs {
        created.push(program.await.expect("it does not panic")?.created.len());
    }
    assert!(created.iter().sum::<usize>() >= 10, "{created:?}");
    let mut rows: Vec<String> = permissions(&db).await?.into_iter().map(|(label, _)| label).collect();
    rows.sort();
    assert_eq!(
        rows,
        [
            "drivers.car.add_car",
            "drivers.car.change_car",
            "drivers.car.delete_car",
            "drivers.car.export_car",
            "drivers.car.publish_car",
            "drivers.car.view_car",
            "garage.bigtruck.add_bigtruck",
            "garage.bigtruck.change_bigtruck",
            "garage.bigtruck.delete_bigtruck",
            "garage.bigtruck.view_bigtruck",
        ]
    );
    Ok(())
}

/// CONTRACT 2.6.
async fn names_once_given_stay(db: TestDb, auth: Auth) -> Result<()> {
    declare::<car::Entity>(&auth, &db).await?;
    let before = permissions(&db).await?;
    let report = declare::<relabelled_car::Entity>(&auth, &db).await?;
    assert_eq!((report.created.len(), report.unnamed.len()), (0, 0));
    assert_eq!(permissions(&db).await?, before);
    Ok(())
}

/// Grants `label` to alice, to the group Editors, to both on one car each, and to alice on a second.
async fn grant_everywhere(db: &TestDb, auth: &Auth, label: &str) -> Result<()> {
    let alice = match auth.user(db.db(), "alice").await? {
        Some(alice) => alice,
        None => someone(auth, db, "alice").await?,
    };
    let editors = match auth.group(db.db(), "Editors").await? {
        Some(editors) => editors,
        None => auth.create_group(db.db(), "Editors").await?,
    };
    alice.permissions().add(db.db(), [label]).await?;
    editors.permissions().add(db.db(), [label]).await?;
    let permission = auth.permission(db.db(), label).await?.id;
    let (users, group) = (&auth.users().table, editors.id);
    for car in [1, 2] {
        let of_row = format!("FROM auth_permission p WHERE p.id = {permission}");
        run(
            db,
            &format!(
                "INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id) \
                 SELECT '{car}', p.content_type_id, p.id, (SELECT id FROM {users} WHERE username = 'alice') {of_row}"
            ),
        )
        .await?;
        if car == 1 {
            run(
                db,
                &format!(
                    "INSERT INTO guardian_groupobjectpermission (object_pk, content_type_id, permission_id, group_id) \
                     SELECT '{car}', p.content_type_id, p.id, {group} {of_row}"
                ),
            )
            .await?;
        }
    }
    Ok(())
}

/// How many grants there are of users, of groups, and on rows to users and to groups.
async fn grants(db: &TestDb, auth: &Auth) -> Result<[i64; 4]> {
    let mut counts = [0; 4];
    let tables = [
        &auth.users().permissions_table,
        "auth_group_permissions",
        "guardian_userobjectpermission",
        "guardian_groupobjectpermission",
    ];
    for (count, table) in counts.iter_mut().zip(tables) {
        *count = column(db, &format!("SELECT COUNT(*) FROM {table}")).await?.remove(0);
    }
    Ok(counts)
}

/// Where Django loses them (CONTRACT 2.11).
async fn grants_survive_the_renaming_of_a_model(db: TestDb, auth: Auth) -> Result<()> {
    declare::<auto::Entity>(&auth, &db).await?;
    for label in ["drivers.change_auto", "drivers.publish_auto", "drivers.inspect"] {
        grant_everywhere(&db, &auth, label).await?;
    }
    let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
    let (before_ids, before_grants) = (ids(&db).await?, grants(&db, &auth).await?);
    assert_eq!(before_grants, [3, 3, 6, 3]);
    let types = "SELECT CONCAT(id, '.', model) FROM django_content_type";
    let type_id = column::<String>(&db, types).await?.remove(0).replace(".auto", "");

    let report = declare::<once_auto::Entity>(&auth, &db).await?;
    assert_eq!(
        report.renamed,
        pairs(&[
            ("drivers.add_auto", "drivers.add_car"),
            ("drivers.change_auto", "drivers.change_car"),
            ("drivers.delete_auto", "drivers.delete_car"),
            ("drivers.view_auto", "drivers.view_car"),
            ("drivers.publish_auto", "drivers.publish_car"),
        ])
    );
    assert_eq!((report.created.len(), report.held_back.len(), report.unnamed.len()), (0, 0, 0));
    assert_eq!(report.to_string().lines().next(), Some("renamed drivers.add_auto to drivers.add_car"));
    assert_eq!(
        permissions(&db).await?,
        pairs(&[
            ("drivers.car.add_car", "Can add car"),
            ("drivers.car.change_car", "Can change car"),
            ("drivers.car.delete_car", "Can delete car"),
            ("drivers.car.view_car", "Can view car"),
            ("drivers.car.publish_car", "Can publish car listing"),
            ("drivers.car.inspect", "Can inspect"),
        ])
    );
    assert_eq!((ids(&db).await?, grants(&db, &auth).await?), (before_ids, before_grants));
    assert_eq!(column::<String>(&db, types).await?, [format!("{type_id}.car")]);
    let held = labels(&["drivers.change_car", "drivers.publish_car", "drivers.inspect"]);
    assert_eq!(alice.all_permissions(db.db()).await?, held);
    assert!(!alice.has_perm(db.db(), "drivers.change_auto").await?);

    let again = declare::<once_auto::Entity>(&auth, &db).await?;
    assert_eq!(again.to_string(), "");
    Ok(())
}

/// CONTRACT 2.11: a content type with the new name is there already.
async fn a_model_that_has_its_new_name_takes_nothing_from_the_old_one(db: TestDb, auth: Auth) -> Result<()> {
    declare::<auto::Entity>(&auth, &db).await?;
    grant_everywhere(&db, &auth, "drivers.change_auto").await?;
    declare::<viewed_car::Entity>(&auth, &db).await?;
    let report = declare::<once_auto::Entity>(&auth, &db).await?;
    assert_eq!(report.renamed, pairs(&[]));
    let mut created = report.created;
    created.sort();
    let expected =
        ["add_car", "change_car", "delete_car", "inspect", "publish_car"].map(|name| format!("drivers.{name}"));
    assert_eq!(created, expected);
    let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&["drivers.change_auto"]));
    Ok(())
}

async fn permissions_no_declaration_names_are_reported_with_their_grants(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db, &cars().with::<van::Entity>(), false, &[]).await?;
    grant_everywhere(&db, &auth, "drivers.publish_car").await?;
    grant_everywhere(&db, &auth, "drivers.view_car").await?;
    let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
    alice.permissions().add(db.db(), ["drivers.add_car"]).await?;
    // the van's are not looked at: this program does not know vans
    let report = declare::<viewed_car::Entity>(&auth, &db).await?;
    let unnamed: Vec<_> =
        report.unnamed.iter().map(|found| (found.label.as_str(), found.name.as_str(), found.grants)).collect();
    assert_eq!(
        unnamed,
        [
            ("drivers.add_car", "Can add car", 1),
            ("drivers.change_car", "Can change car", 0),
            ("drivers.delete_car", "Can delete car", 0),
            ("drivers.export_car", "Can export car data", 0),
            ("drivers.publish_car", "Can publish car listing", 5),
        ]
    );
    assert_eq!(
        report.to_string().lines().last(),
        Some("no declaration names drivers.publish_car, on which 5 grants hang")
    );
    // reported, and left alone
    assert_eq!(permissions(&db).await?.len(), 11);
    assert_eq!(grants(&db, &auth).await?, [3, 2, 4, 2]);
    assert!(alice.has_perm(db.db(), "drivers.publish_car").await?);
    Ok(())
}

async fn permissions_are_removed_by_name_only(db: TestDb, auth: Auth) -> Result<()> {
    declare::<car::Entity>(&auth, &db).await?;
    grant_everywhere(&db, &auth, "drivers.publish_car").await?;
    grant_everywhere(&db, &auth, "drivers.view_car").await?;
    let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
    let viewed = Models::default().with::<viewed_car::Entity>();
    let report = sync(&auth, &db, &viewed, false, &["drivers.publish_car", "drivers.add_car"]).await?;
    assert_eq!(report.removed, ["drivers.publish_car", "drivers.add_car"]);
    let unnamed: Vec<_> = report.unnamed.iter().map(|found| found.label.as_str()).collect();
    assert_eq!(unnamed, ["drivers.change_car", "drivers.delete_car", "drivers.export_car"]);
    let left: Vec<String> = permissions(&db).await?.into_iter().map(|(label, _)| label).collect();
    let expected = ["change_car", "delete_car", "view_car", "export_car"].map(|name| format!("drivers.car.{name}"));
    assert_eq!(left, expected);
    assert_eq!(grants(&db, &auth).await?, [1, 1, 2, 1]);
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&["drivers.view_car"]));
    Ok(())
}

/// A label is not a key: two models of an app may have a permission of one codename.
async fn a_label_that_two_models_share_names_neither(db: TestDb, auth: Auth) -> Result<()> {
    let declaring = Models::default().with::<van::Entity>().with::<bus::Entity>();
    declare::<van::Entity>(&auth, &db).await?;
    grant_everywhere(&db, &auth, "garage.inspect").await?;
    sync(&auth, &db, &declaring, false, &[]).await?;
    let (rows, held) = (permissions(&db).await?, grants(&db, &auth).await?);
    let plain = Models::default().with::<plain_van::Entity>().with::<plain_bus::Entity>();
    let refused = sync(&auth, &db, &plain, false, &["garage.inspect"]).await.expect_err("it is two").to_string();
    let message = "`garage.inspect` is 2 permissions: name one of `garage.van.inspect`, `garage.bus.inspect`";
    assert_eq!(refused, message);
    assert_eq!((permissions(&db).await?, grants(&db, &auth).await?), (rows, held), "nothing is removed");
    let told = sync(&auth, &db, &plain, false, &[]).await?.to_string();
    assert!(told.contains("names garage.van.inspect,") && told.contains("names garage.bus.inspect,"), "{told}");

    let report = sync(&auth, &db, &plain, false, &["garage.bus.inspect"]).await?;
    assert_eq!(report.removed, ["garage.bus.inspect"]);
    assert_eq!(grants(&db, &auth).await?, held, "none hang on the other");
    let left: Vec<String> = permissions(&db).await?.into_iter().map(|(label, _)| label).collect();
    assert!(left.contains(&"garage.van.inspect".to_owned()), "{left:?}");
    assert!(!left.contains(&"garage.bus.inspect".to_owned()), "{left:?}");
    // of one that is declared and one that is not there is but one to remove
    let half = Models::default().with::<van::Entity>().with::<plain_bus::Entity>();
    sync(&auth, &db, &declaring, false, &[]).await?;
    assert_eq!(sync(&auth, &db, &half, false, &["garage.inspect"]).await?.removed, ["garage.inspect"]);
    let left: Vec<String> = permissions(&db).await?.into_iter().map(|(label, _)| label).collect();
    assert!(left.contains(&"garage.van.inspect".to_owned()), "{left:?}");
    Ok(())
}

async fn a_removal_that_cannot_be_changes_nothing(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db, &cars().with::<bus::Entity>(), false, &[]).await?;
    grant_everywhere(&db, &auth, "drivers.publish_car").await?;
    let before = (permissions(&db).await?, ids(&db).await?, grants(&db, &auth).await?);
    let viewed = Models::default().with::<viewed_car::Entity>().with::<van::Entity>();
    // a declared one, one of a model unknown here, one that is not there, and one whose case is wrong
    for label in ["drivers.view_car", "garage.add_bus", "drivers.paint_car", "drivers.Add_car", "publish_car"] {
        let refused = sync(&auth, &db, &viewed, false, &["drivers.publish_car", label]).await.expect_err("it stays");
        let message = format!("`{label}` is no permission on a registered model that no declaration names");
        assert_eq!(refused.to_string(), message);
        let after = (permissions(&db).await?, ids(&db).await?, grants(&db, &auth).await?);
        assert_eq!(after, before, "{label}");
        let types = column::<String>(&db, "SELECT model FROM django_content_type ORDER BY id").await?;
        assert_eq!(types, ["car", "bus"], "{label}");
    }
    Ok(())
}

async fn a_database_of_djangos_is_only_added_to(db: TestDb, auth: Auth) -> Result<()> {
    declare::<auto::Entity>(&auth, &db).await?;
    grant_everywhere(&db, &auth, "drivers.change_auto").await?;
    adopt(&db).await?;
    let models = Models::default().with::<once_auto::Entity>().with::<driven::Entity>();
    let before = permissions(&db).await?;
    let report = sync(&auth, &db, &models, false, &[]).await?;
    assert_eq!(report.created, ["garage.view_driven", "garage.drive_driven"]);
    assert_eq!(report.renamed, pairs(&[]));
    assert_eq!(
        report.held_back,
        pairs(&[
            ("drivers.auto", "drivers.car"),
            ("drivers.add_auto", "drivers.add_car"),
            ("drivers.change_auto", "drivers.change_car"),
            ("drivers.delete_auto", "drivers.delete_car"),
            ("drivers.view_auto", "drivers.view_car"),
            ("drivers.publish_auto", "drivers.publish_car"),
        ])
    );
    assert_eq!(permissions(&db).await?[..before.len()], before);
    let refused = sync(&auth, &db, &models, false, &["drivers.add_auto"]).await.expect_err("the flag is not given");
    assert_eq!(
        refused.to_string(),
        "`drivers.add_auto` is in a database that Django made; removing it needs the flag for adopted databases"
    );
    assert_eq!(permissions(&db).await?.len(), before.len() + 2);

    let report = sync(&auth, &db, &models, true, &[]).await?;
    assert_eq!((report.renamed.len(), report.held_back.len()), (5, 0));
    let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&["drivers.change_car"]));
    let viewed = Models::default().with::<viewed_car::Entity>();
    let report = sync(&auth, &db, &viewed, true, &["drivers.change_car"]).await?;
    assert_eq!(report.removed, ["drivers.change_car"]);
    assert_eq!(grants(&db, &auth).await?, [0, 0, 0, 0]);
    Ok(())
}

/// Some tables are Django's, others were made here: what counts is whose the permissions are.
async fn permissions_in_a_table_of_djangos_are_adopted(db: TestDb, auth: Auth) -> Result<()> {
    declare::<auto::Entity>(&auth, &db).await?;
    run(&db, "DELETE FROM refrain_made_tables WHERE name = 'auth_permission'").await?;
    let report = declare::<once_auto::Entity>(&auth, &db).await?;
    assert_eq!((report.renamed.len(), report.held_back.len()), (0, 6));
    Ok(())
}

async fn a_sync_in_a_transaction_goes_with_it(db: TestDb, auth: Auth) -> Result<()> {
    let transaction = db.db().begin().await?;
    let report = auth.sync_permissions(&transaction, &cars(), &SyncOptions::default()).await?;
    assert_eq!(report.created.len(), 6);
    transaction.rollback().await?;
    assert_eq!(permissions(&db).await?, pairs(&[]));
    assert_eq!(column::<String>(&db, "SELECT model FROM django_content_type").await?, Vec::<String>::new());
    Ok(())
}

/// Models declared by hand, past the checks of the derive: app, model, verbose name, default and custom permissions.
macro_rules! by_hand {
    ($($name:ident: $app:expr, $model:expr, $verbose:expr, $default:expr, $custom:expr;)*) => {$(
        #[allow(unreachable_pub)]
        mod $name {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = "declared_only")]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            impl refrain::Model for Entity {
                const APP_LABEL: &'static str = $app;
                const OBJECT_NAME: &'static str = $model;
                const MODEL_NAME: &'static str = $model;
                const VERBOSE_NAME: &'static str = $verbose;
                const DEFAULT_PERMISSIONS: &'static [&'static str] = $default;
                const PERMISSIONS: &'static [(&'static str, &'static str)] = $custom;
                const RENAMED_FROM: Option<&'static str> = None;
            }
        }
    )*};
}

const FOUR: &[&str] = &["add", "change", "delete", "view"];

/// `x` so many times.
macro_rules! x {
    ($count:expr) => {
        match str::from_utf8(&[b'x'; $count]) {
            Ok(text) => text,
            Err(_) => unreachable!(),
        }
    };
}

by_hand! {
    as_builtin: "garage", "boat", "boat", super::FOUR, &[("view_boat", "Can see boat")];
    twice: "garage", "boat", "boat", super::FOUR, &[("sail", "Can sail"), ("sail", "Can sail again")];
    long_verbose: "garage", "boat", x!(245), super::FOUR, &[];
    long_name: "garage", "boat", "boat", super::FOUR, &[("sail", x!(256))];
    long_model: "garage", x!(94), "boat", super::FOUR, &[];
    long_codename: "garage", "boat", "boat", super::FOUR, &[(x!(101), "Can sail")];
    just_short_enough: "garage", x!(93), x!(244), super::FOUR, &[(x!(100), x!(255))];
    longest: x!(100), x!(100), "boat", &[], &[(x!(100), x!(255))];
    of_no_app: "", "boat", "boat", &[], &[("sail", "Can sail")];
    dotted: "garage.boats", "boat", "boat", &[], &[("sail", "Can sail")];
    long_app: x!(101), "boat", "boat", &[], &[("sail", "Can sail")];
    longer_model: "garage", x!(101), "boat", &[], &[("sail", "Can sail")];
    nameless: "garage", "boat", "boat", &[], &[("", "Can sail")];
    nul_in_codename: "garage", "boat", "boat", &[], &[("sa\0il", "Can sail")];
    nul_in_name: "garage", "boat", "boat", &[], &[("sail", "Can\0sail")];
}

/// CONTRACT 2.8.
async fn a_declaration_that_cannot_be_is_refused_before_anything_is_written(db: TestDb, auth: Auth) -> Result<()> {
    let after_cars = cars();
    for (models, message) in [
        (after_cars.clone().with::<as_builtin::Entity>(), "declares the codename `view_boat` twice".to_owned()),
        (after_cars.clone().with::<twice::Entity>(), "declares the codename `sail` twice".to_owned()),
        (
            after_cars.clone().with::<long_verbose::Entity>(),
            "declares a name of more than 255 characters for `change_boat`".to_owned(),
        ),
        (
            after_cars.clone().with::<long_name::Entity>(),
            "declares a name of more than 255 characters for `sail`".to_owned(),
        ),
        (
            after_cars.clone().with::<long_codename::Entity>(),
            format!("declares the codename `{}`, which has more than 100 characters", x!(101)),
        ),
    ] {
        let refused = sync(&auth, &db, &models, false, &[]).await.expect_err("it is refused");
        assert_eq!(refused.to_string(), format!("the model `garage.boat` {message}"));
    }
    let refused = declare::<long_model::Entity>(&auth, &db).await.expect_err("it is refused").to_string();
    let codename = format!("change_{}", x!(94));
    let message = format!("declares the codename `{codename}`, which has more than 100 characters");
    assert_eq!(refused, format!("the model `garage.{}` {message}", x!(94)));
    let label = "has an app label that is empty or has a dot";
    let codename = "declares an empty codename, or one with a NUL character";
    for (declared, expected) in [
        (declare::<of_no_app::Entity>(&auth, &db).await, label),
        (declare::<dotted::Entity>(&auth, &db).await, label),
        (declare::<long_app::Entity>(&auth, &db).await, "has a app label of more than 100 characters"),
        (declare::<longer_model::Entity>(&auth, &db).await, "has a model name of more than 100 characters"),
        (declare::<nameless::Entity>(&auth, &db).await, codename),
        (declare::<nul_in_codename::Entity>(&auth, &db).await, codename),
        (declare::<nul_in_name::Entity>(&auth, &db).await, codename),
    ] {
        let refused = declared.expect_err(expected).to_string();
        assert!(refused.ends_with(expected), "{refused}");
    }
    assert_eq!(permissions(&db).await?, pairs(&[]));
    assert_eq!(column::<String>(&db, "SELECT model FROM django_content_type").await?, Vec::<String>::new());

    assert_eq!(declare::<just_short_enough::Entity>(&auth, &db).await?.created.len(), 5);
    let longest = "SELECT codename FROM auth_permission ORDER BY id";
    assert_eq!(column::<String>(&db, longest).await?[4], x!(100));
    assert_eq!(declare::<longest::Entity>(&auth, &db).await?.created.len(), 1);
    Ok(())
}

with_either_key!(
    names_are_as_django_has_them,
    an_explicit_verbose_name_keeps_its_case,
    permissions_are_listed_in_djangos_order,
    running_it_again_adds_nothing_and_burns_no_ids,
    programs_that_start_together_make_each_permission_once,
    names_once_given_stay,
    grants_survive_the_renaming_of_a_model,
    a_model_that_has_its_new_name_takes_nothing_from_the_old_one,
    permissions_no_declaration_names_are_reported_with_their_grants,
    permissions_are_removed_by_name_only,
    a_label_that_two_models_share_names_neither,
    a_removal_that_cannot_be_changes_nothing,
    a_database_of_djangos_is_only_added_to,
    permissions_in_a_table_of_djangos_are_adopted,
    a_sync_in_a_transaction_goes_with_it,
    a_declaration_that_cannot_be_is_refused_before_anything_is_written,
);
