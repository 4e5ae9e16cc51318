//! A serializer that is put together while a test runs, over a table with a column of each type; and what should come of
//! values in each of them, written down by hand.

use std::sync::{LazyLock, Mutex};

use proptest::prelude::*;
use refrain::{
    Access, AllowAny, Context, Problem, Serializer, ViewSet,
    serializer::{
        At, BodyOf, Bounds, ColumnType, Field, FieldAccess, FieldType, Fields, Filled, Members, MetaSchemaRef,
        Registry, Rules, Shows, output_schema, rules,
    },
    viewset::Shown,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, Iterable, entity::prelude::*};
use serde_json::{Map, Value as Json, json};

use super::shop::{Postal, Status};

pub mod thing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "made_thing")]
    #[refrain(app = "made", model = "Thing", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub small: i16,
        pub whole: Option<i64>,
        pub real: f64,
        #[sea_orm(column_type = "Decimal(Some((5, 2)))")]
        pub price: Decimal,
        pub flag: bool,
        #[sea_orm(column_type = "String(StringLen::N(5))")]
        pub text: String,
        #[sea_orm(column_name = "type")]
        pub kind: Option<String>,
        pub uid: Option<Uuid>,
        pub day: Option<Date>,
        pub at: Time,
        pub due: Option<refrain::entity::Moment>,
        pub doc: Option<Json>,
        pub place: Option<super::Postal>,
        pub status: super::Status,
        pub raw: Option<Vec<u8>>,
        pub owner_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// All of a row.
#[derive(Serializer)]
#[serializer(model = thing)]
pub struct Whole {
    #[serializer(read_only)]
    pub id: i64,
    pub small: i16,
    pub whole: Option<i64>,
    pub real: f64,
    pub price: Decimal,
    pub flag: bool,
    pub text: String,
    pub kind: Option<String>,
    pub uid: Option<Uuid>,
    pub day: Option<Date>,
    pub at: Time,
    pub due: Option<refrain::entity::Moment>,
    pub doc: Option<sea_orm::prelude::Json>,
    pub place: Option<Postal>,
    pub status: Status,
    pub raw: Option<Vec<u8>>,
    pub owner_id: Option<i32>,
}

/// A value as it is sent, and what should come of it: what is shown of it, or what is wrong with it, and where in it.
pub struct Sample {
    pub sent: &'static str,
    loose: Result<&'static str, (&'static str, &'static str)>,
    /// where the field has validators of its own; as without them where nothing is said
    strict: Option<&'static str>,
    /// it is of the type, whatever its column holds
    fits_type: Option<&'static str>,
}

impl Sample {
    /// What it is read as. What a row keeps is compared, and not checked.
    pub fn read(&self, is_strict: bool, is_compared: bool) -> Result<Json, (&'static str, &'static str)> {
        let json = |text: &str| serde_json::from_str(text).expect("JSON");
        match (is_compared, self.fits_type, is_strict, self.strict) {
            (true, Some(shown), ..) => Ok(json(shown)),
            (false, _, true, Some(sentence)) => Err(("", sentence)),
            _ => self.loose.map(json),
        }
    }
}

const fn ok(sent: &'static str) -> Sample {
    as_(sent, sent)
}

const fn as_(sent: &'static str, shown: &'static str) -> Sample {
    Sample { sent, loose: Ok(shown), strict: None, fits_type: None }
}

const fn unless_strict(sent: &'static str, strict: &'static str) -> Sample {
    Sample { sent, loose: Ok(sent), strict: Some(strict), fits_type: Some(sent) }
}

const fn odd(sent: &'static str, sentence: &'static str) -> Sample {
    Sample { sent, loose: Err(("", sentence)), strict: None, fits_type: None }
}

const fn odd_at(sent: &'static str, at: &'static str, sentence: &'static str) -> Sample {
    Sample { sent, loose: Err((at, sentence)), strict: None, fits_type: None }
}

/// Of the type, and beyond the column.
const fn beyond(sent: &'static str, shown: &'static str, loose: &'static str, strict: Option<&'static str>) -> Sample {
    Sample { sent, loose: Err(("", loose)), strict, fits_type: Some(shown) }
}

/// A column, and values for it; the first is right everywhere.
pub struct Column {
    pub name: &'static str,
    renamed: &'static str,
    pub is_nullable: bool,
    base: &'static str,
    default: &'static str,
    pub samples: &'static [Sample],
    field: fn(&Said, &'static str) -> Field<thing::Entity>,
}

impl Column {
    pub fn default(&self) -> Json {
        serde_json::from_str(self.default).expect("JSON")
    }
}

/// What is said of a field.
#[derive(Clone, Debug)]
pub struct Said {
    pub access: &'static str,
    pub has_default: bool,
    pub is_strict: bool,
    pub filled: bool,
    renamed: bool,
}

/// A column's field, if it has one.
#[derive(Clone, Debug)]
pub struct Plan(Option<Said>);

impl Plan {
    pub fn said(&self) -> Option<&Said> {
        self.0.as_ref()
    }

