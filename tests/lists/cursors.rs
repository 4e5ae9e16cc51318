//! Pages that go on from a place in the order: whatever is inserted, deleted and changed between two of them, what stood
//! throughout is shown once; and a cursor is good for the list, the caller, the order and the filters it was made for.

use std::collections::HashSet;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use refrain::{
    Access, Action, AllowAny, Api, Context, Filter, Hook, IsAuthenticated, IsOwner, Lists, Lookup, Nested, Order,
    Pagination, RowHook, Serializer, ViewSet, async_trait,
    auth::NewUser,
    authentication::{Authenticators, SessionAuthentication},
    sessions::{SecretKey, Sessions},
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, QueryFilter, QueryOrder,
    Schema, Select, sea_query::ExprTrait,
};
use serde_json::{Value as Json, json};

use crate::{
    items::{ByCursor, Item, ORDERED, client, ids, insert, item, items, key, made, table, table_of},
    support::{Car, Client, auth, car, car_of, sync, user},
};

async fn page(client: &Client, at: &str) -> Json {
    let page = client.get(at, "").await;
    assert_eq!(page.code(), 200, "{at}: {}", page.text);
    page.json()
}

fn link(page: &Json, to: &str) -> Option<String> {
    page[to].as_str().map(str::to_owned)
}

/// The keys of all pages from an address on, and the last page.
async fn walk(client: &Client, from: &str, to: &str) -> (Vec<i32>, Json) {
    let (mut found, mut at) = (Vec::new(), from.to_owned());
    for _ in 0..500 {
        let page = page(client, &at).await;
        let here = ids(&page);
        match to {
            "next" => found.extend(here),
            _ => found.splice(0..0, here).for_each(drop),
        }
        match link(&page, to) {
            Some(next) => at = next,
            None => return (found, page),
        }
    }
    panic!("{from}: the pages do not end");
}

/// There and back again: every row once, in the very order in which the database has them.
async fn walks_as_by_offset(client: &Client, ordering: &str, filter: &str, size: usize) {
    let by_offset = page(client, &format!("/api/items?ordering={ordering}{filter}")).await;
    let expected = ids(&by_offset);
    assert_eq!(by_offset["next"], Json::Null, "all of them are on one page");
    let from = format!("/api/cursors?ordering={ordering}{filter}&page_size={size}");
    let (there, last) = walk(client, &from, "next").await;
    assert_eq!(there, expected, "{from}");
    let back = match link(&last, "previous") {
        Some(previous) => [walk(client, &previous, "previous").await.0, ids(&last)].concat(),
        None => ids(&last),
    };
    assert_eq!(back, expected, "{from}, and back");
}

#[every_database]
async fn every_order_is_walked_there_and_back(db: TestDb) {
    table_of(&db, 31).await;
    let client = client(&db);
    for column in ORDERED {
        for sign in ["", "-"] {
            for size in [3, 31] {
                walks_as_by_offset(&client, &format!("{sign}{}", column.as_str()), "", size).await;
            }
        }
    }
}

