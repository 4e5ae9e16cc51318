//! A viewset's own query: rules and orders are added to it, or it is refused; nothing of it is lost in silence.

use poem::http::Method;
use refrain::{Access, Api, Context, IsOwner, ViewSet, auth::NewUser};
use refrain_testing::{TestDb, every_database};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, sea_query::UnionType,
};
use serde_json::{Value as Json, json};

use crate::support::{Answer, Car, Client, auth, car, car_of, sync, user};

/// The cars, by a query of the test's own.
struct Cars(fn() -> Select<car::Entity>);

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner)
    }

    fn query(&self, _: &Context<'_>) -> Option<Select<car::Entity>> {
        Some(self.0())
    }

    fn orderings() -> Vec<car::Column> {
        vec![car::Column::Name, car::Column::Id]
    }
}

struct Site {
    client: Client,
    alice: String,
}

async fn site(db: &TestDb, query: fn() -> Select<car::Entity>) -> Site {
    let auth = auth();
    sync(&auth, db).await;
    let (owner, alice) = user(&auth, db, NewUser::new("alice"), &[]).await;
    let (other, _) = user(&auth, db, NewUser::new("bob"), &[]).await;
    for name in ["b", "c", "a"] {
        car_of(db, Some(&owner), name).await;
    }
    car_of(db, Some(&other), "bob's").await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Cars(query));
    Site { client: Client::new(api.build().unwrap()), alice }
}

fn names(answer: &Answer) -> Vec<String> {
    let page = answer.json();
    let rows = page["results"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
}

fn with_a_union() -> Select<car::Entity> {
    let mut rows = car::Entity::find().filter(car::Column::Name.eq("a"));
    let others = car::Entity::find().filter(car::Column::Name.ne("a")).into_query();
    QueryTrait::query(&mut rows).union(UnionType::All, others);
    rows
}

fn with_a_limit() -> Select<car::Entity> {
    car::Entity::find().order_by_asc(car::Column::Id).limit(2)
}

#[every_database]
async fn a_query_that_no_rule_can_be_added_to_is_refused(db: TestDb) {
    let site = site(&db, with_a_union).await;
    for (method, path) in [(Method::GET, "/api/cars"), (Method::GET, "/api/cars/1"), (Method::DELETE, "/api/cars/1")] {
        let answer = site.client.ask(method, path, &site.alice, None).await;
        answer.is_problem(500, "error", "A server error occurred.", &Json::Null);
    }
    assert_eq!(car::Entity::find().all(db.db()).await.unwrap().len(), 4);
}

#[every_database]
async fn a_limit_of_its_own_is_refused_too(db: TestDb) {
    let site = site(&db, with_a_limit).await;
    assert_eq!(site.client.get("/api/cars?limit=50", &site.alice).await.code(), 500);
}

#[every_database]
async fn its_order_holds_until_another_is_asked_for(db: TestDb) {
    let site = site(&db, || car::Entity::find().order_by_desc(car::Column::Name)).await;
    for (query, order) in [
        ("", ["c", "b", "a"]),
        ("?ordering=name", ["a", "b", "c"]),
        ("?ordering=id", ["b", "c", "a"]),
        ("?ordering=-id,name", ["a", "c", "b"]),
    ] {
        assert_eq!(names(&site.client.get(&format!("/api/cars{query}"), &site.alice).await), order, "{query}");
    }
}

#[every_database]
async fn a_list_is_ordered_by_a_column_once(db: TestDb) {
    let site = site(&db, car::Entity::find).await;
    let twice = json!({"ordering": ["\"name\" was given twice."]});
    for terms in ["name,-name".to_owned(), "name,name".to_owned(), vec!["name"; 3000].join(",")] {
        let answer = site.client.get(&format!("/api/cars?ordering={terms}"), &site.alice).await;
        answer.is_problem(400, "invalid", "Invalid input.", &twice);
    }
}
