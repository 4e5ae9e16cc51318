//! The rows on which a user or a group holds permissions: the reference's own table of answers, line by line, and the
//! query they come in.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use refrain::{
    Db, Result, async_trait,
    auth::{Auth, Backend, Group, NewUser, User},
    grants::PermissionOf,
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::support::{auth, car, car_of, sql_of, sync, user};

/// Measured answers of the reference: on its first line who was granted what on which car, then one question a line.
const MATRIX: &str = include_str!("get_objects_matrix.txt");

/// The cars of the table, and who was granted what on them.
struct Site {
    auth: Auth,
    alice: User,
    editors: Group,
    cars: Vec<car::Model>,
}

impl Site {
    async fn open(db: &TestDb) -> Result<Self> {
        let auth = auth();
        sync(&auth, db).await;
        let (alice, _) = user(&auth, db, NewUser::new("alice"), &[]).await;
        let editors = auth.create_group(db.db(), "Editors").await?;
        alice.groups().add(db.db(), [&editors]).await?;
        let mut cars = Vec::new();
        for spelled in MATRIX.lines().next().expect("there is a first line").split_whitespace() {
            let (name, granted) = spelled.split_once(':').expect("a car, and what was granted on it");
            let car = car_of(db, None, name).await;
            for (holder, actions) in grants_in(granted) {
                for codename in actions {
                    match holder {
                        'u' => auth.assign_perm(db.db(), codename, [&alice], [&car]).await?,
                        _ => auth.assign_perm(db.db(), codename, [&editors], [&car]).await?,
                    };
                }
            }
            cars.push(car);
        }
        Ok(Self { auth, alice, editors, cars })
    }

    /// The places of the cars selected, as the table writes them.
    async fn places(&self, db: &TestDb, rows: Select<car::Entity>) -> Result<String> {
        let found = rows.order_by_asc(car::Column::Id).all(db.db()).await?;
        let place = |id: i64| self.cars.iter().position(|car| car.id == id).expect("a car of the table") + 1;
        let places: Vec<String> = found.iter().map(|car| place(car.id).to_string()).collect();
        Ok(if places.is_empty() { "-".to_owned() } else { places.join(",") })
    }
}

/// `u.view+g.change`: the holder stands before the first of what they were granted.
fn grants_in(text: &str) -> Vec<(char, Vec<String>)> {
    let mut grants: Vec<(char, Vec<String>)> = Vec::new();
    for part in text.split('+').filter(|part| *part != "none") {
        let action = match part.split_once('.') {
            Some((holder, action)) => {
                grants.push((holder.chars().next().expect("u or g"), Vec::new()));
                action
            }
            None => part,
        };
        grants.last_mut().expect("a holder comes first").1.push(format!("{action}_car"));
    }
    grants
}

fn codenames(actions: &str) -> Vec<String> {
    actions.split('+').filter(|action| *action != "none").map(|action| format!("{action}_car")).collect()
}

#[every_database]
async fn every_line_of_the_table_is_answered(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let mut lines = 0;
    for line in MATRIX.lines().skip(1) {
        let (question, answer) = line.split_once(" -> ").expect("a question and its answer");
        let say = |key: &str| {
            let mut words = question.split_whitespace().filter_map(|word| word.split_once('='));
            words.find(|(name, _)| *name == key).unwrap_or_else(|| panic!("no {key}: {line}")).1
        };
        let flag = |key: &str| say(key) == "1";
        let held = codenames(say("global")).into_iter().map(|codename| format!("drivers.{codename}"));
        site.alice.permissions().set(db.db(), held).await?;
        let rows = site
            .auth
            .objects_for_user(&site.alice, codenames(say("perms")))
            .any_perm(flag("any"))
            .use_groups(flag("groups"))
            .with_superuser(flag("with_su"))
            .accept_global_perms(flag("accept_global"))
            .select(db.db())
            .await?;
        assert_eq!(site.places(&db, rows).await?, answer, "{line}");
        lines += 1;
    }
    assert_eq!(lines, 96);
    Ok(())
}

/// Holds for everybody what it names, whatever the tables say.
struct ForAll(&'static [&'static str]);

#[async_trait]
impl Backend for ForAll {
    async fn permissions(&self, _: Db<'_>, _: &User) -> Result<HashSet<String>> {
        Ok(self.0.iter().map(|label| (*label).to_owned()).collect())
    }
}

/// Of labels that are in no table, those that the model declares are its own.
#[every_database]
async fn what_a_backend_says_counts_for_what_the_model_declares(db: TestDb) -> Result<()> {
    let auth = auth().with_backends(vec![Arc::new(ForAll(&["drivers.view_car", "drivers.fly_car"]))]);
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, None, "a car").await;
    for (codename, expected) in [("view_car", vec![row]), ("fly_car", vec![]), ("change_car", vec![])] {
        let rows = auth.objects_for_user::<car::Entity>(&alice, [codename]).select(db.db()).await?;
        assert_eq!(rows.all(db.db()).await?, expected, "{codename}");
    }
    Ok(())
}

