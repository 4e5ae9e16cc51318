//! Every type of a column goes from a body to the database, back, and into a representation, the same on each database.

use poem_openapi::types::ToJSON;
use refrain::{
    Choices, Result, Serializer,
    serializer::{BodyOf, Change, Json},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Schema, entity::prelude::*};

#[allow(unreachable_pub)]
mod everything {
    use sea_orm::{FromJsonQueryResult, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, super::Choices)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
    pub enum Status {
        #[sea_orm(string_value = "open")]
        Open,
        #[sea_orm(string_value = "done")]
        Done,
    }

    #[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, super::Choices)]
    #[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
    pub enum Level {
        #[sea_orm(num_value = 1)]
        Low,
        #[sea_orm(num_value = 5)]
        High,
    }

    #[derive(
        Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, FromJsonQueryResult, refrain::Serializer,
    )]
    pub struct Postal {
        pub city: String,
        pub zip: Option<String>,
    }

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "everything")]
    #[refrain(app = "things", model = "Everything")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub a: i16,
        pub b: i32,
        pub f: f32,
        pub g: f64,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
        pub price: Decimal,
        #[sea_orm(column_type = "Char(Some(3))")]
        pub code: String,
        pub u: Uuid,
        pub day: Date,
        pub at: Time,
        pub due: DateTimeUtc,
        pub due2: DateTimeWithTimeZone,
        pub doc: Json,
        pub postal: Postal,
        pub status: Status,
        pub level: Level,
        pub raw: Vec<u8>,
        pub flag: bool,
        #[sea_orm(column_name = "type")]
        pub kind: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = everything)]
struct Everything {
    a: i16,
    b: i32,
    f: f32,
    g: f64,
    price: Decimal,
    code: String,
    u: Uuid,
    day: Date,
    at: Time,
    due: DateTimeUtc,
    due2: DateTimeWithTimeZone,
    doc: serde_json::Value,
    postal: everything::Postal,
    status: everything::Status,
    level: everything::Level,
    raw: Vec<u8>,
    flag: bool,
    kind: Option<String>,
}

#[every_database(tables = none)]
async fn every_type_comes_back_as_it_was_sent(db: TestDb) -> Result<()> {
    let backend = db.db().get_database_backend();
    let table = Schema::new(backend).create_table_from_entity(everything::Entity);
    db.db().execute(&table).await?;
    let body = r#"{"a":-5,"b":7,"f":1.5,"g":0.1,"price":10.5,"code":"ab ","u":"5F0C3D3A0D3C4C8B9D570F3BDE6A9B11",
        "day":"2026-01-02","at":"03:04","due":"2026-01-02T03:04:05+02:00","due2":"2026-01-02T03:04:05-01:00",
        "doc":{"a":[1,null,"x"]},"postal":{"city":"Bonn"},"status":"done","level":5,"raw":"AP8=","flag":true}"#;
    let json = Json::parse(body.as_bytes()).expect("it is JSON");
    let new = Change::<Everything>::read(json, BodyOf::NewRow, None).expect("nothing is wrong with it");
    let made = new.row.insert(db.db()).await?;
    let row = everything::Entity::find_by_id(made.id).one(db.db()).await?.expect("it was made");
    let expected = r#"{"a":-5,"b":7,"f":1.5,"g":0.1,"price":"10.50","code":"ab","u":"5f0c3d3a-0d3c-4c8b-9d57-0f3bde6a9b11","day":"2026-01-02","at":"03:04:00","due":"2026-01-02T01:04:05Z","due2":"2026-01-02T04:04:05Z","doc":{"a":[1,null,"x"]},"postal":{"city":"Bonn","zip":null},"status":"done","level":5,"raw":"AP8=","flag":true,"kind":null}"#;
    assert_eq!(Everything::from_row(&row, ()).to_json_string(), expected);

    // null and what was left out, as far as the statement
    let json = Json::parse(br#"{"kind":"t"}"#).expect("it is JSON");
    let mut part = Change::<Everything>::read(json, BodyOf::PartOfRow, None).expect("it is read").row;
    part.id = sea_orm::Unchanged(row.id);
    assert_eq!(part.update(db.db()).await?.kind.as_deref(), Some("t"));
    let json = Json::parse(br#"{"kind":null}"#).expect("it is JSON");
    let mut part = Change::<Everything>::read(json, BodyOf::PartOfRow, None).expect("it is read").row;
    part.id = sea_orm::Unchanged(row.id);
    let after = part.update(db.db()).await?;
    assert_eq!((after.kind.as_deref(), after.b), (None, 7));
    Ok(())
}
