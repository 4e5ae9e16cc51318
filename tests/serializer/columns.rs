//! A field is one column's, by its exact name; a part of a row is what was sent, and nothing else.

use poem::http::Method;
use refrain::Api;
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, entity::prelude::*};
use serde_json::json;

use super::shop::{Gadgets, Shop, Status, gadget, under};
use crate::support::{Answer, Client, auth};

fn ok(answer: &Answer) {
    assert_eq!(answer.code(), 200, "{}", answer.text);
}

/// `user_name` and `username` are two columns, and so are `kind` and what it is called in the table.
#[every_database]
async fn columns_of_like_names_are_not_mixed_up(db: TestDb) {
    let shop = Shop::open(db).await;
    let id = shop.made(json!({"user_name": "A", "username": "b", "type": "t"})).await;
    ok(&shop.patched(id, json!({"username": null})).await);
    let row = shop.stored(id).await;
    assert_eq!((row.user_name.as_deref(), row.username.as_deref(), row.kind.as_deref()), (Some("A"), None, Some("t")));
    ok(&shop.patched(id, json!({"username": "v"})).await);
    let whole = json!({"name": "n", "price": "1", "username": "w", "user_name": "W", "type": null});
    ok(&shop.ask(Method::PUT, &format!("/api/gadgets/{id}"), whole).await);
    let row = shop.stored(id).await;
    assert_eq!((row.user_name.as_deref(), row.username.as_deref(), row.kind.as_deref()), (Some("W"), Some("w"), None));
}

#[every_database]
async fn errors_filters_and_orders_go_by_the_fields_name(db: TestDb) {
    let shop = Shop::open(db).await;
    let (first, second) = (shop.made(json!({"taxNo": "DE2"})).await, shop.made(json!({"taxNo": "DE1"})).await);
    let taken = shop.patched(second, json!({"taxNo": "DE2"})).await;
    let sentence = "Gadget with this taxNo already exists.";
    taken.is_problem(409, "conflict", sentence, &json!({"taxNo": [sentence]}));
    assert_eq!(shop.listed("taxNo=DE1").await, [second]);
    assert_eq!(shop.listed("ordering=taxNo").await, [second, first]);
    let kinds = shop.made(json!({"type": "t"})).await;
    assert_eq!(shop.listed("type=t").await, [kinds]);
    for of_columns in ["tax_no=DE1", "kind=t", "TaxNo=DE1", "ordering=tax_no"] {
        let path = format!("/api/gadgets?{of_columns}");
        assert_eq!(shop.client.get(&path, &shop.token).await.code(), 400, "{of_columns}");
    }
}

/// What was left out is told apart from `null`: defaults and owners are for what was left out.
#[every_database]
async fn null_is_not_left_out(db: TestDb) {
    let shop = Shop::open(db).await;
    let (left_out, null) = (shop.made(json!({})).await, shop.made(json!({"ownerId": null})).await);
    let owner = async |id| shop.stored(id).await.owner_id.map(i64::from);
    assert_eq!((owner(left_out).await, owner(null).await), (Some(shop.alice), None));
    let row = shop.stored(left_out).await;
    assert_eq!((row.status, row.count), (Status::Open, 1));

    let done = shop.made(json!({"status": "done", "count": 7})).await;
    let not_null = json!({"status": ["This field may not be null."], "count": ["This field may not be null."]});
    let refused = shop.patched(done, json!({"status": null, "count": null})).await;
    refused.is_problem(400, "invalid", "Invalid input.", &not_null);
    // a default is for new rows
    ok(&shop.ask(Method::PUT, &format!("/api/gadgets/{done}"), json!({"name": "n", "price": "2"})).await);
    let row = shop.stored(done).await;
    assert_eq!((row.status, row.count, &*row.name), (Status::Done, 7, "n"));
    ok(&shop.patched(left_out, json!({"ownerId": null})).await);
    assert_eq!(owner(left_out).await, None);
}

/// Older rows hold what today's validators refuse, and hidden columns are hidden: a `PATCH` looks at neither.
#[every_database]
async fn a_part_is_read_by_itself(db: TestDb) {
    let shop = Shop::open(db).await;
    let id = shop.made(json!({})).await;
    let mut old = shop.stored(id).await.into_active_model();
    (old.name, old.count, old.price) = (Set(String::new()), Set(-5), Set(Decimal::new(12345, 2)));
    old.update(shop.db.db()).await.expect("an older row");
    ok(&shop.patched(id, json!({"ownerId": 2})).await);
    ok(&shop.patched(id, json!({"username": "w"})).await);
    let row = shop.stored(id).await;
    assert_eq!((&*row.name, row.count, row.price, row.owner_id), ("", -5, Decimal::new(12345, 2), Some(2)));
    assert_eq!(shop.patched(id, json!({})).await.code(), 200);
    let shown = shop.client.get(&format!("/api/gadgets/{id}"), &shop.token).await.json();
    assert_eq!((shown.get("price"), &shown["count"]), (None, &json!(-5)), "write-only is never shown");
}

