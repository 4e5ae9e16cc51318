//! The article this library set out to follow, line of code by line of code: what Django's and DRF's lines do, their
//! counterparts here do. Left out are its lines on django-guardian, on ordinary views and on templates, which are tested
//! with those parts.

use poem::http::Method;
use refrain::{
    Access, Api, Context, DenyAll, IsAuthenticated, IsAuthenticatedOrReadOnly, ModelPermissions, Operators,
    PermissionClass, Result, Rule, async_trait,
    auth::{Auth, NewUser, Permission},
};
use refrain_testing::{Backend, TestDb, every_database};
use serde_json::json;

use crate::{
    people::{self, column, declare, labels, someone},
    support::{Client, Rules, api, car, car_of, cars, sync, user},
};

models! {
    plain_car: app = "drivers", model = "Car";
    viewed_car: app = "drivers", model = "Car", default_permissions(view, change);
    bare_car: app = "drivers", model = "Car", default_permissions(), permissions(publish_car = "Can publish car listing");
}

// class Car(models.Model): …
async fn every_model_gets_four_permissions(db: TestDb, auth: Auth) -> Result<()> {
    let four = ["drivers.add_car", "drivers.change_car", "drivers.delete_car", "drivers.view_car"];
    assert_eq!(declare::<plain_car::Entity>(&auth, &db).await?.created, four);
    let names = column::<String>(&db, "SELECT name FROM auth_permission ORDER BY id").await?;
    assert_eq!(names, ["Can add car", "Can change car", "Can delete car", "Can view car"]);

    let alice = someone(&auth, &db, "alice").await?;
    for label in four {
        assert!(!alice.has_perm(db.db(), label).await?, "{label}");
        alice.permissions().add(db.db(), [label]).await?;
        // user.has_perm("drivers.view_car")
        assert!(alice.has_perm(db.db(), label).await?, "{label}");
    }
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&four));
    Ok(())
}

async fn users_and_permissions_are_found_by_name(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let made = someone(&auth, &db, "alice").await?;
    // User.objects.get(username="alice")
    let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
    assert_eq!((alice.id(), alice.username.as_str()), (made.id(), "alice"));
    assert!(auth.user(db.db(), "bob").await?.is_none());
    // Permission.objects.get(content_type__app_label="drivers", codename="change_car")
    let perm = auth.permission(db.db(), "drivers.change_car").await?;
    assert_eq!((perm.label().as_str(), perm.name.as_str()), ("drivers.change_car", "Can change car"));
    let missing = auth.permission(db.db(), "drivers.paint_car").await.expect_err("nobody declared it");
    assert_eq!(missing.to_string(), "no permission is called `drivers.paint_car`");
    Ok(())
}

async fn permissions_are_added_set_removed_and_cleared(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let perm = auth.permission(db.db(), "drivers.change_car").await?;
    // user.user_permissions.add(perm)
    alice.permissions().add(db.db(), [&perm]).await?;
    assert_eq!(alice.user_permissions(db.db()).await?, labels(&["drivers.change_car"]));
    // user.user_permissions.set([perm])
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    alice.permissions().set(db.db(), [&perm]).await?;
    assert_eq!(alice.user_permissions(db.db()).await?, labels(&["drivers.change_car"]));
    // user.user_permissions.remove(perm)
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    alice.permissions().remove(db.db(), [&perm]).await?;
    assert_eq!(alice.user_permissions(db.db()).await?, labels(&["drivers.view_car"]));
    // user.user_permissions.clear()
    alice.permissions().add(db.db(), [&perm]).await?;
    alice.permissions().clear(db.db()).await?;
    assert_eq!(alice.user_permissions(db.db()).await?, labels(&[]));
    Ok(())
}