    pub fn name(&self, column: &Column) -> &'static str {
        if self.0.as_ref().is_some_and(|said| said.renamed) { column.renamed } else { column.name }
    }
}

pub fn plans() -> impl Strategy<Value = Plan> {
    let access = prop::sample::select(vec!["", "", "", "read_only", "write_only", "create_only"]);
    let said = (access, any::<bool>(), any::<bool>(), any::<bool>(), prop::bool::weighted(0.3));
    let said = said.prop_map(|(access, has_default, is_strict, filled, renamed)| {
        let access = if access.is_empty() { "read_write" } else { access };
        Said { access, has_default, is_strict, filled, renamed }
    });
    prop::option::weighted(0.85, said).prop_map(Plan)
}

static FIELDS: Mutex<Option<&'static Fields<thing::Entity>>> = Mutex::new(None);

/// Makes the serializer that of these plans. A test has a process of its own, and little of it is leaked.
pub fn set(plans: &[Plan]) {
    let id = Field::new("id", "id", |row: &thing::Model| &row.id, leaked(rules())).access(FieldAccess::ReadOnly);
    let fields = COLUMNS.iter().zip(plans).filter_map(|(column, plan)| {
        let said = plan.said()?;
        let field = (column.field)(said, plan.name(column));
        Some(if said.filled { field.filled() } else { field })
    });
    *FIELDS.lock().expect("one test at a time") = Some(leaked(Fields::of(std::iter::once(id).chain(fields).collect())));
}

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A field of this type.
fn field<T: FieldType + ColumnType + Send + Sync>(
    said: &Said,
    (name, of): (&'static str, &'static str),
    get: fn(&thing::Model) -> &T,
    default: fn() -> T,
    strict: fn(Rules<T>) -> Rules<T>,
) -> Field<thing::Entity> {
    let plain = rules::<T>();
    // validators are for what is read
    let rules = leaked(if said.is_strict && said.access != "read_only" { strict(plain) } else { plain });
    let field = Field::new(name, of, get, rules).access(match said.access {
        "read_only" => FieldAccess::ReadOnly,
        "write_only" => FieldAccess::WriteOnly,
        "create_only" => FieldAccess::CreateOnly,
        _ => FieldAccess::ReadWrite,
    });
    if said.has_default { field.default(default, rules) } else { field }
}

macro_rules! columns {
    ($($name:ident: $nullable:literal, $base:literal, $default:literal = $value:expr, $strict:expr, [$($sample:expr),* $(,)?];)*) => {
        &[$(Column {
            name: stringify!($name),
            renamed: concat!("é \"", stringify!($name)),
            is_nullable: $nullable,
            base: $base,
            default: $default,
            samples: &[$($sample),*],
            field: |said, name| {
                field(said, (name, stringify!($name)), |row: &thing::Model| &row.$name, || $value, $strict)
            },
        }),*]
    };
}

pub const MOST_SAMPLES: usize = 8;

const INTEGER: &str = "A valid integer is required.";
const STRING: &str = "Not a valid string.";
const NUMBER: &str = "A valid number is required.";
const DATE: &str = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
const TIME: &str = "Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]].";
const MOMENT: &str = "Datetime has wrong format. Use one of these formats instead: \
                      YYYY-MM-DDThh:mm[:ss[.uuuuuu]](+HH:MM|-HH:MM|Z).";
const NUL: &str = "Null characters are not allowed.";

