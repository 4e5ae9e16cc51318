//! What may be asked of a list's columns, over every type: each question compared with the same one in Rust.

use refrain::{Access, AllowAny, Api, Filter, Lookup, Order, Pagination, Serializer, ViewSet, entity::Moment};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, prelude::Decimal};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    items::{self, Level, Mood, Status, client, ids, item, table_of},
    support::{Client, auth},
};

type Question = (String, Box<dyn Fn(&item::Model) -> bool>);

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The seven questions of what has an order, about one value and another greater one.
fn ordered<T: PartialOrd + Clone + 'static>(
    name: &str,
    (least, most): (T, T),
    (least_text, most_text): (&str, &str),
    get: fn(&item::Model) -> Option<T>,
) -> Vec<Question> {
    let (least_text, most_text) = (encoded(least_text), encoded(most_text));
    let is = |text: String, holds: Box<dyn Fn(&T) -> bool>| -> Question {
        (text, Box::new(move |row| get(row).is_some_and(|value| holds(&value))))
    };
    let (a, b) = (least, most);
    let mut questions = Vec::new();
    for (of, text) in [(&a, &least_text), (&b, &most_text)] {
        let of = || of.clone();
        let (x, y, z, v, w) = (of(), of(), of(), of(), of());
        questions.push(is(format!("{name}={text}"), Box::new(move |value| *value == x)));
        questions.push(is(format!("{name}__gt={text}"), Box::new(move |value| *value > y)));
        questions.push(is(format!("{name}__gte={text}"), Box::new(move |value| *value >= z)));
        questions.push(is(format!("{name}__lt={text}"), Box::new(move |value| *value < v)));
        questions.push(is(format!("{name}__lte={text}"), Box::new(move |value| *value <= w)));
    }
    let (x, y) = (a.clone(), b.clone());
    questions
        .push(is(format!("{name}__in={least_text},{most_text}"), Box::new(move |value| *value == x || *value == y)));
    questions
        .push(is(format!("{name}__range={least_text},{most_text}"), Box::new(move |value| *value >= a && *value <= b)));
    questions
}

fn without_range(questions: Vec<Question>) -> Vec<Question> {
    questions.into_iter().filter(|(query, _)| !query.contains("__range")).collect()
}