async fn one_permission_or_many_are_checked(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    alice.permissions().add(db.db(), ["drivers.change_car"]).await?;
    // user.has_perm("drivers.change_car")
    assert!(alice.has_perm(db.db(), "drivers.change_car").await?);
    assert!(!alice.has_perm(db.db(), "drivers.delete_car").await?);
    // user.has_perms(["drivers.change_car", "drivers.delete_car"])
    let both = ["drivers.change_car", "drivers.delete_car"];
    assert!(!alice.has_perms(db.db(), &both).await?);
    alice.permissions().add(db.db(), ["drivers.delete_car"]).await?;
    assert!(alice.has_perms(db.db(), &both).await?);
    Ok(())
}

async fn a_superuser_needs_no_grant_and_an_inactive_user_has_no_use_of_one(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    // admin.has_perm("drivers.change_car")
    let root = auth.create_user(db.db(), NewUser::new("root").superuser()).await?;
    assert_eq!(root.permissions().ids(db.db()).await?, Vec::<i64>::new());
    assert!(root.has_perm(db.db(), "drivers.change_car").await?);

    let dave = auth.create_user(db.db(), NewUser::new("dave").inactive()).await?;
    dave.permissions().add(db.db(), ["drivers.change_car"]).await?;
    assert!(!dave.has_perm(db.db(), "drivers.change_car").await?);
    let gone = auth.create_user(db.db(), NewUser::new("gone").superuser().inactive()).await?;
    assert!(!gone.has_perm(db.db(), "drivers.change_car").await?);
    Ok(())
}

async fn the_stale_cache_is_gone(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let perm = auth.permission(db.db(), "drivers.change_car").await?;
    assert!(!alice.has_perm(db.db(), "drivers.change_car").await?);
    // user.user_permissions.add(perm), and no User.objects.get(pk=user.pk) after it
    alice.permissions().add(db.db(), [&perm]).await?;
    assert!(alice.has_perm(db.db(), "drivers.change_car").await?);
    alice.permissions().remove(db.db(), [&perm]).await?;
    assert!(!alice.has_perm(db.db(), "drivers.change_car").await?);

    // User.objects.get(pk=user.pk) does the same here as there
    alice.permissions().add(db.db(), [&perm]).await?;
    let again = auth.user_by_id(db.db(), alice.id().expect("a user has a key")).await?.expect("alice is there");
    assert!(again.has_perm(db.db(), "drivers.change_car").await?);
    // a grant made by one value of a user is seen by every other
    again.permissions().clear(db.db()).await?;
    assert!(!alice.has_perm(db.db(), "drivers.change_car").await?);
    Ok(())
}

async fn a_group_gives_its_members_what_it_holds(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    assert!(!alice.has_perm(db.db(), "drivers.change_car").await?);
    // Group.objects.create(name="Editors")
    let editors = auth.create_group(db.db(), "Editors").await?;
    // Permission.objects.filter(content_type__app_label="drivers", codename__in=[…])
    let wanted = ["add_car", "change_car", "view_car"];
    let perms: Vec<Permission> = auth.permissions(db.db()).await?;
    let perms = perms.iter().filter(|perm| perm.app_label == "drivers" && wanted.contains(&perm.codename.as_str()));
    // editors.permissions.set(perms)
    editors.permissions().set(db.db(), perms).await?;
    assert!(!alice.has_perm(db.db(), "drivers.change_car").await?);
    // alice.groups.add(editors)
    alice.groups().add(db.db(), [&editors]).await?;
    // alice.has_perm("drivers.change_car")
    assert!(alice.has_perm(db.db(), "drivers.change_car").await?);
    assert!(!alice.has_perm(db.db(), "drivers.delete_car").await?);
    let held = labels(&["drivers.add_car", "drivers.change_car", "drivers.view_car"]);
    assert_eq!(alice.group_permissions(db.db()).await?, held);
    assert_eq!(alice.user_permissions(db.db()).await?, labels(&[]));
    assert_eq!(alice.group_names(db.db()).await?, ["Editors"]);
    Ok(())
}

