use sea_orm::{ActiveValue::NotSet, DbBackend, Set, prelude::Decimal};

use super::{check::mistakes, *};
use crate::http::Problem;

pub(super) mod thing {
    use sea_orm::{FromJsonQueryResult, entity::prelude::*};

    /// How far it is.
    #[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, crate::Choices)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
    pub(crate) enum Status {
        #[sea_orm(string_value = "open")]
        Open,
        #[sea_orm(string_value = "done")]
        Done,
    }

    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, FromJsonQueryResult, crate::Serializer)]
    pub(crate) struct Postal {
        pub(crate) city: String,
        pub(crate) zip: Option<String>,
    }

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, crate::Model)]
    #[sea_orm(table_name = "thing")]
    #[refrain(app = "things", model = "Thing", owner = "owner_id")]
    #[allow(unreachable_pub, private_interfaces, missing_docs)]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(column_type = "String(StringLen::N(5))")]
        pub name: String,
        pub user_name: Option<String>,
        pub username: Option<String>,
        #[sea_orm(column_name = "type")]
        pub kind: Option<String>,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
        pub price: Decimal,
        pub status: Status,
        pub postal: Postal,
        pub due: DateTimeUtc,
        pub count: i32,
        pub doc: Option<Json>,
        pub owner_id: i32,
        pub made_by: i32,
        pub published: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    #[allow(unreachable_pub, missing_docs)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

fn no_x(text: &str) -> Result<(), &'static str> {
    if text.contains('x') { Err("No x, please.") } else { Ok(()) }
}

/// A thing.
#[derive(Serializer)]
#[serializer(model = thing, rename_all = "camelCase", filled(made_by))]
struct Thing {
    #[serializer(read_only)]
    id: i64,
    #[serializer(length(1..), with = no_x)]
    name: String,
    user_name: Option<String>,
    username: Option<String>,
    #[serializer(create_only, rename = "type")]
    kind: Option<String>,
    price: Decimal,
    #[serializer(default = thing::Status::Open)]
    status: thing::Status,
    postal: thing::Postal,
    due: chrono::DateTime<chrono::Utc>,
    #[serializer(range(0..=9))]
    count: i32,
    doc: Option<serde_json::Value>,
    owner_id: i32,
    #[serializer(read_only, default = false)]
    published: bool,
    #[serializer(beside, length(8..))]
    password: Sent<String>,
    #[serializer(computed)]
    trips: u32,
}

fn read(body: &str, of: BodyOf) -> Result<Change<Thing>, Problem> {
    Change::read(Json::parse(body.as_bytes()).expect("it is JSON"), of, None)
}

#[track_caller]
fn refused(body: &str, of: BodyOf, expected: &[(&str, &str)]) {
    let Err(problem) = read(body, of) else { panic!("{body} was read") };
    let told: Vec<(&str, &str)> =
        problem.errors().iter().flat_map(|(at, of)| of.iter().map(move |one| (at.as_str(), one.as_str()))).collect();
    assert_eq!(told, expected, "{body}");
}

const WHOLE: &str = r#"{"name":"A","price":"10.50","postal":{"city":"Bonn"},"due":"2026-01-02T03:04:05+02:00",
    "count":3,"password":"12345678"}"#;

fn row() -> thing::Model {
    thing::Model {
        id: 1,
        name: "A".into(),
        user_name: None,
        username: None,
        kind: Some("t".into()),
        price: "10.5".parse().expect("a number"),
        status: thing::Status::Done,
        postal: thing::Postal { city: "Bonn".into(), zip: None },
        due: "2026-01-02T01:04:05Z".parse().expect("a moment"),
        count: 3,
        doc: None,
        owner_id: 7,
        made_by: 7,
        published: true,
    }
}

