//! A row is read by the statement that finds its reader, where the rules can be foreseen; what is answered is the same.

use std::sync::atomic::{AtomicBool, Ordering};

use poem::http::Method;
use refrain::{
    Access, Api, Context, Db, HasPerm, Hook, IsAuthenticated, IsOwner, IsOwnerOrReadOnly, Lists, ModelPermissions,
    ObjectPermissions, Operators, PermissionClass, Result, RowHook, Rule, ViewSet, async_trait,
    auth::{Auth, NewUser, User, UserId},
    authentication::{Authenticator, Authenticators, Offered, Refused, SecurityKind, SecurityScheme},
    entity::{Key, UserTable},
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, Insert, IntoActiveModel,
    QueryFilter, QueryTrait, Schema, Select,
};
use serde_json::json;

use crate::support::{Car, Client, auth, car, car_of, sync, token_and_basic, user};

/// A viewset over the cars that tells what may be done with each.
macro_rules! telling {
    ($($name:ident: $permissions:expr $(, $rows:item)?;)*) => {$(
        struct $name;

        impl ViewSet for $name {
            type Serializer = Car;
            const PATH: &'static str = "/cars";
            const ROW_PERMISSIONS: bool = true;

            fn permissions() -> Access<car::Entity> {
                Access::to($permissions)
            }

            $($rows)?
        }
    )*};
}

telling! {
    Owned: IsOwner;
    Shared: ModelPermissions & IsOwnerOrReadOnly;
    Granted: ObjectPermissions | IsOwner;
    Hooked: IsOwner & Hook(Named);
    Ours: Mine;
    Partly: (HasPerm("drivers.view_car") | IsOwner) & (HasPerm("drivers.publish_car") | IsOwner);
    Published: IsOwner, fn query(&self, cx: &Context<'_>) -> Option<Select<car::Entity>> {
        (!cx.user().is_staff).then(|| car::Entity::find().filter(car::Column::Published.eq(true)))
    };
}

/// Asks Rust about a row.
struct Named;

#[async_trait]
impl RowHook for Named {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 10 };

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(row.name != "unnamed")
    }
}

/// A class of one's own: nobody knows beforehand what it asks.
#[derive(Clone, Copy, Operators)]
struct Mine;

#[async_trait]
impl PermissionClass for Mine {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        Ok(cx.user().owns(car::Column::OwnerId))
    }
}

/// Owned rows by each reader: what is answered, and in how many statements.
async fn answers<V: ViewSet>(db: &TestDb, viewset: V, statements: usize) {
    let auth = auth();
    sync(&auth, db).await;
    let all = ["view", "change"];
    let (alice, alice_token) = user(&auth, db, NewUser::new("alice"), &all).await;
    let (_, bob_token) = user(&auth, db, NewUser::new("bob"), &all).await;
    let own = car_of(db, Some(&alice), "own").await.id;
    let nobodys = car_of(db, None, "nobody's").await.id;
    db.execute_unprepared("UPDATE drivers_car SET published = (1 = 1)").await.expect("they are published");
    let (counting, counter) = counted(db);
    let api = Api::new("Drivers", "1", counting).auth(auth.clone()).mount(viewset);
    let client = Client::new(api.build().expect("the parts fit"));
    let both = json!(["view", "change"]);
    for (token, id, told) in [
        (&alice_token, own, Some(&both)),
        (&alice_token, nobodys, None),
        (&bob_token, own, None),
        (&bob_token, 0, None),
    ] {
        let answer = client.get(&format!("/api/cars/{id}"), token).await;
        let sql = counter.take();
        assert_eq!(sql.len(), statements, "{sql:#?}");
        match told {
            None => answer.is_problem(404, "not_found", "No Car matches the given query.", &json!(null)),
            Some(told) => {
                let row = answer.json();
                let told: Vec<_> = told.as_array().expect("names").iter().chain(&[json!("delete")]).cloned().collect();
                assert_eq!(row["permissions"], json!(told), "{row}");
                assert_eq!((&row["id"], &row["name"], &row["published"]), (&json!(own), &json!("own"), &json!(true)));
            }
        }
    }
    // what is no key, and no column's key, is answered as ever
    for (path, status) in [("/api/cars/abc", 404), ("/api/cars/99999999999999999999999", 404), ("/api/cars/%00", 404)] {
        assert_eq!(client.get(path, &alice_token).await.code(), status, "{path}");
        assert_eq!(counter.take().len(), 1, "{path}");
    }
    for (path, token) in [(own, ""), (own, "ffff")] {
        assert_eq!(client.get(&format!("/api/cars/{path}"), token).await.code(), 401);
        assert_eq!(counter.take().len(), usize::from(!token.is_empty()));
    }
    let head = client.ask(Method::HEAD, &format!("/api/cars/{own}"), &alice_token, None).await;
    assert_eq!((head.code(), head.text.as_str(), counter.take().len()), (200, "", statements));
    // the row is read with an inactive user, and shown to nobody
    db.execute_unprepared("UPDATE auth_user SET is_active = (1 = 0)").await.expect("nobody is active");
    let answer = client.get(&format!("/api/cars/{own}"), &alice_token).await;
    answer.is_problem(401, "authentication_failed", "User inactive or deleted.", &json!(null));
    assert_eq!(counter.take().len(), 1);
}