async fn a_member_holds_the_groups_permissions_on_top_of_their_own(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let (alice, bob) = (someone(&auth, &db, "alice").await?, someone(&auth, &db, "bob").await?);
    let editors = auth.create_group(db.db(), "Editors").await?;
    editors.permissions().set(db.db(), ["drivers.view_car"]).await?;
    for member in [&alice, &bob] {
        member.groups().add(db.db(), [&editors]).await?;
    }
    alice.permissions().add(db.db(), ["drivers.delete_car"]).await?;
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&["drivers.view_car", "drivers.delete_car"]));
    assert_eq!(bob.all_permissions(db.db()).await?, labels(&["drivers.view_car"]));
    // one change of the role is a change for every member, on the values at hand
    editors.permissions().set(db.db(), ["drivers.add_car"]).await?;
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&["drivers.add_car", "drivers.delete_car"]));
    assert_eq!(bob.all_permissions(db.db()).await?, labels(&["drivers.add_car"]));
    Ok(())
}

// class Meta: permissions = [("publish_car", "Can publish car listing"), ("export_car", "Can export car data")]
async fn custom_permissions_are_checked_like_any_other(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let custom = "SELECT name FROM auth_permission WHERE codename IN ('publish_car', 'export_car') ORDER BY id";
    assert_eq!(column::<String>(&db, custom).await?, ["Can publish car listing", "Can export car data"]);
    let alice = someone(&auth, &db, "alice").await?;
    assert!(!alice.has_perm(db.db(), "drivers.publish_car").await?);
    alice.permissions().add(db.db(), ["drivers.publish_car"]).await?;
    // user.has_perm("drivers.publish_car")
    assert!(alice.has_perm(db.db(), "drivers.publish_car").await?);
    assert!(!alice.has_perm(db.db(), "drivers.export_car").await?);
    Ok(())
}

// class Meta: default_permissions = ("view", "change"), or ()
async fn the_automatic_set_can_be_trimmed_or_left_out(db: TestDb, auth: Auth) -> Result<()> {
    let report = declare::<bare_car::Entity>(&auth, &db).await?;
    assert_eq!(report.created, ["drivers.publish_car"]);
    let report = declare::<viewed_car::Entity>(&auth, &db).await?;
    assert_eq!(report.created, ["drivers.view_car", "drivers.change_car"]);
    // nobody can be granted what was never made
    let alice = someone(&auth, &db, "alice").await?;
    let refused = alice.permissions().add(db.db(), ["drivers.delete_car"]).await.expect_err("it was trimmed");
    assert_eq!(refused.to_string(), "no permission is called `drivers.delete_car`");
    Ok(())
}

// Permission.objects.create(…) in a data migration
async fn permissions_are_added_to_a_model_that_is_in_use(db: TestDb, auth: Auth) -> Result<()> {
    declare::<plain_car::Entity>(&auth, &db).await?;
    let alice = someone(&auth, &db, "alice").await?;
    alice.permissions().add(db.db(), ["drivers.change_car"]).await?;
    let report = declare::<car::Entity>(&auth, &db).await?;
    assert_eq!(report.created, ["drivers.publish_car", "drivers.export_car"]);
    alice.permissions().add(db.db(), ["drivers.publish_car"]).await?;
    assert!(alice.has_perms(db.db(), &["drivers.change_car", "drivers.publish_car"]).await?);
    Ok(())
}

with_either_key!(
    every_model_gets_four_permissions,
    users_and_permissions_are_found_by_name,
    permissions_are_added_set_removed_and_cleared,
    one_permission_or_many_are_checked,
    a_superuser_needs_no_grant_and_an_inactive_user_has_no_use_of_one,
    the_stale_cache_is_gone,
    a_group_gives_its_members_what_it_holds,
    a_member_holds_the_groups_permissions_on_top_of_their_own,
    custom_permissions_are_checked_like_any_other,
    the_automatic_set_can_be_trimmed_or_left_out,
    permissions_are_added_to_a_model_that_is_in_use,
);

