//! `/api/tasks`, and those of one project: who sees the project sees its tasks, but for private ones, which are their
//! assignee's and the admins'. Members make them; the assignee and the admins change them.

use poem::http::Method;
use poem_openapi::{
    ApiResponse, OpenApi,
    payload::{Json, PlainText},
};
use refrain::{
    Access, Action, Choices, CollectionAction, Context, Error, Expression, Filter, Locked, LockedRows, Lookup, Nested,
    Operators, Pagination, PermissionClass, Problem, Result, RowAction, Rows, Rule, Serializer, ShownRow, Through,
    ThroughRows, Valid, ViewSet, async_trait,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DeriveActiveEnum, EntityTrait, EnumIter, PaginatorTrait, QueryFilter, QueryOrder,
    prelude::{Date, Decimal, Json as AnyJson, StringLen},
};

use super::{
    memberships::membership,
    projects::{self, Projects, project},
};

/// The model.
pub mod task {
    use sea_orm::entity::prelude::*;

    #[allow(missing_docs)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "tracker_task")]
    #[refrain(app = "tracker", model = "Task")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(indexed)]
        pub project_id: i32,
        #[sea_orm(column_type = "String(StringLen::N(200))")]
        pub title: String,
        #[sea_orm(indexed)]
        pub assignee_id: Option<i32>,
        pub status: super::Status,
        pub due: Option<Date>,
        #[sea_orm(default_value = false)]
        pub private: bool,
        #[sea_orm(column_type = "Decimal(Some((6, 2)))", nullable)]
        pub estimate: Option<Decimal>,
        pub labels: Json,
        #[sea_orm(default_value = 1)]
        pub version: i32,
    }

    #[allow(missing_docs)]
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "crate::tracker::projects::project::Entity",
            from = "Column::ProjectId",
            to = "crate::tracker::projects::project::Column::Id",
            on_delete = "Cascade"
        )]
        Project,
        #[sea_orm(
            belongs_to = "refrain::entity::user::Entity",
            from = "Column::AssigneeId",
            to = "refrain::entity::user::Column::Id",
            on_delete = "SetNull"
        )]
        Assignee,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Choices)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
pub enum Status {
    /// Nobody has begun.
    #[sea_orm(string_value = "open")]
    Open,
    /// Somebody has.
    #[sea_orm(string_value = "doing")]
    Doing,
    /// It is over.
    #[sea_orm(string_value = "closed")]
    Closed,
}

/// Who a task is for.
#[derive(Clone, Copy, Operators)]
pub struct IsAssignee;

#[async_trait]
impl PermissionClass for IsAssignee {
    type Model = task::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        Ok(cx.user().owns(task::Column::AssigneeId))
    }
}

/// Everybody, of tasks that are not private.
#[derive(Clone, Copy, Operators)]
pub struct IsNotPrivate;

#[async_trait]
impl PermissionClass for IsNotPrivate {
    type Model = task::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(task::Column::Private.eq(false)))
    }
}

const PROJECT: task::Column = task::Column::ProjectId;

/// Who belongs to the organization of the task's project.
fn members() -> ThroughRows<task::Column> {
    ThroughRows::of::<project::Entity>(PROJECT, projects::members())
}

/// The assignee, and who changes the project.
fn in_charge() -> Expression<task::Entity> {
    Expression::of(IsAssignee | Through::<Projects>::by(PROJECT).for_action(Action::Update))
}

/// Who sees the project sees its tasks, but for private ones.
fn seen() -> Expression<task::Entity> {
    Expression::of(Through::<Projects>::by(PROJECT) & (IsNotPrivate | in_charge()))
}

/// A task of a project.
#[derive(Serializer)]
#[serializer(model = task)]
pub struct Task {
    /// Its key.
    #[serializer(read_only)]
    pub id: i32,
    /// The project.
    #[serializer(create_only)]
    pub project_id: i32,
    /// What is to be done.
    #[serializer(length(1..=200))]
    pub title: String,
    /// Who does it; of a new private task that leaves it out, the caller.
    pub assignee_id: Option<i32>,
    /// How far it is.
    #[serializer(default = Status::Open)]
    pub status: Status,
    /// When it has to be done.
    pub due: Option<Date>,
    /// Is it seen by its assignee and the admins only?
    #[serializer(default = false)]
    pub private: bool,
    /// How many days it takes.
    #[serializer(range(0..))]
    pub estimate: Option<Decimal>,
    /// Whatever it is sorted by.
    #[serializer(default = AnyJson::Array(Vec::new()))]
    pub labels: AnyJson,
    /// How often it was written, which `If-Match` compares.
    #[serializer(read_only)]
    pub version: i32,
}

/// The tasks that the caller sees.
pub struct Tasks;

impl ViewSet for Tasks {
    type Serializer = Task;
    const PATH: &'static str = "/tasks";
    const BULK: &'static [Action] = &[Action::Create];

    fn permissions() -> Access<task::Entity> {
        Access::to(seen() & in_charge()).reading(seen()).on(Action::Create, seen() & members())
    }