#[every_database]
async fn a_permission_that_the_group_holds_everywhere_counts_also_without_its_grants(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    site.editors.permissions().add(db.db(), ["drivers.view_car"]).await?;
    for (perms, groups, answer) in [
        ("view", true, "1,2,3,4,5,6,7,8"),
        ("view", false, "1,2,3,4,5,6,7,8"),
        ("view+change", true, "2,3,5,6,8"),
        ("view+change", false, "2,3"),
    ] {
        let rows = site.auth.objects_for_user(&site.alice, codenames(perms)).use_groups(groups);
        assert_eq!(site.places(&db, rows.select(db.db()).await?).await?, answer, "{perms} groups={groups}");
    }
    // of three, one everywhere: the others are needed together, not one of them (CONTRACT 8.32)
    let three = site.auth.objects_for_user(&site.alice, codenames("view+change+delete"));
    assert_eq!(site.places(&db, three.select(db.db()).await?).await?, "-");
    Ok(())
}

#[every_database]
async fn groups_are_asked_the_same_way(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    // held everywhere, asked for; then (any, global) → the cars
    let table = [
        ("none", "view", ["4,8", "4,8", "4,8", "4,8"]),
        ("view", "view", ["1,2,3,4,5,6,7,8", "4,8", "1,2,3,4,5,6,7,8", "4,8"]),
        ("none", "view+change", ["8", "8", "4,5,6,8", "4,5,6,8"]),
        ("view", "view+change", ["5,6,8", "8", "1,2,3,4,5,6,7,8", "4,5,6,8"]),
        // one that is not asked for stands for nothing
        ("delete", "view", ["4,8", "4,8", "4,8", "4,8"]),
        ("delete", "view+change", ["8", "8", "4,5,6,8", "4,5,6,8"]),
    ];
    for (held, perms, answers) in table {
        let labels = codenames(held).into_iter().map(|codename| format!("drivers.{codename}"));
        site.editors.permissions().set(db.db(), labels).await?;
        let options = [(false, true), (false, false), (true, true), (true, false)];
        for ((any, global), answer) in options.into_iter().zip(answers) {
            let rows = site.auth.objects_for_group::<car::Entity>(&site.editors, codenames(perms));
            let rows = rows.any_perm(any).accept_global_perms(global).select(db.db()).await?;
            assert_eq!(site.places(&db, rows).await?, answer, "{held} {perms} any={any} global={global}");
        }
    }
    Ok(())
}

#[every_database]
async fn superusers_inactive_and_anonymous_users_have_rows_of_their_own(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let (root, _) = user(&site.auth, &db, NewUser::new("root").superuser(), &[]).await;
    let mine = [&site.cars[0], &site.cars[2]];
    site.auth.assign_perm(db.db(), car::Entity::VIEW_CAR, [&root], mine).await?;
    let ask = async |user: &User, with_superuser, global| -> Result<String> {
        let rows = site.auth.objects_for_user(user, [car::Entity::VIEW_CAR]);
        let rows = rows.with_superuser(with_superuser).accept_global_perms(global);
        site.places(&db, rows.select(db.db()).await?).await
    };
    for global in [true, false] {
        assert_eq!(ask(&root, true, global).await?, "1,2,3,4,5,6,7,8");
        assert_eq!(ask(&root, false, global).await?, "1,3");
    }
    // here an inactive user gets nothing, a superuser neither (CONTRACT 8.29)
    let mut gone = root.reload(db.db()).await?.expect("root is there");
    gone.is_active = false;
    let mut left = site.alice.reload(db.db()).await?.expect("alice is there");
    left.is_active = false;
    for (with_superuser, global) in [(true, true), (true, false), (false, true), (false, false)] {
        assert_eq!(ask(&gone, with_superuser, global).await?, "-");
        assert_eq!(ask(&left, with_superuser, global).await?, "-");
    }

    // anonymous callers have rows only where that is said (CONTRACT 8.13)
    let nobody = User::anonymous(&site.auth);
    let ask_nobody = async || -> Result<String> {
        let rows = site.auth.objects_for_user(&nobody, [car::Entity::VIEW_CAR]).with_anonymous();
        site.places(&db, rows.select(db.db()).await?).await
    };
    assert_eq!(ask_nobody().await?, "-", "there is no user who stands for them");
    let (stand_in, _) = user(&site.auth, &db, NewUser::new("AnonymousUser"), &["change"]).await;
    assert_eq!(ask_nobody().await?, "-");
    site.auth.assign_perm(db.db(), car::Entity::VIEW_CAR, [&stand_in], [&site.cars[6]]).await?;
    assert_eq!(ask_nobody().await?, "7");
    assert_eq!(ask(&nobody, true, true).await?, "-", "it was not said");
    stand_in.groups().add(db.db(), [&site.editors]).await?;
    assert_eq!(ask_nobody().await?, "4,7,8");
    let direct = site.auth.objects_for_user(&nobody, [car::Entity::VIEW_CAR]).use_groups(false).with_anonymous();
    assert_eq!(site.places(&db, direct.select(db.db()).await?).await?, "7");
    // what the stand-in holds everywhere is not an anonymous caller's (CONTRACT 8.30)
    let changeable = site.auth.objects_for_user(&nobody, [car::Entity::CHANGE_CAR]).with_anonymous();
    assert_eq!(site.places(&db, changeable.select(db.db()).await?).await?, "5,6,8");
    let without = site.auth.with_anonymous_user(None);
    let without_one = User::anonymous(&without);
    let rows = without.objects_for_user(&without_one, [car::Entity::VIEW_CAR]).with_anonymous();
    assert_eq!(site.places(&db, rows.select(db.db()).await?).await?, "-");
    let mut stand_in = stand_in;
    stand_in.is_active = false;
    stand_in.save_flags(db.db()).await?;
    assert_eq!(ask_nobody().await?, "-");
    Ok(())
}

