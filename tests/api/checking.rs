//! What `check` refuses: endpoints that are open, closed or undecided without anybody having said so.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Action, AllowAny, AnyModel, Api, BuiltApi, CollectionAction, Context, DenyAll, Error, Guarded,
    HandlerPermissions, HasPerm, HasPerms, IntoPermissions, IsAdminUser, IsAuthenticated, IsOwner, IsOwnerOrReadOnly,
    IsSuperuser, ModelPermissions, ObjectPermissions, Operators, PermissionClass, Permissions, PermissionsFor,
    ReadOnly, Result, Row, RowAction, Rows, Rule, UserPasses, ViewSet,
    api::{Finding, Part, Severity},
    async_trait,
    auth::{Auth, User},
    entity::{Key, UserTable},
    model::Models,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ColumnTrait, DatabaseConnection, QuerySelect, QueryTrait};

use crate::support::{self, Car, Rules, auth, car, cars};

fn api(db: &TestDb) -> Api {
    Api::new("Drivers", "1", db.db().clone()).auth(auth())
}

async fn found(api: Api<impl Part>) -> Vec<Finding> {
    api.build().expect("the parts fit").check(&Models::default()).await
}

/// Severity, code and endpoint of each.
fn briefly(findings: &[Finding]) -> Vec<String> {
    let brief = |finding: &Finding| {
        let severity = format!("{:?}", finding.severity).to_lowercase();
        format!("{severity} {} {}", finding.code, finding.endpoint.as_deref().unwrap_or("-"))
    };
    findings.iter().map(brief).collect()
}

/// The cars with what is said of each action.
macro_rules! rules {
    ($name:ident: $permissions:expr) => {
        struct $name;
        impl Rules for $name {
            fn permissions() -> Access<car::Entity> {
                $permissions
            }
        }
    };
}

/// Nothing is declared.
struct Silent;

impl ViewSet for Silent {
    type Serializer = Car;
    const PATH: &'static str = "/silent";
    const ACTIONS: &'static [Action] = &[Action::List, Action::Create];
}

struct Feature;

impl RowAction for Feature {
    type Of = Silent;
    const NAME: &'static str = "feature";
    const METHOD: Method = Method::POST;
    const CODENAME: Option<&'static str> = Some("publish");
}

struct Honk;

impl RowAction for Honk {
    type Of = Silent;
    const NAME: &'static str = "honk";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner)
    }
}

struct SilentHandlers;

#[OpenApi]
impl SilentHandlers {
    #[oai(path = "/silent/:id/feature", method = "post")]
    async fn feature(&self, id: Row<Feature>) -> PlainText<String> {
        PlainText(id.name.clone())
    }

    #[oai(path = "/silent/:id/honk", method = "post")]
    async fn honk(&self, id: Row<Honk>) -> PlainText<String> {
        PlainText(id.name.clone())
    }

    #[oai(path = "/plain", method = "get")]
    async fn plain(&self) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/hidden", method = "get", hidden)]
    async fn hidden(&self) -> PlainText<&'static str> {
        PlainText("")
    }
}

rules!(ByDefault: Access::global());

#[every_database(tables = none)]
async fn an_endpoint_without_a_declared_class_is_an_error(db: TestDb) {
    let findings = found(api(&db).mount(Silent).with(SilentHandlers)).await;
    let expected = [
        "error undeclared GET /api/plain",
        "error undeclared GET /api/silent",
        "error undeclared POST /api/silent",
        "error undeclared POST /api/silent/{id}/feature",
        "warning hidden GET /api/hidden",
    ];
    assert_eq!(briefly(&findings), expected);
    let told: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert_eq!(
        told[1],
        "error: GET /api/silent: no permission class is declared; it asks the default, `ModelPermissions`\n  \
         write `fn permissions()` on the viewset; `Access::global()` says that the default is meant"
    );
    assert!(told[0].ends_with("write an argument that says who may call it, as in `Guarded<IsAuthenticated>`"));
    assert!(found(api(&db).mount(cars::<ByDefault>())).await.is_empty(), "a default that is meant is declared");
}