/// The UPDATE names the columns that were sent: what another writer changed meanwhile stays.
#[every_database]
async fn the_statement_names_what_was_sent(db: TestDb) {
    let shop = Shop::open(db).await;
    let id = shop.made(json!({})).await;
    let (db, counter) = counted(shop.db.db());
    let api = Api::new("Shop", "1", db).auth(auth()).mount(Gadgets).build().expect("the parts fit");
    let body = json!({"username": "u", "id": 9, "nothing": 1});
    let path = format!("/api/gadgets/{id}");
    ok(&Client::new(api).ask(Method::PATCH, &path, &shop.token, Some(body)).await);
    let statements = counter.take();
    let updates: Vec<_> = statements.iter().filter(|sql| sql.starts_with("UPDATE")).collect();
    let [update] = &updates[..] else { panic!("one update: {statements:?}") };
    let set = update.split(" SET ").nth(1).and_then(|rest| rest.split(" WHERE ").next()).expect("what it sets");
    assert!(set.contains("username") && !set.contains(','), "{update}");
}

/// A rule that compares decimals says the same of the row that could not be written (CONTRACT 6.37).
#[every_database]
async fn a_supposed_row_is_compared_as_its_columns_compare(db: TestDb) {
    let shop = Shop::open(db).await;
    // as the column would keep it, whatever the model says of that
    let keeps_whole_numbers = shop.db.backend() == Backend::Postgres;
    if keeps_whole_numbers {
        let sql = "ALTER TABLE shop_gadget ALTER COLUMN price TYPE numeric(6, 0)";
        shop.db.db().execute_unprepared(sql).await.expect("the table is changed");
    }
    shop.made(json!({"taxNo": "DE1"})).await;
    let client = under(&shop.db, AboveNine);
    for (price, status) in [("10.50", 409), ("8.50", 403), ("9.40", if keeps_whole_numbers { 403 } else { 409 })] {
        let body = json!({"name": "n", "price": price, "taxNo": "DE1"});
        let answer = client.ask(Method::POST, "/api/gadgets", &shop.token, Some(body)).await;
        assert_eq!(answer.code(), status, "{price}: {}", answer.text);
    }
    let real = gadget::Entity::find().filter(gadget::Column::Price.gt(Decimal::from(9)));
    assert_eq!(real.all(shop.db.db()).await.expect("they are read").len(), 0);
}

#[derive(Clone, Copy, refrain::Operators)]
struct AboveNine;

#[refrain::async_trait]
impl refrain::PermissionClass for AboveNine {
    type Model = gadget::Entity;

    async fn rows(&self, _: &refrain::Context<'_>) -> refrain::Result<refrain::Rule> {
        Ok(refrain::Rule::when(gadget::Column::Price.gt(Decimal::from(9))))
    }
}

/// Whatever the database takes for the same text, it takes for the same in a row that could not be written.
#[every_database]
async fn a_supposed_row_is_compared_by_its_columns_collation(db: TestDb) {
    let shop = Shop::open(db).await;
    let sql = match shop.db.backend() {
        Backend::Sqlite => {
            "ALTER TABLE shop_gadget DROP COLUMN name; \
             ALTER TABLE shop_gadget ADD COLUMN name varchar(20) NOT NULL DEFAULT '' COLLATE NOCASE"
        }
        Backend::Postgres => "CREATE EXTENSION citext; ALTER TABLE shop_gadget ALTER COLUMN name TYPE citext",
        Backend::MariaDb => {
            "ALTER TABLE shop_gadget MODIFY name varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL"
        }
    };
    shop.db.db().execute_unprepared(sql).await.expect("the table is changed");
    shop.made(json!({"taxNo": "taken"})).await;
    let client = under(&shop.db, CalledAnn);
    for name in ["ANN", "ann", "Ann", "anna", "bob"] {
        let ask = async |tax_no: &str| {
            let body = json!({"name": name, "price": "1", "taxNo": tax_no});
            client.ask(Method::POST, "/api/gadgets", &shop.token, Some(body)).await
        };
        let (real, supposed) = (ask(name).await, ask("taken").await);
        assert!(matches!(real.code(), 201 | 403), "{name}: {}", real.text);
        let expected = if real.code() == 201 { 409 } else { 403 };
        assert_eq!(supposed.code(), expected, "{name}: {}", supposed.text);
        assert!(real.code() == 403 || name.eq_ignore_ascii_case("ann"), "{name}");
    }
}

#[derive(Clone, Copy, refrain::Operators)]
struct CalledAnn;

#[refrain::async_trait]
impl refrain::PermissionClass for CalledAnn {
    type Model = gadget::Entity;

    async fn rows(&self, _: &refrain::Context<'_>) -> refrain::Result<refrain::Rule> {
        Ok(refrain::Rule::when(gadget::Column::Name.eq("ANN")))
    }
}
