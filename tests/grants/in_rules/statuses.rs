//! Who gets which status, and what a request costs.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::Json};
use refrain::{
    Access, Action, Api, Context, IntoPermissions, IsOwner, Locked, ModelPermissions, ObjectPermissions, Operators,
    PermissionClass, Problem, Result, RowAction, Rule, async_trait,
    auth::{Auth, NewUser, User},
    model::ModelInfo,
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::json;

use crate::support::{Cars, Client, Rules, api, auth, car, car_of, cars, sql_of, sync, user};

/// Rows that are published.
#[derive(Clone, Copy, Operators)]
pub struct Published;

#[async_trait]
impl PermissionClass for Published {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }
}

macro_rules! rules {
    ($($name:ident = $permissions:expr;)*) => {$(
        pub struct $name;

        impl Rules for $name {
            fn permissions() -> Access<car::Entity> {
                Access::to($permissions)
            }
        }
    )*};
}

rules! {
    Alone = ObjectPermissions;
    Both = ModelPermissions & ObjectPermissions;
    Either = ModelPermissions | ObjectPermissions;
    OwnedOr = IsOwner | ObjectPermissions;
    Negated = !ObjectPermissions;
    OnPublished = (IsOwner | ObjectPermissions) & Published;
    WithAnonymous = ObjectPermissions.with_anonymous();
}

struct Publish;

impl RowAction for Publish {
    type Of = Cars<Alone>;
    const NAME: &'static str = "publish";
    const METHOD: Method = Method::POST;
    const CODENAME: Option<&'static str> = Some("publish");
}

struct Actions;

#[OpenApi]
impl Actions {
    #[oai(path = "/cars/:id/publish", method = "post", operation_id = "cars_publish")]
    async fn publish(&self, id: Locked<Publish>) -> Result<Json<bool>, Problem> {
        let mut row = id.row.clone().into_active_model();
        row.published = Set(true);
        Ok(Json(id.save(row).await?.published))
    }
}

const WHO: [&str; 9] = ["", "none", "view", "change", "delete", "publish", "all", "model", "root"];

const LIST: &str = "/api/cars";
const ROW: &str = "/api/cars/{row}";
const MISSING: &str = "/api/cars/999999";

/// Of who was granted nothing, one permission, or all of them on the row; held all on the model; is a superuser.
const STATUSES: [(&str, &str, [u16; 9]); 14] = [
    //                            anon none view chng del  publ all  modl root
    ("GET", LIST, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("POST", LIST, [401, 403, 403, 403, 403, 403, 403, 201, 201]),
    ("OPTIONS", LIST, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET", ROW, [401, 404, 200, 404, 404, 404, 200, 404, 200]),
    ("HEAD", ROW, [401, 404, 200, 404, 404, 404, 200, 404, 200]),
    ("OPTIONS", ROW, [401, 200, 200, 200, 200, 200, 200, 200, 200]),
    // who may change a row they may not view changes it, and sees what they wrote
    ("PATCH", ROW, [401, 404, 403, 200, 404, 404, 200, 404, 200]),
    ("PUT", ROW, [401, 404, 403, 200, 404, 404, 200, 404, 200]),
    ("DELETE", ROW, [401, 404, 403, 404, 204, 404, 204, 404, 204]),
    ("POST", "/api/cars/{row}/publish", [401, 404, 403, 404, 404, 200, 200, 404, 200]),
    ("GET", MISSING, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("PATCH", MISSING, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("DELETE", MISSING, [401, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("POST", "/api/cars/999999/publish", [401, 404, 404, 404, 404, 404, 404, 404, 404]),
];

#[every_database]
async fn each_action_asks_for_its_own_grant(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let site = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).mount(cars::<Alone>()).with(Actions);
    let client = Client::new(site.build().expect("the parts fit"));
    let mut people = Vec::new();
    for name in WHO {
        people.push(match name {
            "" => None,
            "root" => Some(user(&auth, &db, NewUser::new(name).superuser(), &[]).await),
            "model" => {
                Some(user(&auth, &db, NewUser::new(name), &["add", "view", "change", "delete", "publish"]).await)
            }
            _ => Some(user(&auth, &db, NewUser::new(name), &[]).await),
        });
    }
    for (method, path, statuses) in STATUSES {
        for ((who, person), expected) in WHO.iter().zip(&people).zip(statuses) {
            let row = car_of(&db, None, "a car").await;
            for action in ["view", "change", "delete", "publish"] {
                if let Some((user, _)) = person.as_ref().filter(|_| *who == action || *who == "all") {
                    auth.assign_perm(db.db(), format!("{action}_car"), [user], [&row]).await?;
                }
            }
            let path = path.replace("{row}", &row.id.to_string());
            let body = ["POST", "PUT", "PATCH"].contains(&method).then(|| json!({"name": "changed"}));
            let method: Method = method.parse().expect("a method");
            let token = person.as_ref().map_or("", |(_, token)| token);
            let answer = client.ask(method.clone(), &path, token, body).await;
            assert_eq!(answer.code(), expected, "{method} {path} as `{who}`: {}", answer.text);
            if expected == 404 && method != Method::HEAD {
                assert_eq!(answer.json()["detail"], "No Car matches the given query.");
            }
        }
    }
    Ok(())
}

/// One expression, what the caller holds and was granted, and the statuses of `GET` and `PATCH`.
struct Line {
    held: &'static [&'static str],
    granted: &'static [&'static str],
    owns: bool,
    published: bool,
    get: u16,
    patch: u16,
}

const fn line(held: &'static [&'static str], granted: &'static [&'static str], get: u16, patch: u16) -> Line {
    Line { held, granted, owns: false, published: false, get, patch }
}

const fn of_row(owns: bool, published: bool, granted: &'static [&'static str], get: u16, patch: u16) -> Line {
    Line { held: &[], granted, owns, published, get, patch }
}