rules!(Open: Access::to(AllowAny));
rules!(OpenByMistake: Access::to(ModelPermissions).on(Action::Create, !IsOwner).on(Action::Destroy, IsPublished));
rules!(OpenOnPurpose: Access::to(ModelPermissions).on(Action::Create, AllowAny).on(Action::Destroy, AllowAny & IsPublished));
rules!(OpenToUsers: Access::to(IsAuthenticated).on(Action::Create, IsAuthenticated).on(Action::Update, IsAdminUser));

/// What was granted to the caller, or to who stands for callers without a name.
#[derive(Clone, Copy, Operators)]
struct Granted;

#[async_trait]
impl PermissionClass for Granted {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        let granted = cx.user().auth().objects_for_user(cx.user(), [car::Entity::VIEW_CAR]).with_anonymous();
        let granted = granted.select(cx.db()).await?.select_only().column(car::Column::Id);
        Ok(Rule::when(car::Column::Id.in_subquery(granted.into_query())))
    }
}

rules!(GrantedByMistake: Access::to(ModelPermissions).on(Action::List, Granted).on(Action::Retrieve, IsPublished));
rules!(GrantedOnPurpose: Access::to(ModelPermissions).on(Action::List, ObjectPermissions.with_anonymous() | IsPublished));

#[every_database(tables = none)]
async fn a_read_that_grants_may_open_to_everybody_is_told_of(db: TestDb) {
    let findings = found(api(&db).mount(cars::<GrantedByMistake>())).await;
    assert_eq!(briefly(&findings), ["warning open_read GET /api/cars"]);
    let told = findings[0].to_string();
    assert!(told.contains("who did not say who they are may read what other tables may open to them"), "{told}");
    assert!(told.ends_with("`ObjectPermissions.with_anonymous()`"));
    let findings = found(api(&db).mount(cars::<GrantedOnPurpose>())).await;
    assert_eq!(briefly(&findings), ["note open_read GET /api/cars"]);
}

/// For everybody, on some rows.
#[derive(Clone, Copy, Operators)]
struct IsPublished;

#[async_trait]
impl PermissionClass for IsPublished {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }
}

struct OpenHandlers;

struct Strangers;

impl HandlerPermissions for Strangers {
    fn permissions() -> impl IntoPermissions {
        !IsAuthenticated
    }
}

