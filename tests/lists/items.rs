//! A model with a column of every type that can be compared, rows with ties and NULLs in them, and lists over it.

use std::marker::PhantomData;

use refrain::{
    Access, AllowAny, Api, Choices, Filter, Lookup, Order, Pagination, Serializer, ViewSet, entity::Moment,
    sessions::SecretKey,
};
use refrain_testing::{Backend, TestDb};
use sea_orm::{ConnectionTrait, DatabaseConnection, IntoActiveModel, Schema, entity::prelude::*};

use crate::support::{Client, auth};

#[derive(Clone, Copy, Debug, PartialEq, EnumIter, DeriveActiveEnum, Choices)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
pub enum Status {
    #[sea_orm(string_value = "open")]
    Open,
    #[sea_orm(string_value = "done")]
    Done,
    #[sea_orm(string_value = "late")]
    Late,
}

#[derive(Clone, Copy, Debug, PartialEq, EnumIter, DeriveActiveEnum, Choices)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Level {
    Low = 1,
    Middle = 2,
    High = 10,
}

/// The database's own enum, where it has one. Its numbers and its texts go opposite ways.
#[derive(Clone, Copy, Debug, PartialEq, EnumIter, DeriveActiveEnum, Choices)]
#[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "mood")]
pub enum Mood {
    #[sea_orm(string_value = "well")]
    Well,
    #[sea_orm(string_value = "fair")]
    Fair,
    #[sea_orm(string_value = "bad")]
    Bad,
}

pub mod item {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "list_item")]
    #[refrain(app = "list", model = "Item")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        #[sea_orm(column_type = "String(StringLen::N(60))")]
        pub name: String,
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub word: Option<String>,
        #[sea_orm(column_type = "Char(Some(4))")]
        pub code: String,
        pub small: i16,
        pub count: Option<i32>,
        pub big: i64,
        pub single: f32,
        pub ratio: Option<f64>,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
        pub price: Option<Decimal>,
        pub uid: Uuid,
        pub day: Option<Date>,
        pub at: Option<Time>,
        pub due: Option<refrain::entity::Moment>,
        pub local: DateTime,
        pub done: Option<bool>,
        pub status: super::Status,
        pub level: Option<super::Level>,
        pub mood: super::Mood,
        pub labels: Option<Json>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = item)]
pub struct Item {
    pub id: i32,
    pub name: String,
    pub word: Option<String>,
    pub code: String,
    pub small: i16,
    pub count: Option<i32>,
    pub big: i64,
    pub single: f32,
    pub ratio: Option<f64>,
    pub price: Option<Decimal>,
    pub uid: Uuid,
    pub day: Option<Date>,
    pub at: Option<Time>,
    pub due: Option<Moment>,
    pub local: DateTime,
    pub done: Option<bool>,
    pub status: Status,
    pub level: Option<Level>,
    pub mood: Mood,
    #[serializer(read_only)]
    pub labels: Option<Json>,
}

/// How a test cuts the items into pages, and orders them.
pub trait Paged: Send + Sync + 'static {
    const PATH: &'static str;
    fn pagination() -> Pagination;
    fn default_order() -> Vec<Order<item::Column>> {
        vec![]
    }
}

/// Everything may be asked of the items.
pub struct Items<P>(PhantomData<fn() -> P>);

impl<P: Paged> ViewSet for Items<P> {
    type Serializer = Item;
    const PATH: &'static str = P::PATH;

    fn permissions() -> Access<item::Entity> {
        Access::to(AllowAny)
    }

    fn pagination() -> Pagination {
        P::pagination()
    }

    fn filters() -> Vec<Filter<item::Column>> {
        use Lookup::{Contains, Exact, Gt, Gte, IContains, In, IsNull, Lt, Lte, Range, StartsWith};
        use item::Column as C;
        let text = [Exact, In, Gt, Gte, Lt, Lte, Contains, IContains, StartsWith];
        let numbers = [Exact, In, Gt, Gte, Lt, Lte, Range];
        let of = |column, lookups: &[Lookup]| Filter::of(column).lookups(lookups.iter().copied());
        let nullable = |column, lookups: &[Lookup]| of(column, &[lookups, &[IsNull]].concat());
        vec![
            of(C::Id, &numbers),
            of(C::Name, &text),
            nullable(C::Word, &text),
            of(C::Code, &text),
            of(C::Small, &numbers),
            nullable(C::Count, &numbers),
            of(C::Big, &numbers),
            of(C::Single, &numbers),
            nullable(C::Ratio, &numbers),
            nullable(C::Price, &numbers),
            of(C::Uid, &numbers),
            nullable(C::Day, &numbers),
            nullable(C::At, &numbers),
            nullable(C::Due, &numbers),
            of(C::Local, &numbers),
            nullable(C::Done, &[Exact, In]),
            of(C::Status, &text),
            nullable(C::Level, &numbers),
            of(C::Mood, &[Exact, In]),
            nullable(C::Labels, &[]),
        ]
    }

    fn search() -> Vec<item::Column> {
        vec![item::Column::Name, item::Column::Word, item::Column::Code]
    }

    fn orderings() -> Vec<item::Column> {
        ORDERED.to_vec()
    }

    fn default_order() -> Vec<Order<item::Column>> {
        P::default_order()
    }
}

/// The columns that the items are ordered by.
pub const ORDERED: [item::Column; 19] = {
    use item::Column::*;
    [Id, Name, Word, Code, Small, Count, Big, Single, Ratio, Price, Uid, Day, At, Due, Local, Done, Status, Level, Mood]
};

macro_rules! paged {
    ($name:ident, $path:literal, $pagination:expr $(, $($said:tt)+)?) => {
        pub struct $name;
        impl Paged for $name {
            const PATH: &'static str = $path;
            fn pagination() -> Pagination {
                $pagination
            }
            $($($said)+)?
        }
    };
}