#[every_database]
async fn a_row_and_its_owner_are_one_statement(db: TestDb) {
    answers(&db, Owned, 1).await;
}

#[every_database]
async fn a_hook_is_asked_about_a_row_that_was_read_with_its_reader(db: TestDb) {
    answers(&db, Hooked, 1).await;
}

#[every_database]
async fn what_a_class_of_ones_own_asks_is_not_foreseen(db: TestDb) {
    answers(&db, Ours, 2).await;
}

#[every_database]
async fn a_query_of_ones_own_is_not_foreseen(db: TestDb) {
    answers(&db, Published, 2).await;
}

#[every_database]
async fn grants_are_not_foreseen(db: TestDb) {
    answers(&db, Granted, 2).await;
}

/// A caller whose rule is none of those foreseen: a row that is hidden costs what one costs that is not there.
#[every_database]
async fn a_hidden_row_costs_what_a_missing_one_does(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let hidden = car_of(&db, None, "hidden").await.id;
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1", counting).auth(auth.clone()).mount(Partly);
    let client = Client::new(api.build().expect("the parts fit"));
    for id in [hidden, 0] {
        assert_eq!(client.get(&format!("/api/cars/{id}"), &token).await.code(), 404);
        assert_eq!(counter.take().len(), 2, "{id}");
    }
}

/// Keeps the handle that it was given first.
struct Keeps(std::sync::OnceLock<Auth>);

#[async_trait]
impl Authenticator for Keeps {
    async fn authenticate(
        &self,
        auth: &Auth,
        db: Db<'_>,
        offered: &Offered<'_>,
    ) -> std::result::Result<Option<User>, Refused> {
        let Some(id) = offered.header("x-id")?.and_then(|id| id.to_str().ok()?.parse::<i64>().ok()) else {
            return Ok(None);
        };
        Ok(self.0.get_or_init(|| auth.clone()).user_by_id(db, id).await?)
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("keeps", SecurityKind::Header("X-Id".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Id"
    }
}

#[every_database]
async fn a_row_is_the_one_that_was_asked_for_whatever_an_authenticator_keeps(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let rows = [car_of(&db, Some(&alice), "first").await, car_of(&db, Some(&alice), "second").await];
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone());
    let api = api.authenticators(Authenticators::none().with(Keeps(Default::default()))).mount(Owned);
    let client = Client::new(api.build().expect("the parts fit"));
    for row in rows.iter().chain(&rows) {
        let request = client.raw().get(format!("/api/cars/{}", row.id));
        let id = alice.id().expect("a key").to_string();
        let answer = crate::support::answer(request.header("x-id", id).send().await).await;
        assert_eq!(answer.json()["name"], json!(row.name), "{}", answer.text);
    }
}

/// Its query counts on what the guard sees to: nobody who was made up has it.
#[every_database]
async fn a_query_is_asked_for_nobody_whom_the_guard_refuses(db: TestDb) {
    static ASKED_OF_NOBODY: AtomicBool = AtomicBool::new(false);
    struct Tenants;
    impl ViewSet for Tenants {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(IsAuthenticated)
        }
        fn query(&self, cx: &Context<'_>) -> Option<Select<car::Entity>> {
            if cx.user().id().is_none() {
                ASKED_OF_NOBODY.store(true, Ordering::Relaxed);
            }
            cx.user().id().expect("the guard lets nobody in without one");
            let name = cx.headers()["x-tenant"].to_str().expect("a name");
            Some(car::Entity::find().filter(car::Column::Name.eq(name)))
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, None, "a").await.id;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Tenants);
    let client = Client::new(api.build().expect("the parts fit"));
    for (tenant, status) in [("a", 200), ("b", 404)] {
        let request = client.raw().get(format!("/api/cars/{row}")).header("authorization", format!("Token {token}"));
        assert_eq!(request.header("x-tenant", tenant).send().await.0.status().as_u16(), status);
    }
    assert!(!ASKED_OF_NOBODY.load(Ordering::Relaxed));
}

