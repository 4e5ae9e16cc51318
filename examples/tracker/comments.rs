//! `/api/comments`, and those of one task: who sees the task sees them and writes some, authors change theirs.

use refrain::{
    Access, Context, IsOwner, Nested, Order, Pagination, Problem, Serializer, Through, ViewSet, entity::Moment,
};
use sea_orm::ActiveValue::Set;

use super::tasks::Tasks;

/// The model.
pub mod comment {
    use sea_orm::entity::prelude::*;

    #[allow(missing_docs)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "tracker_comment")]
    #[refrain(app = "tracker", model = "Comment", owner = "author_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(indexed)]
        pub task_id: i32,
        pub author_id: Option<i32>,
        #[sea_orm(column_type = "Text")]
        pub body: String,
        #[sea_orm(indexed)]
        pub created_at: refrain::entity::Moment,
    }

    #[allow(missing_docs)]
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "crate::tracker::tasks::task::Entity",
            from = "Column::TaskId",
            to = "crate::tracker::tasks::task::Column::Id",
            on_delete = "Cascade"
        )]
        Task,
        #[sea_orm(
            belongs_to = "refrain::entity::user::Entity",
            from = "Column::AuthorId",
            to = "refrain::entity::user::Column::Id",
            on_delete = "SetNull"
        )]
        Author,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What somebody said of a task.
#[derive(Serializer)]
#[serializer(model = comment)]
pub struct Comment {
    /// Its key.
    #[serializer(read_only)]
    pub id: i32,
    /// The task.
    #[serializer(create_only)]
    pub task_id: i32,
    /// Who said it.
    #[serializer(read_only)]
    pub author_id: Option<i32>,
    /// What they said.
    #[serializer(length(1..=10_000))]
    pub body: String,
    /// When.
    #[serializer(read_only, filled)]
    pub created_at: Moment,
}

/// The comments on the tasks that the caller sees, the newest first.
pub struct Comments;

impl ViewSet for Comments {
    type Serializer = Comment;
    const PATH: &'static str = "/comments";

    fn permissions() -> Access<comment::Entity> {
        let task = Through::<Tasks>::by(comment::Column::TaskId);
        Access::to(task & IsOwner).reading(task)
    }

    fn nested() -> Vec<Nested<Self>> {
        vec![Nested::below::<Tasks>("/tasks/{task_id}/comments", comment::Column::TaskId)]
    }

    fn pagination() -> Pagination {
        Pagination::cursor(50)
    }

    fn default_order() -> Vec<Order<comment::Column>> {
        // of those of one moment the later one first: not every database keeps parts of a second
        vec![Order::descending(comment::Column::CreatedAt), Order::descending(comment::Column::Id)]
    }

    async fn perform_create(
        &self,
        _: &Context<'_>,
        row: comment::ActiveModel,
        (): &(),
    ) -> Result<comment::ActiveModel, Problem> {
        Ok(comment::ActiveModel { created_at: Set(Moment::now()), ..row })
    }
}