#[every_database]
async fn permissions_are_named_in_every_form_and_wrong_ones_are_refused(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let ask = async |permissions: Vec<PermissionOf<car::Entity>>| -> Result<String> {
        let rows = site.auth.objects_for_user(&site.alice, permissions).select(db.db()).await?;
        site.places(&db, rows).await
    };
    for permissions in [
        vec!["view_car".into()],
        vec!["drivers.view_car".into()],
        vec![car::Entity::VIEW_CAR],
        vec!["view_car".into(), "drivers.view_car".into(), car::Entity::VIEW_CAR],
    ] {
        assert_eq!(ask(permissions).await?, "1,3,4,6,8");
    }
    assert_eq!(ask(vec!["view_car".into(), "drivers.change_car".into()]).await?, "3,6,8");
    assert_eq!(ask(vec!["fly_car".into()]).await?, "-", "a name that no permission bears");
    assert_eq!(ask(vec!["VIEW_CAR".into()]).await?, "-", "names are exact");

    let refused = ask(vec!["garage.view_car".into()]).await.expect_err("the label of another app");
    assert_eq!(refused.to_string(), "`garage.view_car` is no permission on `drivers.car`");
    let refused = ask(vec!["view\0car".into()]).await.expect_err("a NUL");
    assert!(refused.to_string().ends_with("is no permission on `drivers.car`"), "{refused}");
    // guardian would take it for every row with any grant at all (CONTRACT 8.26)
    let refused = ask(vec![]).await.expect_err("no permission");
    assert_eq!(refused.to_string(), "no permission is named: which are the rows to be looked for by?");
    let none: [&str; 0] = [];
    let refused = site.auth.objects_for_group::<car::Entity>(&site.editors, none).select(db.db()).await;
    assert!(refused.is_err());
    Ok(())
}

/// A permission of the same name on another model of the app opens nothing (CONTRACT 8.31).
#[every_database]
async fn another_models_permission_opens_no_row(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let other = refrain::model::Models::default().with::<truck::Entity>();
    site.auth.sync_permissions(db.db(), &other, &Default::default()).await?;
    site.alice.permissions().add(db.db(), ["drivers.drive"]).await?;
    assert!(site.alice.has_perm(db.db(), "drivers.drive").await?);
    let rows = site.auth.objects_for_user::<car::Entity>(&site.alice, ["drive"]).select(db.db()).await?;
    assert_eq!(site.places(&db, rows).await?, "-");
    Ok(())
}

