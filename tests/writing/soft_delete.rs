//! Rows that are marked as deleted: nobody finds them from then on, and nobody can mark one who may not delete it.

use poem::http::Method;
use refrain::{
    Access, Action, Api, Filter, IsAuthenticated, IsOwnerOrReadOnly, Reference, Serializer, Through, ViewSet,
    auth::NewUser,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, Schema};
use serde_json::{Value as Json, json};

use crate::support::{Client, auth, car, sync, user};

mod flagged {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "wiki_flagged")]
    #[refrain(app = "wiki", model = "Flagged", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub title: String,
        pub owner_id: Option<i32>,
        pub deleted: bool,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod dated {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "wiki_dated")]
    #[refrain(app = "wiki", model = "Dated", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub title: String,
        pub owner_id: Option<i32>,
        pub deleted_at: Option<refrain::entity::Moment>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod remark {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "wiki_remark")]
    #[refrain(app = "wiki", model = "Remark")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub page_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = remark)]
struct Remark {
    #[serializer(read_only)]
    id: i64,
    page_id: i64,
}

/// Remarks on pages: whoever sees the page sees them.
struct Remarks;

impl ViewSet for Remarks {
    type Serializer = Remark;
    const PATH: &'static str = "/remarks";

    fn permissions() -> Access<remark::Entity> {
        Access::to(Through::<FlaggedPages>::by(remark::Column::PageId))
    }

    fn references() -> Vec<Reference<remark::Entity>> {
        vec![Reference::to::<FlaggedPages>(remark::Column::PageId)]
    }

    fn filters() -> Vec<Filter<remark::Column>> {
        vec![Filter::through::<FlaggedPages>(remark::Column::PageId, flagged::Column::Title)]
    }
}

#[derive(Serializer)]
#[serializer(model = flagged)]
struct Flagged {
    #[serializer(read_only)]
    id: i64,
    title: String,
    owner_id: Option<i32>,
}

#[derive(Serializer)]
#[serializer(model = dated)]
struct Dated {
    #[serializer(read_only)]
    id: i64,
    title: String,
    owner_id: Option<i32>,
    #[serializer(read_only)]
    deleted_at: Option<refrain::entity::Moment>,
}

struct FlaggedPages;

impl ViewSet for FlaggedPages {
    type Serializer = Flagged;
    const PATH: &'static str = "/flagged";
    const BULK: &'static [Action] = &[Action::PartialUpdate, Action::Destroy];

    fn permissions() -> Access<flagged::Entity> {
        Access::to(IsAuthenticated & IsOwnerOrReadOnly)
    }

    fn soft_delete() -> Option<flagged::Column> {
        Some(flagged::Column::Deleted)
    }

    fn version() -> Option<flagged::Column> {
        Some(flagged::Column::Version)
    }
}

struct DatedPages;

impl ViewSet for DatedPages {
    type Serializer = Dated;
    const PATH: &'static str = "/dated";
    const BULK: &'static [Action] = &[Action::PartialUpdate, Action::Destroy];

    fn permissions() -> Access<dated::Entity> {
        Access::to(IsAuthenticated & IsOwnerOrReadOnly)
    }

    fn soft_delete() -> Option<dated::Column> {
        Some(dated::Column::DeletedAt)
    }
}

#[every_database]
async fn a_deleted_row_is_nowhere_and_stays_in_its_table(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let schema = Schema::new(db.get_database_backend());
    for table in [schema.create_table_from_entity(flagged::Entity), schema.create_table_from_entity(dated::Entity)] {
        db.execute(&table).await.expect("a table");
    }
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, bob) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let api = Api::new("Wiki", "1", db.db().clone()).auth(auth).mount(FlaggedPages).mount(DatedPages);
    let client = Client::new(api.build().expect("the parts fit"));
    for pages in ["/api/flagged", "/api/dated"] {
        let ask = async |method: Method, path: &str, token: &str, body: Option<Json>| {
            client.ask(method, path, token, body).await
        };
        let mut rows = Vec::new();
        for title in ["a", "b", "c", "d"] {
            // nobody makes a row that is deleted
            let body = json!({"title": title, "deleted": true, "deleted_at": "2020-01-01T00:00:00Z"});
            let made = ask(Method::POST, pages, &token, Some(body)).await;
            assert_eq!(made.code(), 201, "{}", made.text);
            rows.push(made.json()["id"].as_i64().unwrap());
        }
        let path = |place: usize| format!("{pages}/{}", rows[place]);
        let titles = async || {
            let list = client.get(pages, &token).await.json();
            let titles: Vec<Json> =
                list["results"].as_array().unwrap().iter().map(|row| row["title"].clone()).collect();
            assert_eq!(list["count"], titles.len());
            titles
        };
        assert_eq!(titles().await, ["a", "b", "c", "d"]);

        assert_eq!(ask(Method::DELETE, &path(0), &bob, None).await.code(), 403, "the same rule");
        let change = json!({"deleted": true, "deleted_at": "2020-01-01T00:00:00Z"});
        assert_eq!(ask(Method::PATCH, &path(0), &token, Some(change)).await.code(), 200, "it is ignored");
        assert_eq!(titles().await.len(), 4);

        assert_eq!(ask(Method::DELETE, &path(0), &token, None).await.code(), 204);
        assert_eq!(titles().await, ["b", "c", "d"]);
        let missing = client.get(&format!("{pages}/999999"), &token).await;
        let body = || Some(json!({"title": "back"}));
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE] {
            let gone = ask(method.clone(), &path(0), &token, body()).await;
            assert_eq!(gone.code(), 404, "{method}: {}", gone.text);
            if method != Method::HEAD {
                assert_eq!(gone.text, missing.text, "in the words of a row that never was");
            }
        }
        let many = json!([{"id": rows[1], "changes": {"title": "x"}}, {"id": rows[0], "changes": {"title": "back"}}]);
        assert_eq!(ask(Method::PATCH, &format!("{pages}/bulk"), &token, Some(many)).await.code(), 404);
        let many = json!([{"id": rows[1]}, {"id": rows[2]}]);
        assert_eq!(ask(Method::POST, &format!("{pages}/bulk/delete"), &bob, Some(many.clone())).await.code(), 403);
        assert_eq!(ask(Method::POST, &format!("{pages}/bulk/delete"), &token, Some(many)).await.code(), 204);
        assert_eq!(titles().await, ["d"]);
    }
    let flagged = flagged::Entity::find().order_by_asc(flagged::Column::Id).all(db.db()).await.unwrap();
    let marked: Vec<_> = flagged.iter().map(|row| (row.deleted, row.version)).collect();
    assert_eq!(marked, [(true, 2), (true, 2), (true, 2), (false, 1)], "a deletion is a write, and counted");
    let dated = dated::Entity::find().order_by_asc(dated::Column::Id).all(db.db()).await.unwrap();
    let now = refrain::entity::Moment::now().to_utc();
    let marked: Vec<_> =
        dated.iter().map(|row| row.deleted_at.map(|at| (now - at.to_utc()).num_seconds().abs() < 60)).collect();
    assert_eq!(marked, [Some(true), Some(true), Some(true), None]);
}

