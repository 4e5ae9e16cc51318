//! The document of serializers that use everything: a validator takes it, and in TypeScript a `PATCH` may send any part.

#![allow(missing_docs, unreachable_pub)]

mod support;

use std::{error::Error, fs};

use refrain::{
    Access, Api, Choices, Context, Filter, IsAuthenticated, Problem, Represent, Serializer, ViewSet,
    serializer::{Input, Patched, Sent},
};
use sea_orm::{DatabaseConnection, entity::prelude::*};
use support::{Folder, Tools, run};

#[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, Choices)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Level {
    #[sea_orm(num_value = 1)]
    Low,
    #[sea_orm(num_value = 2)]
    High,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult, Serializer)]
pub struct Place {
    /// The city.
    #[serializer(length(1..=10))]
    pub city: String,
    pub zip: Option<String>,
}

mod thing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "wide_thing")]
    #[refrain(app = "wide", model = "Thing", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub code: String,
        pub name: String,
        pub small: i16,
        pub real: f64,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
        pub price: Decimal,
        pub uid: Uuid,
        pub day: Option<Date>,
        pub at: Option<Time>,
        pub due: Option<refrain::entity::Moment>,
        pub doc: Option<Json>,
        pub place: Option<super::Place>,
        pub home: super::Place,
        pub level: super::Level,
        pub next_level: Option<super::Level>,
        pub raw: Option<Vec<u8>>,
        pub secret: String,
        pub open: bool,
        pub owner_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A thing.
#[derive(Serializer)]
#[serializer(model = thing, rename_all = "camelCase")]
struct Thing {
    /// Its key.
    #[serializer(read_only)]
    id: i64,
    #[serializer(create_only, pattern = "[a-z]+")]
    code: String,
    #[serializer(length(1..=100), one_of("a", "b"))]
    name: String,
    #[serializer(range(0..10), default = 1)]
    small: i16,
    #[serializer(range(0.0..))]
    real: f64,
    price: Decimal,
    #[serializer(read_only, default = Uuid::nil())]
    uid: Uuid,
    day: Option<Date>,
    at: Option<Time>,
    due: Option<refrain::entity::Moment>,
    doc: Option<Json>,
    /// Where it was.
    place: Option<Place>,
    /// Where it belongs.
    home: Place,
    /// How much.
    #[serializer(default = Level::Low)]
    level: Level,
    next_level: Option<Level>,
    #[serializer(length(..=10))]
    raw: Option<Vec<u8>>,
    #[serializer(write_only)]
    secret: String,
    #[serializer(read_only, filled)]
    open: bool,
    owner_id: Option<i32>,
    /// Who is told.
    #[serializer(beside)]
    tell: Sent<Option<Vec<String>>>,
    /// How many there are.
    #[serializer(computed)]
    count: i64,
}

struct Things;

impl ViewSet for Things {
    type Serializer = Thing;
    const PATH: &'static str = "/things";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<thing::Entity> {
        Access::to(IsAuthenticated)
    }

    fn filters() -> Vec<Filter<thing::Column>> {
        use thing::Column::*;
        [Code, Small, Real, Uid, Day, At, Due, Level, NextLevel, Open].map(Filter::of).into()
    }
}

impl Represent for Things {
    async fn represent(&self, _: &Context<'_>, rows: &[thing::Model]) -> Result<Vec<ThingComputed>, Problem> {
        Ok(rows.iter().map(|_| ThingComputed { count: 0 }).collect())
    }
}

struct Handlers;

#[poem_openapi::OpenApi]
impl Handlers {
    /// Is it right?
    #[oai(path = "/check", method = "post", operation_id = "check")]
    async fn check(&self, _who: refrain::Guarded<IsIn>, thing: refrain::Valid<Input<Thing>>) {
        let _ = &thing.0.row;
    }

    /// Is a part of it right?
    #[oai(path = "/check-part", method = "post", operation_id = "check_part")]
    async fn check_part(&self, _who: refrain::Guarded<IsIn>, thing: refrain::Valid<Patched<Thing>>) {
        let _ = &thing.0.row;
    }
}

struct IsIn;

impl refrain::HandlerPermissions for IsIn {
    fn permissions() -> impl refrain::IntoPermissions {
        IsAuthenticated
    }
}

const TYPES: &str = r#"
import type { components } from "./schema.js";

type Row = components["schemas"]["ThingsRow"];
type New = components["schemas"]["ThingInput"];
type Whole = components["schemas"]["ThingPutInput"];
type Part = components["schemas"]["PatchedThingInput"];

export const parts: Part[] = [
  {}, { name: "a" }, { small: 3 }, { price: "1.00", day: null }, { place: null }, { level: 2, nextLevel: null },
  { home: { city: "Bonn" } }, { secret: "s" }, { ownerId: null }, { tell: ["x"] }, { doc: { any: [1] } },
];
export const made: New = { code: "a", name: "b", real: 1, price: "1.00", home: { city: "Bonn" }, secret: "s" };
export const put: Whole = { name: "b", real: 1, price: "1.00", home: { city: "Bonn", zip: null }, secret: "s" };
export const shown = (row: Row): [number, string, string | null, 1 | 2, number] =>
  [row.id, row.uid, row.day, row.level, row.count];

// @ts-expect-error what is read-only is no part of a body
export const readOnly: New = { ...made, id: 1 };
// @ts-expect-error nor is what is computed
export const computed: Part = { count: 1 };
// @ts-expect-error a key that a row keeps is not offered on a row
export const kept: Part = { code: "b" };
// @ts-expect-error what is never shown is not there
export const secret = (row: Row) => row.secret;
// @ts-expect-error a choice is one of them
export const level: Part = { level: 3 };
"#;

/// As OpenAPI 3.0, and as 3.1.
fn documents() -> Result<[(&'static str, String); 2], Box<dyn Error>> {
    let api = || Api::new("Wide", "1", DatabaseConnection::default()).mount(Things).with(Handlers);
    let (of_3_0, of_3_1) = (api().build()?, api().openapi_3_1().build()?);
    Ok([("3.0", of_3_0.document().to_owned()), ("3.1", of_3_1.document().to_owned())])
}

#[test]
fn a_validator_takes_it() -> Result<(), Box<dyn Error>> {
    let folder = Folder::new("serializers-validated");
    for (version, document) in documents()? {
        assert!(document.contains(&format!("\"openapi\": \"{version}.0\"")));
        let file = folder.0.join(format!("{version}.json"));
        fs::write(&file, document)?;
        run(Tools::python().args(["-m", "openapi_spec_validator"]).arg(&file));
    }
    Ok(())
}

#[test]
fn a_patch_may_send_any_part() -> Result<(), Box<dyn Error>> {
    let folder = Folder::new("serializers-typed");
    let (client, node) = Tools::node(&folder);
    for own in [
        "src/client.ts",
        "src/drivers.ts",
        "src/tags.ts",
        "src/tracker.ts",
        "test/drivers.test.ts",
        "test/tracker.test.ts",
    ] {
        fs::remove_file(client.join(own))?;
    }
    fs::write(client.join("src/types.ts"), TYPES)?;
    for (version, document) in documents()? {
        let file = folder.0.join(format!("{version}.json"));
        fs::write(&file, document)?;
        run(node(&["generate.mjs"]).arg(file).arg("src/schema.ts"));
        run(&mut node(&["node_modules/typescript/bin/tsc"]));
    }
    Ok(())
}