fn questions() -> Vec<Question> {
    let date = |text: &str| text.parse::<chrono::NaiveDate>().expect("a date");
    let time = |text: &str| text.parse::<chrono::NaiveTime>().expect("a time");
    let moment = |text: &str| -> Moment { text.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment").into() };
    let local = |text: &str| text.parse::<chrono::NaiveDateTime>().expect("a moment");
    let uuid = |high: u128| Uuid::from_u128(high << 64 | 1);
    let (uid_1, uid_2) = (uuid(1).to_string(), uuid(2).to_string());
    let mut questions = Vec::new();
    questions.extend(ordered("id", (3, 17), ("3", "17"), |row| Some(row.id)));
    questions.extend(ordered("small", (-1, 1), ("-1", "1"), |row| Some(row.small)));
    questions.extend(ordered("count", (-2, 2), ("-2", "2"), |row| row.count));
    let big = 9_007_199_254_740_993_i64;
    questions.extend(ordered("big", (-big, big), ("-9007199254740993", "9007199254740993"), |row| Some(row.big)));
    questions.extend(ordered("single", (-2.5, 0.1), ("-2.5", "0.1"), |row| Some(row.single)));
    questions.extend(ordered("ratio", (0.3, 0.1 + 0.2), ("0.3", "0.30000000000000004"), |row| row.ratio));
    let prices = (Decimal::new(900, 2), Decimal::new(105, 1));
    questions.extend(ordered("price", prices, ("9", "10.5"), |row| row.price));
    questions.extend(ordered("uid", (uuid(1), uuid(2)), (&uid_1, &uid_2), |row| Some(row.uid)));
    let days = (date("2026-01-01"), date("2026-01-02"));
    questions.extend(ordered("day", days, ("2026-01-01", "2026-01-02"), |row| row.day));
    let times = (time("00:00:01.12"), time("00:00:02.5"));
    questions.extend(ordered("at", times, ("00:00:01.120", "00:00:02.500000"), |row| row.at));
    let moments = ("2026-01-01T00:00:01.12Z", "2026-01-01T01:00:02.5+01:00");
    questions.extend(ordered("due", (moment(moments.0), moment(moments.1)), moments, |row| row.due));
    let locals = ("2026-01-01T00:00:01", "2026-01-01T00:00:02.5");
    questions.extend(ordered("local", (local(locals.0), local(locals.1)), locals, |row| Some(row.local)));
    questions.extend(ordered("level", (1, 10), ("1", "10"), |row| row.level.map(|level| level as i32)));
    let words = ("bee".to_owned(), "dog".to_owned());
    questions.extend(without_range(ordered("word", words, ("bee", "dog"), |row| row.word.clone())));
    let codes = ("ab".to_owned(), "abc".to_owned());
    questions.extend(without_range(ordered("code", codes, ("ab", "abc"), |row| Some(row.code.clone()))));

    macro_rules! also {
        ($($query:expr => |$row:ident| $holds:expr;)*) => {
            $(questions.push(($query.to_owned(), Box::new(|$row: &item::Model| $holds)));)*
        };
    }
    also! {
        "done=true" => |row| row.done == Some(true);
        "done=False" => |row| row.done == Some(false);
        "done__in=true,false" => |row| row.done.is_some();
        "status=done" => |row| row.status == Status::Done;
        "status__in=late,open" => |row| row.status != Status::Done;
        "mood=bad" => |row| row.mood == Mood::Bad;
        "mood__in=well,bad" => |row| row.mood != Mood::Fair;
        "level=2" => |row| row.level == Some(Level::Middle);
        "labels__isnull=true" => |row| row.labels.is_none();
        "labels__isnull=false" => |row| row.labels.is_some();
        "word__isnull=1" => |row| row.word.is_none();
        "count__isnull=true" => |row| row.count.is_none();
        "ratio__isnull=false" => |row| row.ratio.is_some();
        "price__isnull=true" => |row| row.price.is_none();
        "day__isnull=true" => |row| row.day.is_none();
        "at__isnull=0" => |row| row.at.is_some();
        "due__isnull=True" => |row| row.due.is_none();
        "done__isnull=true" => |row| row.done.is_none();
        "level__isnull=true" => |row| row.level.is_none();
        // what a column cannot hold is still below or above what it can
        "small__lt=32768" => |_row| true;
        "small__gt=32768" => |_row| false;
        "small__gte=-40000" => |_row| true;
        "small__lte=-40000" => |_row| false;
        "small__range=-40000,0" => |row| row.small <= 0;
        "small__range=0,99999999999999999999" => |row| row.small >= 0;
        "small__range=-99999,99999" => |_row| true;
        "small__range=40000,50000" => |_row| false;
        "small__in=1,40000" => |row| row.small == 1;
        "small__in=40000,50000" => |_row| false;
        "small__in=1&price__gt=0&small__in=40000,2" => |row| [1, 2].contains(&row.small) && row.price > Some(Decimal::ZERO);
        "small__range=1&small__range=40000" => |row| row.small >= 1;
        "count__lt=99999999999" => |row| row.count.is_some();
        "big__gt=-9223372036854775809" => |_row| true;
        "price__lt=10.505" => |row| row.price.is_some_and(|price| price < Decimal::new(10_505, 3));
        "price__gte=10.501" => |row| row.price.is_some_and(|price| price >= Decimal::new(10_501, 3));
        "price=10.505" => |_row| false;
        "ratio__lt=1e999" => |row| row.ratio.is_some();
        "single__gte=-1e99" => |_row| true;
        // several at once
        "small__gte=0&done=true&word__isnull=false" =>
            |row| row.small >= 0 && row.done == Some(true) && row.word.is_some();
        "id__gt=3&id__lt=9" => |row| row.id > 3 && row.id < 9;
        "name__in=RED,100%25,A_B" => |row| ["RED", "100%"].contains(&&*row.name);
        "name__in=" => |row| row.name.is_empty();
        "name__in=red" => |_row| false;
    }
    let odd =
        ["", "red", "RED", "Red", "%", "_", "\\", "*", "?", "[", "[x]", "!", "'", "\"", "a_", "a*", "0x", "ar", "car"];
    for text in odd {
        let (contains, starts, folded) = (text.to_owned(), text.to_owned(), text.to_ascii_lowercase());
        let query = encoded(text);
        questions.push((format!("name__contains={query}"), Box::new(move |row| row.name.contains(&contains))));
        questions.push((format!("name__startswith={query}"), Box::new(move |row| row.name.starts_with(&starts))));
        questions.push((
            format!("name__icontains={query}"),
            Box::new(move |row| row.name.to_ascii_lowercase().contains(&folded)),
        ));
    }
    also! {
        "word__contains=o" => |row| row.word.as_ref().is_some_and(|word| word.contains('o'));
        "word__startswith=" => |row| row.word.is_some();
        "code__startswith=ab" => |row| row.code.starts_with("ab");
        "code__contains=%20" => |_row| false;
        "status__contains=o" => |row| row.status != Status::Late;
        "name__contains=%00" => |_row| false;
        "name__gt=%00" => |_row| false;
    }
    questions
}

#[every_database]
async fn every_question_has_the_answer_it_has_in_rust(db: TestDb) {
    let rows = table_of(&db, 60).await;
    let client = client(&db);
    let mut found_some = 0;
    for (query, holds) in questions() {
        let page = client.get(&format!("/api/items?{query}"), "").await;
        assert_eq!(page.code(), 200, "{query}: {}", page.text);
        let expected: Vec<i32> = rows.iter().filter(|row| holds(row)).map(|row| row.id).collect();
        assert_eq!(ids(&page.json()), expected, "{query}");
        assert_eq!(page.json()["count"], expected.len(), "{query}");
        found_some += usize::from(!expected.is_empty() && expected.len() < rows.len());
    }
    assert!(found_some > 150, "questions that say nothing: {found_some}");
}

#[every_database]
async fn what_is_no_question_is_refused(db: TestDb) {
    table_of(&db, 3).await;
    let client = client(&db);
    let integer = "A valid integer is required.";
    let many = (0..201).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let (long, date) = ("x".repeat(1001), "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.");
    let two = "Two values are required.";
    let turned = "Ensure that the first value is not greater than the second.";
    for (query, name, sentence) in [
        ("small__gt=x", "small__gt", integer),
        ("small__gt=", "small__gt", integer),
        ("small__gt=1.5", "small__gt", integer),
        ("small__in=1,x", "small__in", integer),
        ("small__in=1,,2", "small__in", integer),
        ("small__in=", "small__in", integer),
        ("small__range=1", "small__range", two),
        ("small__range=1,2,3", "small__range", two),
        ("small__range=", "small__range", two),
        ("small__range=,", "small__range", integer),
        ("small__range=2,1", "small__range", turned),
        ("small__range=40000,1", "small__range", turned),
        ("small__range=1,-40000", "small__range", turned),
        ("price__range=1.5,1.25", "price__range", turned),
        ("ratio__range=0.2,0.1", "ratio__range", turned),
        ("day__range=2026-01-02,2026-01-01", "day__range", turned),
        ("due__range=2026-01-01T00:00:01Z,2026-01-01T00:00:01%2B01:00", "due__range", turned),
        ("day__lt=yesterday", "day__lt", date),
        ("done__isnull=maybe", "done__isnull", "Must be a valid boolean."),
        ("uid__gte=1", "uid__gte", "Must be a valid UUID."),
        ("status=closed", "status", "Select a valid choice."),
        ("level__gt=3", "level__gt", "Select a valid choice."),
        ("mood__in=bad,worse", "mood__in", "Select a valid choice."),
        (&format!("small__in={many}"), "small__in", "Ensure that there are no more than 200 values."),
        (&format!("name__contains={long}"), "name__contains", "Ensure this field has no more than 1000 characters."),
        ("name__iexact=x", "name__iexact", "This list has no such parameter."),
        ("name__exact=x", "name__exact", "This list has no such parameter."),
        ("name__range=a,b", "name__range", "This list has no such parameter."),
        ("done__gt=true", "done__gt", "This list has no such parameter."),
        ("labels=1", "labels", "This list has no such parameter."),
        ("small__gt=1&small__gt=2", "small__gt", "This parameter was given twice."),
        ("small__in=1&small__in=x", "small__in", integer),
        ("small__in=1&small__in=", "small__in", integer),
        (
            &format!("small__in=1&small__in={}", &many[2..]),
            "small__in",
            "Ensure that there are no more than 200 values.",
        ),
        ("small__range=2&small__range=1", "small__range", turned),
        ("small__range=1&small__range=2&small__range=3", "small__range", two),
        ("limit=1&limit=2", "limit", "This parameter was given twice."),
    ] {
        let refused = client.get(&format!("/api/items?{query}"), "").await;
        refused.is_problem(400, "invalid", "Invalid input.", &json!({ (name): [sentence] }));
    }
}

/// What each database takes for one letter: PostgreSQL as the locale of its database says, MariaDB every letter of
/// Unicode, SQLite those of English alone.
#[every_database]
async fn capitals_beyond_english_are_the_databases_to_fold(db: TestDb) {
    items::table(&db).await;
    let named = |id, name: &str| item::Model { name: name.to_owned(), ..items::made(id) };
    items::insert(&db, &[named(1, "Ärger"), named(2, "ärger"), named(3, "arger"), named(4, "ÄRGER")]).await;
    let client = client(&db);
    let found = async |query: &str| ids(&client.get(&format!("/api/items?{query}"), "").await.json());
    let text = encoded("ärger");
    assert_eq!(found(&format!("name__contains={text}")).await, [2]);
    assert_eq!(found(&format!("name__startswith={}", encoded("Ä"))).await, [1, 4]);
    assert_eq!(found("name__icontains=RGE").await, [1, 2, 3, 4]);
    let folded = found(&format!("name__icontains={text}")).await;
    match db.backend() {
        Backend::MariaDb => assert_eq!(folded, [1, 2, 4]),
        Backend::Sqlite => assert_eq!(folded, [2]),
        Backend::Postgres => assert!(folded == [1, 2, 4] || folded == [2], "{folded:?}"),
    }
}

/// A filter means this very text whatever a column's collation and characters are.
#[every_database(mariadb, because = "the others have no such collations by default")]
async fn a_loose_collation_changes_no_answer(db: TestDb) {
    items::table(&db).await;
    let named = |id, name: &str| item::Model { name: name.to_owned(), ..items::made(id) };
    items::insert(&db, &[named(1, "Käfer"), named(2, "kafer"), named(3, "KÄFER"), named(4, "käfer ")]).await;
    let client = client(&db);
    for characters in ["utf8mb4 COLLATE utf8mb4_general_ci", "utf8mb4 COLLATE utf8mb4_bin", "latin1"] {
        let sql = format!("ALTER TABLE list_item CONVERT TO CHARACTER SET {characters}");
        db.execute_unprepared(&sql).await.expect("it is converted");
        for (query, expected) in [
            ("name__contains=ä", vec![1, 4]),
            ("name__startswith=k", vec![2, 4]),
            ("name__startswith=kä", vec![4]),
            ("name__in=Käfer,kafer", vec![1, 2]),
            ("name__in=käfer", vec![]),
            ("name__icontains=kä", vec![1, 3, 4]),
            ("name__icontains=KA", vec![2]),
            ("search=käfer", vec![1, 3, 4]),
            ("name__contains=🚗", vec![]),
            ("name__icontains=🚗", vec![]),
            ("name__startswith=🚗", vec![]),
            ("name__in=🚗,kafer", vec![2]),
            ("name=🚗", vec![]),
            ("name__gt=🚗", vec![]),
        ] {
            let (name, value) = query.split_once('=').expect("a parameter");
            let answer = client.get(&format!("/api/items?{name}={}", encoded(value)), "").await;
            if characters == "latin1" && value.contains('🚗') && !name.contains("contains") {
                // the column has no such sign, and MariaDB compares it with none
                let errors = json!({"non_field_errors": ["A value cannot be stored."]});
                answer.is_problem(400, "invalid", "Invalid input.", &errors);
                continue;
            }
            assert_eq!(answer.code(), 200, "{characters}: {query}: {}", answer.text);
            if name != "name__gt" {
                assert_eq!(ids(&answer.json()), expected, "{characters}: {query}");
            }
        }
    }
}

/// Django writes six digits where this program writes three: both are the same time.
#[every_database(sqlite, because = "the servers keep times as numbers")]
async fn a_time_is_found_however_it_is_spelled(db: TestDb) {
    let rows = table_of(&db, 40).await;
    let client = client(&db);
    let asked = ["due=2026-01-01T00:00:01.5Z", "due__lte=2026-01-01T00:00:01.5Z", "due__gt=2026-01-01T00:00:01.5Z"]
        .into_iter()
        .chain(["due__lt=2026-01-01T00:00:01.5Z", "due__gte=2026-01-01T00:00:01.5Z", "at=00:00:01.5"])
        .chain(["due__in=2026-01-01T00:00:01.5Z", "at__range=00:00:01.5,00:00:01.5"]);
    for query in asked {
        let found = async || ids(&client.get(&format!("/api/items?{query}"), "").await.json());
        let before = found().await;
        assert!(!before.is_empty() && before.len() < rows.len(), "{query}");
        let long = "UPDATE list_item SET due = due || '000', at = at || '000' WHERE id % 2 = 0 AND due LIKE '%.___'";
        db.execute_unprepared(long).await.expect("they are spelled as Django does");
        assert_eq!(found().await, before, "{query}");
    }
}

#[every_database]
async fn a_search_finds_every_word_in_some_field(db: TestDb) {
    let rows = table_of(&db, 48).await;
    let client = client(&db);
    let holds = |row: &item::Model, term: &str| {
        let word = row.word.clone().unwrap_or_default();
        [&row.name, &word, &row.code].iter().any(|text| text.to_ascii_lowercase().contains(&term.to_ascii_lowercase()))
    };
    for (query, terms) in [
        ("", vec![]),
        ("%20,%20", vec![]),
        ("red", vec!["red"]),
        ("RED,cat", vec!["red", "cat"]),
        ("red%20bee%20ab", vec!["red", "bee", "ab"]),
        ("%22red%20car%22", vec!["red car"]),
        ("red%20zzz", vec!["zzz"]),
        ("100%25", vec!["100%"]),
        ("a_b", vec!["a_b"]),
        ("a%5Cb", vec!["a\\b"]),
        ("%22a,b%22", vec!["a,b"]),
        ("it's", vec!["it's"]),
    ] {
        let page = client.get(&format!("/api/items?search={query}"), "").await;
        assert_eq!(page.code(), 200, "{query}: {}", page.text);
        let expected: Vec<i32> =
            rows.iter().filter(|row| terms.iter().all(|term| holds(row, term))).map(|row| row.id).collect();
        assert_eq!(ids(&page.json()), expected, "{query}");
    }
    let (long, many) = ("x".repeat(201), "a%20".repeat(11));
    for (query, sentence) in [
        ("a%00b", "Null characters are not allowed."),
        (&long, "Ensure this field has no more than 200 characters."),
        (&many, "Ensure that there are no more than 10 terms."),
    ] {
        let refused = client.get(&format!("/api/items?search={query}"), "").await;
        refused.is_problem(400, "invalid", "Invalid input.", &json!({"search": [sentence]}));
    }
    let both = client.get("/api/items?search=red&small__gte=0&ordering=-id&limit=2", "").await.json();
    let mut expected: Vec<i32> =
        rows.iter().filter(|row| holds(row, "red") && row.small >= 0).map(|row| row.id).collect();
    expected.reverse();
    assert_eq!(ids(&both), expected[..2]);
    assert_eq!(both["next"], "/api/items?limit=2&offset=2&ordering=-id&search=red&small__gte=0");
}

/// A viewset over the items with something that cannot work.
macro_rules! odd {
    ($name:ident, $($said:tt)+) => {
        struct $name;
        impl ViewSet for $name {
            type Serializer = crate::items::Item;
            const PATH: &'static str = "/odd";
            fn permissions() -> Access<item::Entity> {
                Access::to(AllowAny)
            }
            $($said)+
        }
    };
}

macro_rules! filtering {
    ($name:ident, $column:ident, [$($lookup:ident),*]) => {
        odd!($name, fn filters() -> Vec<Filter<item::Column>> {
            vec![Filter::of(item::Column::$column).lookups([$(Lookup::$lookup),*])]
        });
    };
}

filtering!(RangeOfText, Name, [Range]);
filtering!(ContainsNumber, Small, [Contains]);
filtering!(StartsDate, Day, [StartsWith]);
filtering!(GreaterTruth, Done, [Gt]);
filtering!(GreaterMood, Mood, [Lte]);
filtering!(NeverNull, Small, [IsNull]);
filtering!(ExactJson, Labels, [Exact]);
filtering!(Twice, Small, [Gt, Gt]);
filtering!(NoLookup, Small, []);
odd!(
    SearchNumber,
    fn search() -> Vec<item::Column> {
        vec![item::Column::Name, item::Column::Small]
    }
);
odd!(
    OrderedJson,
    fn orderings() -> Vec<item::Column> {
        vec![item::Column::Labels]
    }
);
odd!(
    NoRows,
    fn pagination() -> Pagination {
        Pagination::limit_offset(0)
    }
);
odd!(
    FewRows,
    fn pagination() -> Pagination {
        Pagination::page_number(20).at_most(10)
    }
);

#[derive(Serializer)]
#[serializer(model = item)]
struct Bare {
    #[serializer(read_only)]
    id: i32,
    #[serializer(write_only)]
    name: String,
}

macro_rules! bare {
    ($name:ident, $($said:tt)+) => {
        struct $name;
        impl ViewSet for $name {
            type Serializer = Bare;
            const PATH: &'static str = "/odd";
            const ACTIONS: &'static [refrain::Action] = &[refrain::Action::List];
            $($said)+
        }
    };
}

bare!(
    SearchHidden,
    fn search() -> Vec<item::Column> {
        vec![item::Column::Name]
    }
);
bare!(
    OrderedByHidden,
    fn default_order() -> Vec<Order<item::Column>> {
        vec![Order::ascending(item::Column::Name)]
    }
);
bare!(
    OrderedByNoField,
    fn default_order() -> Vec<Order<item::Column>> {
        vec![Order::descending(item::Column::Due)]
    }
);

#[tokio::test]
async fn what_a_column_cannot_be_asked_is_refused_when_the_api_is_built() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = || Api::new("Odd", "1", db.clone()).auth(auth());
    macro_rules! refused {
        ($($viewset:ident: $words:expr),* $(,)?) => {$(
            let told = api().mount($viewset).build().err().expect(stringify!($viewset)).to_string();
            assert!(told.contains("the viewset `/odd`: ") && told.contains($words), "{told}");
        )*};
    }
    refused!(
        RangeOfText: "it filters by `name` with `Lookup::Range`, which is for numbers, dates and times and uuids: ask",
        ContainsNumber: "it filters by `small` with `Lookup::Contains`, which is for text",
        StartsDate: "it filters by `day` with `Lookup::StartsWith`, which is for text",
        GreaterTruth: "it filters by `done` with `Lookup::Gt`",
        GreaterMood: "it filters by `mood` with `Lookup::Lte`",
        NeverNull: "it filters by `small` with `Lookup::IsNull`, which is for columns that may be NULL",
        ExactJson: "it filters by `labels` with `Lookup::Exact`, which is for columns whose values a query can say",
        Twice: "it filters by `small__gt` twice",
        NoLookup: "it filters by `small`, of which nothing may be asked",
        SearchNumber: "it searches by `small`, which is no text",
        OrderedJson: "it orders by `labels`, which has no order",
        NoRows: "its pages have 0 rows",
        FewRows: "its pages have 20 rows, and at most 10",
        SearchHidden: "it searches by `name`, which is `write_only`",
        OrderedByHidden: "it orders by `name`, which is `write_only`",
        OrderedByNoField: "it orders by `due`, which is no field of its serializer",
    );
}