#[every_database(sqlite, because = "it is refused before a database is asked")]
async fn a_column_that_cannot_mark_rows_is_refused(db: TestDb) {
    #[derive(Serializer)]
    #[serializer(model = car)]
    struct Written {
        name: String,
        published: bool,
    }
    macro_rules! refused {
        ($column:expr, $words:literal) => {{
            struct Odd;
            impl ViewSet for Odd {
                type Serializer = Written;
                const PATH: &'static str = "/cars";
                fn soft_delete() -> Option<car::Column> {
                    Some($column)
                }
            }
            let refused = Api::new("Drivers", "1", db.db().clone()).mount(Odd).build().err().expect("it is refused");
            assert!(refused.to_string().contains($words), "{refused}");
        }};
    }
    refused!(car::Column::Name, "`name` has to be a boolean column");
    refused!(car::Column::OwnerId, "`owner_id` has to be a boolean column");
    refused!(car::Column::Published, "make it `read_only`");

    mod odd {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
        #[sea_orm(table_name = "wiki_odd")]
        #[refrain(app = "wiki", model = "Odd")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i64,
            pub perhaps: Option<bool>,
            pub always: refrain::entity::Moment,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }
    #[derive(Serializer)]
    #[serializer(model = odd, filled(always))]
    struct Shown {
        #[serializer(read_only)]
        id: i64,
    }
    // a row that is neither there nor deleted, and one that is deleted from the beginning
    macro_rules! cannot_tell {
        ($column:expr) => {{
            struct Odd;
            impl ViewSet for Odd {
                type Serializer = Shown;
                const PATH: &'static str = "/odd";
                fn soft_delete() -> Option<odd::Column> {
                    Some($column)
                }
            }
            let refused = Api::new("Wiki", "1", db.db().clone()).mount(Odd).build().err().expect("it is refused");
            let words = "has to be a boolean column that may not be NULL, or a moment that may";
            assert!(refused.to_string().contains(words), "{refused}");
        }};
    }
    cannot_tell!(odd::Column::Perhaps);
    cannot_tell!(odd::Column::Always);
}

/// What hangs on a deleted row is gone with it, and nothing new can be hung on it.
#[every_database]
async fn what_follows_a_key_to_a_deleted_row_ends_there(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let schema = Schema::new(db.get_database_backend());
    for table in [schema.create_table_from_entity(flagged::Entity), schema.create_table_from_entity(remark::Entity)] {
        db.execute(&table).await.expect("a table");
    }
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let api = Api::new("Wiki", "1", db.db().clone()).auth(auth).mount(FlaggedPages).mount(Remarks);
    let client = Client::new(api.build().expect("the parts fit"));
    let send = async |method: Method, path: &str, body: Option<Json>| client.ask(method, path, &token, body).await;
    let body = json!({"title": "a", "owner_id": alice.key::<i32>().ok()});
    let page = send(Method::POST, "/api/flagged", Some(body)).await.json()["id"].clone();
    let made = send(Method::POST, "/api/remarks", Some(json!({"page_id": page}))).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    let remark = format!("/api/remarks/{}", made.json()["id"]);
    let lists = ["/api/remarks", "/api/remarks?page__title=a"];
    for list in lists {
        assert_eq!(client.get(list, &token).await.json()["count"], 1, "{list}");
    }
    assert_eq!(send(Method::DELETE, &format!("/api/flagged/{page}"), None).await.code(), 204);
    for list in lists {
        assert_eq!(client.get(list, &token).await.json()["count"], 0, "{list}");
    }
    for (method, body) in [(Method::GET, None), (Method::PATCH, Some(json!({}))), (Method::DELETE, None)] {
        assert_eq!(send(method, &remark, body).await.code(), 404);
    }
    let refused = send(Method::POST, "/api/remarks", Some(json!({"page_id": page}))).await;
    assert_eq!(refused.code(), 403, "{}", refused.text);
    assert_eq!(remark::Entity::find().all(db.db()).await.unwrap().len(), 1);
}
