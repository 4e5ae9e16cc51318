//! Two types that are printed alike are two types: each endpoint asks what its own argument says.

use crate::support::{Cars, Client, Rules, auth, car, car_of, cars, sync, user};
use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, AllowAny, Api, CollectionAction, Guarded, HandlerPermissions, IntoPermissions, IsAdminUser,
    IsAuthenticated, IsSuperuser, Problem, Row, RowAction, Rows, auth::NewUser,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::EntityTrait;
use serde_json::Value as Json;

/// Handlers from a block in which every name is the same as in the other.
trait Twin {
    type Handlers: OpenApi + 'static;
    type Guard: 'static;
    fn handlers() -> Self::Handlers;
}

struct Open;
struct Closed;

macro_rules! twin {
    ($twin:ident, $permissions:expr, $plain:literal, $look:literal, $count:literal) => {
        const _: () = {
            struct Who;
            impl HandlerPermissions for Who {
                fn permissions() -> impl IntoPermissions {
                    $permissions
                }
            }

            struct Look;
            impl RowAction for Look {
                type Of = Cars<Everybody>;
                const NAME: &'static str = $look;
                const METHOD: Method = Method::GET;
                fn permissions() -> Access<car::Entity> {
                    Access::to($permissions)
                }
            }

            struct Count;
            impl CollectionAction for Count {
                type Of = Cars<Everybody>;
                const NAME: &'static str = $count;
                const METHOD: Method = Method::GET;
                fn permissions() -> Access<car::Entity> {
                    Access::to($permissions)
                }
            }

            struct Handlers;
            #[OpenApi]
            impl Handlers {
                #[oai(path = $plain, method = "get", operation_id = $plain)]
                async fn plain(&self, _who: Guarded<Who>) -> PlainText<&'static str> {
                    PlainText("in")
                }
                #[oai(path = $look, method = "get", operation_id = $look)]
                async fn look(&self, id: Row<Look>) -> PlainText<String> {
                    PlainText(id.name.clone())
                }
                #[oai(path = $count, method = "get", operation_id = $count)]
                async fn count(&self, cars: Rows<Count>) -> Result<PlainText<String>, Problem> {
                    let found = cars.rows.clone().all(&cars.db()).await?;
                    Ok(PlainText(found.len().to_string()))
                }
            }

            impl Twin for $twin {
                type Handlers = Handlers;
                type Guard = Who;
                fn handlers() -> Handlers {
                    Handlers
                }
            }
        };
    };
}

twin!(Open, AllowAny, "/open", "/cars/:id/open", "/cars/open");
twin!(Closed, IsSuperuser, "/closed", "/cars/:id/closed", "/cars/closed");

struct Everybody;

impl Rules for Everybody {
    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }
}

#[every_database]
async fn each_is_guarded_by_its_own(db: TestDb) {
    assert_eq!(
        std::any::type_name::<<Open as Twin>::Guard>(),
        std::any::type_name::<<Closed as Twin>::Guard>(),
        "the two must be printed alike, or this shows nothing"
    );
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, root) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let row = car_of(&db, None, "hers").await.id;
    for closed_first in [true, false] {
        let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).mount(cars::<Everybody>());
        let api = match closed_first {
            true => api.with(Closed::handlers()).with(Open::handlers()).build(),
            false => api.with(Open::handlers()).with(Closed::handlers()).build(),
        };
        let api = api.expect("they fit");
        document_tells_them_apart(api.document());
        let client = Client::new(api);
        for place in [String::new(), "/cars".to_owned(), format!("/cars/{row}")] {
            for (token, status) in [("", 401), (&*alice, 403), (&*root, 200)] {
                let answer = client.get(&format!("/api{place}/closed"), token).await;
                assert_eq!(answer.code(), status, "{place}/closed: {}", answer.text);
                let answer = client.get(&format!("/api{place}/open"), token).await;
                assert_eq!(answer.code(), 200, "{place}/open: {}", answer.text);
            }
        }
    }
}

fn document_tells_them_apart(document: &str) {
    assert!(!document.contains("refrain"), "{document}");
    let document: Json = serde_json::from_str(document).expect("JSON");
    for place in ["", "/cars", "/cars/{id}"] {
        let expression = |name: &str| {
            let said = &document["paths"][format!("{place}/{name}")]["get"]["x-permissions"]["expression"];
            said.as_str().expect("it is told").to_owned()
        };
        assert!(expression("open").starts_with("AllowAny"), "{place}: {}", expression("open"));
        assert!(expression("closed").starts_with("IsSuperuser"), "{place}: {}", expression("closed"));
    }
}

/// Two APIs in one process, each with a handler of the other's name.
#[every_database(sqlite, because = "nothing is asked of the database")]
async fn another_api_of_the_process_changes_nothing(db: TestDb) {
    let api = || Api::new("Drivers", "1", db.db().clone()).auth(auth()).mount(cars::<Everybody>());
    let closed = Client::new(api().with(Closed::handlers()).build().expect("it fits"));
    let open = Client::new(api().with(Open::handlers()).build().expect("it fits"));
    for path in ["/api/closed", "/api/cars/closed", "/api/cars/7/closed"] {
        assert_eq!(closed.get(path, "").await.code(), 401, "{path}");
        let path = path.replace("closed", "open");
        assert!([200, 404].contains(&open.get(&path, "").await.code()), "{path}");
    }
}

/// One type, an action on a row for users and one on the collection for staff.
struct Both;

impl RowAction for Both {
    type Of = Cars<Everybody>;
    const NAME: &'static str = "read";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

impl CollectionAction for Both {
    type Of = Cars<Everybody>;
    const NAME: &'static str = "read_all";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAdminUser)
    }
}

struct Reads;

#[OpenApi]
impl Reads {
    #[oai(path = "/cars/:id/read", method = "get", operation_id = "read")]
    async fn read(&self, id: Row<Both>) -> PlainText<String> {
        PlainText(id.name.clone())
    }

    #[oai(path = "/cars/read-all", method = "get", operation_id = "read_all")]
    async fn read_all(&self, cars: Rows<Both>) -> Result<PlainText<String>, Problem> {
        Ok(PlainText(cars.rows.clone().all(&cars.db()).await?.len().to_string()))
    }
}

#[every_database]
async fn a_type_that_is_two_actions_asks_for_each_what_it_says_of_it(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, staff) = user(&auth, &db, NewUser::new("staff").staff(), &[]).await;
    let row = car_of(&db, None, "hers").await.id;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(cars::<Everybody>()).with(Reads);
    let client = Client::new(api.build().expect("they fit"));
    for (token, read, read_all) in [("", 401, 401), (&*alice, 200, 403), (&*staff, 200, 200)] {
        assert_eq!(client.get(&format!("/api/cars/{row}/read"), token).await.code(), read);
        assert_eq!(client.get("/api/cars/read-all", token).await.code(), read_all);
    }
    assert_eq!(car::Entity::find().all(db.db()).await.expect("they can be read").len(), 1);
}