const VIEW: &[&str] = &["view"];
const CHANGE: &[&str] = &["change"];
const BOTH: &[&str] = &["view", "change"];
const NONE: &[&str] = &[];

#[every_database]
async fn grants_are_one_part_of_an_expression(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let table = [
        // DRF's DjangoObjectPermissions; a row one may see and not change is 403
        line(NONE, NONE, 403, 403),
        line(NONE, BOTH, 403, 403),
        line(BOTH, NONE, 404, 404),
        line(BOTH, VIEW, 200, 403),
        line(BOTH, CHANGE, 404, 200),
        line(BOTH, BOTH, 200, 200),
        line(VIEW, BOTH, 200, 403),
    ];
    expect::<Both>(&db, &auth, &table).await?;
    let table = [
        line(NONE, NONE, 404, 404),
        line(NONE, VIEW, 200, 403),
        line(NONE, CHANGE, 404, 200),
        line(VIEW, NONE, 200, 403),
        line(VIEW, CHANGE, 200, 200),
        line(CHANGE, NONE, 404, 200),
    ];
    expect::<Either>(&db, &auth, &table).await?;
    let table = [
        of_row(true, false, NONE, 200, 200),
        of_row(false, false, NONE, 404, 404),
        of_row(false, false, VIEW, 200, 403),
        of_row(false, false, CHANGE, 404, 200),
    ];
    expect::<OwnedOr>(&db, &auth, &table).await?;
    let table = [
        line(NONE, NONE, 200, 200),
        line(NONE, VIEW, 404, 200),
        line(NONE, CHANGE, 200, 403),
        line(BOTH, BOTH, 404, 404),
    ];
    expect::<Negated>(&db, &auth, &table).await?;
    let table = [
        of_row(true, true, NONE, 200, 200),
        of_row(true, false, BOTH, 404, 404),
        of_row(false, true, VIEW, 200, 403),
        of_row(false, true, BOTH, 200, 200),
        of_row(false, true, NONE, 404, 404),
    ];
    expect::<OnPublished>(&db, &auth, &table).await
}

async fn expect<R: Rules>(db: &TestDb, auth: &Auth, table: &[Line]) -> Result<()> {
    static N: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let client = api::<R>(db, auth);
    for (place, line) in table.iter().enumerate() {
        let n = N.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (caller, token) = user(auth, db, NewUser::new(format!("caller-{n}")), line.held).await;
        let row = row_of(db, line.owns.then_some(&caller), line.published).await;
        for action in line.granted {
            auth.assign_perm(db.db(), format!("{action}_car"), [&caller], [&row]).await?;
        }
        let path = format!("/api/cars/{}", row.id);
        let get = client.get(&path, &token).await;
        assert_eq!(get.code(), line.get, "GET of line {place} of {}: {}", std::any::type_name::<R>(), get.text);
        let list = client.get("/api/cars?limit=500", &token).await;
        if line.get == 403 {
            assert_eq!(list.code(), 403);
        } else {
            let listed = list.json()["results"].as_array().expect("a list").iter().any(|car| car["id"] == row.id);
            assert_eq!(listed, line.get == 200, "line {place} of {}", std::any::type_name::<R>());
        }
        let patch = client.ask(Method::PATCH, &path, &token, Some(json!({"name": "new"}))).await;
        assert_eq!(patch.code(), line.patch, "PATCH of line {place} of {}", std::any::type_name::<R>());
    }
    Ok(())
}

