//! A plain handler is never served by permissions that are not its own, and never let through by a question about rows.

use poem::http::Method;
use poem_openapi::{OpenApi, param::Path, payload::PlainText};
use refrain::{
    Access, Action, AllowAny, AnyModel, Api, Context, Guarded, HandlerPermissions, HasPerms, IntoPermissions,
    IsAdminUser, IsAuthenticated, Locked, ModelPermissions, Not, ObjectPermissions, Operators, PermissionClass,
    Problem, Result, Row, RowAction, Rule, Serializer, Valid, ViewSet, async_trait, auth::NewUser,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::sea_query::Expr;
use serde_json::json;

use crate::support::{self, Car, Cars, Client, Rules, auth, car, cars, sync, user};

struct Authenticated;

impl Rules for Authenticated {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

/// The viewset's own path for a row, with another name for its variable, and no word on who may.
struct Shadow;

#[OpenApi]
impl Shadow {
    #[oai(path = "/cars/:pk", method = "get", operation_id = "shadow")]
    async fn shadow(&self, pk: Path<i64>) -> PlainText<String> {
        PlainText(format!("open {}", pk.0))
    }
}

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn a_path_is_the_same_whatever_its_variable_is_called(db: TestDb) {
    for mounted_first in [true, false] {
        let api = Api::new("Drivers", "1", db.db().clone());
        let refused = match mounted_first {
            true => api.mount(cars::<Authenticated>()).with(Shadow).build().err(),
            false => api.with(Shadow).mount(cars::<Authenticated>()).build().err(),
        };
        let message = refused.expect("two endpoints on one path do not fit").to_string();
        assert!(message.ends_with("is mounted twice"), "{message}");
    }
}

macro_rules! hidden_at {
    ($handlers:ident: $method:literal $path:literal) => {
        struct $handlers;
        #[OpenApi]
        impl $handlers {
            #[oai(path = $path, method = $method, hidden)]
            async fn unseen(&self) -> PlainText<&'static str> {
                PlainText("unseen")
            }
        }
    };
}

hidden_at!(HiddenRow: "get" "/cars/:pk");
hidden_at!(HiddenList: "get" "/cars");
hidden_at!(HiddenHead: "head" "/cars");
hidden_at!(HiddenOptions: "options" "/cars/:id");
hidden_at!(HiddenShadow: "get" "/shadows/:id");
hidden_at!(HiddenBeside: "delete" "/cars");
hidden_at!(HiddenBesideToo: "delete" "/cars");
hidden_at!(HiddenPatch: "patch" "/cars");
hidden_at!(HiddenElsewhere: "delete" "/garages");

/// A handler beside a viewset's, in the document.
struct Shadows;

#[OpenApi]
impl Shadows {
    #[oai(path = "/shadows/:pk", method = "get", operation_id = "shadows")]
    async fn shadow(&self, pk: Path<i64>) -> PlainText<String> {
        PlainText(pk.to_string())
    }
}

/// What a hidden handler asks is the handlers' default, which may be less than what its route's own permissions ask.
#[every_database(sqlite, because = "nothing is asked of the database")]
async fn a_hidden_handler_takes_nobodys_route(db: TestDb) {
    let api = || Api::new("Drivers", "1", db.db().clone()).handler_permissions(AllowAny).mount(cars::<Authenticated>());
    let hidden = "a handler that is hidden from the document answers";
    let refusals = [
        (api().with(HiddenRow).build().err(), format!("{hidden} `GET /cars/:param0`, the route of `cars_retrieve`;")),
        (api().with(HiddenList).build().err(), format!("{hidden} `GET /cars`, the route of `cars_list`;")),
        (api().with(HiddenHead).build().err(), format!("{hidden} `HEAD /cars`, the route of `cars_list`;")),
        (api().with(HiddenOptions).build().err(), format!("{hidden} `OPTIONS /cars/:param0`, the route of `cars_")),
        (
            api().with(HiddenShadow).with(Shadows).build().err(),
            format!("{hidden} `GET /shadows/:param0`, the route of `shadows`;"),
        ),
        (
            api().with(HiddenBeside).with(HiddenBesideToo).build().err(),
            "two handlers that are hidden from the document answer `DELETE /cars`; give each a path of its own".into(),
        ),
    ];
    for (refused, start) in refusals {
        let message = refused.expect(&start).to_string();
        assert!(message.starts_with(&start), "{message}");
    }
    let first = Api::new("Drivers", "1", db.db().clone()).with(HiddenRow).mount(cars::<Authenticated>());
    assert!(first.build().is_err(), "in any order");
    // a method that the viewset does not answer is nobody's
    let beside = api().with(HiddenBeside).with(HiddenPatch).with(HiddenElsewhere);
    let client = Client::new(beside.build().expect("each is free"));
    for (method, path) in
        [(Method::DELETE, "/api/cars"), (Method::PATCH, "/api/cars"), (Method::DELETE, "/api/garages")]
    {
        assert_eq!(client.ask(method, path, "", None).await.text, "unseen");
    }
    assert_eq!(client.get("/api/cars", "").await.code(), 401);
}

/// Says of a row what it cannot say where there is none.
#[derive(Clone, Copy, Operators)]
struct Depends;

#[async_trait]
impl PermissionClass for Depends {
    type Model = AnyModel;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(Expr::cust("1 = 0")))
    }
}

