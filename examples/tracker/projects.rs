//! `/api/projects`, and those of one organization: who belongs to it sees them, its admins change them. One that was
//! shared with somebody outside is seen by them too.

use poem::http::Method;
use poem_openapi::OpenApi;
use refrain::{
    Access, Action, HasPerm, Locked, Nested, ObjectPermissions, Pagination, Problem, RowAction, Serializer, ShownRow,
    Through, Valid, ViewSet,
};
use sea_orm::prelude::Decimal;

use super::organizations::Organizations;

/// The model.
pub mod project {
    use sea_orm::entity::prelude::*;

    #[allow(missing_docs)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "tracker_project")]
    #[refrain(app = "tracker", model = "Project", permissions(view_budget = "Can view the budget of every project"))]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(indexed)]
        pub organization_id: i32,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub name: String,
        #[sea_orm(default_value = false)]
        pub archived: bool,
        #[sea_orm(column_type = "Decimal(Some((12, 2)))", nullable)]
        pub budget: Option<Decimal>,
    }

    #[allow(missing_docs)]
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "crate::tracker::organizations::organization::Entity",
            from = "Column::OrganizationId",
            to = "crate::tracker::organizations::organization::Column::Id",
            on_delete = "Cascade"
        )]
        Organization,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who belongs to the project's organization.
pub fn members() -> Through<Organizations, project::Column> {
    Through::<Organizations>::by(project::Column::OrganizationId)
}

/// Who administers it.
pub fn admins() -> Through<Organizations, project::Column> {
    Through::<Organizations>::by(project::Column::OrganizationId).for_action(Action::Update)
}

/// A project of an organization.
#[derive(Serializer)]
#[serializer(model = project)]
pub struct Project {
    /// Its key.
    #[serializer(read_only)]
    pub id: i32,
    /// The organization.
    #[serializer(create_only)]
    pub organization_id: i32,
    /// What it is called.
    #[serializer(length(1..=100))]
    pub name: String,
    /// Is it over?
    #[serializer(default = false)]
    pub archived: bool,
    /// What it may cost.
    #[serializer(range(0..), read_if = admins() | HasPerm("tracker.view_budget"))]
    pub budget: Option<Decimal>,
}

/// The projects that the caller sees.
pub struct Projects;

impl ViewSet for Projects {
    type Serializer = Project;
    const PATH: &'static str = "/projects";

    fn permissions() -> Access<project::Entity> {
        Access::to(admins()).reading(members() | ObjectPermissions)
    }

    fn nested() -> Vec<Nested<Self>> {
        let key = project::Column::OrganizationId;
        vec![Nested::below::<Organizations>("/organizations/{organization_id}/projects", key)]
    }

    fn pagination() -> Pagination {
        Pagination::page_number(20)
    }
}

/// Shares a project with somebody outside its organization.
pub struct Share;

impl RowAction for Share {
    type Of = Projects;
    const NAME: &'static str = "share";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<project::Entity> {
        Access::to(admins())
    }
}

/// With whom a project is shared.
#[derive(Serializer)]
pub struct Sharing {
    /// Their name.
    #[serializer(length(1..=150))]
    pub username: String,
}

/// The handler of the action.
pub struct ProjectActions;

#[OpenApi]
impl ProjectActions {
    /// Share a project with somebody outside its organization
    #[oai(path = "/projects/:id/share", method = "post", operation_id = "projects_share")]
    async fn share(&self, id: Locked<Share>, sharing: Valid<Sharing>) -> Result<ShownRow<Projects>, Problem> {
        let auth = id.caller().auth().clone();
        let with = auth.user(id.db(), &sharing.0.username).await?;
        let with = with.ok_or_else(|| Problem::invalid([("username", "There is nobody of this name.")]))?;
        auth.assign_perm(id.db(), project::Entity::VIEW_PROJECT, [&with], [&id.row]).await?;
        id.save_and_show(project::ActiveModel::default()).await
    }
}
