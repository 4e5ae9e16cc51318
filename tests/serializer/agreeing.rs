//! Serializers, rows and bodies as they come, against a model that decides by lists: the answer, the name of each error,
//! and every column afterwards.

use poem::http::Method;
use poem_openapi::types::ToJSON;
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use refrain::{Api, auth::NewUser, serializer::Serializer};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, EntityTrait, Schema};
use serde_json::{Map, Value as Json, json};
use tokio::{runtime::Handle, task::block_in_place};

use super::made_up::{self, COLUMNS, Column, Plan, Said, Sample, Things, Whole, base, base_row, thing};
use crate::support::{Client, answer, auth};

/// What a body says of one name.
#[derive(Clone, Debug)]
enum Told {
    Nothing,
    Null,
    Value(usize),
    Twice(usize, usize),
}

#[derive(Clone, Debug)]
struct Body {
    method: usize,
    told: Vec<Told>,
    unknown: bool,
    backwards: bool,
}

fn told() -> impl Strategy<Value = Told> {
    let place = || 0..made_up::MOST_SAMPLES;
    prop_oneof![
        3 => Just(Told::Nothing),
        1 => Just(Told::Null),
        5 => place().prop_map(Told::Value),
        1 => (place(), place()).prop_map(|(first, second)| Told::Twice(first, second)),
    ]
}

/// Bodies of which few are all wrong: of any other the answer would be the same.
fn bodies() -> impl Strategy<Value = Vec<Body>> {
    let some_wrong = prop::collection::vec(told(), COLUMNS.len());
    let right = prop::collection::vec(prop_oneof![Just(Told::Nothing), Just(Told::Value(0))], COLUMNS.len());
    let body = (0..3_usize, prop_oneof![some_wrong, right], any::<bool>(), any::<bool>());
    let body = body.prop_map(|(method, told, unknown, backwards)| Body { method, told, unknown, backwards });
    prop::collection::vec(body, 6)
}

/// What should come of a body.
struct Expected {
    errors: Map<String, Json>,
    /// every column of the row
    row: Map<String, Json>,
}

impl Body {
    fn is_new(&self) -> bool {
        self.method == 0
    }

    fn sample(column: &Column, place: usize) -> &'static Sample {
        &column.samples[place % column.samples.len()]
    }

    fn text(&self, plans: &[Plan]) -> String {
        let mut members: Vec<String> = Vec::new();
        for ((column, plan), told) in COLUMNS.iter().zip(plans).zip(&self.told) {
            let name = serde_json::to_string(plan.name(column)).expect("JSON");
            match told {
                Told::Nothing => {}
                Told::Null => members.push(format!("{name}:null")),
                Told::Value(place) => members.push(format!("{name}: {}", Self::sample(column, *place).sent)),
                Told::Twice(first, second) => {
                    members.extend([first, second].map(|one| format!("{name}:{}", Self::sample(column, *one).sent)));
                }
            }
        }
        if self.unknown {
            members.extend(["\"no such\":{\"a\":[]}".to_owned(), "\"no such\":1".to_owned(), "\"id\":77".to_owned()]);
        }
        if self.backwards {
            members.reverse();
        }
        format!("{{{}}}", members.join(","))
    }

    fn expected(&self, plans: &[Plan], owner: i64) -> Expected {
        let mut errors: Map<String, Json> = Map::new();
        let mut row = base();
        if self.is_new() {
            for column in COLUMNS.iter().filter(|column| column.is_nullable) {
                row.insert(column.name.to_owned(), Json::Null);
            }
            row.insert("owner_id".to_owned(), owner.into());
        }
        for ((column, plan), told) in COLUMNS.iter().zip(plans).zip(&self.told) {
            let Some(said) = plan.said() else { continue };
            let mut refuse = |path: &str, sentence: &str| {
                let name = plan.name(column);
                let name = if path.is_empty() { name.to_owned() } else { format!("{name}.{path}") };
                errors.insert(name, json!([sentence]));
            };
            let default = said.has_default.then(|| column.default());
            if said.access == "read_only" {
                if let (true, Some(default)) = (self.is_new(), default) {
                    row.insert(column.name.to_owned(), default);
                }
                continue;
            }
            let keeps = said.access == "create_only" && !self.is_new();
            let value = match told {
                Told::Nothing if self.method == 2 || keeps => continue,
                Told::Nothing => {
                    let needless = column.is_nullable || said.has_default || said.filled;
                    match default {
                        Some(default) if self.is_new() => default,
                        _ if needless => continue,
                        _ => {
                            refuse("", "This field is required.");
                            continue;
                        }
                    }
                }
                Told::Null if column.is_nullable => Json::Null,
                Told::Null => {
                    refuse("", "This field may not be null.");
                    continue;
                }
                Told::Twice(..) => {
                    refuse("", "This field was given twice.");
                    continue;
                }
                Told::Value(place) => match Self::sample(column, *place).read(said.is_strict, keeps) {
                    Ok(value) => value,
                    Err((path, sentence)) => {
                        refuse(path, sentence);
                        continue;
                    }
                },
            };
            if !keeps {
                row.insert(column.name.to_owned(), value);
            } else if row[column.name] != value {
                refuse("", "This field cannot be changed.");
            }
        }
        Expected { errors, row }
    }
}

struct Site<'a> {
    db: &'a TestDb,
    auth: refrain::auth::Auth,
    token: String,
    alice: i64,
}