struct Yes;
struct No;

impl HandlerPermissions for Yes {
    fn permissions() -> impl IntoPermissions {
        Depends
    }
}

impl HandlerPermissions for No {
    fn permissions() -> impl IntoPermissions {
        Not(Depends)
    }
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/yes", method = "get", operation_id = "yes")]
    async fn yes(&self, _guarded: Guarded<Yes>) -> PlainText<&'static str> {
        PlainText("in")
    }

    #[oai(path = "/no", method = "get", operation_id = "no")]
    async fn no(&self, _guarded: Guarded<No>) -> PlainText<&'static str> {
        PlainText("in")
    }
}

#[every_database]
async fn a_condition_on_rows_lets_nobody_through_where_there_are_none(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).with(Handlers).build().unwrap());
    for path in ["/api/yes", "/api/no"] {
        assert_eq!(client.get(path, "").await.code(), 500, "{path}");
    }
}

/// The other half of the cars, at the same place.
struct Makes;

impl ViewSet for Makes {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const ACTIONS: &'static [Action] = &[Action::Create];

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn two_halves_of_a_viewset_are_not_two_viewsets_on_one_path(db: TestDb) {
    let api = Api::new("Drivers", "1", db.db().clone()).mount(Makes).mount(cars::<Authenticated>());
    let message = api.build().err().expect("they do not fit").to_string();
    assert_eq!(message, "two viewsets are mounted at `/cars`");
}

macro_rules! asking {
    ($name:ident, $permissions:expr) => {
        struct $name;
        impl HandlerPermissions for $name {
            fn permissions() -> impl IntoPermissions {
                $permissions
            }
        }
    };
}

asking!(OfAModel, IsAuthenticated & ModelPermissions);
asking!(OfARow, ObjectPermissions);
asking!(OfNothing, HasPerms::<[&str; 0]>([]));

macro_rules! refused_at_mount {
    ($db:expr, $guard:ty, $why:literal) => {{
        struct Handler;
        #[OpenApi]
        impl Handler {
            #[oai(path = "/asks", method = "get", operation_id = "asks")]
            async fn asks(&self, _guarded: Guarded<$guard>) -> PlainText<&'static str> {
                PlainText("in")
            }
        }
        let refused = Api::new("Drivers", "1", $db.db().clone()).with(Handler).build().err();
        assert_eq!(refused.expect($why).to_string(), $why);
    }};
}

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn a_class_that_could_never_answer_a_plain_handler_is_refused(db: TestDb) {
    refused_at_mount!(
        db,
        OfAModel,
        "the permission class `ModelPermissions` asks for the permissions of a model, and a plain handler has none"
    );
    refused_at_mount!(
        db,
        OfARow,
        "the permission class `ObjectPermissions` asks for the permissions of a model, and a plain handler has none"
    );
    refused_at_mount!(
        db,
        OfNothing,
        "the permission class `HasPerms([])` names no permission; write `AllowAny` to let everybody in"
    );
}

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn one_argument_says_who_may(db: TestDb) {
    struct Twice;
    #[OpenApi]
    impl Twice {
        #[oai(path = "/twice", method = "get", operation_id = "twice")]
        async fn twice(&self, _staff: Guarded<IsAdminUser>, _anybody: Guarded<AllowAny>) -> PlainText<&'static str> {
            PlainText("in")
        }
    }
    let refused = Api::new("Drivers", "1", db.db().clone()).with(Twice).build().err();
    let message = refused.expect("two arguments do not fit").to_string();
    assert_eq!(message, "`GET /twice` takes 2 arguments that say who may; take one, and combine with `&` what it asks");
}