#[test]
fn left_out_null_and_a_value_are_three_things() {
    let part = |body: &str| read(body, BodyOf::PartOfRow).expect("it is read").row;
    assert_eq!(part(r#"{"username":null}"#), thing::ActiveModel { username: Set(None), ..nothing() });
    let both = part(r#"{"username":"w","userName":"W"}"#);
    assert_eq!((both.username, both.user_name), (Set(Some("w".into())), Set(Some("W".into()))));
    assert_eq!(part(r#"{"id":99,"published":false,"nonsense":1}"#), nothing());
    assert_eq!(part("{}"), nothing());
}

fn nothing() -> thing::ActiveModel {
    sea_orm::ActiveModelTrait::default()
}

#[test]
fn a_new_row_gets_its_defaults_and_the_owner_is_left_to_the_caller() {
    let new = read(WHOLE, BodyOf::NewRow).expect("it is read");
    assert_eq!((new.row.status, new.row.published), (Set(thing::Status::Open), Set(false)));
    assert_eq!((new.row.owner_id, new.row.kind), (NotSet, NotSet));
    assert_eq!(new.row.price, Set("10.50".parse().expect("a number")));
    assert!(new.beside.password == Sent::Value("12345678".to_owned()));
}

#[test]
fn every_error_is_told_at_once_under_its_path() {
    refused(
        r#"{"name":"xxxxxx","price":"0.005","status":"zzz","postal":{"city":7},"due":"2016-12-31T23:59:60Z","count":-1,
            "doc":{"a\u0000":1},"ownerId":null,"password":"short","userName":7}"#,
        BodyOf::NewRow,
        &[
            ("count", "Ensure this value is greater than or equal to 0."),
            ("doc", "Null characters are not allowed."),
            (
                "due",
                "Datetime has wrong format. Use one of these formats instead: \
                 YYYY-MM-DDThh:mm[:ss[.uuuuuu]](+HH:MM|-HH:MM|Z).",
            ),
            ("name", "Ensure this field has no more than 5 characters."),
            ("ownerId", "This field may not be null."),
            ("password", "Ensure this field has at least 8 characters."),
            ("postal.city", "Not a valid string."),
            ("price", "Ensure that there are no more than 2 decimal places."),
            ("status", "\"zzz\" is not a valid choice."),
            ("userName", "Not a valid string."),
        ],
    );
    let required: Vec<(&str, &str)> =
        ["count", "due", "name", "password", "postal", "price"].map(|at| (at, "This field is required.")).into();
    refused("{}", BodyOf::NewRow, &required);
    refused(r#"{"postal":{}}"#, BodyOf::PartOfRow, &[("postal.city", "This field is required.")]);
    refused(r#"{"status":null}"#, BodyOf::PartOfRow, &[("status", "This field may not be null.")]);
    refused(r#"{"name":"x"}"#, BodyOf::PartOfRow, &[("name", "No x, please.")]);
    refused(r#"{"name":" "}"#, BodyOf::PartOfRow, &[("name", "This field may not be blank.")]);
    refused(r#"{"name":"a","name":"b"}"#, BodyOf::PartOfRow, &[("name", "This field was given twice.")]);
    let sentence = "Invalid data. Expected a dictionary, but got list.";
    refused("[1]", BodyOf::PartOfRow, &[("non_field_errors", sentence)]);
    refused("null", BodyOf::PartOfRow, &[("non_field_errors", "No data provided")]);
}

#[test]
fn decimals_and_large_numbers_are_read_to_the_last_digit() {
    let digits = "Ensure that there are no more than 10 digits in total.";
    refused(r#"{"price":99999999999.99}"#, BodyOf::PartOfRow, &[("price", digits)]);
    let places = "Ensure that there are no more than 2 decimal places.";
    refused(r#"{"price":"1.500"}"#, BodyOf::PartOfRow, &[("price", places)]);
    refused(r#"{"price":"123456789.00"}"#, BodyOf::PartOfRow, &[("price", digits)]);
    refused(r#"{"price":"1_0"}"#, BodyOf::PartOfRow, &[("price", "A valid number is required.")]);
    let most = "Ensure this value is less than or equal to 2147483647.";
    refused(r#"{"count":99999999999999999999999999999999999999999999}"#, BodyOf::PartOfRow, &[("count", most)]);
    refused(r#"{"count":1.5}"#, BodyOf::PartOfRow, &[("count", "A valid integer is required.")]);
    let whole = "Ensure that every number in it fits 64 bits.";
    refused(r#"{"doc":[18446744073709551616]}"#, BodyOf::PartOfRow, &[("doc", whole)]);
    assert_eq!(
        read(r#"{"price":99999999.99}"#, BodyOf::PartOfRow).expect("it is read").row.price,
        Set("99999999.99".parse().expect("a number"))
    );
}

#[test]
fn what_a_row_keeps_is_compared_with_it() {
    let kept = |body: &str| read(body, BodyOf::PartOfRow).expect("it is read").check_kept(&row());
    assert!(kept(r#"{"type":"t"}"#).is_ok());
    let error = kept(r#"{"type":"u"}"#).expect_err("it is another");
    assert_eq!(error.errors()["type"], ["This field cannot be changed."]);
    assert!(kept(r#"{"type":null}"#).is_err());
    assert!(read(r#"{"type":"u"}"#, BodyOf::PartOfRow).expect("it is read").row == nothing());
}

#[test]
fn a_row_is_written_straight_to_bytes() {
    let mut out = Vec::new();
    write::write_row::<Thing>(&row(), &[], Some(&ThingComputed { trips: 4 }), None, &mut out);
    let expected = r#"{"id":1,"name":"A","userName":null,"username":null,"type":"t","price":"10.50","status":"done","postal":{"city":"Bonn","zip":null},"due":"2026-01-02T01:04:05Z","count":3,"doc":null,"ownerId":7,"published":true,"trips":4}"#;
    assert_eq!(String::from_utf8(out).expect("it is text"), expected);
    use poem_openapi::types::ToJSON;
    let own = Thing::from_row(&row(), ThingComputed { trips: 4 }).to_json().expect("it is JSON");
    assert_eq!(own["status"], "done");
}

#[test]
fn the_document_says_which_body_needs_what() {
    let schema = |shape| schema::schema_of::<Thing>(shape, &mut Registry::new());
    use schema::Shape::*;
    let names = |of: &MetaSchema| of.properties.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let input = schema(Input);
    assert_eq!(input.required, ["name", "price", "postal", "due", "count", "password"]);
    assert!(!names(&input).contains(&"id") && names(&input).contains(&"type"));
    let patched = schema(Patched);
    assert!(patched.required.is_empty() && !names(&patched).contains(&"type"));
    let told = serde_json::to_value(&patched).expect("it is JSON");
    assert!(!told.to_string().contains("default"), "{told}");
    assert_eq!(schema(Replaced).title.as_deref(), Some("ThingPutInput"));
    let output = serde_json::to_value(schema(Output)).expect("it is JSON");
    assert_eq!(output["properties"]["trips"]["readOnly"], true);
    assert!(output["properties"].get("password").is_none());
    let input = serde_json::to_value(schema(Input)).expect("it is JSON");
    assert_eq!(
        (&input["properties"]["name"]["maxLength"], output["properties"]["name"].get("maxLength")),
        (&5.into(), None)
    );
}

#[test]
fn what_cannot_work_is_refused_when_the_api_is_built() {
    assert_eq!(mistakes::<Thing>(Some(DbBackend::Postgres), true, &[]), Vec::<String>::new());

    #[derive(Serializer)]
    #[serializer(model = thing)]
    struct Narrow {
        #[serializer(pattern = "(")]
        name: String,
    }
    let told = mistakes::<Narrow>(Some(DbBackend::Sqlite), true, &[]);
    assert!(told[0].starts_with("the field `name`: `pattern` is no regular expression"), "{told:?}");
    let unfilled = ["price", "status", "postal", "due", "count", "made_by", "published"];
    for (told, field) in told[1..].iter().zip(unfilled) {
        assert!(told.starts_with(&format!("nothing fills `{field}`, which may not be NULL")), "{told}");
    }
    assert_eq!(told.len(), 1 + unfilled.len());
    assert_eq!(mistakes::<Narrow>(Some(DbBackend::Sqlite), false, &[]).len(), 1);
}

#[test]
fn a_type_that_a_database_loses_is_refused_there() {
    use sea_orm::prelude::{DateTimeUtc, DateTimeWithTimeZone, Decimal, Uuid};
    fn of<T: FieldType>(on: DbBackend) -> usize {
        let mut mistakes = Vec::new();
        T::check(on, &mut mistakes);
        mistakes.len()
    }
    let on = |check: fn(DbBackend) -> usize| [DbBackend::Sqlite, DbBackend::Postgres, DbBackend::MySql].map(check);
    assert_eq!(on(of::<u32>), [0, 1, 0]);
    assert_eq!(on(of::<Option<u64>>), [1, 1, 0]);
    assert_eq!(on(of::<i8>), [0, 1, 0]);
    assert_eq!(on(of::<Vec<String>>), [1, 0, 1]);
    assert_eq!(on(of::<Vec<u8>>), [0, 0, 0]);
    assert_eq!(on(of::<DateTimeUtc>), [1, 0, 1]);
    assert_eq!(on(of::<refrain_entity::UuidText>), [0, 1, 0]);
    assert_eq!(on(of::<Option<DateTimeWithTimeZone>>), [1, 0, 1]);
    for check in [of::<refrain_entity::Moment>, of::<Decimal>, of::<Uuid>, of::<i64>, of::<String>, of::<f32>] {
        assert_eq!(on(check), [0, 0, 0]);
    }
}

#[test]
fn a_decimal_that_a_database_rounds_is_refused_there() {
    #[allow(unreachable_pub)]
    mod sum {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, crate::Model)]
        #[sea_orm(table_name = "sum")]
        #[refrain(app = "things", model = "Sum")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i64,
            pub any: Decimal,
            #[sea_orm(column_type = "Decimal(Some((15, 2)))")]
            pub short: Decimal,
            #[sea_orm(column_type = "Decimal(Some((16, 2)))")]
            pub long: Decimal,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    }

    #[derive(Serializer)]
    #[serializer(model = sum)]
    struct Sum {
        any: sea_orm::prelude::Decimal,
        short: sea_orm::prelude::Decimal,
        long: sea_orm::prelude::Decimal,
    }
    let fields = |on| {
        let mistakes = mistakes::<Sum>(Some(on), true, &[]);
        mistakes.iter().map(|mistake| mistake.split('`').nth(1).expect("a field").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(fields(DbBackend::Sqlite), ["any", "long"]);
    assert_eq!(fields(DbBackend::MySql), ["any"]);
    assert_eq!(fields(DbBackend::Postgres), Vec::<String>::new());
}

#[test]
fn handlers_are_told_errors_by_field_too() {
    use poem_openapi::types::ParseFromJSON;
    let error = Patched::<Thing>::parse_from_json(Some(serde_json::json!({ "count": "x" }))).err().expect("refused");
    let problem = Problem::carried_in(&error.into_message()).expect("it carries them");
    assert_eq!(problem.errors()["count"], ["A valid integer is required."]);
}