    fn nested() -> Vec<Nested<Self>> {
        vec![Nested::below::<Projects>("/projects/{project_id}/tasks", PROJECT)]
    }

    fn version() -> Option<task::Column> {
        Some(task::Column::Version)
    }

    fn pagination() -> Pagination {
        Pagination::page_number(20)
    }

    fn filters() -> Vec<Filter<task::Column>> {
        vec![
            Filter::of(task::Column::Status).lookups([Lookup::Exact, Lookup::In]),
            Filter::of(task::Column::AssigneeId).lookups([Lookup::Exact, Lookup::IsNull]),
            Filter::of(task::Column::Due).lookups([Lookup::Gte, Lookup::Lte]),
        ]
    }

    fn search() -> Vec<task::Column> {
        vec![task::Column::Title]
    }

    fn orderings() -> Vec<task::Column> {
        vec![task::Column::Id, task::Column::Title, task::Column::Due, task::Column::Status]
    }

    /// A private task is for whoever makes it, unless they say otherwise.
    async fn perform_create(
        &self,
        cx: &Context<'_>,
        row: task::ActiveModel,
        (): &(),
    ) -> Result<task::ActiveModel, Problem> {
        if row.assignee_id == NotSet && row.private == Set(true) {
            return Ok(task::ActiveModel { assignee_id: Set(Some(cx.user().key()?)), ..row });
        }
        Ok(row)
    }
}

/// Gives a task to a member of the organization.
pub struct Assign;

impl RowAction for Assign {
    type Of = Tasks;
    const NAME: &'static str = "assign";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<task::Entity> {
        Access::to(seen() & members())
    }
}

/// Closes many tasks at once.
pub struct Close;

impl CollectionAction for Close {
    type Of = Tasks;
    const NAME: &'static str = "close";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<task::Entity> {
        Access::to(seen() & in_charge())
    }
}

/// The tasks that the caller sees, as a table.
pub struct Export;

impl CollectionAction for Export {
    type Of = Tasks;
    const NAME: &'static str = "export";
    const METHOD: Method = Method::GET;
}

/// Whom a task is given to.
#[derive(Serializer)]
pub struct Assignment {
    /// Their key; `null` for nobody.
    pub user_id: Option<i32>,
}

/// Which tasks are closed.
#[derive(Serializer)]
pub struct Closing {
    /// Their keys.
    #[serializer(length(1..=1000), unique_items)]
    pub ids: Vec<i32>,
}

/// The handlers of the actions.
pub struct TaskActions;

#[OpenApi]
impl TaskActions {
    /// Give a task to a member of its organization
    #[oai(path = "/tasks/:id/assign", method = "post", operation_id = "tasks_assign")]
    async fn assign(&self, id: Locked<Assign>, to: Valid<Assignment>) -> Result<ShownRow<Tasks>, Problem> {
        if let Some(user_id) = to.user_id {
            let project = project::Entity::find_by_id(id.row.project_id).one(&id.db()).await?;
            let organization = project.map(|project| project.organization_id);
            let belongs = membership::Entity::find()
                .filter(membership::Column::UserId.eq(user_id))
                .filter(membership::Column::OrganizationId.eq(organization));
            if belongs.count(&id.db()).await? == 0 {
                return Err(Problem::invalid([("user_id", "This is no member of the organization.")]));
            }
        }
        let changes = task::ActiveModel { assignee_id: Set(to.user_id), ..Default::default() };
        id.save_and_show(changes).await
    }

    /// Close many tasks at once
    #[oai(path = "/tasks/close", method = "post", operation_id = "tasks_close")]
    async fn close(&self, tasks: LockedRows<Close>, closing: Valid<Closing>) -> Result<Json<Vec<Task>>, Problem> {
        let tasks = tasks.lock(closing.0.ids).await?;
        let closed = || task::ActiveModel { status: Set(Status::Closed), ..Default::default() };
        let changes = tasks.rows.iter().map(|_| closed()).collect();
        Ok(Json(tasks.save(changes).await?.into_iter().map(Into::into).collect()))
    }

    /// Export every task that the caller sees
    #[oai(path = "/tasks/export", method = "get", operation_id = "tasks_export")]
    async fn export(&self, tasks: Rows<Export>) -> Result<Table, Problem> {
        let rows = tasks.rows.clone().order_by_asc(task::Column::Id).all(&tasks.db()).await?;
        Ok(Table::Csv(PlainText(table(&rows).map_err(Error::could_not_tell)?)))
    }
}

/// A table, a line for each row.
#[derive(ApiResponse)]
pub enum Table {
    /// The columns' names, and then the rows.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    Csv(PlainText<String>),
}

fn table(tasks: &[task::Model]) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    fn text(value: Option<impl ToString>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "project_id", "title", "assignee_id", "status", "due", "estimate"])?;
    for task in tasks {
        let status = sea_orm::ActiveEnum::to_value(&task.status);
        table.write_record([
            &task.id.to_string(),
            &task.project_id.to_string(),
            &task.title,
            &text(task.assignee_id),
            &status,
            &text(task.due),
            &text(task.estimate),
        ])?;
    }
    Ok(String::from_utf8(table.into_inner()?)?)
}
