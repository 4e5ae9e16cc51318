//! Pages by their number (CONTRACT 7.22), but for what is refused here and ignored there.

use refrain::{Access, AllowAny, Hook, Lists, Pagination, RowHook, ViewSet, async_trait};
use refrain_testing::{TestDb, every_database};
use serde_json::{Value as Json, json};

use crate::{
    items::{client, ids, item, table, table_of},
    support::{Client, auth},
};

#[every_database]
async fn pages_are_counted_from_one_and_lead_to_each_other(db: TestDb) {
    table_of(&db, 8).await;
    let client = client(&db);
    let page = async |query: &str| {
        let page = client.get(&format!("/api/numbered{query}"), "").await;
        assert_eq!(page.code(), 200, "{query}: {}", page.text);
        let page = page.json();
        let links = ["next", "previous"].map(|link| page[link].as_str().unwrap_or("").to_owned());
        assert_eq!(page["count"], 8, "{query}");
        (ids(&page), links)
    };
    let links = |next: &str, previous: &str| [next.to_owned(), previous.to_owned()];
    assert_eq!(page("").await, (vec![1, 2, 3], links("/api/numbered?page=2", "")));
    for first in ["?page=1", "?page=", "?page=+1+", "?page=01"] {
        assert_eq!(page(first).await.0, [1, 2, 3], "{first}");
    }
    assert_eq!(page("?page=2").await, (vec![4, 5, 6], links("/api/numbered?page=3", "/api/numbered")));
    assert_eq!(page("?page=3").await, (vec![7, 8], links("", "/api/numbered?page=2")));
    let sized = links("/api/numbered?ordering=-id&page=4&page_size=2", "/api/numbered?ordering=-id&page=2&page_size=2");
    assert_eq!(page("?page_size=2&ordering=-id&page=3").await, (vec![4, 3], sized));
    assert_eq!(page("?page_size=500").await.0.len(), 5, "more than the most are not given");
}

#[every_database]
async fn a_page_that_is_not_there_is_404(db: TestDb) {
    table_of(&db, 6).await;
    let client = client(&db);
    for no_page in
        ["0", "-1", "3", "4", "1.0", "x", "last", "9223372036854775807", "18446744073709551616", "%00", "1,2"]
    {
        let answer = client.get(&format!("/api/numbered?page={no_page}"), "").await;
        answer.is_problem(404, "not_found", "Invalid page.", &Json::Null);
    }
    let refused = [
        ("page_size=0", "page_size", "Ensure this value is greater than or equal to 1."),
        ("page_size=x", "page_size", "A valid integer is required."),
        ("page=1&page=1", "page", "This parameter was given twice."),
        ("limit=1", "limit", "This list has no such parameter."),
        ("offset=1", "offset", "This list has no such parameter."),
        ("candidate_offset=1", "candidate_offset", "This list has no such parameter."),
    ];
    for (query, name, sentence) in refused {
        let answer = client.get(&format!("/api/numbered?{query}"), "").await;
        answer.is_problem(400, "invalid", "Invalid input.", &json!({ (name): [sentence] }));
    }
}

#[every_database]
async fn an_empty_list_has_one_page(db: TestDb) {
    table(&db).await;
    let client = client(&db);
    let empty = client.get("/api/numbered?page=1", "").await.json();
    assert_eq!(empty, json!({"count": 0, "next": null, "previous": null, "results": []}));
    assert_eq!(client.get("/api/numbered?page=2", "").await.code(), 404);
}

/// Admits every third item, asking about so many at once.
struct Thirds<const AT_MOST: usize>;

#[async_trait]
impl<const AT_MOST: usize> RowHook for Thirds<AT_MOST> {
    type Entity = item::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: AT_MOST };

    async fn has_object_permission(&self, _: &refrain::Context<'_>, row: &item::Model) -> refrain::Result<bool> {
        Ok(row.id % 3 == 0)
    }
}

struct Hooked<const AT_MOST: usize>;

impl<const AT_MOST: usize> ViewSet for Hooked<AT_MOST> {
    type Serializer = crate::items::Item;
    const PATH: &'static str = "/hooked";

    fn permissions() -> Access<item::Entity> {
        Access::to(AllowAny & Hook(Thirds::<AT_MOST>))
    }

    fn pagination() -> Pagination {
        Pagination::page_number(2)
    }
}

#[every_database]
async fn a_list_beyond_a_hooks_cap_goes_on_by_candidates(db: TestDb) {
    table_of(&db, 13).await;
    let api = || refrain::Api::new("Items", "1", db.db().clone()).auth(auth());
    let within = Client::new(api().mount(Hooked::<50>).build().expect("the parts fit"));
    let second = within.get("/api/hooked?page=2", "").await.json();
    assert_eq!((ids(&second), &second["count"], &second["next"]), (vec![9, 12], &json!(4), &Json::Null));
    assert_eq!(within.get("/api/hooked?page=3", "").await.code(), 404);

    let beyond = Client::new(api().mount(Hooked::<4>).build().expect("the parts fit"));
    let (mut found, mut at) = (Vec::new(), "/api/hooked".to_owned());
    loop {
        let page = beyond.get(&at, "").await.json();
        assert_eq!(page.get("count"), None);
        found.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => at = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, [3, 6, 9, 12]);
    let both = beyond.get("/api/hooked?page=1&candidate_offset=2", "").await;
    let sentence = "This cannot be given together with \"page\".";
    both.is_problem(400, "invalid", "Invalid input.", &json!({"candidate_offset": [sentence]}));
}