#[every_database]
async fn random_orders_over_nulls_are_walked_there_and_back(db: TestDb) {
    table_of(&db, 29).await;
    let client = client(&db);
    let names: Vec<&str> = ORDERED.iter().map(|column| column.as_str()).collect();
    let orders = (prop::sample::subsequence(names, 1..=4), any::<[bool; 4]>(), 1_usize..9, any::<bool>())
        .prop_map(|(names, signs, size, filtered)| {
            let terms = names.iter().zip(signs).map(|(name, is)| format!("{}{name}", if is { "-" } else { "" }));
            (terms.collect::<Vec<_>>(), size, if filtered { "&small__gte=0" } else { "" })
        })
        .prop_flat_map(|(terms, size, filter)| (Just(terms).prop_shuffle(), Just(size), Just(filter)));
    let mut runner = TestRunner::new_with_rng(
        Config::with_cases(25),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    for _ in 0..25 {
        let (terms, size, filter) = orders.new_tree(&mut runner).expect("a case").current();
        walks_as_by_offset(&client, &terms.join(","), filter, size).await;
    }
}

#[every_database]
async fn what_stands_throughout_is_shown_once_whatever_else_comes_and_goes(db: TestDb) {
    table(&db).await;
    // rows with even keys stand, those with odd ones come, go and change
    let standing: Vec<item::Model> = (1..=24).map(|id| made(2 * id)).collect();
    insert(&db, &standing).await;
    let client = client(&db);
    let stands: HashSet<i32> = standing.iter().map(|row| row.id).collect();
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let mut random = |bound: i32| (0..bound).new_tree(&mut runner).expect("a number").current();
    for ordering in ["id", "-word,count", "price,-due", "-mood,day", "at,-ratio", "name"] {
        for (from, to) in [("", "next"), ("last", "previous")] {
            let mut at = format!("/api/cursors?ordering={ordering}&page_size=3");
            if from == "last" {
                let (_, last) = walk(&client, &at, "next").await;
                // before the very last row, so that a page back begins with it
                at = link(&last, "previous").expect("there is a page before");
                let standing_there = ids(&last).into_iter().filter(|id| stands.contains(id)).count();
                assert!(standing_there <= 3);
            }
            let mut shown: Vec<i32> = Vec::new();
            let mut first_page = true;
            let skipped: HashSet<i32> = match from {
                // those of the last page stand behind the place where this walk begins
                "last" => {
                    let (all, _) =
                        walk(&client, &format!("/api/cursors?ordering={ordering}&page_size=50"), "next").await;
                    let before = walk(&client, &at, "previous").await.0;
                    all.into_iter().filter(|id| !before.contains(id)).collect()
                }
                _ => HashSet::new(),
            };
            loop {
                let page = page(&client, &at).await;
                shown.extend(ids(&page).into_iter().filter(|id| stands.contains(id)));
                match link(&page, to) {
                    Some(next) => at = next,
                    None => break,
                }
                assert!(shown.len() <= stands.len() || first_page, "the pages do not end");
                first_page = false;
                for _ in 0..4 {
                    let id = 2 * random(40) + 1;
                    item::Entity::delete_by_id(id).exec(db.db()).await.expect("it goes");
                    if random(3) > 0 {
                        // as another row, so that it stands at another place
                        insert(&db, &[item::Model { id, ..made(random(200)) }]).await;
                    }
                }
            }
            let distinct: HashSet<i32> = shown.iter().copied().collect();
            assert_eq!(distinct.len(), shown.len(), "{ordering} {to}: shown twice: {shown:?}");
            let expected: HashSet<i32> = stands.difference(&skipped).copied().collect();
            assert_eq!(distinct, expected, "{ordering} {to}");
        }
        item::Entity::delete_many().exec(db.db()).await.expect("they go");
        insert(&db, &standing).await;
    }
}

#[every_database]
async fn the_row_that_a_page_ended_with_may_go(db: TestDb) {
    table_of(&db, 9).await;
    let client = client(&db);
    let first = page(&client, "/api/cursors?page_size=3&ordering=-id").await;
    assert_eq!((ids(&first), &first["previous"]), (vec![9, 8, 7], &Json::Null));
    let next = link(&first, "next").expect("there is more");
    for id in [7, 6] {
        item::Entity::delete_by_id(id).exec(db.db()).await.expect("it goes");
    }
    let second = page(&client, &next).await;
    assert_eq!(ids(&second), [5, 4, 3]);
    assert_eq!(ids(&page(&client, &link(&second, "previous").expect("there is one before")).await), [9, 8]);

    // nothing is left behind the place: the way back is from the place itself
    item::Entity::delete_many().exec(db.db()).await.expect("they go");
    insert(&db, &[made(7), made(8)]).await;
    let empty = page(&client, &next).await;
    assert_eq!((ids(&empty), &empty["next"]), (vec![], &Json::Null));
    let back = page(&client, &link(&empty, "previous").expect("there is one before")).await;
    assert_eq!((ids(&back), &back["previous"]), (vec![8, 7], &Json::Null));
    // and where all of it went, on again from there
    let before = link(&second, "previous").expect("there is one before");
    item::Entity::delete_many().exec(db.db()).await.expect("they go");
    insert(&db, &[made(5), made(4)]).await;
    let empty = page(&client, &before).await;
    assert_eq!((ids(&empty), &empty["previous"]), (vec![], &Json::Null));
    assert_eq!(ids(&page(&client, &link(&empty, "next").expect("there is one behind")).await), [5, 4]);
}

#[every_database]
async fn a_page_has_no_count_and_a_bounded_size(db: TestDb) {
    table_of(&db, 60).await;
    let client = client(&db);
    let first = page(&client, "/api/cursors").await;
    assert_eq!((first.get("count"), ids(&first).len()), (None, 5));
    assert_eq!(ids(&page(&client, "/api/cursors?cursor=").await), ids(&first));
    assert_eq!(ids(&page(&client, "/api/cursors?page_size=1000").await).len(), 50);
    // another size from the same place
    let next = link(&first, "next").expect("there is more");
    assert!(!next.contains("page_size"), "{next}");
    assert_eq!(ids(&page(&client, &format!("{next}&page_size=2")).await), [6, 7]);
    let table_is_empty = page(&client, "/api/cursors?small__gt=99").await;
    assert_eq!(table_is_empty, json!({"next": null, "previous": null, "results": []}));
}

fn cursor_of(link: &str) -> String {
    let (_, query) = link.split_once('?').expect("a query");
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.into_iter().find(|(name, _)| name == "cursor").expect("a cursor").1
}

#[every_database]
async fn a_forged_or_foreign_cursor_is_refused(db: TestDb) {
    let auth = auth();
    table_of(&db, 12).await;
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user is made");
    let bob = auth.create_user(db.db(), NewUser::new("bob")).await.expect("a user is made");
    let [alices, bobs] = [alice.token(db.db()).await, bob.token(db.db()).await].map(|token| token.expect("a token"));
    let client = client(&db);
    let first = client.get("/api/cursors?ordering=word&small__gte=-1&search=a&page_size=2", &alices).await.json();
    let next = link(&first, "next").expect("there is more");
    let cursor = cursor_of(&next);
    let asked = "ordering=word&small__gte=-1&search=a";
    let ask = async |path: &str, query: &str, token: &str| client.get(&format!("/api/{path}?{query}"), token).await;
    let good = ask("cursors", &format!("{asked}&cursor={cursor}"), &alices).await;
    assert_eq!(good.code(), 200, "{}", good.text);
    let same = format!("search=a&small__gte=-1&cursor={cursor}&ordering=word&page_size=7");
    assert_eq!(ask("cursors", &same, &alices).await.code(), 200, "in whatever order, of whatever size");

    let refused = |answer: crate::support::Answer| {
        answer.is_problem(400, "invalid", "Invalid input.", &json!({"cursor": ["Invalid cursor."]}));
    };
    refused(ask("others", &format!("{asked}&cursor={cursor}"), &alices).await);
    refused(ask("cursors", &format!("{asked}&cursor={cursor}"), &bobs).await);
    refused(ask("cursors", &format!("{asked}&cursor={cursor}"), "").await);
    for other in [
        "ordering=-word&small__gte=-1&search=a",
        "ordering=word,id&small__gte=-1&search=a&limit_is_not_asked",
        "ordering=word,count&small__gte=-1&search=a",
        "small__gte=-1&search=a",
        "ordering=word&small__gte=-2&search=a",
        "ordering=word&small__gt=-1&search=a",
        "ordering=word&search=a",
        "ordering=word&small__gte=-1&search=b",
        "ordering=word&small__gte=-1",
    ] {
        let answer = ask("cursors", &format!("{other}&cursor={cursor}"), &alices).await;
        match other.contains("limit_is_not_asked") {
            true => assert_eq!(answer.code(), 400, "{}", answer.text),
            false => refused(answer),
        }
    }
    for at in (0..cursor.len()).step_by(3) {
        let mut forged = cursor.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("text");
        refused(ask("cursors", &format!("{asked}&cursor={forged}"), &alices).await);
        if at > 0 {
            refused(ask("cursors", &format!("{asked}&cursor={}", &cursor[..at]), &alices).await);
        }
    }
    let long = "A".repeat(30_000);
    for odd in [
        "x",
        "%00",
        "null",
        "cD0y",
        "r%3D1",
        "bz0x",
        "AAAA",
        "é",
        &long,
        &format!("{cursor}A"),
        &format!("{cursor}%3D"),
    ] {
        refused(ask("cursors", &format!("{asked}&cursor={odd}"), &alices).await);
    }
    let twice = ask("cursors", &format!("{asked}&cursor={cursor}&cursor={cursor}"), &alices).await;
    twice.is_problem(400, "invalid", "Invalid input.", &json!({"cursor": ["This parameter was given twice."]}));

    // another site's, and one of the key that sealed before
    let with_key = |key: SecretKey| {
        let api = Api::new("Items", "1", db.db().clone()).auth(auth.clone()).secret_key(key).mount(items::<ByCursor>());
        Client::new(api.build().expect("the parts fit"))
    };
    let path = format!("/api/cursors?{asked}&cursor={cursor}");
    refused(with_key(SecretKey::random()).get(&path, &alices).await);
    let rotated = SecretKey::new("a new one").and_then(|new| new.with_fallback("what these tests seal with"));
    assert_eq!(with_key(rotated.expect("keys")).get(&path, &alices).await.code(), 200);
}

#[every_database]
async fn a_cursor_tells_nothing_of_a_row(db: TestDb) {
    table(&db).await;
    let rows: Vec<item::Model> = (1..=4).map(|id| item::Model { name: "a secret name".into(), ..made(id) }).collect();
    insert(&db, &rows).await;
    let first = page(&client(&db), "/api/cursors?ordering=name&page_size=2").await;
    let cursor = cursor_of(&link(&first, "next").expect("there is more"));
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &cursor).expect("base64");
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("secret") && !text.contains("name") && !text.contains("i32"), "{text}");
}