pub static COLUMNS: &[Column] = columns! {
    small: false, "3", "4" = 4_i16, |rules| rules.range(0..=50), [
        ok("7"), as_("7.0", "7"), as_("3e0", "3"), unless_strict("60", "Ensure this value is less than or equal to 50."),
        unless_strict("-1", "Ensure this value is greater than or equal to 0."),
        odd("32768", "Ensure this value is less than or equal to 32767."), odd("1.5", INTEGER), odd("\"7\"", INTEGER),
    ];
    whole: true, "9", "5" = Some(5_i64), |rules| rules.one_of(&[1, 2, 9]), [
        ok("9"), ok("1"), unless_strict("9223372036854775807", "\"9223372036854775807\" is not a valid choice."),
        odd("9223372036854775808", "Ensure this value is less than or equal to 9223372036854775807."), odd("true", INTEGER),
        odd("[]", INTEGER),
    ];
    real: false, "1.5", "2.5" = 2.5_f64, |rules| rules.range(0.0..), [
        ok("1.5"), as_("3", "3.0"), as_("2.5e-3", "0.0025"), as_("-0.0", "0.0"),
        unless_strict("-1.25", "Ensure this value is greater than or equal to 0."), odd("\"1\"", NUMBER), odd("{}", NUMBER),
    ];
    price: false, "\"1.00\"", "\"7.50\"" = Decimal::new(75, 1), |rules| rules.range(..100), [
        as_("1", "\"1.00\""), as_("\"2.5\"", "\"2.50\""), as_("99.99", "\"99.99\""), as_("1e1", "\"10.00\""),
        unless_strict("\"100.00\"", "Ensure this value is less than 100."),
        beyond("\"1.005\"", "\"1.005\"", "Ensure that there are no more than 2 decimal places.", None),
        beyond("1000", "\"1000.00\"", "Ensure that there are no more than 3 digits before the decimal point.", None),
        odd("\"x\"", NUMBER),
    ];
    flag: false, "true", "false" = false, |rules| rules, [
        ok("true"), ok("false"), odd("0", "Must be a valid boolean."), odd("\"true\"", "Must be a valid boolean."),
    ];
    text: false, "\"ab\"", "\"new\"" = "new".to_owned(), |rules| rules.length(1..=3).pattern("[a-zé]+"), [
        ok("\"ab\""), as_("\"\\u00e9\"", "\"é\""),
        unless_strict("\"abcde\"", "Ensure this field has no more than 3 characters."),
        unless_strict("\"\"", "This field may not be blank."),
        beyond("\"abcdef\"", "\"abcdef\"", "Ensure this field has no more than 5 characters.", Some("Ensure this field has no more than 3 characters.")),
        unless_strict("\"A\"", "This value does not match the required pattern."), odd("\"\\u0000\"", NUL), odd("7", STRING),
    ];
    kind: true, "\"k\"", "\"d\"" = Some("d".to_owned()), |rules| rules.with(no_bang), [
        ok("\"k\""), ok("\"\""), ok("\"'; -- %\""), unless_strict("\"a!\"", "No exclamations."), odd("[\"k\"]", STRING),
    ];
    uid: true, "\"00000000-0000-0000-0000-000000000007\"", "\"00000000-0000-0000-0000-000000000001\"" = Some(Uuid::from_u128(1)), |rules| rules, [
        ok("\"00000000-0000-0000-0000-000000000007\""),
        as_("\"65BE85498BB54AC3A2EE8D67278CF143\"", "\"65be8549-8bb5-4ac3-a2ee-8d67278cf143\""),
        odd("\"7\"", "Must be a valid UUID."), odd("7", "Must be a valid UUID."),
    ];
    day: true, "\"2026-01-02\"", "\"2000-02-29\"" = Date::from_ymd_opt(2000, 2, 29), |rules| rules, [
        ok("\"2026-01-02\""), ok("\"0001-01-01\""), ok("\"9999-12-31\""), odd("\"2026-02-29\"", DATE),
        odd("\"10000-01-01\"", DATE), odd("20260102", DATE),
    ];
    at: false, "\"03:04:00\"", "\"12:00:00\"" = Time::from_hms_opt(12, 0, 0).expect("noon"), |rules| rules, [
        as_("\"03:04\"", "\"03:04:00\""), as_("\"23:59:59.5\"", "\"23:59:59.500\""), odd("\"23:59:60\"", TIME), odd("\"24:00\"", TIME),
    ];
    due: true, "\"2026-01-02T03:04:05Z\"", "\"2000-01-01T00:00:00Z\"" = "2000-01-01T00:00:00Z".parse::<DateTimeUtc>().ok().map(Into::into), |rules| rules, [
        as_("\"2026-01-02T04:04:05+01:00\"", "\"2026-01-02T03:04:05Z\""),
        as_("\"2026-01-02T03:04:05.1234567Z\"", "\"2026-01-02T03:04:05.123456Z\""), odd("\"2026-01-02T03:04:05\"", MOMENT),
        odd("\"+12026-01-02T03:04:05Z\"", MOMENT), odd("0", MOMENT),
    ];
    doc: true, "{\"a\":[1]}", "[]" = Some(Json::Array(Vec::new())), |rules| rules, [
        ok("{\"a\":[1]}"), ok("\"x\""), ok("[1,{\"b\":null}]"), ok("18446744073709551615"), ok("false"),
        odd("18446744073709551616", "Ensure that every number in it fits 64 bits."), odd("{\"\\u0000\":1}", NUL),
    ];
    place: true, "{\"city\":\"Bonn\",\"zip\":null}", "{\"city\":\"Ulm\",\"zip\":null}" = Some(Postal { city: "Ulm".to_owned(), zip: None }), |rules| rules, [
        as_("{\"city\":\"Bonn\"}", "{\"city\":\"Bonn\",\"zip\":null}"), ok("{\"city\":\"Jena\",\"zip\":\"7\"}"),
        odd_at("{}", "city", "This field is required."), odd_at("{\"city\":\"\"}", "city", "This field may not be blank."),
        odd_at("{\"city\":\"x\",\"zip\":7}", "zip", STRING), odd_at("{\"city\":\"x\",\"city\":\"y\"}", "city", "This field was given twice."),
        odd("7", "Invalid data. Expected a dictionary, but got int."),
    ];
    status: false, "\"open\"", "\"done\"" = Status::Done, |rules| rules, [
        ok("\"open\""), ok("\"done\""), odd("\"Open\"", "\"Open\" is not a valid choice."), odd("1", "\"1\" is not a valid choice."),
    ];
    raw: true, "\"AQI=\"", "\"\"" = Some(Vec::new()), |rules| rules.length(..=2), [
        ok("\"AQI=\""), ok("\"\""), unless_strict("\"AQID\"", "Ensure this field has no more than 2 bytes."),
        odd("\"?\"", "Must be valid base64."), odd("[1,2]", "Must be valid base64."),
    ];
    owner_id: true, "null", "77" = Some(77), |rules| rules, [ok("77"), ok("-5"), odd("2147483648", "Ensure this value is less than or equal to 2147483647.")];
};

