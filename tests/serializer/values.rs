//! What a column cannot hold, or another reader of its table could not read, is a clear 400 on every database alike.

use refrain_testing::{TestDb, every_database};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};

use super::shop::Shop;

#[every_database]
async fn every_error_is_told_at_once_under_its_field(db: TestDb) {
    let shop = Shop::open(db).await;
    let moment = "Datetime has wrong format. Use one of these formats instead: \
                  YYYY-MM-DDThh:mm[:ss[.uuuuuu]](+HH:MM|-HH:MM|Z).";
    shop.refuses(
        json!({
            "name": "", "status": "zzz", "due": "tomorrow", "estimate": "abc", "count": -1, "price": "x",
            "day": 7, "at": "noon", "type": [], "ownerId": 1.5, "labels": {"a\u{0}": 1},
        }),
        json!({
            "name": ["This field may not be blank."],
            "status": ["\"zzz\" is not a valid choice."],
            "due": [moment],
            "estimate": ["A valid number is required."],
            "count": ["Ensure this value is greater than or equal to 0."],
            "price": ["A valid number is required."],
            "day": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."],
            "at": ["Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]]."],
            "type": ["Not a valid string."],
            "ownerId": ["A valid integer is required."],
            "labels": ["Null characters are not allowed."],
        }),
    )
    .await;
}

#[every_database]
async fn a_value_that_its_column_cannot_hold_is_refused(db: TestDb) {
    let shop = Shop::open(db).await;
    let (places, digits) = (
        "Ensure that there are no more than 2 decimal places.",
        "Ensure that there are no more than 10 digits in total.",
    );
    let whole = "Ensure that there are no more than 8 digits before the decimal point.";
    let number = "A valid number is required.";
    for (field, value, sentence) in [
        ("price", json!("0.005"), places),
        ("price", json!(0.005), places),
        ("price", json!("99999999999.99"), digits),
        ("price", json!("100000000"), whole),
        ("price", json!("NaN"), number),
        ("price", json!("1_0"), number),
        ("price", json!(true), number),
        ("count", json!(100), "Ensure this value is less than or equal to 99."),
        ("count", json!(40000), "Ensure this value is less than or equal to 32767."),
        ("name", json!("é".repeat(21)), "Ensure this field has no more than 20 characters."),
        ("name", json!("a\u{0}b"), "Null characters are not allowed."),
        ("labels", json!({"a": [{"b": "c\u{0}"}]}), "Null characters are not allowed."),
        ("status", json!(7), "\"7\" is not a valid choice."),
        ("status", json!("Open"), "\"Open\" is not a valid choice."),
    ] {
        shop.refuses(json!({ field: value }), json!({ field: [sentence] })).await;
    }
    for price in ["12345678.99", "-12345678.90", "1e3", "0.10"] {
        let id = shop.made(json!({"price": price})).await;
        let expected: sea_orm::prelude::Decimal = match price {
            "1e3" => 1000.into(),
            price => price.parse().expect("a decimal"),
        };
        assert_eq!(shop.stored(id).await.price, expected, "{price}");
    }
}

/// Python has the years 1 to 9999, and no second 60 (CONTRACT 7.14).
#[every_database]
async fn moments_that_no_django_could_read_are_refused(db: TestDb) {
    let shop = Shop::open(db).await;
    let told = async |field: &str, text: &str| {
        let refused = shop.ask(poem::http::Method::POST, "/api/gadgets", json!({"name": "n", "price": 1, field: text}));
        let refused = refused.await;
        assert_eq!(refused.code(), 400, "{text}: {}", refused.text);
        assert_eq!(refused.json()["errors"].as_object().map(|errors| errors.len()), Some(1));
        assert!(refused.json()["errors"][field][0].as_str().is_some_and(|told| told.contains("has wrong format")));
    };
    for odd in [
        "+10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "0000-12-31T00:00:00Z",
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-01-02T03:04:05",
        "2026-02-30T00:00:00Z",
    ] {
        told("due", odd).await;
    }
    for odd in ["+262142-12-31", "0000-01-01", "2026-02-29", "10000-01-01", "26-1-1"] {
        told("day", odd).await;
    }
    for odd in ["23:59:60", "24:00", "3:04"] {
        told("at", odd).await;
    }
    for (due, shown) in [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2026-01-02T03:04:05.1234567+02:00", "2026-01-02T01:04:05.123456Z"),
    ] {
        let id = shop.made(json!({ "due": due })).await;
        let row = shop.client.get(&format!("/api/gadgets/{id}"), &shop.token).await.json();
        assert_eq!(row["due"], shown);
    }
}

