//! A serializer beside poem-openapi's own derive: a page of a hundred rows written, a body of eight members read.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use poem_openapi::{
    Object,
    types::{ParseFromJSON, ToJSON},
};
use refrain::serializer::{BodyOf, Change, Json, Serializer};
use sea_orm::prelude::*;

#[allow(unreachable_pub)]
mod item {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "shop_item")]
    #[refrain(app = "shop", model = "Item")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub note: Option<String>,
        pub count: i32,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
        pub price: Decimal,
        pub uid: Uuid,
        pub due: DateTimeUtc,
        pub open: bool,
        pub owner_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = item)]
struct Item {
    #[serializer(read_only)]
    id: i64,
    #[serializer(length(1..=100))]
    name: String,
    note: Option<String>,
    #[serializer(range(0..))]
    count: i32,
    price: Decimal,
    uid: Uuid,
    due: DateTimeUtc,
    open: bool,
    owner_id: Option<i32>,
}

#[derive(Object)]
struct Output {
    id: i64,
    name: String,
    note: Option<String>,
    count: i32,
    price: Decimal,
    uid: Uuid,
    due: DateTimeUtc,
    open: bool,
    owner_id: Option<i32>,
}

impl From<item::Model> for Output {
    fn from(row: item::Model) -> Self {
        let item::Model { id, name, note, count, price, uid, due, open, owner_id } = row;
        Self { id, name, note, count, price, uid, due, open, owner_id }
    }
}

#[derive(Object)]
#[allow(dead_code)]
struct Input {
    #[oai(validator(min_length = 1, max_length = 100))]
    name: String,
    note: Option<String>,
    #[oai(validator(minimum(value = "0")))]
    count: i32,
    price: Decimal,
    uid: Uuid,
    due: DateTimeUtc,
    open: bool,
    owner_id: Option<i32>,
}

const BODY: &str = r#"{"name":"A wheel","note":"It is round \u2013 mostly.","count":4,"price":"10.50",
    "uid":"65be8549-8bb5-4ac3-a2ee-8d67278cf143","due":"2026-01-02T03:04:05Z","open":true,"owner_id":7}"#;

fn rows() -> Vec<item::Model> {
    let row = |id: i64| item::Model {
        id,
        name: format!("Wheel number {id}"),
        note: (id % 2 == 0).then(|| "It is \"round\" – mostly.".to_owned()),
        count: id as i32,
        price: Decimal::new(id * 105, 2),
        uid: Uuid::from_u128(id as u128),
        due: "2026-01-02T03:04:05Z".parse().expect("a moment"),
        open: id % 3 == 0,
        owner_id: Some(7),
    };
    (1..=100).map(row).collect()
}

fn by_serializer(rows: &[item::Model]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * 128);
    for row in rows {
        let start = out.len();
        Item::fields().write(row, |_| false, &mut out);
        out[start] = b'{';
        out.push(b'}');
    }
    out
}

fn by_poem(rows: &[item::Model]) -> String {
    rows.iter().cloned().map(Output::from).collect::<Vec<_>>().to_json_string()
}

fn read_by_serializer(body: &[u8]) -> item::ActiveModel {
    let json = Json::parse(body).expect("JSON");
    Change::<Item>::read(json, BodyOf::NewRow, None).expect("nothing is wrong with it").row
}

fn read_by_poem(body: &[u8]) -> Input {
    Input::parse_from_json(serde_json::from_slice(body).expect("JSON")).ok().expect("nothing is wrong with it")
}

fn benches(criterion: &mut Criterion) {
    let rows = rows();
    let mut page = criterion.benchmark_group("a page of 100 rows");
    page.bench_function("serializer", |bencher| bencher.iter(|| by_serializer(black_box(&rows))));
    page.bench_function("poem-openapi", |bencher| bencher.iter(|| by_poem(black_box(&rows))));
    page.finish();
    let mut body = criterion.benchmark_group("a body of eight members");
    body.bench_function("serializer", |bencher| bencher.iter(|| read_by_serializer(black_box(BODY.as_bytes()))));
    body.bench_function("poem-openapi", |bencher| bencher.iter(|| read_by_poem(black_box(BODY.as_bytes()))));
    body.finish();
}

criterion_group!(serializer, benches);
criterion_main!(serializer);