#[every_database]
async fn what_is_told_is_asked_with_the_reader(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, alice_token) = user(&auth, &db, NewUser::new("alice"), &["view", "change"]).await;
    let (_, bob_token) = user(&auth, &db, NewUser::new("bob"), &["view", "delete"]).await;
    let (_, root_token) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let (_, nobody_token) = user(&auth, &db, NewUser::new("nobody"), &[]).await;
    let [own, unowned] = [car_of(&db, Some(&alice), "own").await.id, car_of(&db, None, "nobody's").await.id];
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1", counting).auth(auth.clone()).mount(Shared);
    let client = Client::new(api.build().expect("the parts fit"));
    for (token, id, told) in [
        (&alice_token, own, json!(["view", "change"])),
        (&alice_token, unowned, json!(["view"])),
        (&bob_token, own, json!(["view"])),
        (&root_token, own, json!(["view"])),
        (&nobody_token, own, json!(null)),
    ] {
        let answer = client.get(&format!("/api/cars/{id}"), token).await;
        assert_eq!((answer.json()["permissions"].clone(), counter.take().len()), (told, 1), "{}", answer.text);
    }
    // the next request sees what became of the row, of the permissions and of the user
    let mine = alice.id().expect("a key");
    for (sql, status, told) in [
        (format!("UPDATE drivers_car SET owner_id = {mine} WHERE id = {unowned}"), 200, json!(["view", "change"])),
        ("UPDATE drivers_car SET owner_id = NULL".to_owned(), 200, json!(["view"])),
        (format!("DELETE FROM drivers_car WHERE id = {unowned}"), 404, json!(null)),
        ("DELETE FROM auth_user_user_permissions".to_owned(), 403, json!(null)),
        ("DELETE FROM authtoken_token".to_owned(), 401, json!(null)),
    ] {
        db.execute_unprepared(&sql).await.expect("it is changed");
        let answer = client.get(&format!("/api/cars/{unowned}"), &alice_token).await;
        assert_eq!((answer.code(), answer.json()["permissions"].clone()), (status, told), "{sql}: {}", answer.text);
        assert_eq!(counter.take().len(), 1, "{sql}");
    }
}

/// Finds its user by a name in a header, by two looks of which the second counts, and takes staff's rights away.
struct ByName;