/// The article's owner rule.
#[derive(Clone, Copy, Operators)]
struct IsOwner;

// class IsOwner(permissions.BasePermission)
#[async_trait]
impl PermissionClass for IsOwner {
    type Model = car::Entity;

    // def has_object_permission(self, request, view, obj)
    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        // if request.method in permissions.SAFE_METHODS: return True
        if cx.action().is_safe() {
            return Ok(Rule::Always);
        }
        // return obj.owner_id == request.user.id
        Ok(cx.user().owns(car::Column::OwnerId))
    }
}

// class CarViewSet(viewsets.ModelViewSet)
struct ByTheArticle;

impl Rules for ByTheArticle {
    fn permissions() -> Access<car::Entity> {
        // permission_classes = [permissions.DjangoModelPermissions, IsOwner]
        Access::to(ModelPermissions & IsOwner)
    }
}

/// The statuses of list, create, retrieve, put, patch and delete, in this order, on this car and with this token.
async fn statuses(client: &Client, car: i64, token: &str) -> [u16; 6] {
    let (list, row) = ("/api/cars", format!("/api/cars/{car}"));
    let body = || Some(json!({"name": "Polo"}));
    [
        client.ask(Method::GET, list, token, None).await.code(),
        client.ask(Method::POST, list, token, body()).await.code(),
        client.ask(Method::GET, &row, token, None).await.code(),
        client.ask(Method::PUT, &row, token, body()).await.code(),
        client.ask(Method::PATCH, &row, token, body()).await.code(),
        client.ask(Method::DELETE, &row, token, None).await.code(),
    ]
}

#[every_database]
async fn each_method_asks_the_models_permission_for_it(db: TestDb) -> Result<()> {
    let auth = people::django();
    sync(&auth, &db).await;
    let client = api::<ByTheArticle>(&db, &auth);
    for (held, expected) in [
        (&[][..], [403, 403, 403, 403, 403, 403]),
        (&["view"], [200, 403, 200, 403, 403, 403]),
        (&["add"], [403, 201, 403, 403, 403, 403]),
        (&["change"], [403, 403, 403, 200, 200, 403]),
        (&["delete"], [403, 403, 403, 403, 403, 204]),
        (&["add", "change", "delete", "view"], [200, 201, 200, 200, 200, 204]),
    ] {
        let name = if held.is_empty() { "nobody".to_owned() } else { held.join("_") };
        let (owner, token) = user(&auth, &db, NewUser::new(name), held).await;
        let car = car_of(&db, Some(&owner), "Golf").await;
        assert_eq!(statuses(&client, car.id, &token).await, expected, "{held:?}");
    }
    let car = car_of(&db, None, "Golf").await;
    assert_eq!(statuses(&client, car.id, "").await, [401; 6]);
    let refused = client.get("/api/cars", "").await;
    assert_eq!(refused.header("www-authenticate"), Some("Token"));
    assert_eq!(refused.json()["detail"], "Authentication credentials were not provided.");
    Ok(())
}