#[every_database]
async fn nested_objects_are_checked_as_the_top_is(db: TestDb) {
    let shop = Shop::open(db).await;
    for (postal, errors) in [
        (json!({"city": 7}), json!({"postal.city": ["Not a valid string."]})),
        (json!({}), json!({"postal.city": ["This field is required."]})),
        (
            json!({"city": null, "zip": 7}),
            json!({"postal.city": ["This field may not be null."], "postal.zip": ["Not a valid string."]}),
        ),
        (
            json!({"city": "x".repeat(11)}),
            json!({"postal.city": ["Ensure this field has no more than 10 characters."]}),
        ),
        (json!([]), json!({"postal": ["Invalid data. Expected a dictionary, but got list."]})),
        (json!({"city": "a\u{0}"}), json!({"postal.city": ["Null characters are not allowed."]})),
    ] {
        shop.refuses(json!({ "postal": postal }), errors).await;
    }
    let id = shop.made(json!({"postal": {"city": "Bonn", "unknown": 1}})).await;
    let shown = shop.client.get(&format!("/api/gadgets/{id}"), &shop.token).await.json();
    assert_eq!(shown["postal"], json!({"city": "Bonn", "zip": null}));
}

/// A number is kept whole or refused, never rounded.
#[every_database]
async fn numbers_beyond_64_bits(db: TestDb) {
    let shop = Shop::open(db).await;
    let raw = async |body: &str| {
        let request = shop.client.raw().post("/api/gadgets").header("authorization", format!("Token {}", shop.token));
        crate::support::answer(request.content_type("application/json").body(body.to_owned()).send().await).await
    };
    let sentence = json!({"labels": ["Ensure that every number in it fits 64 bits."]});
    let refused = raw(r#"{"name":"n","price":1,"labels":{"a":[18446744073709551616]}}"#).await;
    refused.is_problem(400, "invalid", "Invalid input.", &sentence);
    let kept = raw(r#"{"name":"n","price":1,"labels":{"a":[18446744073709551615,-9223372036854775808]}}"#).await;
    assert_eq!(kept.code(), 201, "{}", kept.text);
    let id = kept.json()["id"].as_i64().expect("a key");
    let labels: Option<Json> = shop.stored(id).await.labels;
    assert_eq!(labels, Some(json!({"a": [18446744073709551615_u64, i64::MIN]})));
    let above = json!({"count": ["Ensure this value is less than or equal to 32767."]});
    let refused = raw(r#"{"name":"n","price":1,"count":99999999999999999999999999}"#).await;
    refused.is_problem(400, "invalid", "Invalid input.", &above);
    for (query, answer) in
        [("count=18446744073709551616", 200), ("count=x", 400), ("estimate=1e999", 200), ("day=x", 400)]
    {
        let list = shop.client.get(&format!("/api/gadgets?{query}"), &shop.token).await;
        assert_eq!(list.code(), answer, "{query}: {}", list.text);
    }
}

/// Django, beside on the same SQLite file, compares moments as text.
#[every_database(sqlite, because = "elsewhere a moment is no text")]
async fn a_moment_is_kept_in_djangos_form(db: TestDb) {
    let shop = Shop::open(db).await;
    let sent = ["2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05.000123Z"];
    for due in sent {
        shop.made(json!({ "due": due })).await;
    }
    let rows = shop.db.db().query_all_raw(shop.db.statement("SELECT due FROM shop_gadget ORDER BY due")).await;
    let texts: Vec<String> =
        rows.expect("they are read").iter().map(|row| row.try_get("", "due").expect("text")).collect();
    assert_eq!(texts, ["2026-01-02 01:04:05", "2026-01-02 01:04:05.000123"]);
    assert_eq!(shop.listed("due=2026-01-02T01:04:05Z").await.len(), 1);
    assert_eq!(shop.listed("due=2026-01-02T04:04:05%2B03:00").await.len(), 1);
}