/// Admits items with even keys.
struct Even<const AT_MOST: usize>;

#[async_trait]
impl<const AT_MOST: usize> RowHook for Even<AT_MOST> {
    type Entity = item::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: AT_MOST };

    async fn has_object_permission(&self, _: &refrain::Context<'_>, row: &item::Model) -> refrain::Result<bool> {
        Ok(row.id % 2 == 0)
    }
}

struct Hooked<const AT_MOST: usize>;

impl<const AT_MOST: usize> ViewSet for Hooked<AT_MOST> {
    type Serializer = Item;
    const PATH: &'static str = "/hooked";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<item::Entity> {
        Access::to(AllowAny & Hook(Even::<AT_MOST>))
    }

    fn pagination() -> Pagination {
        Pagination::cursor(4)
    }

    fn orderings() -> Vec<item::Column> {
        vec![item::Column::Id]
    }
}

#[every_database]
async fn pages_are_cut_before_a_hook_is_asked(db: TestDb) {
    table_of(&db, 15).await;
    let api = || Api::new("Items", "1", db.db().clone()).auth(auth()).secret_key(key());
    let wide = Client::new(api().mount(Hooked::<100>).build().expect("the parts fit"));
    let narrow = Client::new(api().mount(Hooked::<3>).build().expect("the parts fit"));
    for (client, size) in [(&wide, 2), (&narrow, 1)] {
        let first = page(client, "/api/hooked?ordering=-id").await;
        assert!(ids(&first).len() <= size, "a page is cut before: {first}");
        assert_eq!(first["results"][0]["permissions"], json!(["view", "change", "delete"]));
        let (there, last) = walk(client, "/api/hooked?ordering=-id", "next").await;
        assert_eq!(there, [14, 12, 10, 8, 6, 4, 2], "no row is passed over");
        let back = walk(client, &link(&last, "previous").expect("there is one before"), "previous").await.0;
        assert_eq!([back, ids(&last)].concat(), there);
    }
    let refused = narrow.get("/api/hooked?candidate_offset=1", "").await;
    assert_eq!(refused.code(), 400, "cursors count nothing");
}