#[OpenApi]
impl OpenHandlers {
    #[oai(path = "/join", method = "post")]
    async fn join(&self, _open: Guarded<AllowAny>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/status", method = "get")]
    async fn status(&self, _open: Guarded<AllowAny>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/strangers", method = "post")]
    async fn strangers(&self, _strangers: Guarded<Strangers>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/vote", method = "post")]
    async fn vote(&self, _voter: Guarded<IsAuthenticated>) -> PlainText<&'static str> {
        PlainText("")
    }
}

/// Found from the meaning, whatever classes it is made of; said for the endpoint itself, it is on purpose.
#[every_database(tables = none)]
async fn an_open_write_is_an_error_unless_the_endpoint_says_so_itself(db: TestDb) {
    let open = found(api(&db).mount(cars::<Open>())).await;
    let expected = [
        "error open_write POST /api/cars",
        "error open_write PUT /api/cars/{id}",
        "error open_write PATCH /api/cars/{id}",
        "error open_write DELETE /api/cars/{id}",
    ];
    assert_eq!(briefly(&open), expected);
    assert_eq!(
        open[0].to_string(),
        "error: POST /api/cars: who did not say who they are may do it: `AllowAny`\n  \
         write `IsAuthenticated & …`; if it is meant, `.on(Action::Create, AllowAny)` on the viewset"
    );
    let by_mistake = found(api(&db).mount(cars::<OpenByMistake>())).await;
    let expected = ["error open_write POST /api/cars", "error open_write DELETE /api/cars/{id}"];
    assert_eq!(briefly(&by_mistake), expected);
    assert!(by_mistake[1].message.contains("may do it where drivers_car.published = TRUE"), "{}", by_mistake[1]);
    let on_purpose = found(api(&db).mount(cars::<OpenOnPurpose>())).await;
    let expected = ["note open_write POST /api/cars", "note open_write DELETE /api/cars/{id}"];
    assert_eq!(briefly(&on_purpose), expected);
    let handlers = found(api(&db).with(OpenHandlers)).await;
    assert_eq!(briefly(&handlers), ["note open_write POST /api/join", "error open_write POST /api/strangers"]);
    let default = found(api(&db).default_permissions(AllowAny).mount(cars::<ByDefault>())).await;
    assert_eq!(briefly(&default).len(), 4, "the default opens it for many: {default:?}");
}

#[every_database(tables = none)]
async fn a_write_for_everybody_with_an_account_is_a_warning_unless_it_says_so_itself(db: TestDb) {
    let findings = found(api(&db).mount(cars::<OpenToUsers>())).await;
    let expected = ["warning open_to_users PATCH /api/cars/{id}", "warning open_to_users DELETE /api/cars/{id}"];
    assert_eq!(briefly(&findings), expected);
    assert!(findings[0].to_string().contains("`.on(Action::PartialUpdate, IsAuthenticated)`"), "{}", findings[0]);
    // what is asked of the list beside it is nothing that the action says
    let findings = found(api(&db).mount(cars::<OfUsers>()).with(OnTheirs)).await;
    let publish = findings.iter().find(|finding| finding.endpoint.as_deref() == Some("POST /api/cars/publish"));
    let publish = publish.expect("it is open to them").to_string();
    let write = "if it is meant, `Access::to(IsAuthenticated | ModelPermissions)` as the action's own permissions";
    assert!(publish.starts_with("warning: ") && publish.ends_with(write), "{publish}");
}

rules!(OfUsers: Access::to(IsAuthenticated | ModelPermissions).on(Action::List, AllowAny));

/// It says nothing of who may.
struct PublishAll;

impl CollectionAction for PublishAll {
    type Of = support::Cars<OfUsers>;
    const NAME: &'static str = "publish";
    const METHOD: Method = Method::POST;
    const CODENAME: Option<&'static str> = Some("publish");
}

struct OnTheirs;

#[OpenApi]
impl OnTheirs {
    #[oai(path = "/cars/publish", method = "post")]
    async fn publish(&self, _rows: Rows<PublishAll>) -> PlainText<&'static str> {
        PlainText("")
    }
}

rules!(Closed: Access::to(ReadOnly).on(Action::Create, DenyAll).on(Action::Destroy, IsAuthenticated & !IsAuthenticated));

#[every_database(tables = none)]
async fn what_can_never_hold_is_an_error_unless_it_says_so_itself(db: TestDb) {
    let findings = found(api(&db).mount(cars::<Closed>())).await;
    let expected = [
        "note cannot_hold POST /api/cars",
        "error cannot_hold PUT /api/cars/{id}",
        "error cannot_hold PATCH /api/cars/{id}",
        "error cannot_hold DELETE /api/cars/{id}",
    ];
    assert_eq!(briefly(&findings), expected);
    assert_eq!(
        findings[3].to_string(),
        "error: DELETE /api/cars/{id}: nobody can do it, superusers included: `IsAuthenticated & !IsAuthenticated` \
         never holds\n  write classes that somebody can meet, or leave it out of `ACTIONS`; if it is meant, \
         `.on(Action::Destroy, DenyAll)` on the viewset"
    );
}

/// A class with a value of its own: two of them are two, whatever they are called.
#[derive(Clone, Copy, Operators)]
struct OlderThan(u8);

#[async_trait]
impl PermissionClass for OlderThan {
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        Ok(cx.user().username.len() > usize::from(self.0))
    }
}

const MANY: [&str; 8] = [
    "drivers.view_car",
    "drivers.add_car",
    "drivers.change_car",
    "drivers.delete_car",
    "drivers.export_car",
    "drivers.view_trip",
    "drivers.add_trip",
    "drivers.change_trip",
];