#[every_database]
async fn only_the_owner_changes_a_car(db: TestDb) -> Result<()> {
    let auth = people::django();
    sync(&auth, &db).await;
    let editors = auth.create_group(db.db(), "Editors").await?;
    let all = ["add", "change", "delete", "view"].map(|first| format!("drivers.{first}_car"));
    editors.permissions().set(db.db(), all).await?;
    let (alice, alices) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (bob, bobs) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let (_, writers) = user(&auth, &db, NewUser::new("writer"), &["change"]).await;
    let (_, roots) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    for editor in [&alice, &bob] {
        editor.groups().add(db.db(), [&editors]).await?;
    }
    let client = api::<ByTheArticle>(&db, &auth);
    let car = car_of(&db, Some(&alice), "Golf").await;
    assert_eq!(statuses(&client, car.id, &bobs).await, [200, 201, 200, 403, 403, 403]);
    // the owner rule is no model permission: a superuser is not exempt from it
    assert_eq!(statuses(&client, car.id, &roots).await, [200, 201, 200, 403, 403, 403]);
    // who may not view the car is not told that it is there
    assert_eq!(statuses(&client, car.id, &writers).await, [403, 403, 403, 404, 404, 403]);
    let nobodys = car_of(&db, None, "Beetle").await;
    assert_eq!(statuses(&client, nobodys.id, &alices).await, [200, 201, 200, 403, 403, 403]);
    let refused = client.ask(Method::DELETE, &format!("/api/cars/{}", car.id), &bobs, None).await;
    assert_eq!(refused.json()["detail"], "You do not have permission to perform this action.");
    let kept = "SELECT name FROM drivers_car WHERE name IN ('Golf', 'Beetle') ORDER BY name";
    assert_eq!(column::<String>(&db, kept).await?, ["Beetle", "Golf"]);

    assert_eq!(statuses(&client, car.id, &alices).await, [200, 201, 200, 200, 200, 204]);
    assert_eq!(column::<String>(&db, kept).await?, ["Beetle"]);
    Ok(())
}

#[every_database]
async fn who_makes_a_car_owns_it(db: TestDb) -> Result<()> {
    let auth = people::django();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["add", "change"]).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let client = api::<ByTheArticle>(&db, &auth);
    let key = |who: &refrain::auth::User| who.id().expect("a user has a key").to_string();
    let made = client.ask(Method::POST, "/api/cars", &token, Some(json!({"name": "Golf"}))).await;
    assert_eq!((made.code(), made.json()["owner_id"].to_string()), (201, key(&alice)));
    let id = made.json()["id"].as_i64().expect("a car has a key");
    // and makes none for others, and gives none away
    let for_bob = json!({"name": "Golf", "owner_id": key(&bob).parse::<i64>().expect("an integer key")});
    let made = client.ask(Method::POST, "/api/cars", &token, Some(for_bob.clone())).await;
    assert_eq!(made.code(), 403);
    let given = client.ask(Method::PATCH, &format!("/api/cars/{id}"), &token, Some(for_bob)).await;
    assert_eq!(given.code(), 403);
    let owners = column::<i32>(&db, "SELECT owner_id FROM drivers_car").await?;
    assert_eq!(owners.iter().map(i32::to_string).collect::<Vec<_>>(), [key(&alice)]);
    Ok(())
}

#[every_database]
async fn a_grant_counts_from_the_next_request(db: TestDb) -> Result<()> {
    let auth = people::django();
    sync(&auth, &db).await;
    let client = api::<ByTheArticle>(&db, &auth);
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    assert_eq!(client.get("/api/cars", &token).await.code(), 403);
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    assert_eq!(client.get("/api/cars", &token).await.code(), 200);
    alice.permissions().clear(db.db()).await?;
    assert_eq!(client.get("/api/cars", &token).await.code(), 403);
    Ok(())
}

/// Cars whose owners have uuid keys: `uuid` on PostgreSQL, and text elsewhere, as Django keeps them.
macro_rules! cars_of_members {
    ($($name:ident: $key:ty;)*) => {$(
        #[allow(unreachable_pub)]
        mod $name {
            use refrain::{Access, ModelPermissions, Serializer, ViewSet};
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = "drivers_car")]
            #[refrain(app = "drivers", model = "Car", owner = "owner_id")]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
                pub name: String,
                pub owner_id: Option<$key>,
                pub published: bool,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            #[derive(Serializer)]
            #[serializer(model = self)]
            pub struct Car {
                #[serializer(read_only)]
                id: i64,
                name: String,
                #[serializer(read_only, default = false)]
                published: bool,
            }

            pub struct Cars;

            impl ViewSet for Cars {
                type Serializer = Car;
                const PATH: &'static str = "/cars";

                fn permissions() -> Access<Entity> {
                    Access::to(ModelPermissions & refrain::IsOwnerOrReadOnly)
                }
            }
        }
    )*};
}

