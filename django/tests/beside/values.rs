//! Moments, decimals, booleans and uuids, written by either, are the same to both.

use refrain_testing::{Backend, TestDb};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{Program, Request, Site, beside_django};

beside_django!(values_of_either_are_read_ordered_and_filtered_alike);

/// `at`, `cost`, `paid` and `reference`.
const SERVICES: [(&str, &str, bool, &str); 10] = [
    ("2026-01-31T12:00:00Z", "10.50", true, "3e10c5a0-0000-4000-8000-0000000000ff"),
    ("2026-01-31T12:00:00.000001Z", "9.99", false, "00000000-0000-4000-8000-000000000001"),
    ("2026-01-31T11:59:59.999999Z", "100.00", true, "ffffffff-ffff-4fff-bfff-ffffffffffff"),
    ("1999-12-31T23:59:59Z", "0.01", false, "12345678-1234-4234-8234-123456789012"),
    ("1969-07-20T20:17:40Z", "0.00", true, "9e107d9d-372b-4b6a-8b2a-000000000000"),
    ("2038-01-19T03:14:08Z", "-5.25", false, "0e107d9d-372b-4b6a-8b2a-00000000abcd"),
    ("2026-10-25T02:30:00+02:00", "99999999.99", true, "e0000000-0000-1000-8000-000000000000"),
    ("2026-10-25T02:30:00+01:00", "-99999999.99", false, "e0000000-0000-1000-8000-000000000001"),
    ("2026-01-31T12:00:00Z", "10.50", false, "7ffffffe-0000-4000-8000-0000000000ff"),
    ("9999-12-31T23:59:59.999999Z", "10.49", true, "80000000-0000-4000-8000-0000000000ff"),
];

/// As a query string and as Django's functions ask it.
const QUESTIONS: [&str; 19] = [
    "ordering=at,id",
    "ordering=-at,id",
    "ordering=cost,id",
    "ordering=-cost,id",
    "ordering=paid,id",
    "ordering=-paid,-id",
    "ordering=reference",
    "ordering=-reference",
    "at=2026-01-31T12:00:00Z",
    "at__gte=2026-01-31T12:00:00Z",
    "at__lt=2026-01-31T12:00:00.000001Z",
    "at__lt=1970-01-01T00:00:00Z",
    "at=2026-10-25T00:30:00Z",
    "cost=10.50",
    "cost=10.5",
    "cost__gte=9.99",
    "cost__lt=0",
    "paid=true",
    "reference=3e10c5a0-0000-4000-8000-0000000000ff",
];

/// Those of a uuid's order, which is its digits' on each.
const BY_REFERENCE: [&str; 2] =
    ["reference__gte=7ffffffe-0000-4000-8000-0000000000ff", "reference__lt=0e107d9d-372b-4b6a-8b2a-00000000abcd"];

async fn values_of_either_are_read_ordered_and_filtered_alike(db: &TestDb, mut site: Site) {
    site.manage(&["migrate", "--verbosity", "0"]);
    let token = site.shell(
        "from django.contrib.auth.models import User\n\
         from rest_framework.authtoken.models import Token\n\
         result = Token.objects.create(user=User.objects.create_superuser('anna')).key",
    );
    let token = token.as_str().expect("a token");
    let program = Program::serve(&db.url(), "ModelPermissions");
    for (place, (at, cost, paid, reference)) in SERVICES.iter().enumerate() {
        let body = json!({ "at": at, "cost": cost, "paid": paid, "reference": reference });
        let add = Request::new("POST", "/api/services/").token(token).json(&body);
        let made = if place % 2 == 0 { site.ask(&add) } else { program.ask(&add) };
        let made = made.expect(201).json();
        for member in ["cost", "paid", "reference"] {
            assert_eq!(made[member], body[member], "{made}");
        }
    }

    let list = Request::get("/api/services/?page_size=100").token(token);
    let there = site.ask(&list).expect(200).json();
    let here = program.ask(&list).expect(200).json();
    assert_eq!(here, there, "each is shown as the other shows it");

    for question in QUESTIONS.iter().chain(&BY_REFERENCE) {
        let page = program
            .ask(&Request::get(format!("/api/services?page_size=100&{question}")).token(token))
            .expect(200)
            .json();
        let keys: Vec<_> = page["results"].as_array().expect("rows").iter().map(|row| row["id"].clone()).collect();
        let mut there = site.shell(&in_django(question));
        let mut here = Value::Array(keys);
        if !question.starts_with("ordering") {
            sort(&mut here);
            sort(&mut there);
        }
        assert_eq!(here, there, "{question} on {:?}", db.backend());
        assert!(
            question.starts_with("ordering") || !here.as_array().expect("keys").is_empty(),
            "{question} finds some"
        );
    }
    if db.backend() == Backend::Sqlite {
        what_is_no_decimal_is_not_made_one(db, &program, token).await;
    }
}

/// SQLite takes anything into a column of decimals. What is none, or no such number holds, is an error, and no other number.
async fn what_is_no_decimal_is_not_made_one(db: &TestDb, program: &Program, token: &str) {
    for (id, cost) in [(901, "'abc'"), (902, "9007199254740993"), (903, "9007199254740992")] {
        let row = format!(
            "INSERT INTO drivers_service (id, at, cost, paid, reference) \
             VALUES ({id}, '2026-01-31 12:00:00', {cost}, 1, '3e10c5a00000400080000000000000ff')"
        );
        db.execute_unprepared(&row).await.expect("SQLite takes it");
    }
    let get = |id: u16| program.ask(&Request::get(format!("/api/services/{id}")).token(token));
    get(901).expect(500);
    get(902).expect(500);
    get(903).expect(200);
}

fn in_django(question: &str) -> String {
    let (name, value) = question.split_once('=').expect("a name and a value");
    let found = match name {
        "ordering" => format!("order_by(*'{value}'.split(','))"),
        "paid" => "filter(paid=True)".to_owned(),
        _ => format!("filter({name}='{value}')"),
    };
    format!("from drivers.models import Service\nresult = [row.pk for row in Service.objects.{found}]")
}

fn sort(keys: &mut Value) {
    keys.as_array_mut().expect("keys").sort_by_key(Value::as_u64);
}