/// Contradictions that are proved, and expressions beside them that are none.
#[every_database(tables = none)]
async fn only_what_is_proved_is_called_impossible(db: TestDb) {
    fn expression(permissions: impl PermissionsFor<car::Entity>) -> Permissions {
        permissions.into_permissions()
    }
    let impossible = [
        expression(DenyAll & AllowAny),
        expression(IsOwner & !IsOwner),
        // the two say the same of a write
        expression(IsOwnerOrReadOnly & !IsOwner),
        expression(HasPerm("drivers.view_car") & !HasPerm("drivers.view_car")),
        // a superuser holds everything
        expression(IsSuperuser & !HasPerm("drivers.view_car")),
        expression(IsSuperuser & !ModelPermissions),
        // a class of one's own, of which there is one value
        expression(IsPublished & !IsPublished),
        expression((IsOwner | IsPublished) & !IsOwner & !IsPublished),
        expression(!(IsOwner | !IsOwner)),
        expression(IsAuthenticated & IsOwner & ReadOnly),
        expression(HasPerms(MANY) & DenyAll),
    ];
    let possible = [
        expression(IsOwner & !IsPublished),
        expression(IsOwner & !ObjectPermissions),
        expression(OlderThan(5) & !OlderThan(9)),
        expression(OlderThan(5) & !OlderThan(5)),
        expression(HasPerm("drivers.view_car") & !HasPerm("drivers.add_car")),
        expression(HasPerm("drivers.view_car") & !HasPerm("drivers.add_car") & !HasPerm("drivers.change_car")),
        expression(!IsSuperuser & HasPerm("drivers.view_car") & HasPerm("drivers.add_car")),
        expression(IsAuthenticated & !HasPerm("drivers.view_car") & !HasPerm("drivers.add_car")),
        // so many are not tried in every combination
        expression(HasPerms(MANY) & HasPerm("drivers.publish_car") & DenyAll),
        expression(IsAdminUser & !IsSuperuser),
        expression(IsAuthenticated & !IsAdminUser & !IsSuperuser),
        expression(IsAuthenticated & !IsAdminUser),
        // an authenticator may say so of a caller without a name
        expression(IsAdminUser & !IsAuthenticated),
        expression(IsOwner & IsPublished & ObjectPermissions & ModelPermissions & IsAdminUser),
        // no made-up caller has an address, and users have
        expression(IsAuthenticated & UserPasses("is one of ours", |user: &User| user.email.ends_with("@example.com"))),
    ];
    for (expressions, expected) in [(impossible.to_vec(), true), (possible.to_vec(), false)] {
        for expression in expressions {
            let text = expression.to_string();
            let findings = found(api(&db).default_permissions(expression).mount(cars::<ByDefault>())).await;
            let called = briefly(&findings).contains(&"error cannot_hold PATCH /api/cars/{id}".to_owned());
            assert_eq!(called, expected, "{text}: {findings:?}");
        }
    }
}

rules!(Readable: Access::to(IsAuthenticated).on(Action::List, AllowAny));

macro_rules! collection_action {
    ($name:ident, $word:literal, $permissions:expr) => {
        struct $name;
        impl CollectionAction for $name {
            type Of = support::Cars<Readable>;
            const NAME: &'static str = $word;
            const METHOD: Method = Method::POST;
            fn permissions() -> Access<car::Entity> {
                $permissions
            }
        }
    };
}

collection_action!(Empty, "empty", Access::to(AllowAny));
collection_action!(Freeze, "freeze", Access::to(DenyAll));
collection_action!(Paint, "paint", Access::to(!IsOwner));

struct OnCollection;