#[every_database]
async fn a_default_order_holds_where_none_is_asked_for(db: TestDb) {
    struct Biggest;
    impl items::Paged for Biggest {
        const PATH: &'static str = "/biggest";
        fn pagination() -> Pagination {
            Pagination::limit_offset(100)
        }
        fn default_order() -> Vec<Order<item::Column>> {
            vec![Order::descending(item::Column::Small), Order::ascending(item::Column::Status)]
        }
    }
    let mut rows = table_of(&db, 30).await;
    let api = Api::new("Items", "1", db.db().clone()).auth(auth()).mount(items::items::<Biggest>());
    let client = Client::new(api.build().expect("the parts fit"));
    let found = async |query: &str| ids(&client.get(&format!("/api/biggest{query}"), "").await.json());
    let status = |row: &item::Model| match row.status {
        Status::Done => 0,
        Status::Late => 1,
        Status::Open => 2,
    };
    let by_key: Vec<i32> = rows.iter().map(|row| row.id).collect();
    rows.sort_by_key(|row| (-row.small, status(row), row.id));
    let expected: Vec<i32> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found("").await, expected);
    assert_eq!(found("?ordering=").await, expected);
    assert_eq!(found("?ordering=id").await, by_key);
}

#[tokio::test]
async fn the_document_has_each_parameter_in_its_type() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = items::api(&db).build().expect("the parts fit");
    let document: Json = serde_json::from_str(api.document()).expect("JSON");
    let list = |path: &str| document["paths"][path]["get"]["parameters"].as_array().expect("parameters").clone();
    let named: serde_json::Map<String, Json> = list("/cursors")
        .into_iter()
        .map(|mut parameter| {
            let name = parameter["name"].as_str().expect("a name").to_owned();
            parameter.as_object_mut().expect("an object").retain(|key, _| !matches!(key.as_str(), "name" | "in"));
            (name, parameter)
        })
        .collect();
    insta::assert_json_snapshot!(named);
    let pages: Vec<Json> = ["ItemsPage", "NumberedPage", "CursorsPage"]
        .map(|name| document["components"]["schemas"][name]["required"].clone())
        .to_vec();
    let counted = json!(["count", "next", "previous", "results"]);
    assert_eq!(pages, [counted.clone(), counted, json!(["next", "previous", "results"])]);
    let places = |path: &str| {
        let names = list(path).into_iter().map(|parameter| parameter["name"].as_str().expect("a name").to_owned());
        names.take(2).collect::<Vec<_>>()
    };
    assert_eq!(places("/items"), ["limit", "offset"]);
    assert_eq!(places("/numbered"), ["page", "page_size"]);
    assert_eq!(places("/cursors"), ["cursor", "page_size"]);
}
