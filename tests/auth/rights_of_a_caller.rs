//! What the caller of a request can: by groups too where nobody announced the question, and no more than whoever found
//! out who they are left them.

use poem::http::{HeaderValue, Method};
use poem_openapi::{OpenApi, param::Query, payload::Json};
use refrain::{
    Access, Api, Caller, Db, HasPerm, IsAdminUser, IsAuthenticated, IsOwner, Problem, async_trait,
    auth::{Auth, NewUser, User},
    authentication::{Authenticator, Authenticators, Offered, Refused, SecurityKind, SecurityScheme},
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::support::{Client, Rules, answer, auth, car, cars, sync, user};

type Lowers = fn(&mut User);

/// Finds a user by a key, and takes something away.
struct ApiKey {
    lowers: Lowers,
}

#[async_trait]
impl Authenticator for ApiKey {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let Some(key) = offered.header("x-api-key")?.map(HeaderValue::to_str) else { return Ok(None) };
        let mut user = auth.user(db, key.map_err(|_| Refused::default())?).await?;
        user.iter_mut().for_each(self.lowers);
        Ok(user)
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("apiKey", SecurityKind::Header("X-Api-Key".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Api-Key"
    }
}

/// Rows of one's own; of anybody for staff, and for who holds what superusers hold.
struct OwnOrStaff;

impl Rules for OwnOrStaff {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner | IsAdminUser | HasPerm("drivers.publish_car"))
    }
}

/// A write looks once more who its caller is now, and judges the row that it made by that.
#[every_database]
async fn what_an_authenticator_took_away_is_not_given_back_while_a_write_runs(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (root, _) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let (other, _) = user(&auth, &db, NewUser::new("other"), &[]).await;
    let lowers: [(Lowers, [u16; 2]); 3] = [
        (|_| (), [201, 201]),
        (|user| user.is_staff = false, [201, 201]),
        (|user| (user.is_staff, user.is_superuser) = (false, false), [201, 403]),
    ];
    for (lowers, expected) in lowers {
        let authenticators = Authenticators::none().with(ApiKey { lowers });
        let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth.clone()).authenticators(authenticators);
        let client = Client::new(api.mount(cars::<OwnOrStaff>()).build().expect("the parts fit"));
        for (owner, status) in [&root, &other].into_iter().zip(expected) {
            let owner: i32 = owner.key().expect("an integer");
            let made = client.raw().request(Method::POST, "/api/cars").header("x-api-key", "root");
            let made = answer(made.body_json(&json!({"name": "new", "owner_id": owner})).send().await).await;
            assert_eq!(made.code(), status, "{}", made.text);
        }
    }
}

/// Tells who asks what of what they hold.
struct Holding(DatabaseConnection);

#[OpenApi]
impl Holding {
    #[oai(path = "/holds", method = "get")]
    async fn holds(&self, caller: Caller, label: Query<String>) -> Result<Json<bool>, Problem> {
        Ok(Json(caller.has_perm(&self.0, &label.0).await?))
    }
}

#[every_database]
async fn what_is_held_through_a_group_is_held_where_nobody_announced_the_question(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let exporters = auth.create_group(&*db, "exporters").await.expect("a group");
    exporters.permissions().add(&*db, ["drivers.export_car"]).await.expect("it is granted");
    alice.groups().add(&*db, [&exporters]).await.expect("a member");
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1.0", counting.clone()).auth(auth).handler_permissions(IsAuthenticated);
    let client = Client::new(api.with(Holding(counting)).build().expect("the parts fit"));
    for (label, held) in [("drivers.export_car", true), ("drivers.publish_car", false)] {
        assert_eq!(client.get(&format!("/api/holds?label={label}"), &token).await.json(), json!(held), "{label}");
        assert_eq!(counter.take().len(), 2, "who it is, and the label");
    }
}