#[async_trait]
impl Authenticator for ByName {
    async fn authenticate(
        &self,
        auth: &Auth,
        db: Db<'_>,
        offered: &Offered<'_>,
    ) -> std::result::Result<Option<User>, Refused> {
        let Some(name) = offered.header("x-name")? else { return Ok(None) };
        let name = name.to_str().unwrap_or_default();
        auth.user(db, "alice").await?;
        let mut user = auth.user(db, name).await?;
        if let Some(user) = &mut user {
            user.is_superuser = false;
        }
        Ok(user)
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("byName", SecurityKind::Header("X-Name".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Name"
    }
}

#[every_database]
async fn whoever_is_found_comes_with_the_row_judged_for_them(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice").password("secret"), &["view"]).await;
    user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let own = car_of(&db, Some(&alice), "own").await.id;
    let authenticators = token_and_basic().with(ByName);
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).authenticators(authenticators).mount(Owned);
    let client = Client::new(api.build().expect("the parts fit"));
    let by = async |header: &str, value: &str| {
        let request = client.raw().get(format!("/api/cars/{own}")).header(header, value);
        crate::support::answer(request.send().await).await.code()
    };
    assert_eq!(by("x-name", "alice").await, 200);
    assert_eq!(by("x-name", "root").await, 404, "whose right was taken away, and the row is another's");
    assert_eq!(by("authorization", "Basic YWxpY2U6c2VjcmV0").await, 200);
    assert_eq!(by("authorization", "Basic YWxpY2U6d3Jvbmc=").await, 401);
}

/// Looks its users up over a pool of its own, which may be another database's.
struct Elsewhere(DatabaseConnection);

#[async_trait]
impl Authenticator for Elsewhere {
    async fn authenticate(
        &self,
        auth: &Auth,
        _: Db<'_>,
        offered: &Offered<'_>,
    ) -> std::result::Result<Option<User>, Refused> {
        match offered.header("x-name")? {
            Some(name) => Ok(auth.user(&self.0, name.to_str().unwrap_or_default()).await?),
            None => Ok(None),
        }
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("elsewhere", SecurityKind::Header("X-Name".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Name"
    }
}

#[every_database]
async fn a_row_is_read_over_the_apis_own_connection(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let own = car_of(&db, Some(&alice), "own").await.id;
    let (users, of_users) = counted(&db);
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1", counting).auth(auth.clone());
    let api = api.authenticators(Authenticators::none().with(Elsewhere(users))).mount(Owned);
    let client = Client::new(api.build().expect("the parts fit"));
    let answer = client.raw().get(format!("/api/cars/{own}")).header("x-name", "alice").send().await;
    assert_eq!(answer.0.status(), 200);
    let sql = of_users.take();
    assert_eq!((sql.len(), counter.take().len()), (1, 1));
    assert!(!sql[0].contains("drivers_car"), "{sql:?}");
}

macro_rules! models {
    ($($module:ident: $table:literal, $path:literal, $column:ident: $kind:ty, $shown:ident, $viewset:ident;)*) => {$(
        mod $module {
            use refrain::{Access, IsAuthenticated, Serializer, ViewSet};
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = "odd", model = $table)]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i32,
                pub $column: $kind,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}
            impl ActiveModelBehavior for ActiveModel {}

            #[derive(Serializer)]
            #[serializer(model = super::$module)]
            pub struct $shown {
                pub id: i32,
                pub $column: $kind,
            }

            pub struct $viewset;

            impl ViewSet for $viewset {
                type Serializer = $shown;
                const PATH: &'static str = $path;

                fn permissions() -> Access<Entity> {
                    Access::to(IsAuthenticated)
                }
            }
        }
    )*};
}

models! {
    short: "u", "/short", is_active: bool, ShortRow, Short;
    upper: "Asked", "/upper", codename: bool, UpperRow, Upper;
    fits: "fits", "/fits", a_column_with_the_longest_name_that_is_read_so_far: bool, FitsRow, Fits;
    long: "long", "/long", a_column_with_a_name_that_is_nearly_as_long_as_any_can_be_here: bool, LongRow, Long;
    wide: "wide", "/wide", labels: Json, WideRow, Wide;
    own: "odd_own", "/own", password: bool, OwnRow, Own;
    people: "auth_user", "/people", username: String, PeopleRow, People;
}