#[every_database]
async fn a_page_costs_its_reader_and_one_statement(db: TestDb) {
    struct Mine;
    impl ViewSet for Mine {
        type Serializer = Item;
        const PATH: &'static str = "/mine";
        fn permissions() -> Access<item::Entity> {
            Access::to(IsAuthenticated)
        }
        fn pagination() -> Pagination {
            Pagination::cursor(5)
        }
        fn orderings() -> Vec<item::Column> {
            vec![item::Column::Due]
        }
    }
    let auth = auth();
    table_of(&db, 12).await;
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user is made");
    let token = alice.token(db.db()).await.expect("a token is made");
    let (counting, counter) = counted(&db);
    let api = Api::new("Items", "1", counting).auth(auth).secret_key(key()).mount(Mine);
    let client = Client::new(api.build().expect("the parts fit"));
    let mut at = "/api/mine?ordering=-due".to_owned();
    for expected in [5, 5, 2] {
        counter.take();
        let page = client.get(&at, &token).await.json();
        let sql = counter.take();
        assert_eq!((ids(&page).len(), sql.len()), (expected, 2), "{sql:#?}");
        assert!(!sql[1].contains("OFFSET") && !sql[1].contains("COUNT("), "{}", sql[1]);
        at = link(&page, "next").unwrap_or_default();
    }
    counter.take();
    let refused = client.get("/api/mine?cursor=forged", &token).await;
    assert_eq!((refused.code(), counter.take().len()), (400, 1), "nothing is read for a forged one");
}

