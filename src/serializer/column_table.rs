//! What a field of each type is in JSON, asked of the types themselves. The guide's table is made of the snapshot.

use std::fmt::Write;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use refrain_entity::{Moment, UuidText};
use sea_orm::{
    ColumnTypeTrait, DbBackend,
    prelude::Decimal,
    sea_query::{ColumnType, StringLen},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{At, Bounds, FieldType, Json, MetaSchemaRef, schema::nullable, tests::thing};

const DATABASES: [(DbBackend, &str); 3] =
    [(DbBackend::Sqlite, "SQLite"), (DbBackend::Postgres, "PostgreSQL"), (DbBackend::MySql, "MariaDB, MySQL")];

#[test]
fn what_a_field_is_in_json() {
    let moment: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().expect("a moment");
    let (date, time) = (moment.date_naive(), moment.time());
    let uuid = Uuid::from_u128(0x9f86_d081_884c_4d65_9a2f_eaa0_c55a_d015);
    let numbers = [
        row::<i8>("`i8`", ColumnType::TinyInteger, 7),
        row::<i16>("`i16`", ColumnType::SmallInteger, 7),
        row::<i32>("`i32`", ColumnType::Integer, 7),
        row::<i64>("`i64`", ColumnType::BigInteger, 7),
        row::<u8>("`u8`", ColumnType::TinyUnsigned, 7),
        row::<u16>("`u16`", ColumnType::SmallUnsigned, 7),
        row::<u32>("`u32`", ColumnType::Unsigned, 7),
        row::<u64>("`u64`", ColumnType::BigUnsigned, 7),
        row::<f32>("`f32`", ColumnType::Float, 1.5),
        row::<f64>("`f64`", ColumnType::Double, 1.5),
        row::<Decimal>(
            "`Decimal`, of 10 digits and 2 places",
            ColumnType::Decimal(Some((10, 2))),
            Decimal::new(105, 1),
        ),
        row::<bool>("`bool`", ColumnType::Boolean, true),
    ];
    let texts = [
        row::<String>("`String`, a `varchar(100)`", ColumnType::String(StringLen::N(100)), "Golf".into()),
        row::<String>("`String`, a `text`", ColumnType::Text, "Golf".into()),
        row::<String>("`String`, a `char(3)`", ColumnType::Char(Some(3)), "EU ".into()),
        row::<thing::Status>("an active enum that derives `Choices`", ColumnType::Text, thing::Status::Open),
        row::<Uuid>("`Uuid`", ColumnType::Uuid, uuid),
        row::<UuidText>("`refrain::entity::UuidText`", ColumnType::Char(Some(32)), uuid.into()),
        row::<Moment>("`refrain::entity::Moment`", ColumnType::TimestampWithTimeZone, moment.into()),
        row::<DateTime<Utc>>("`DateTimeUtc`", ColumnType::TimestampWithTimeZone, moment),
        row::<DateTime<FixedOffset>>(
            "`DateTimeWithTimeZone`",
            ColumnType::TimestampWithTimeZone,
            moment.fixed_offset(),
        ),
        row::<NaiveDateTime>("`DateTime`", ColumnType::DateTime, moment.naive_utc()),
        row::<NaiveDate>("`Date`", ColumnType::Date, date),
        row::<NaiveTime>("`Time`", ColumnType::Time, time),
        row::<Vec<u8>>("`Vec<u8>`", ColumnType::Blob, b"Golf".to_vec()),
    ];
    let postal = thing::Postal { city: "Ulm".into(), zip: None };
    let others = [
        row::<Value>("`Json`", ColumnType::Json, json!({"any": [1, null]})),
        row::<thing::Postal>("a struct in a column of JSON that derives `Serializer`", ColumnType::Json, postal),
        row::<Vec<i32>>("`Vec<T>`", ColumnType::Array(ColumnType::Integer.into()), vec![1, 2]),
        row::<Option<i32>>("`Option<T>`", ColumnType::Integer, None),
    ];
    let rows = numbers.into_iter().chain(texts).chain(others);
    let table = rows.fold(
        "| the model's field | in JSON | type, format | bounds | databases |\n|---|---|---|---|---|\n".to_owned(),
        |table, row| table + &row,
    );
    insta::assert_snapshot!("columns", table);
}

fn row<T: FieldType>(field: &str, column: ColumnType, sample: T) -> String {
    let bounds = Bounds::of(&column.def());
    let mut shown = Vec::new();
    sample.write(&bounds, &mut shown);
    let shown = String::from_utf8(shown).expect("JSON is text");
    let schema = if T::NULLABLE { nullable(T::schema()) } else { T::schema() };
    let holds = |(on, name): &(DbBackend, &'static str)| {
        let mut mistakes = Vec::new();
        T::check(*on, &mut mistakes);
        mistakes.is_empty().then_some(*name)
    };
    let databases: Vec<&str> = DATABASES.iter().filter_map(holds).collect();
    let databases = if databases.len() == DATABASES.len() { "all".to_owned() } else { databases.join(", ") };
    let told = type_of(&schema);
    // the greatest float has hundreds of digits
    let bounds = if told.starts_with("number") { "finite".to_owned() } else { bounds_of::<T>(&bounds) };
    format!("| {field} | `{shown}` | {told} | {bounds} | {databases} |\n")
}

fn type_of(schema: &MetaSchemaRef) -> String {
    let MetaSchemaRef::Inline(schema) = schema else { return "a schema of its own".to_owned() };
    let mut told = if schema.ty.is_empty() { "any".to_owned() } else { schema.ty.to_owned() };
    let _ = schema.format.map(|format| write!(told, ", {format}"));
    if !schema.enum_items.is_empty() {
        told += ", one of its values";
    }
    if schema.nullable {
        told += ", or null";
    }
    told
}

/// What is told of a value beyond all bounds, and of a text that is too long.
fn bounds_of<T: FieldType>(bounds: &Bounds) -> String {
    let refused = |body: &str| {
        let mut at = At::default();
        let json = Json::parse(body.as_bytes()).expect("it is JSON");
        T::read(json, bounds, &mut at);
        at.errors().map(|(_, sentence)| sentence.to_owned()).collect::<Vec<_>>()
    };
    let number = |body: &str| {
        let sentences = refused(body).into_iter();
        let of_bound = |sentence: String| {
            let (before, bound) = sentence.strip_suffix('.')?.rsplit_once("equal to ")?;
            before.starts_with("Ensure").then(|| bound.to_owned())
        };
        sentences.filter_map(of_bound).next()
    };
    if let (Some(least), Some(most)) = (number("-1e300"), number("1e300")) {
        return format!("{least} to {most}");
    }
    match (bounds.digits, bounds.max_length) {
        (Some((digits, places)), _) => format!("{} digits before the point, {places} behind it", digits - places),
        (_, Some(most)) if is_counted(&refused(&format!("\"{}\"", "x".repeat(most + 1)))) => {
            format!("{most} characters")
        }
        _ => String::new(),
    }
}

fn is_counted(sentences: &[String]) -> bool {
    sentences.iter().any(|sentence| sentence.contains("no more than"))
}
