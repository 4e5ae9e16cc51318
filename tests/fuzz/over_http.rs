//! A site to ask over HTTP, and what holds of every answer.

use std::{collections::BTreeSet, sync::Arc};

use poem::{
    Body, Endpoint, Request, Response,
    endpoint::BoxEndpoint,
    http::{HeaderName, HeaderValue, Method, Uri},
};
use poem_openapi::{OpenApi, payload::Json as Payload};
use refrain::{
    Access, AllowAny, Api, Caller, Filter, Guarded, IsOwnerOrReadOnly, Lookup, ModelPermissions, ObtainToken, Row,
    RowAction, Serializer, Valid, ViewSet,
    auth::{Auth, ModelBackend, NewUser, RemoteUserBackend, User, password::Passwords},
    authentication::{Authenticators, BasicAuthentication, RemoteUserAuthentication, TokenAuthentication},
};
use refrain_testing::TestDb;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait};

use crate::support::{self, Car, car};

/// alice's.
pub const PASSWORD: &str = "se:cret";

pub struct Site {
    pub db: DatabaseConnection,
    pub token: String,
    pub alice: User,
    endpoint: BoxEndpoint<'static, Response>,
}

/// What came back.
pub struct Taken {
    pub status: u16,
    pub text: String,
    problem: String,
}

impl Site {
    /// alice may do everything to cars that are hers, and there is one.
    pub async fn open(db: &TestDb) -> Self {
        let passwords = Passwords::default().iterations(1);
        let remote = RemoteUserBackend { create_unknown_user: false };
        let auth = Auth::default().with_passwords(passwords);
        let auth = auth.with_backends(vec![Arc::new(ModelBackend), Arc::new(remote)]);
        support::sync(&auth, db).await;
        let new = NewUser::new("alice").password(PASSWORD);
        let (alice, token) = support::user(&auth, db, new, &["add", "change", "delete", "view"]).await;
        let authenticators = Authenticators::none()
            .with(TokenAuthentication::default())
            .with(BasicAuthentication::default())
            .with(RemoteUserAuthentication::by_header("x-remote-user"));
        let api = Api::new("Drivers", "1", db.db().clone())
            .auth(auth)
            .authenticators(authenticators)
            .mount(Cars)
            .with(ObtainToken)
            .with(Handlers);
        let endpoint = api.build().expect("the parts fit").into_endpoint();
        let site = Self { db: db.db().clone(), token, alice, endpoint };
        site.set_up().await;
        site
    }

    /// The one car, as it was.
    pub async fn set_up(&self) {
        car::Entity::delete_many().exec(&self.db).await.expect("the cars go");
        let row = support::car_of(&self.db, Some(&self.alice), "as it was").await;
        let sql = format!("UPDATE drivers_car SET id = 1 WHERE id = {}", row.id);
        self.db.execute_unprepared(&sql).await.expect("the car is the first");
    }

    /// Asks, and holds the answer to what every answer is held to.
    pub async fn ask(&self, method: Method, uri: Uri, headers: &[(&str, &[u8])], body: Vec<u8>) -> Taken {
        let mut request = Request::builder().method(method).uri(uri).body(Body::from_vec(body));
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            // the server refuses what is no header's value
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            request.headers_mut().append(name, value);
        }
        let mut response = self.endpoint.call(request).await.unwrap_or_else(|error| error.into_response());
        let status = response.status().as_u16();
        let text = response.take_body().into_string().await.expect("a body of text");
        assert!(status < 500, "{status}: {text}");
        let mut problem = String::new();
        if status >= 400 && !text.is_empty() {
            let told: serde_json::Value = serde_json::from_str(&text).expect("a problem is JSON");
            assert_eq!(told["status"], status, "{text}");
            problem = format!("{} {} {}", told["code"], kind(&told["detail"]), kind(&told["errors"]));
        }
        Taken { status, text, problem }
    }
}

impl Taken {
    /// In a few words.
    pub fn kind(&self) -> String {
        let kind: String = format!("{} {}", self.status, self.problem);
        kind.chars().take(160).collect()
    }
}

/// How its sentences begin: what follows repeats the input.
fn kind(value: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Object, String};
    let all = |values: Vec<&serde_json::Value>| {
        let kinds: BTreeSet<_> = values.into_iter().map(kind).collect();
        kinds.into_iter().take(2).collect::<Vec<_>>().join(" ")
    };
    match value {
        String(text) => {
            text.split(' ').take(3).filter(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic())).collect()
        }
        Array(values) => all(values.iter().collect()),
        Object(values) => all(values.values().collect()),
        _ => "-".to_owned(),
    }
}

struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }

    fn filters() -> Vec<Filter<car::Column>> {
        use Lookup::{Contains, Exact, Gt, Gte, IContains, In, IsNull, Lt, Lte, Range, StartsWith};
        vec![
            Filter::of(car::Column::Id).lookups([Exact, In, Gt, Gte, Lt, Lte, Range]),
            Filter::of(car::Column::Name).lookups([Exact, In, Gt, Contains, IContains, StartsWith]),
            Filter::of(car::Column::OwnerId).lookups([Exact, In, Range, IsNull]),
            car::Column::Published.into(),
        ]
    }

    fn search() -> Vec<car::Column> {
        vec![car::Column::Name]
    }

    fn orderings() -> Vec<car::Column> {
        vec![car::Column::Id, car::Column::Name]
    }
}

struct Look;

impl RowAction for Look {
    type Of = Cars;
    const NAME: &'static str = "look";
    const METHOD: Method = Method::GET;
}

#[derive(Serializer)]
struct Message {
    #[serializer(length(1..=20), pattern = "[a-z]+")]
    text: String,
    #[serializer(range(..=10))]
    count: Option<i32>,
    parts: Option<Vec<Part>>,
    ratio: Option<f64>,
    at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Serializer)]
struct Part {
    id: uuid::Uuid,
    #[serializer(one_of("wheel", "door"))]
    kind: String,
}

struct Handlers;

#[OpenApi]
impl Handlers {
    /// Who is asking?
    #[oai(path = "/me", method = "get")]
    async fn me(&self, _open: Guarded<AllowAny>, caller: Caller) -> Payload<String> {
        Payload(caller.username.clone())
    }

    /// How many parts came?
    #[oai(path = "/echo", method = "post")]
    async fn echo(&self, _open: Guarded<AllowAny>, message: Valid<Message>) -> Payload<usize> {
        let Message { text, count, parts, ratio, at } = message.0;
        let wheels = parts.into_iter().flatten().filter(|part| part.kind == "wheel" && !part.id.is_nil());
        let some = usize::from(count.is_some()) + usize::from(ratio.is_some()) + usize::from(at.is_some());
        Payload(text.len() + some + wheels.count())
    }

    #[oai(path = "/cars/:id/look", method = "get")]
    async fn look(&self, row: Row<Look>) -> Payload<Car> {
        Payload((*row).clone().into())
    }
}
