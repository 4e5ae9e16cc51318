//! Projects, tasks of projects, comments of tasks: who may see a project sees what hangs on it.

#![allow(unreachable_pub)]

use poem::{Response, endpoint::BoxEndpoint, test::TestClient};
use refrain::{
    Access, AllowAny, Api, Db, Filter, IsOwner, Lookup, ObjectPermissions, Result, Serializer, Through, ViewSet,
    async_trait,
    auth::{Auth, User},
    authentication::{Authenticator, Authenticators, Offered, Refused, SecurityKind, SecurityScheme},
};
use sea_orm::DatabaseConnection;

pub(crate) mod project {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "bench_project")]
    #[refrain(app = "bench", model = "Project", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(indexed)]
        pub owner_id: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod task {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "bench_task")]
    #[refrain(app = "bench", model = "Task")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(indexed)]
        pub project_id: i64,
        #[sea_orm(indexed)]
        pub assignee_id: i64,
        #[sea_orm(indexed)]
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod comment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "bench_comment")]
    #[refrain(app = "bench", model = "Comment")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(indexed)]
        pub task_id: i64,
        pub body: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = project)]
struct Project {
    #[serializer(read_only)]
    id: i64,
    owner_id: i32,
}

#[derive(Serializer)]
#[serializer(model = task)]
struct Task {
    #[serializer(read_only)]
    id: i64,
    project_id: i64,
    assignee_id: i64,
    title: String,
}

#[derive(Serializer)]
#[serializer(model = comment)]
struct Comment {
    #[serializer(read_only)]
    id: i64,
    task_id: i64,
    body: String,
}

struct Projects;

impl ViewSet for Projects {
    type Serializer = Project;
    const PATH: &'static str = "/projects";

    fn permissions() -> Access<project::Entity> {
        Access::to(IsOwner | ObjectPermissions)
    }
}

struct Tasks;

impl ViewSet for Tasks {
    type Serializer = Task;
    const PATH: &'static str = "/tasks";

    fn permissions() -> Access<task::Entity> {
        Access::to(Through::<Projects>::by(task::Column::ProjectId))
    }

    fn filters() -> Vec<Filter<task::Column>> {
        filters()
    }

    fn search() -> Vec<task::Column> {
        vec![task::Column::Title]
    }
}

struct Comments;

impl ViewSet for Comments {
    type Serializer = Comment;
    const PATH: &'static str = "/comments";

    fn permissions() -> Access<comment::Entity> {
        Access::to(Through::<Tasks>::by(comment::Column::TaskId))
    }
}

/// Tasks that everybody sees: what filters and a search cost by themselves.
struct OpenTasks;

impl ViewSet for OpenTasks {
    type Serializer = Task;
    const PATH: &'static str = "/open-tasks";

    fn permissions() -> Access<task::Entity> {
        Access::to(AllowAny)
    }

    fn filters() -> Vec<Filter<task::Column>> {
        filters()
    }

    fn search() -> Vec<task::Column> {
        vec![task::Column::Title]
    }
}

fn filters() -> Vec<Filter<task::Column>> {
    vec![
        Filter::of(task::Column::AssigneeId),
        Filter::of(task::Column::Title).lookups([Lookup::Exact, Lookup::StartsWith]),
    ]
}

pub(crate) fn client(db: DatabaseConnection) -> TestClient<BoxEndpoint<'static, Response>> {
    let api = Api::new("Lists", "1", db)
        .authenticators(Authenticators::none().with(ByKey))
        .mount(Projects)
        .mount(Tasks)
        .mount(Comments)
        .mount(OpenTasks);
    TestClient::new(api.build().expect("every key can be followed").into_endpoint())
}

/// Lets in whoever names a user's key.
struct ByKey;

#[async_trait]
impl Authenticator for ByKey {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let Some(key) = offered.headers.get("x-user").and_then(|value| value.to_str().ok()?.parse::<i32>().ok()) else {
            return Ok(None);
        };
        Ok(auth.user_by_id(db, key).await?)
    }

    fn challenge(&self) -> Option<String> {
        None
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("byKey", SecurityKind::Header("X-User".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-User"
    }
}