macro_rules! action {
    ($action:ident, $name:literal) => {
        struct $action;
        impl RowAction for $action {
            type Of = Cars<Authenticated>;
            const NAME: &'static str = $name;
            const METHOD: Method = Method::GET;
        }
    };
}

action!(Look, "view");
action!(Park, "park");
action!(ParkAgain, "park");

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn an_actions_name_is_its_own(db: TestDb) {
    struct Looks;
    #[OpenApi]
    impl Looks {
        #[oai(path = "/cars/:id/look", method = "get", operation_id = "look")]
        async fn look(&self, _id: Row<Look>) -> PlainText<&'static str> {
            PlainText("seen")
        }
    }
    struct Parks;
    #[OpenApi]
    impl Parks {
        #[oai(path = "/cars/:id/park", method = "get", operation_id = "park")]
        async fn park(&self, _id: Row<Park>) -> PlainText<&'static str> {
            PlainText("parked")
        }
        #[oai(path = "/cars/:id/park-again", method = "get", operation_id = "park_again")]
        async fn again(&self, _id: Locked<ParkAgain>) -> PlainText<&'static str> {
            PlainText("parked")
        }
    }
    let api = || Api::new("Drivers", "1", db.db().clone()).mount(cars::<Authenticated>());
    let message = api().with(Looks).build().err().expect("the name is taken").to_string();
    assert!(message.contains("is called `view`"), "{message}");
    let message = api().with(Parks).build().err().expect("the names are the same").to_string();
    assert_eq!(message, "two actions of one viewset are called `park`");
}

#[derive(Serializer)]
struct Note {
    #[serializer(length(1..))]
    text: String,
}

/// Arguments in the order that reads the body first.
struct BodyFirst;

struct Annotate;

impl RowAction for Annotate {
    type Of = Cars<Authenticated>;
    const NAME: &'static str = "annotate";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAdminUser)
    }
}

#[OpenApi]
impl BodyFirst {
    #[oai(path = "/notes", method = "post", operation_id = "note")]
    async fn note(&self, note: Valid<Note>, _staff: Guarded<IsAdminUser>) -> PlainText<String> {
        PlainText(note.0.text)
    }

    #[oai(path = "/cars/:id/annotate", method = "post", operation_id = "annotate")]
    async fn annotate(&self, note: Valid<Note>, id: Row<Annotate>) -> Result<PlainText<String>, Problem> {
        Ok(PlainText(format!("{}: {}", id.name, note.0.text)))
    }
}

/// Who may not is told so, whatever they sent and wherever the handler takes it.
#[every_database]
async fn permission_comes_before_the_body(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, alice_token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, staff) = user(&auth, &db, NewUser::new("staff").staff(), &[]).await;
    let row = support::car_of(&db, Some(&alice), "hers").await.id;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(cars::<Authenticated>()).with(BodyFirst);
    let client = Client::new(api.build().unwrap());
    for path in ["/api/notes".to_owned(), format!("/api/cars/{row}/annotate"), "/api/cars/0/annotate".to_owned()] {
        for (token, status) in [("", 401), (&*alice_token, 403), (&*staff, 400)] {
            let answer = client.ask(Method::POST, &path, token, Some(json!({"text": ""}))).await;
            assert_eq!(answer.code(), status, "{path}: {}", answer.text);
        }
    }
    let noted =
        client.ask(Method::POST, &format!("/api/cars/{row}/annotate"), &staff, Some(json!({"text": "x"}))).await;
    assert_eq!((noted.code(), &*noted.text), (200, "hers: x"));
}