cars_of_members! {
    owned_by_uuid: sea_orm::prelude::Uuid;
    owned_by_text: String;
}

#[every_database(tables = uuid_users)]
async fn only_the_owner_changes_a_car_where_users_have_uuid_keys(db: TestDb) -> Result<()> {
    let auth = people::members();
    sync(&auth, &db).await;
    let all = ["add", "change", "delete", "view"];
    let (_, alices) = user(&auth, &db, NewUser::new("alice"), &all).await;
    let (_, bobs) = user(&auth, &db, NewUser::new("bob"), &all).await;
    let (_, nothing) = user(&auth, &db, NewUser::new("carol"), &[]).await;
    let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth);
    let client = Client::new(match db.backend() {
        Backend::Postgres => api.mount(owned_by_uuid::Cars).build()?,
        _ => api.mount(owned_by_text::Cars).build()?,
    });
    let made = client.ask(Method::POST, "/api/cars", &alices, Some(json!({"name": "Golf"}))).await;
    assert_eq!(made.code(), 201);
    let car = made.json()["id"].as_i64().expect("a car has a key");
    let owner = "SELECT m.username FROM drivers_car c JOIN club_member m ON m.id = c.owner_id";
    assert_eq!(column::<String>(&db, owner).await?, ["alice"]);
    assert_eq!(statuses(&client, car, "").await, [401; 6]);
    assert_eq!(statuses(&client, car, &nothing).await, [403; 6]);
    assert_eq!(statuses(&client, car, &bobs).await, [200, 201, 200, 403, 403, 403]);
    assert_eq!(statuses(&client, car, &alices).await, [200, 201, 200, 200, 200, 204]);
    Ok(())
}

/// Declares nothing.
struct Nothing;

impl Rules for Nothing {}

/// Declares a class of its own.
struct Own;

impl Rules for Own {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

#[every_database]
async fn permission_classes_are_set_per_view_or_globally(db: TestDb) -> Result<()> {
    let auth = people::django();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, viewers) = user(&auth, &db, NewUser::new("viewer"), &["view"]).await;
    let api = || Api::new("Drivers", "1.0", db.db().clone()).auth(auth.clone());
    // list and create for nobody, for a user who holds nothing, and for one who holds `view`
    let ask = async |api: refrain::BuiltApi| {
        let client = Client::new(api);
        let mut codes = Vec::new();
        for token in ["", &token, &viewers] {
            let list = client.get("/api/cars", token).await.code();
            let create = client.ask(Method::POST, "/api/cars", token, Some(json!({"name": "Golf"}))).await.code();
            codes.push((list, create));
        }
        codes
    };
    // DEFAULT_PERMISSION_CLASSES
    let set = api().default_permissions(IsAuthenticatedOrReadOnly).mount(cars::<Nothing>()).build()?;
    assert_eq!(ask(set).await, [(200, 401), (200, 201), (200, 201)]);
    // permission_classes = […] on the view replaces it
    let replaced = api().default_permissions(DenyAll).mount(cars::<Own>()).build()?;
    assert_eq!(ask(replaced).await, [(401, 401), (200, 201), (200, 201)]);
    let denied = api().default_permissions(DenyAll).mount(cars::<Nothing>()).build()?;
    assert_eq!(ask(denied).await, [(401, 401), (403, 403), (403, 403)]);
    // where nothing is set at all, the model's permissions are asked
    let unset = api().mount(cars::<Nothing>()).build()?;
    assert_eq!(ask(unset).await, [(401, 401), (403, 403), (200, 403)]);
    Ok(())
}