async fn row_of(db: &DatabaseConnection, owner: Option<&User>, published: bool) -> car::Model {
    let mut row = car_of(db, owner, "a car").await.into_active_model();
    row.published = Set(published);
    row.update(db).await.expect("the row is there")
}

#[every_database]
async fn anonymous_callers_have_grants_only_where_the_class_says_so(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (stand_in, _) = user(&auth, &db, NewUser::new("AnonymousUser"), &[]).await;
    let (open, closed) = (car_of(&db, None, "open").await, car_of(&db, None, "closed").await);
    auth.assign_perm(db.db(), car::Entity::VIEW_CAR, [&stand_in], [&open]).await?;
    let path = |row: &car::Model| format!("/api/cars/{}", row.id);

    let client = api::<WithAnonymous>(&db, &auth);
    assert_eq!(client.get("/api/cars", "").await.json()["count"], 1);
    assert_eq!(client.get(&path(&open), "").await.code(), 200);
    assert_eq!(client.get(&path(&closed), "").await.code(), 404);
    assert_eq!(client.ask(Method::DELETE, &path(&open), "", None).await.code(), 401, "seen, and not theirs to delete");
    assert_eq!(client.ask(Method::DELETE, &path(&closed), "", None).await.code(), 404);
    assert_eq!(client.ask(Method::POST, "/api/cars", "", Some(json!({"name": "x"}))).await.code(), 401);

    let client = api::<Alone>(&db, &auth);
    assert_eq!(client.get("/api/cars", "").await.code(), 401);
    assert_eq!(client.get(&path(&open), "").await.code(), 401);
    let client = api::<WithAnonymous>(&db, &auth.with_anonymous_user(None));
    assert_eq!(client.get(&path(&open), "").await.code(), 401);
    Ok(())
}

#[every_database]
async fn grants_cost_no_statement_of_their_own(db: TestDb) -> Result<()> {
    // MariaDB returns no written row: it is read back
    let back = usize::from(db.backend() == Backend::MariaDb);
    // PostgreSQL alone locks no row that the rule does not admit
    let look = usize::from(db.backend() != Backend::Postgres);
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["add"]).await;
    let row = car_of(&db, None, "a car").await;
    for codename in ["view_car", "change_car", "delete_car"] {
        auth.assign_perm(db.db(), codename, [&alice], [&row]).await?;
    }
    let (counting, counter) = counted(&db);
    let client = api::<Alone>(&counting, &auth);
    let detail = format!("/api/cars/{}", row.id);
    let renamed = || Some(json!({"name": "renamed"}));
    // the first write of all finds out what isolation it has, and may begin twice
    assert_eq!(client.ask(Method::POST, "/api/cars", &token, renamed()).await.code(), 201);
    counter.take();
    for (what, method, path, body, statements) in [
        ("authentication, count, page", Method::GET, "/api/cars", None, 3),
        ("authentication, the row", Method::GET, &detail, None, 2),
        ("a missing row: the same", Method::GET, "/api/cars/999999", None, 2),
        ("authentication, the caller afresh, the row", Method::POST, "/api/cars", renamed(), 3 + back),
        // authentication, a look; the lock, the caller afresh, judging again since grants are not the row's own, the update,
        // judging what it became
        ("a change", Method::PATCH, &detail, renamed(), 6 + look),
        ("the same, then the grants of users and groups, and the row", Method::DELETE, &detail, None, 4 + look + 3),
    ] {
        let answer = client.ask(method, path, &token, body).await;
        assert!(answer.code() < 300 || path.ends_with("999999"), "{what}: {}", answer.text);
        let sql = counter.take();
        assert_eq!(sql.len(), statements, "{what}: {sql:#?}");
    }
    Ok(())
}

/// One set of keys that each part adds to, from the side that is small for it.
#[every_database]
async fn an_or_with_grants_is_a_union_of_keys(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (model, headers) = (ModelInfo::of::<car::Entity>(), Default::default());
    let cx = Context::new(&alice, Action::List, Some(&model), &headers, db.db());
    let permissions = ((IsOwner | ObjectPermissions) & Published).into_permissions();
    let query =
        car::Entity::find().select_only().column(car::Column::Id).filter(permissions.meaning(&cx).await?.filter());
    insta::assert_snapshot!(db.backend().name(), sql_of(&query, &db, &alice));
    Ok(())
}