#[every_database]
async fn a_default_order_is_walked(db: TestDb) {
    table_of(&db, 23).await;
    let client = client(&db);
    let expected = ids(&page(&client, "/api/items?ordering=-due").await);
    assert_eq!(walk(&client, "/api/newest", "next").await.0, expected);
    let next = link(&page(&client, "/api/newest").await, "next").expect("there is more");
    let cursor = cursor_of(&next);
    let same = page(&client, &format!("/api/newest?ordering=-due&cursor={cursor}")).await;
    assert_eq!(ids(&same), expected[5..10], "the same order, said");
}

/// Where Django wrote a time, and where this program did, its text differs, and so does its place.
#[every_database(sqlite, because = "the servers keep times as numbers")]
async fn times_are_walked_however_they_are_spelled(db: TestDb) {
    table_of(&db, 40).await;
    let long = "UPDATE list_item SET due = due || '000', at = at || '000', local = local || '000' \
                WHERE id % 3 <> 0 AND local LIKE '%.___'";
    db.execute_unprepared(long).await.expect("they are spelled as Django does");
    db.execute_unprepared("UPDATE list_item SET due = replace(due, ' ', 'T') || '+00:00' WHERE id % 7 = 0")
        .await
        .expect("and as others do");
    let client = client(&db);
    for ordering in ["due", "-due", "at,-due", "-local", "local,at"] {
        for size in [1, 3, 7] {
            walks_as_by_offset(&client, ordering, "", size).await;
        }
    }
}