/// Tables called as those of the statement that finds a user, columns called as its, and the users themselves.
#[every_database]
async fn names_are_told_apart(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let schema = Schema::new(db.get_database_backend());
    for table in [
        schema.create_table_from_entity(short::Entity),
        schema.create_table_from_entity(upper::Entity),
        schema.create_table_from_entity(fits::Entity),
        schema.create_table_from_entity(long::Entity),
        schema.create_table_from_entity(wide::Entity),
        schema.create_table_from_entity(own::Entity),
    ] {
        db.execute(&table).await.expect("a table is made");
    }
    for insert in [
        Insert::one(short::ActiveModel { id: Set(7), is_active: Set(false) }).into_query(),
        Insert::one(upper::ActiveModel { id: Set(7), codename: Set(false) }).into_query(),
        Insert::one(
            fits::Model { id: 7, a_column_with_the_longest_name_that_is_read_so_far: false }.into_active_model(),
        )
        .into_query(),
        Insert::one(
            long::Model { id: 7, a_column_with_a_name_that_is_nearly_as_long_as_any_can_be_here: false }
                .into_active_model(),
        )
        .into_query(),
        Insert::one(wide::ActiveModel { id: Set(7), labels: Set(json!([])) }).into_query(),
        Insert::one(own::ActiveModel { id: Set(7), password: Set(false) }).into_query(),
    ] {
        db.execute(&insert).await.expect("a row is made");
    }
    let (counting, counter) = counted(&db);
    let api = Api::new("Odd", "1", counting).auth(auth.clone());
    let api = api
        .mount(short::Short)
        .mount(upper::Upper)
        .mount(fits::Fits)
        .mount(long::Long)
        .mount(wide::Wide)
        .mount(own::Own)
        .mount(people::People);
    let client = Client::new(api.build().expect("the parts fit"));
    let id = alice.id().expect("a key").to_string();
    for (path, member, value, statements) in [
        ("/api/short/7", "is_active", json!(false), 2),
        ("/api/upper/7", "codename", json!(false), 2),
        ("/api/fits/7", "a_column_with_the_longest_name_that_is_read_so_far", json!(false), 1),
        ("/api/long/7", "a_column_with_a_name_that_is_nearly_as_long_as_any_can_be_here", json!(false), 2),
        // of any length: whoever is refused is not to cost that much
        ("/api/wide/7", "labels", json!([]), 2),
        ("/api/own/7", "password", json!(false), 1),
        (&format!("/api/people/{id}"), "username", json!("alice"), 1),
    ] {
        let answer = client.get(path, &token).await;
        assert_eq!((answer.code(), &answer.json()[member]), (200, &value), "{path}: {}", answer.text);
        assert_eq!(counter.take().len(), statements, "{path}");
    }
    assert_eq!(client.get("/api/people/0", &token).await.code(), 404);
}

mod seat {
    use refrain::{Access, IsOwner, Serializer, ViewSet};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "club_seat")]
    #[refrain(app = "club", model = "Seat", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub owner_id: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}

    #[derive(Serializer)]
    #[serializer(model = super::seat)]
    pub struct Seat {
        pub id: i32,
    }

    pub struct Seats;

    impl ViewSet for Seats {
        type Serializer = Seat;
        const PATH: &'static str = "/seats";

        fn permissions() -> Access<Entity> {
            Access::to(IsOwner)
        }
    }
}

/// PostgreSQL keeps a uuid in one form; elsewhere a column may hold it in either of two.
#[every_database(tables = uuid_users)]
async fn a_key_that_a_column_may_hold_in_two_forms_is_not_foreseen(db: TestDb) {
    let auth = Auth::new(UserTable::custom("club", "Member", Key::Uuid));
    let table = Schema::new(db.get_database_backend()).create_table_from_entity(seat::Entity);
    db.execute(&table).await.expect("a table is made");
    let [alice, bob] = [
        auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user"),
        auth.create_user(db.db(), NewUser::new("bob")).await.expect("a user"),
    ];
    let UserId::Uuid(id) = alice.id().expect("a key") else { panic!("a uuid") };
    let own = Insert::one(seat::ActiveModel { id: Set(1), owner_id: Set(Some(id)) }).into_query();
    db.execute(&own).await.expect("a row is made");
    let (counting, counter) = counted(&db);
    let api = Api::new("Club", "1", counting).auth(auth.clone()).mount(seat::Seats);
    let client = Client::new(api.build().expect("the parts fit"));
    let statements = if db.backend() == Backend::Postgres { 1 } else { 2 };
    for (user, status) in [(alice, 200), (bob, 404)] {
        let token = user.token(db.db()).await.expect("a token");
        counter.take();
        assert_eq!(client.get("/api/seats/1", &token).await.code(), status);
        assert_eq!(counter.take().len(), statements);
    }
}
