//! What only PostgreSQL has: arrays, and types of its own for enums.

use poem::http::Method;
use poem_openapi::types::ToJSON;
use refrain::{
    Access, Api, Choices, Context, Operators, PermissionClass, Result, Rule, Serializer, ViewSet, async_trait,
    serializer::{BodyOf, Change, Json},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, entity::prelude::*};
use serde_json::json;

use crate::support::Client;

mod listed {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, super::Choices)]
    #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "mood")]
    pub enum Mood {
        #[sea_orm(string_value = "calm")]
        Calm,
        #[sea_orm(string_value = "wild")]
        Wild,
    }

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "listed")]
    #[refrain(app = "things", model = "Listed")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub words: Vec<String>,
        pub numbers: Option<Vec<i64>>,
        pub mood: Mood,
        pub other: Option<Mood>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = listed)]
struct Listed {
    #[serializer(length(..=3), unique_items)]
    words: Vec<String>,
    numbers: Option<Vec<i64>>,
    mood: listed::Mood,
    other: Option<listed::Mood>,
}

#[every_database(postgres, tables = none, because = "only it has arrays and types of its own for enums")]
async fn arrays_and_native_enums(db: TestDb) -> Result<()> {
    let sql = "CREATE TYPE mood AS ENUM ('calm', 'wild'); CREATE TABLE listed (id bigserial PRIMARY KEY, \
               words varchar[] NOT NULL, numbers bigint[], mood mood NOT NULL, other mood)";
    db.db().execute_unprepared(sql).await?;
    for body in [
        r#"{"words":["a","é \"{},"],"numbers":[1,-9223372036854775808],"mood":"wild","other":"calm"}"#,
        r#"{"words":[],"numbers":[],"mood":"calm","other":null}"#,
        r#"{"words":[""],"numbers":null,"mood":"calm","other":null}"#,
    ] {
        let json = Json::parse(body.as_bytes()).expect("it is JSON");
        let new = Change::<Listed>::read(json, BodyOf::NewRow, None).expect("nothing is wrong with it");
        let made = new.row.insert(db.db()).await?;
        let row = listed::Entity::find_by_id(made.id).one(db.db()).await?.expect("it was made");
        assert_eq!(Listed::from_row(&row, ()).to_json_string(), body);
    }
    candidate_with_arrays(&db).await?;
    let json = Json::parse(br#"{"words":["a",7,"b","a"],"numbers":[1.5,null],"mood":"Wild"}"#).expect("it is JSON");
    let problem = Change::<Listed>::read(json, BodyOf::NewRow, None).err().expect("it is refused");
    let told: Vec<&String> = problem.errors().keys().collect();
    assert_eq!(told, ["mood", "numbers.0", "numbers.1", "words.1"]);
    Ok(())
}

struct Lists;

impl ViewSet for Lists {
    type Serializer = Listed;
    const PATH: &'static str = "/lists";

    fn permissions() -> Access<listed::Entity> {
        Access::to(HasWords)
    }
}

#[derive(Clone, Copy, Operators)]
struct HasWords;

#[async_trait]
impl PermissionClass for HasWords {
    type Model = listed::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(Expr::cust("cardinality(listed.words) > 0")))
    }
}

/// A row that could not be written is judged though it holds arrays.
async fn candidate_with_arrays(db: &TestDb) -> Result<()> {
    db.db().execute_unprepared("CREATE UNIQUE INDEX only_one ON listed (mood) WHERE other = 'wild'").await?;
    let api = Api::new("Lists", "1", db.db().clone()).mount(Lists).build()?;
    let client = Client::new(api);
    let body = |words: &[&str]| json!({"words": words, "numbers": [1], "mood": "wild", "other": "wild"});
    for (words, status) in [(&["a"][..], 201), (&["b"], 409), (&[], 401)] {
        let answer = client.ask(Method::POST, "/api/lists", "", Some(body(words))).await;
        assert_eq!(answer.code(), status, "{}", answer.text);
    }
    Ok(())
}