#[OpenApi]
impl OnCollection {
    #[oai(path = "/cars/empty", method = "post")]
    async fn empty(&self, _rows: Rows<Empty>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/cars/freeze", method = "post")]
    async fn freeze(&self, _rows: Rows<Freeze>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/cars/paint", method = "post")]
    async fn paint(&self, _rows: Rows<Paint>) -> PlainText<&'static str> {
        PlainText("")
    }
}

/// It asks the list's permissions too; what it says on purpose, it says itself.
#[every_database(tables = none)]
async fn an_action_on_the_collection_speaks_for_itself(db: TestDb) {
    let mut findings = found(api(&db).mount(cars::<Readable>()).with(OnCollection)).await;
    findings.retain(|finding| finding.endpoint.as_deref().is_some_and(|at| at.starts_with("POST /api/cars/")));
    let expected = [
        "note open_write POST /api/cars/empty",
        "note cannot_hold POST /api/cars/freeze",
        "error open_write POST /api/cars/paint",
    ];
    assert_eq!(briefly(&findings), expected);
    let write = findings[2].write.as_deref().unwrap_or_default();
    assert!(write.ends_with("`Access::to(AllowAny)` as the action's own permissions"), "{write}");
}

rules!(Owned: Access::to(IsOwner));

/// The site's users have uuids, and the cars' owners are integers: nobody can own one.
#[every_database(tables = none)]
async fn an_owner_that_no_user_can_be_is_an_error(db: TestDb) {
    let members = Auth::new(UserTable::custom("club", "Member", Key::Uuid));
    let api = |auth| Api::new("Club", "1", db.db().clone()).auth(auth).mount(cars::<Owned>());
    let findings = found(api(members)).await;
    assert_eq!(findings.len(), 6, "{findings:?}");
    assert!(briefly(&findings).iter().all(|brief| brief.starts_with("error cannot_hold ")), "{findings:?}");
    assert!(found(api(auth())).await.is_empty());
}

struct OnRows;

impl HandlerPermissions for OnRows {
    fn permissions() -> impl IntoPermissions {
        IsAuthenticated & SomeRows
    }
}

#[derive(Clone, Copy, Operators)]
struct SomeRows;

#[async_trait]
impl PermissionClass for SomeRows {
    type Model = AnyModel;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(sea_orm::sea_query::Expr::cust("1 = 0")))
    }
}

#[derive(Clone, Copy, Operators)]
struct Oracle;

#[async_trait]
impl PermissionClass for Oracle {
    type Model = AnyModel;

    async fn has_permission(&self, _: &Context<'_>) -> Result<bool> {
        Err(Error::could_not_tell("the oracle is asleep"))
    }
}

impl HandlerPermissions for Oracle {
    fn permissions() -> impl IntoPermissions {
        IsAuthenticated & Oracle
    }
}

struct Failing;

#[OpenApi]
impl Failing {
    #[oai(path = "/oracle", method = "post")]
    async fn oracle(&self, _caller: Guarded<Oracle>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/rows", method = "get")]
    async fn rows(&self, _caller: Guarded<OnRows>) -> PlainText<&'static str> {
        PlainText("")
    }
}

/// Each would fail at the first request of somebody with a name.
#[every_database(tables = none)]
async fn what_cannot_be_asked_is_an_error_and_what_does_not_answer_a_warning(db: TestDb) {
    let findings = found(api(&db).with(Failing)).await;
    let expected = ["warning not_told POST /api/oracle", "error cannot_be_asked GET /api/rows"];
    assert_eq!(briefly(&findings), expected);
    assert!(findings[0].message.ends_with("cannot be told: the oracle is asleep"), "{}", findings[0]);
    assert!(findings[1].message.contains("a plain handler has none"), "{}", findings[1]);
}

rules!(Misspelt: Access::to(HasPerm("drivers.fly_car")));
rules!(Several: Access::to(HasPerms(["drivers.view_car", "elsewhere.see_all", "fly"])));
rules!(OfAnother: Access::to(HasPerm("drivers.open_garage")));

mod garage {
    use sea_orm::entity::prelude::*;