/// `a`, `A` and `ä` have one place in the order of such a collation, and so have `a` and `a `.
#[every_database(mariadb, because = "the others have no such collations by default")]
async fn texts_that_a_collation_takes_for_one_are_walked(db: TestDb) {
    table(&db).await;
    const NAMES: [&str; 9] = ["a", "A", "ä", "a ", "b", "B ", "", " ", "ß"];
    let rows: Vec<item::Model> =
        (1..=36).map(|id| item::Model { name: NAMES[(id * 5 % 9) as usize].to_owned(), ..made(id) }).collect();
    insert(&db, &rows).await;
    let client = client(&db);
    for characters in [
        "utf8mb4 COLLATE utf8mb4_general_ci",
        "utf8mb4 COLLATE utf8mb4_unicode_ci",
        "utf8mb4 COLLATE utf8mb4_bin",
        "latin1",
    ] {
        let sql = format!("ALTER TABLE list_item CONVERT TO CHARACTER SET {characters}");
        db.execute_unprepared(&sql).await.expect("it is converted");
        for ordering in ["name", "-name", "-name,word", "mood,name"] {
            walks_as_by_offset(&client, ordering, "", 4).await;
        }
    }
}

#[every_database(postgres, because = "the others have no such numbers")]
async fn what_is_no_number_has_a_place(db: TestDb) {
    table_of(&db, 20).await;
    let odd = "UPDATE list_item SET ratio = CASE id % 4 WHEN 0 THEN 'NaN' WHEN 1 THEN '-Infinity' ELSE ratio END";
    db.execute_unprepared(odd).await.expect("they are changed");
    let client = client(&db);
    for ordering in ["ratio", "-ratio", "ratio,-word"] {
        walks_as_by_offset(&client, ordering, "", 3).await;
    }
}

#[tokio::test]
async fn what_cursors_cannot_go_by_is_refused_when_the_api_is_built() {
    mod note {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
        #[sea_orm(table_name = "list_note")]
        #[refrain(app = "list", model = "Note")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub short: String,
            pub long: String,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    }

    #[derive(Serializer)]
    #[serializer(model = note)]
    struct Note {
        #[serializer(read_only)]
        id: i32,
        #[serializer(length(..=255))]
        short: String,
        long: String,
    }

    macro_rules! notes {
        ($name:ident, $column:ident, $pagination:expr) => {
            struct $name;
            impl ViewSet for $name {
                type Serializer = Note;
                const PATH: &'static str = "/notes";
                fn permissions() -> Access<note::Entity> {
                    Access::to(AllowAny)
                }
                fn pagination() -> Pagination {
                    $pagination
                }
                fn default_order() -> Vec<Order<note::Column>> {
                    vec![Order::descending(note::Column::$column)]
                }
            }
        };
    }
    notes!(ByShort, Short, Pagination::cursor(10));
    notes!(ByLong, Long, Pagination::cursor(10));
    notes!(LongByOffset, Long, Pagination::limit_offset(10));

    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let without_key = || Api::new("Notes", "1", db.clone()).auth(auth());
    let api = || without_key().secret_key(key());
    assert!(api().mount(ByShort).build().is_ok());
    assert!(without_key().mount(LongByOffset).build().is_ok());
    let refused = api().mount(ByLong).build().err().expect("it is long").to_string();
    assert!(refused.contains("it orders by `long`, which may be longer than the 255 characters"), "{refused}");
    let refused = without_key().mount(ByShort).build().err().expect("there is no key").to_string();
    assert!(refused.contains("its pages go by cursors, which are sealed with a secret key"), "{refused}");
    // a site with sessions has one
    let sessions = SessionAuthentication::new(Sessions::new(key()));
    let api = without_key().authenticators(Authenticators::none().with(sessions));
    assert!(api.mount(ByShort).build().is_ok());
    // and a document is had without a database, and so without a key
    let api = Api::new("Notes", "1", sea_orm::DatabaseConnection::default()).auth(auth()).mount(ByShort);
    assert!(api.build().is_ok());
}