/// A codename that the program does not declare is answered as any other: by the permission's content type, of a user as
/// of a group.
#[every_database]
async fn what_is_held_everywhere_is_the_models_own_permission(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let other = refrain::model::Models::default().with::<truck::Entity>();
    site.auth.sync_permissions(db.db(), &other, &Default::default()).await?;
    let insert = "INSERT INTO auth_permission (name, content_type_id, codename) \
                  SELECT 'Can', id, '%' FROM django_content_type WHERE model = 'car'";
    for codename in ["paint", "drive"] {
        db.execute_unprepared(&insert.replace('%', codename)).await?;
    }
    let of = async |model: &str, codename: &str| -> Result<i64> {
        let held = site.auth.permissions(db.db()).await?;
        let is_it = |held: &&refrain::auth::Permission| held.model == model && held.codename == codename;
        Ok(held.iter().find(is_it).expect("it was made").id.into())
    };
    let ask = async |codename: &str| -> Result<[String; 2]> {
        let alice = site.alice.reload(db.db()).await?.expect("alice is there");
        let of_user = site.auth.objects_for_user::<car::Entity>(&alice, [codename]).select(db.db()).await?;
        let of_group = site.auth.objects_for_group::<car::Entity>(&site.editors, [codename]).select(db.db()).await?;
        Ok([site.places(&db, of_user).await?, site.places(&db, of_group).await?])
    };
    let all = "1,2,3,4,5,6,7,8";
    assert_eq!(ask("paint").await?, ["-", "-"]);
    site.editors.permissions().add(db.db(), ["drivers.paint"]).await?;
    assert_eq!(ask("paint").await?, [all, all], "nobody declared it, and the group holds it");
    // two models have a `drive`: it counts whose it is
    let grant = async |permission: i64| -> Result<()> {
        db.execute_unprepared(&format!(
            "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES ({}, {permission})",
            site.editors.id
        ))
        .await?;
        Ok(())
    };
    grant(of("truck", "drive").await?).await?;
    assert_eq!(ask("drive").await?, ["-", "-"]);
    grant(of("car", "drive").await?).await?;
    assert_eq!(ask("drive").await?, [all, all]);
    Ok(())
}

/// Guardian takes an empty list for any grant whatever (CONTRACT 8.26); here that has a name.
#[every_database]
async fn rows_with_any_grant_whatever_are_asked_by_name(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let ask = async |user: &User, groups: bool| -> Result<String> {
        let rows = site.auth.objects_for_user_with_any_perm::<car::Entity>(user).use_groups(groups);
        site.places(&db, rows.select(db.db()).await?).await
    };
    assert_eq!(ask(&site.alice, true).await?, "1,2,3,4,5,6,8");
    assert_eq!(ask(&site.alice, false).await?, "1,2,3,6");
    let of_group = site.auth.objects_for_group_with_any_perm::<car::Entity>(&site.editors).select(db.db()).await?;
    assert_eq!(site.places(&db, of_group).await?, "4,5,6,8");
    // what is held on every row is no grant
    site.alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    assert_eq!(ask(&site.alice, false).await?, "1,2,3,6");
    let (root, _) = user(&site.auth, &db, NewUser::new("root").superuser(), &[]).await;
    assert_eq!(ask(&root, true).await?, "1,2,3,4,5,6,7,8");
    let (gone, _) = user(&site.auth, &db, NewUser::new("gone").superuser().inactive(), &[]).await;
    assert_eq!(ask(&gone, true).await?, "-");
    assert_eq!(ask(&User::anonymous(&site.auth), true).await?, "-");
    Ok(())
}

mod truck {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_truck")]
    #[refrain(app = "drivers", model = "Truck", permissions(drive = "Can drive"))]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[every_database]
async fn the_rows_are_a_query_without_duplicates_to_be_filtered_and_paged(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    // held every way at once
    site.auth.assign_perm(db.db(), car::Entity::VIEW_CAR, [&site.alice], &site.cars).await?;
    let both = async || site.auth.objects_for_user(&site.alice, [car::Entity::VIEW_CAR]).select(db.db()).await;
    assert_eq!(both().await?.count(db.db()).await?, 8);
    let named = both().await?.filter(car::Column::Name.is_in(["c2", "c4", "c7"]));
    assert_eq!(named.clone().count(db.db()).await?, 3);
    let page = named.order_by_desc(car::Column::Id).offset(1).limit(1).all(db.db()).await?;
    assert_eq!(page.iter().map(|car| car.name.as_str()).collect::<Vec<_>>(), ["c4"]);
    let names: Vec<String> = both().await?.select_only().column(car::Column::Name).into_tuple().all(db.db()).await?;
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 8);
    Ok(())
}

#[every_database]
async fn a_list_costs_one_statement(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let alice = site.alice.reload(db.db()).await?.expect("alice is there");
    let (counting, counter) = counted(&db);
    for permissions in [vec!["view_car"], vec!["view_car", "change_car"]] {
        let query = site.auth.objects_for_user::<car::Entity>(&alice, permissions).select(&counting).await?;
        assert_eq!(counter.take().len(), 0, "what alice holds is known");
        query.all(&counting).await?;
        assert_eq!(counter.take().len(), 1);
    }
    Ok(())
}

#[every_database]
async fn the_query_starts_at_the_grants(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let one = site.auth.objects_for_user(&site.alice, [car::Entity::VIEW_CAR]).select(db.db()).await?;
    insta::assert_snapshot!(db.backend().name(), sql_of(&one, &db, &site.alice));
    Ok(())
}