    #[allow(unreachable_pub)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_garage")]
    #[refrain(app = "drivers", model = "Garage", permissions(open_garage = "Can open garage"))]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
    }

    #[allow(unreachable_pub)]
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[every_database(tables = none)]
async fn a_permission_that_no_model_declares_is_an_error(db: TestDb) {
    let of = |findings: &[Finding]| -> Vec<String> {
        findings.iter().filter(|finding| finding.code == "unknown_permission").map(Finding::to_string).collect()
    };
    let misspelt = of(&found(api(&db).mount(cars::<Misspelt>())).await);
    assert_eq!(misspelt.len(), 6);
    assert_eq!(
        misspelt[0],
        "error: GET /api/cars: it asks `drivers.fly_car`, which no model declares\n  write one that a model declares, \
         or declare it: `#[refrain(permissions(fly_car = \"…\"))]`"
    );
    // of another app nothing is known
    let several = of(&found(api(&db).mount(cars::<Several>())).await);
    assert!(several.len() == 6 && several[0].contains("it asks `fly`, which"), "{several:?}");
    // a model that is registered and not mounted declares too
    let built = || api(&db).mount(cars::<OfAnother>()).build().expect("the parts fit");
    assert_eq!(of(&built().check(&Models::default()).await).len(), 6);
    assert!(of(&built().check(&Models::default().with::<garage::Entity>()).await).is_empty());
    let mounted: Vec<String> = built().models().iter().map(ToString::to_string).collect();
    assert_eq!(mounted, ["drivers.car"]);
}

rules!(Fine: Access::to(ModelPermissions & IsOwnerOrReadOnly));

#[every_database(tables = none)]
async fn an_api_of_which_everything_is_said_has_no_findings(db: TestDb) {
    assert_eq!(briefly(&found(api(&db).mount(cars::<Fine>())).await), [] as [&str; 0]);
}

async fn compared(api: &BuiltApi, kept: &str) -> Vec<String> {
    let findings = api.check_document(kept);
    assert!(findings.iter().all(|finding| finding.severity == Severity::Error && finding.write.is_some()));
    findings
        .iter()
        .map(|finding| format!("{}: {}", finding.endpoint.as_deref().unwrap_or("-"), finding.message))
        .collect()
}

#[tokio::test]
async fn a_document_that_differs_is_an_error_for_each_operation() {
    let api = |permissions: Permissions| {
        let api = Api::new("Drivers", "1", DatabaseConnection::default()).default_permissions(permissions);
        api.mount(cars::<ByDefault>()).build().expect("the parts fit")
    };
    let api = (api(IsAuthenticated.into_permissions()), api(ModelPermissions.into_permissions()));
    assert_eq!(compared(&api.0, api.0.document()).await, [] as [&str; 0]);
    let mut kept: serde_json::Value = serde_json::from_str(api.0.document()).expect("JSON");
    assert_eq!(compared(&api.0, &kept.to_string()).await, [] as [&str; 0], "another layout is the same document");

    let by_model = compared(&api.1, api.0.document()).await;
    assert_eq!(by_model.len(), 6);
    assert_eq!(
        by_model[0],
        "GET /api/cars: the document that was kept says otherwise: `x-permissions.asks` is another; \
         `x-permissions.expression` was `\"IsAuthenticated\"`, and is `\"ModelPermissions\"`"
    );
    kept["paths"]["/cars"].as_object_mut().expect("operations").remove("post");
    kept["paths"]["/old"] = serde_json::json!({"get": {}});
    kept["info"]["title"] = "Cars".into();
    kept["info"]["license"] = serde_json::json!({"name": "MIT"});
    kept["components"]["schemas"]["Car"]["title"] = "Cart".into();
    let expected = [
        "POST /api/cars: the document that was kept says otherwise: it is new",
        "GET /api/old: the document that was kept says otherwise: it is gone",
        "-: the document that was kept says otherwise: `components.schemas.Car.title` was `\"Cart\"`, and is `\"Car\"`; \
         `info.license` is gone; `info.title` was `\"Cars\"`, and is `\"Drivers\"`",
    ];
    assert_eq!(compared(&api.0, &kept.to_string()).await, expected);
    let unreadable = compared(&api.0, "{").await;
    assert!(unreadable.len() == 1 && unreadable[0].contains("cannot be read"), "{unreadable:?}");
}