paged!(ByOffset, "/items", Pagination::limit_offset(500));
paged!(ByNumber, "/numbered", Pagination::page_number(3).at_most(5));
paged!(ByCursor, "/cursors", Pagination::cursor(5).at_most(50));
paged!(OtherCursors, "/others", Pagination::cursor(5).at_most(50));
paged!(
    Newest,
    "/newest",
    Pagination::cursor(5),
    fn default_order() -> Vec<Order<item::Column>> {
        vec![Order::descending(item::Column::Due)]
    }
);

pub fn items<P: Paged>() -> Items<P> {
    Items(PhantomData)
}

/// An item of which every column says something, most of it shared with others.
pub fn made(id: i32) -> item::Model {
    let nth = |step: i32, of: i32| (id * step).rem_euclid(of);
    let some = |is: bool| is.then_some(());
    const WORDS: [&str; 6] = ["ant", "bee", "cat", "dog", "elk", "fox"];
    const NAMES: [&str; 16] = [
        "Red car", "red cart", "RED", "", "100%", "100x", "a_b", "axb", "a\\b", "a*b", "[x]", "x?", "it's", "a,b",
        "q\"q", "Zug!",
    ];
    let micros = [0, 500_000, 120_000, 123_456, 1][nth(3, 5) as usize];
    let moment =
        chrono::DateTime::from_timestamp_micros(1_767_225_600_000_000 + i64::from(nth(7, 4)) * 1_000_000 + micros)
            .expect("a moment");
    item::Model {
        id,
        name: NAMES[nth(5, 16) as usize].to_owned(),
        word: some(nth(3, 4) != 0).map(|()| WORDS[nth(7, 6) as usize].to_owned()),
        code: ["a", "ab", "abc", "b"][nth(3, 4) as usize].to_owned(),
        small: (nth(7, 5) - 2) as i16,
        count: some(nth(1, 3) != 0).map(|()| nth(11, 7) - 3),
        big: i64::from(nth(3, 3) - 1) * 9_007_199_254_740_993,
        single: [0.1, -2.5, 1.0e10][nth(2, 3) as usize],
        ratio: some(nth(5, 4) != 1).map(|()| [0.1 + 0.2, 0.3, -1.0e-300, 0.0][nth(3, 4) as usize]),
        price: some(nth(1, 5) != 2).map(|()| Decimal::new([900, 1050, -5, 1051][nth(7, 4) as usize], 2)),
        uid: Uuid::from_u128(u128::from(nth(5, 4).unsigned_abs()) << 64 | 1),
        day: some(nth(1, 4) != 3).map(|()| Date::from_ymd_opt(2026, 1, 1 + nth(5, 3) as u32).expect("a day")),
        at: some(nth(3, 5) != 4).map(|()| moment.time()),
        due: some(nth(5, 6) != 2).map(|()| moment.into()),
        local: moment.naive_utc(),
        done: [None, Some(true), Some(false)][nth(1, 3) as usize],
        status: [Status::Open, Status::Done, Status::Late][nth(2, 3) as usize],
        level: [Some(Level::Low), Some(Level::High), None, Some(Level::Middle)][nth(3, 4) as usize],
        mood: [Mood::Well, Mood::Fair, Mood::Bad][nth(1, 3) as usize],
        labels: some(nth(1, 2) == 0).map(|()| serde_json::json!([id])),
    }
}

/// An empty table of items.
pub async fn table(db: &TestDb) {
    let backend = db.get_database_backend();
    let schema = Schema::new(backend);
    if db.backend() == Backend::Postgres {
        db.execute(&schema.create_enum_from_active_enum::<Mood>().expect("an enum")).await.expect("an enum is made");
    }
    db.execute(&schema.create_table_from_entity(item::Entity)).await.expect("a table is made");
    if db.backend() == Backend::MariaDb {
        // as Django makes them: sea-orm's have whole seconds
        let sql = "ALTER TABLE list_item MODIFY due datetime(6) NULL, MODIFY at time(6) NULL, \
                   MODIFY local datetime(6) NOT NULL";
        db.execute_unprepared(sql).await.expect("the table is changed");
    }
}

/// A table with this many items.
pub async fn table_of(db: &TestDb, count: i32) -> Vec<item::Model> {
    table(db).await;
    let rows: Vec<item::Model> = (1..=count).map(made).collect();
    insert(db, &rows).await;
    rows
}

pub async fn insert(db: &TestDb, rows: &[item::Model]) {
    for some in rows.chunks(20) {
        let some = some.iter().cloned().map(|row| row.into_active_model().reset_all());
        item::Entity::insert_many(some).exec_without_returning(db.db()).await.expect("items are made");
    }
}

pub fn key() -> SecretKey {
    SecretKey::new("what these tests seal with").expect("a key")
}

/// An API over the items, paged in every way.
pub fn api(db: &DatabaseConnection) -> Api<impl refrain::api::Part> {
    Api::new("Items", "1", db.clone())
        .auth(auth())
        .secret_key(key())
        .mount(items::<ByOffset>())
        .mount(items::<ByNumber>())
        .mount(items::<ByCursor>())
        .mount(items::<OtherCursors>())
        .mount(items::<Newest>())
}

pub fn client(db: &DatabaseConnection) -> Client {
    Client::new(api(db).build().expect("the parts fit"))
}

/// The keys of a page.
pub fn ids(page: &serde_json::Value) -> Vec<i32> {
    let results = page["results"].as_array().unwrap_or_else(|| panic!("no page: {page}"));
    results.iter().map(|row| row["id"].as_i64().expect("a key") as i32).collect()
}