mod hall {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "cursor_hall")]
    #[refrain(app = "halls", model = "Hall")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod seat {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "cursor_seat")]
    #[refrain(app = "halls", model = "Seat")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall_id: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub num: i32,
        pub rank: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::hall::Entity", from = "Column::HallId", to = "super::hall::Column::Id")]
        Hall,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = hall)]
struct Hall {
    id: i32,
    name: String,
}

/// Half of its key is no field.
#[derive(Serializer)]
#[serializer(model = seat)]
struct Seat {
    #[serializer(read_only)]
    hall_id: i32,
    #[serializer(read_only)]
    rank: Option<i32>,
}

struct Halls;

impl ViewSet for Halls {
    type Serializer = Hall;
    const PATH: &'static str = "/halls";

    fn permissions() -> Access<hall::Entity> {
        Access::to(AllowAny)
    }
}

struct Seats;

impl ViewSet for Seats {
    type Serializer = Seat;
    const PATH: &'static str = "/seats";
    const ACTIONS: &'static [Action] = &[Action::List];

    fn permissions() -> Access<seat::Entity> {
        Access::to(AllowAny)
    }

    fn nested() -> Vec<Nested<Self>> {
        vec![Nested::below::<Halls>("/halls/{hall_id}/seats", seat::Column::HallId)]
    }

    fn pagination() -> Pagination {
        Pagination::cursor(4)
    }

    fn orderings() -> Vec<seat::Column> {
        vec![seat::Column::Rank, seat::Column::HallId]
    }

    // an order of its own, which no cursor knows
    fn query(&self, _: &Context<'_>) -> Option<Select<seat::Entity>> {
        Some(seat::Entity::find().filter(seat::Column::Num.gt(1)).order_by_desc(seat::Column::Num))
    }
}

/// Every part of a key is a part of the place, and the row that a list is below is a part of the list.
#[every_database]
async fn lists_by_a_key_of_two_columns_and_below_other_rows(db: TestDb) {
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(hall::Entity)).await.expect("a table is made");
    db.execute(&schema.create_table_from_entity(seat::Entity)).await.expect("a table is made");
    for id in 1..=2 {
        let row = hall::Model { id, name: "hall".to_owned() }.into_active_model().reset_all();
        row.insert(db.db()).await.expect("a hall is made");
    }
    let seats: Vec<seat::Model> = (0..22)
        .map(|at| seat::Model { hall_id: 1 + at % 2, num: 1 + at / 2, rank: [Some(3), None, Some(1)][at as usize % 3] })
        .collect();
    let rows = seats.iter().cloned().map(|row| row.into_active_model().reset_all());
    seat::Entity::insert_many(rows).exec_without_returning(db.db()).await.expect("seats are made");
    let api = Api::new("Halls", "1", db.db().clone()).auth(auth()).secret_key(key()).mount(Halls).mount(Seats);
    let client = Client::new(api.build().expect("the parts fit"));

    let nulls_last = db.backend() == Backend::Postgres;
    for (ordering, is_descending) in [("rank", false), ("-rank", true)] {
        let mut expected: Vec<&seat::Model> = seats.iter().filter(|seat| seat.num > 1).collect();
        expected.sort_by_key(|seat| {
            let null = (seat.rank.is_none() == nulls_last) != is_descending;
            let rank = seat.rank.unwrap_or_default();
            (null, if is_descending { -rank } else { rank }, seat.hall_id, seat.num)
        });
        let told = |rows: &[&seat::Model]| rows.iter().map(|seat| json!([seat.hall_id, seat.rank])).collect::<Vec<_>>();
        for (path, hall) in [("/api/seats", None), ("/api/halls/2/seats", Some(2))] {
            let expected: Vec<&seat::Model> =
                expected.iter().copied().filter(|seat| hall.is_none_or(|hall| seat.hall_id == hall)).collect();
            let (mut found, mut at) = (Vec::new(), format!("{path}?ordering={ordering}"));
            loop {
                let page = page(&client, &at).await;
                let rows = page["results"].as_array().expect("results");
                found.extend(rows.iter().map(|row| json!([row["hall_id"], row["rank"]])));
                match link(&page, "next") {
                    Some(next) => at = next,
                    None => break,
                }
            }
            assert_eq!(found, told(&expected), "{path}?ordering={ordering}");
        }
    }
    let next = link(&page(&client, "/api/halls/1/seats").await, "next").expect("there is more");
    assert!(next.starts_with("/api/halls/1/seats?cursor="), "{next}");
    assert_eq!(client.get(&next, "").await.code(), 200);
    for other in ["/api/halls/2/seats", "/api/seats"] {
        let foreign = client.get(&next.replace("/api/halls/1/seats", other), "").await;
        foreign.is_problem(400, "invalid", "Invalid input.", &json!({"cursor": ["Invalid cursor."]}));
    }
}