fn no_bang(text: &str) -> Result<(), &'static str> {
    if text.contains('!') { Err("No exclamations.") } else { Ok(()) }
}

/// A row before anything is written, as it is shown.
pub fn base() -> Map<String, Json> {
    static BASE: LazyLock<Map<String, Json>> = LazyLock::new(|| {
        COLUMNS
            .iter()
            .map(|column| (column.name.to_owned(), serde_json::from_str(column.base).expect("JSON")))
            .collect()
    });
    BASE.clone()
}

fn base_values() -> thing::ActiveModel {
    thing::ActiveModel {
        small: Set(3),
        real: Set(1.5),
        price: Set(Decimal::ONE),
        flag: Set(true),
        text: Set("ab".to_owned()),
        at: Set(Time::from_hms_opt(3, 4, 0).expect("a time")),
        status: Set(Status::Open),
        ..Default::default()
    }
}

/// Makes that row.
pub async fn base_row(db: &DatabaseConnection) -> i64 {
    let row = thing::ActiveModel {
        whole: Set(Some(9)),
        kind: Set(Some("k".to_owned())),
        uid: Set(Some(Uuid::from_u128(7))),
        day: Set(Date::from_ymd_opt(2026, 1, 2)),
        due: Set("2026-01-02T03:04:05Z".parse::<DateTimeUtc>().ok().map(Into::into)),
        doc: Set(Some(json!({"a": [1]}))),
        place: Set(Some(Postal { city: "Bonn".to_owned(), zip: None })),
        raw: Set(Some(vec![1, 2])),
        owner_id: Set(None),
        ..base_values()
    };
    row.insert(db).await.expect("a row is made").id
}

/// The serializer of the plans that were set.
pub struct Thing;

impl Shows for Thing {
    fn schema() -> MetaSchemaRef {
        MetaSchemaRef::Reference("Thing".to_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>("Thing".to_owned(), output_schema::<Self>);
    }

    fn write(&self, _: &Bounds, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{}");
    }
}

impl Serializer for Thing {
    type Entity = thing::Entity;
    type Computed = ();
    type Beside = ();

    const NAME: &'static str = "Thing";

    fn fields() -> &'static Fields<thing::Entity> {
        FIELDS.lock().expect("one test at a time").expect("plans were set")
    }

    fn from_row(_: &thing::Model, (): ()) -> Self {
        Self
    }

    fn read_beside(_: &Members<'_>, _: BodyOf, _: &mut At) -> Option<()> {
        Some(())
    }

    fn filled() -> Filled<thing::Entity> {
        Filled::of(&["small", "real", "price", "flag", "text", "at", "status"])
    }
}

impl<V: Sync> Shown<V> for Thing {
    async fn computed_of(_: &V, _: &Context<'_>, rows: &[thing::Model]) -> Result<Vec<()>, Problem> {
        Ok(vec![(); rows.len()])
    }
}

pub struct Things;

impl ViewSet for Things {
    type Serializer = Thing;
    const PATH: &'static str = "/things";

    fn permissions() -> Access<thing::Entity> {
        Access::to(AllowAny)
    }

    /// Fills what may not be NULL and nothing said.
    async fn perform_create(
        &self,
        _: &Context<'_>,
        mut row: thing::ActiveModel,
        _: &(),
    ) -> Result<thing::ActiveModel, Problem> {
        let base = base_values();
        for column in thing::Column::iter() {
            if let (true, Some(value)) = (row.get(column).is_not_set(), base.get(column).into_value()) {
                row.set(column, value);
            }
        }
        Ok(row)
    }
}
