//! Callers choose the members of what they are shown, where the viewset lets them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use poem::http::Method;
use refrain::{Access, Api, Context, IsAuthenticated, Problem, Represent, Serializer, ViewSet, auth::NewUser};
use refrain_testing::{TestDb, every_database};
use serde_json::{Value as Json, json};

use crate::support::{Client, Rules, auth, car, car_of, cars, sync, user};

#[derive(Serializer)]
#[serializer(model = car)]
struct Listing {
    #[serializer(read_only)]
    id: i64,
    #[serializer(column = name)]
    title: String,
    #[serializer(write_only)]
    owner_id: Option<i32>,
    #[serializer(read_only, default = false)]
    published: bool,
    #[serializer(computed)]
    letters: i64,
}

struct Listings {
    computed: Arc<AtomicUsize>,
}

impl ViewSet for Listings {
    type Serializer = Listing;
    const PATH: &'static str = "/listings";
    const ROW_PERMISSIONS: bool = true;
    const SPARSE_FIELDS: bool = true;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    fn filters() -> Vec<refrain::Filter<car::Column>> {
        vec![car::Column::Name.into()]
    }
}

impl Represent for Listings {
    async fn represent(&self, _: &Context<'_>, rows: &[car::Model]) -> Result<Vec<ListingComputed>, Problem> {
        self.computed.fetch_add(1, Ordering::Relaxed);
        Ok(rows.iter().map(|car| ListingComputed { letters: car.name.len() as i64 }).collect())
    }
}

#[every_database]
async fn answers_have_the_members_that_were_chosen(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, Some(&alice), "Beetle").await.id;
    let computed = Arc::new(AtomicUsize::new(0));
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Listings { computed: computed.clone() });
    let client = Client::new(api.build().expect("the parts fit"));
    let path = format!("/api/listings/{row}");
    let all = json!({"id": row, "title": "Beetle", "published": false, "letters": 6,
                     "permissions": ["view", "change", "delete"]});
    let chosen = async |query: &str| client.get(&format!("{path}?{query}"), &token).await;

    let whole = chosen("").await;
    assert_eq!(whole.json(), all);
    for (query, expected) in [
        ("fields=id", json!({"id": row})),
        ("fields=title,id", json!({"id": row, "title": "Beetle"})),
        ("fields=title&fields=id", json!({"id": row, "title": "Beetle"})),
        ("fields=letters,%20permissions", json!({"letters": 6, "permissions": ["view", "change", "delete"]})),
        ("fields=id,title,published,letters,permissions", all.clone()),
        ("other=1", all.clone()),
    ] {
        let answer = chosen(query).await;
        assert_eq!((answer.code(), answer.json()), (200, expected), "{query}");
        assert_eq!(answer.header("etag"), whole.header("etag"), "the tag stands for the row: {query}");
    }
    for (query, sentence) in [
        ("fields=", "There is no field \"\"."),
        ("fields=name", "There is no field \"name\"."),
        ("fields=owner_id", "There is no field \"owner_id\"."),
        ("fields=id,", "There is no field \"\"."),
        ("fields=id,id", "\"id\" was given twice."),
        ("fields=id&fields=id", "\"id\" was given twice."),
    ] {
        let expected = json!({"fields": [sentence]});
        chosen(query).await.is_problem(400, "invalid", "Invalid input.", &expected);
        for (method, path) in [(Method::POST, "/api/listings"), (Method::PATCH, &*path), (Method::GET, "/api/listings")]
        {
            let body = (method != Method::GET).then(|| json!({"title": "not written"}));
            let refused = client.ask(method, &format!("{path}?{query}"), &token, body).await;
            refused.is_problem(400, "invalid", "Invalid input.", &expected);
        }
    }
    assert_eq!(chosen("").await.json(), all, "nothing was written");

    // a list computes what is wanted of it alone
    computed.store(0, Ordering::Relaxed);
    let list = client.get("/api/listings?fields=title&title=Beetle&limit=1", &token).await;
    assert_eq!(list.json()["results"], json!([{"title": "Beetle"}]), "{}", list.text);
    assert_eq!(computed.load(Ordering::Relaxed), 0);
    let list = client.get("/api/listings?fields=title&fields=letters", &token).await;
    assert_eq!(list.json()["results"], json!([{"title": "Beetle", "letters": 6}]));
    assert_eq!(computed.load(Ordering::Relaxed), 1);
    let unknown = client.get("/api/listings?fields=title&other=1", &token).await;
    let sentence = json!({"other": ["This list has no such parameter."]});
    unknown.is_problem(400, "invalid", "Invalid input.", &sentence);

    let made = client.ask(Method::POST, "/api/listings?fields=title", &token, Some(json!({"title": "new"}))).await;
    assert_eq!((made.code(), made.json()), (201, json!({"title": "new"})));
    let next = client.get("/api/listings?fields=title&limit=1", &token).await.json()["next"].clone();
    assert_eq!(next, "/api/listings?fields=title&limit=1&offset=1", "links go on with them");
    for method in [Method::PUT, Method::PATCH] {
        let body = Some(json!({"title": "renamed"}));
        let renamed = client.ask(method, &format!("{path}?fields=letters"), &token, body).await;
        assert_eq!((renamed.code(), renamed.json()), (200, json!({"letters": 7})));
    }
}

struct Any;

impl Rules for Any {}

#[every_database(sqlite, because = "the document is the same on every database")]
async fn the_document_names_the_members(db: TestDb) {
    let computed = Arc::default();
    let api = Api::new("Drivers", "1", db.db().clone()).mount(Listings { computed }).mount(cars::<Any>());
    let document: Json = serde_json::from_str(api.build().expect("the parts fit").document()).expect("JSON");
    let of = |path: &str, method: &str| {
        let parameters = document["paths"][path][method]["parameters"].as_array().cloned().unwrap_or_default();
        parameters.into_iter().find(|parameter| parameter["name"] == "fields")
    };
    for (path, method) in [
        ("/listings", "get"),
        ("/listings", "post"),
        ("/listings/{id}", "get"),
        ("/listings/{id}", "put"),
        ("/listings/{id}", "patch"),
    ] {
        let parameter = of(path, method).unwrap_or_else(|| panic!("{method} {path}"));
        assert_eq!(parameter["schema"]["items"]["enum"], json!(["id", "title", "published", "letters", "permissions"]));
        assert_eq!((&parameter["explode"], &parameter["required"]), (&json!(true), &json!(false)));
    }
    assert!(of("/listings/{id}", "delete").is_none() && of("/cars", "get").is_none());
    assert_eq!(document["components"]["schemas"]["ListingsRow"].get("required"), None, "any may be left out");
    assert!(document["components"]["schemas"]["Car"]["required"].is_array());
}

#[every_database(sqlite, because = "it is refused before a database is asked")]
async fn a_filter_cannot_be_called_as_the_choice_is(db: TestDb) {
    #[derive(Serializer)]
    #[serializer(model = car, filled(published))]
    struct Odd {
        #[serializer(column = name, rename = "fields")]
        name: String,
    }
    struct Odds;
    impl ViewSet for Odds {
        type Serializer = Odd;
        const PATH: &'static str = "/odds";
        const SPARSE_FIELDS: bool = true;
        fn filters() -> Vec<refrain::Filter<car::Column>> {
            vec![car::Column::Name.into()]
        }
    }
    let refused = Api::new("Drivers", "1", db.db().clone()).mount(Odds).build().err().expect("it is refused");
    assert!(refused.to_string().contains("`?fields=` chooses members"), "{refused}");
}
