//! Names of columns and paths that would mean something else: refused when the API is built, or harmless.

use refrain::{Access, Action, AllowAny, Api, Filter, Serializer, ViewSet};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, Schema};
use serde_json::json;

use crate::support::{Client, auth};

mod ballot {
    use sea_orm::entity::prelude::*;

    /// Columns called as a list's parameters, as a row's permissions, and as the judge once called what it reads.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_ballot")]
    #[refrain(app = "drivers", model = "Ballot", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub owner_id: Option<i32>,
        #[sea_orm(column_name = "verdict_0")]
        pub verdict_0: bool,
        #[sea_orm(column_name = "verdict_1")]
        pub verdict_1: bool,
        pub limit: i32,
        pub offset: i32,
        pub ordering: i32,
        pub permissions: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = ballot)]
struct Ballot {
    #[serializer(read_only)]
    id: i64,
    verdict_0: bool,
    limit: i32,
    offset: i32,
    ordering: i32,
}

/// A viewset over ballots, with something said of it.
macro_rules! ballots {
    ($name:ident, $path:literal $(, $($said:tt)+)?) => {
        struct $name;
        impl ViewSet for $name {
            type Serializer = Ballot;
            const PATH: &'static str = $path;
            const ACTIONS: &'static [Action] = &[Action::List, Action::Retrieve, Action::Destroy];
            $($($said)+)?
        }
    };
}

/// A row is for everybody where its owner is nobody, whatever its columns say.
struct Judged;

impl ViewSet for Judged {
    type Serializer = Ballot;
    const PATH: &'static str = "/ballots";
    const ACTIONS: &'static [Action] = &[Action::List, Action::Retrieve, Action::Destroy];
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<ballot::Entity> {
        Access::to(AllowAny).on(Action::Retrieve, Unowned).on(Action::Destroy, Unowned)
    }
}

#[derive(Clone, Copy, refrain::Operators)]
struct Unowned;

#[refrain::async_trait]
impl refrain::PermissionClass for Unowned {
    type Model = ballot::Entity;

    async fn rows(&self, _: &refrain::Context<'_>) -> refrain::Result<refrain::Rule> {
        Ok(refrain::Rule::when(sea_orm::ColumnTrait::is_null(&ballot::Column::OwnerId)))
    }
}

#[every_database]
async fn a_column_is_no_verdict(db: TestDb) {
    let schema = Schema::new(db.db().get_database_backend());
    db.db().execute(&schema.create_table_from_entity(ballot::Entity)).await.expect("a table is made");
    let made = async |owner_id, verdict| {
        let row = ballot::ActiveModel {
            owner_id: Set(owner_id),
            verdict_0: Set(verdict),
            verdict_1: Set(verdict),
            limit: Set(0),
            offset: Set(0),
            ordering: Set(0),
            permissions: Set(0),
            ..Default::default()
        };
        row.insert(db.db()).await.expect("a row is made").id
    };
    let (owned, unowned) = (made(Some(7), true).await, made(None, false).await);
    let client = Client::new(Api::new("Ballots", "1", db.db().clone()).auth(auth()).mount(Judged).build().unwrap());
    let path = |id| format!("/api/ballots/{id}");
    assert_eq!(client.get(&path(owned), "").await.code(), 404, "`verdict_0` is true, and no verdict");
    let shown = client.get(&path(unowned), "").await;
    assert_eq!((shown.code(), &shown.json()["permissions"]), (200, &json!(["view", "delete"])), "{}", shown.text);
    let list = client.get("/api/ballots", "").await.json();
    let told: Vec<_> = list["results"].as_array().unwrap().iter().map(|row| row["permissions"].clone()).collect();
    assert_eq!(told, [json!([]), json!(["view", "delete"])]);
}

ballots!(Variable, "/authors/:author/posts");
ballots!(Braces, "/authors/{author}/posts");
ballots!(Rest, "/files/*path");
ballots!(NoSlash, "posts");
ballots!(SlashBehind, "/posts/");
ballots!(Nothing, "");
ballots!(OnlySlash, "/");
ballots!(Up, "/a/../posts");
ballots!(Query, "/posts?x=1");
ballots!(Deep, "/shop/old-cars_2.x/posts");

ballots!(
    Limit,
    "/limit",
    fn filters() -> Vec<Filter<ballot::Column>> {
        [ballot::Column::Id, ballot::Column::Limit].map(Filter::of).into()
    }
);
ballots!(
    Offset,
    "/offset",
    fn filters() -> Vec<Filter<ballot::Column>> {
        vec![ballot::Column::Offset.into()]
    }
);
ballots!(
    Ordering,
    "/ordering",
    fn filters() -> Vec<Filter<ballot::Column>> {
        vec![ballot::Column::Ordering.into()]
    }
);

/// It has a member where what a row tells would stand.
#[derive(Serializer)]
#[serializer(model = ballot)]
struct Telling {
    #[serializer(read_only)]
    permissions: i32,
}

struct TellsTwice;

impl ViewSet for TellsTwice {
    type Serializer = Telling;
    const PATH: &'static str = "/twice";
    const ACTIONS: &'static [Action] = &[Action::List, Action::Retrieve, Action::Destroy];
    const ROW_PERMISSIONS: bool = true;
}

#[tokio::test]
async fn a_name_that_means_something_else_is_refused() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = || Api::new("Ballots", "1", db.clone()).auth(auth());
    macro_rules! refused {
        ($($viewset:ident: $words:expr),* $(,)?) => {$(
            let told = api().mount($viewset).build().err().expect(stringify!($viewset)).to_string();
            assert!(told.contains(&format!("the viewset `{}`: ", $viewset::PATH)) && told.contains($words), "{told}");
        )*};
    }
    let path = "is to be a slash and a word, as in `/posts`";
    refused!(Variable: path, Braces: path, Rest: path, NoSlash: path, SlashBehind: path, Nothing: path,
        OnlySlash: path, Up: path, Query: path);
    refused!(Limit: "`?limit=` chooses a page", Offset: "`?offset=` chooses a page",
        Ordering: "`?ordering=` chooses a page or an order");
    refused!(TellsTwice: "a field `permissions`, which `ROW_PERMISSIONS` writes");
    assert!(api().mount(Deep).build().is_ok());
}