/// Cars of one's own, by cursor.
struct Mine;

impl ViewSet for Mine {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner)
    }

    fn pagination() -> Pagination {
        Pagination::cursor(2)
    }

    fn filters() -> Vec<Filter<car::Column>> {
        use Lookup::{Contains, Exact, Gte, In, IsNull, Range, StartsWith};
        vec![
            Filter::of(car::Column::Id).lookups([Exact, In, Range]),
            Filter::of(car::Column::Name).lookups([Exact, Contains, StartsWith, Gte]),
            Filter::of(car::Column::OwnerId).lookups([In, IsNull]),
        ]
    }

    fn search() -> Vec<car::Column> {
        vec![car::Column::Name]
    }

    fn orderings() -> Vec<car::Column> {
        vec![car::Column::Name, car::Column::OwnerId]
    }
}

/// Whatever is asked, every page and every cursor is what it would be if the hidden rows were not there.
#[every_database]
async fn pages_never_speak_of_hidden_rows(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, hers) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    for (owner, name) in [(&bob, "a"), (&alice, "b"), (&bob, "bb"), (&alice, "bc"), (&bob, "secret"), (&alice, "d")] {
        car_of(&db, Some(owner), name).await;
    }
    car_of(&db, Some(&alice), "b").await;
    car_of(&db, None, "nobody's").await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).secret_key(key()).mount(Mine);
    let client = Client::new(api.build().expect("the parts fit"));
    let bobs = bob.id().expect("he has a key").to_string();
    let questions = [
        String::new(),
        "ordering=name".into(),
        "ordering=-owner_id,-name".into(),
        "search=b".into(),
        "search=secret".into(),
        "name=secret".into(),
        "name__contains=e".into(),
        "name__startswith=b&ordering=-name".into(),
        "name__gte=bb".into(),
        "id__in=1,2,3,4,5".into(),
        "id__in=1&id__in=2&id__in=3,4,5".into(),
        "id__range=1,5".into(),
        format!("owner_id__in={bobs}"),
        "owner_id__isnull=true".into(),
    ];
    let ask = async || {
        let mut answers = Vec::new();
        for question in &questions {
            let mut at = Some(format!("/api/cars?{question}"));
            while let Some(path) = at {
                let answer = client.get(&path, &hers).await;
                assert_eq!(answer.code(), 200, "{path}: {}", answer.text);
                at = link(&answer.json(), "next");
                answers.push((path, answer.text));
            }
        }
        answers
    };
    let with = ask().await;
    assert!(with.len() >= questions.len() + 5, "some have several pages: {}", with.len());
    let mine: i32 = alice.id().expect("she has a key").to_string().parse().expect("an integer");
    let hidden = car::Column::OwnerId.ne(mine).or(car::Column::OwnerId.is_null());
    car::Entity::delete_many().filter(hidden).exec(db.db()).await.expect("they go");
    assert_eq!(with, ask().await);
}