impl Site<'_> {
    async fn whole(&self, id: i64) -> Map<String, Json> {
        let row = thing::Entity::find_by_id(id).one(self.db.db()).await.expect("it is read").expect("it is there");
        let Some(Json::Object(mut row)) = Whole::from_row(&row, ()).to_json() else { panic!("no object") };
        row.remove("id");
        row
    }

    async fn agrees(&self, plans: &[Plan], bodies: &[Body]) -> Result<(), TestCaseError> {
        made_up::set(plans);
        let api = Api::new("Things", "1", self.db.db().clone()).auth(self.auth.clone()).mount(Things);
        let api = api.build().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let document: openapiv3::OpenAPI = serde_json::from_str(api.document()).expect("a document");
        let client = Client::new(api);
        for body in bodies {
            let id = base_row(self.db.db()).await;
            let (method, path) = match body.method {
                0 => (Method::POST, "/api/things".to_owned()),
                1 => (Method::PUT, format!("/api/things/{id}")),
                _ => (Method::PATCH, format!("/api/things/{id}")),
            };
            let text = body.text(plans);
            let request = client.raw().request(method.clone(), path).content_type("application/json");
            let request = request.header("authorization", format!("Token {}", self.token)).body(text.clone());
            let given = answer(request.send().await).await;
            let Expected { errors, row } = body.expected(plans, self.alice);
            if !errors.is_empty() {
                prop_assert_eq!(given.code(), 400, "{} {}: {}", method, text, given.text);
                prop_assert_eq!(&given.json()["errors"], &Json::Object(errors), "{} {}", method, text);
                prop_assert_eq!(self.whole(id).await, base(), "nothing is changed by {} {}", method, text);
                continue;
            }
            prop_assert_eq!(given.code(), if body.is_new() { 201 } else { 200 }, "{} {}: {}", method, text, given.text);
            let given = given.json();
            let id = given["id"].as_i64().expect("a key");
            let now = self.whole(id).await;
            prop_assert_eq!(&now, &row, "{} {}", method, text);
            let mut shown = Map::from_iter([("id".to_owned(), id.into())]);
            for (column, plan) in COLUMNS.iter().zip(plans) {
                if plan.said().is_some_and(|said| said.access != "write_only") {
                    shown.insert(plan.name(column).to_owned(), row[column.name].clone());
                }
            }
            prop_assert_eq!(given, Json::Object(shown.clone()), "{} {}", method, text);
            let got = client.get(&format!("/api/things/{id}"), &self.token).await.json();
            prop_assert_eq!(got, Json::Object(shown));
        }
        check_document(plans, &document)
    }
}

/// A `PATCH` may send any part, what is read-only is asked for in no body, and what is shown is always there.
fn check_document(plans: &[Plan], document: &openapiv3::OpenAPI) -> Result<(), TestCaseError> {
    let schemas = &document.components.as_ref().expect("components").schemas;
    let object = |name: &str| {
        let schema = schemas.get(name).and_then(|schema| schema.as_item()).expect("a schema of the document");
        let openapiv3::SchemaKind::Type(openapiv3::Type::Object(object)) = &schema.schema_kind else {
            panic!("an object")
        };
        let mut required = object.required.clone();
        required.sort();
        (object.properties.keys().cloned().collect::<Vec<_>>(), required, serde_json::to_value(object).expect("JSON"))
    };
    let named = |admits: &dyn Fn(&Column, &Said) -> bool| {
        let fields = COLUMNS.iter().zip(plans).filter_map(|(column, plan)| Some((column, plan, plan.said()?)));
        let mut names: Vec<String> = fields
            .filter(|(column, _, said)| admits(column, said))
            .map(|(column, plan, _)| plan.name(column).to_owned())
            .collect();
        names.sort();
        names
    };
    let (_, required, patched) = object("PatchedThingInput");
    prop_assert!(required.is_empty());
    let properties = patched["properties"].as_object().expect("properties");
    prop_assert!(properties.values().all(|schema| schema.get("default").is_none()), "{}", patched);
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let (properties, _, _) = object("PatchedThingInput");
    prop_assert_eq!(sorted(properties), named(&|_, said| !matches!(said.access, "read_only" | "create_only")));
    let (properties, required, _) = object("ThingInput");
    prop_assert_eq!(sorted(properties), named(&|_, said| said.access != "read_only"));
    let must = |column: &Column, said: &Said| {
        said.access != "read_only" && !column.is_nullable && !said.has_default && !said.filled
    };
    prop_assert_eq!(required, named(&must));
    let (properties, required, _) = object("Thing");
    prop_assert_eq!(&sorted(properties), &required);
    let mut shown = named(&|_, said| said.access != "write_only");
    shown.push("id".to_owned());
    prop_assert_eq!(required, sorted(shown));
    Ok(())
}

#[every_database]
async fn bodies_are_read_as_a_model_reads_them(db: TestDb) {
    let backend = db.db().get_database_backend();
    db.db().execute(&Schema::new(backend).create_table_from_entity(thing::Entity)).await.expect("a table is made");
    if db.backend() == Backend::MariaDb {
        let sql = "ALTER TABLE made_thing MODIFY due datetime(6) NULL, MODIFY at time(6) NOT NULL";
        db.db().execute_unprepared(sql).await.expect("the table is changed");
    }
    let auth = auth();
    let models = refrain::model::Models::default().with::<thing::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let user = auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user is made");
    let token = user.token(db.db()).await.expect("a token is made");
    let alice = user.id().expect("a key").to_string().parse().expect("an integer");
    let site = Site { db: &db, auth, token, alice };
    let cases = if db.backend() == Backend::Sqlite { 150 } else { 40 };
    let mut runner =
        TestRunner::new(Config { cases, max_shrink_iters: 300, max_shrink_time: 30_000, ..Config::default() });
    let plans = (prop::collection::vec(made_up::plans(), COLUMNS.len()), bodies());
    let ran = runner
        .run(&plans, |(plans, bodies)| block_in_place(|| Handle::current().block_on(site.agrees(&plans, &bodies))));
    if let Err(failure) = ran {
        panic!("{failure}");
    }
}
