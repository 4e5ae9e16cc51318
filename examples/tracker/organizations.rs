//! `/api/organizations`: who belongs to one sees it, its admins change it. Every other rule comes back to this one.

use refrain::{
    Access, Action, Context, IsAuthenticated, IsSuperuser, Operators, PermissionClass, Problem, Result, Rule,
    Serializer, ViewSet, async_trait,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::memberships::{Role, membership};

/// The model.
pub mod organization {
    use sea_orm::entity::prelude::*;

    #[allow(missing_docs)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "tracker_organization")]
    #[refrain(app = "tracker", model = "Organization")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(unique, column_type = "String(StringLen::N(50))")]
        pub slug: String,
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub name: String,
    }

    #[allow(missing_docs)]
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who belongs to an organization, in this role or a higher one.
#[derive(Clone, Copy, Operators)]
pub struct BelongsAs(pub Role);

#[async_trait]
impl PermissionClass for BelongsAs {
    type Model = organization::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        let own = cx.user().owns(membership::Column::UserId);
        if own == Rule::Never {
            return Ok(Rule::Never);
        }
        let own = membership::Entity::find().filter(own.filter());
        let own = match self.0 {
            Role::Member => own,
            Role::Admin => own.filter(membership::Column::Role.eq(Role::Admin)),
        };
        let theirs = own.select_only().column(membership::Column::OrganizationId).into_query();
        Ok(Rule::when(organization::Column::Id.in_subquery(theirs)))
    }
}

/// An organization. Whoever makes one is its first admin.
#[derive(Serializer)]
#[serializer(model = organization)]
pub struct Organization {
    /// Its key.
    #[serializer(read_only)]
    pub id: i32,
    /// Its name in addresses; no two have the same.
    #[serializer(length(1..=50), pattern = "[a-z0-9-]+")]
    pub slug: String,
    /// What it is called.
    #[serializer(length(1..=100))]
    pub name: String,
}

/// The organizations that the caller belongs to.
pub struct Organizations;

impl ViewSet for Organizations {
    type Serializer = Organization;
    const PATH: &'static str = "/organizations";

    fn permissions() -> Access<organization::Entity> {
        Access::to(IsSuperuser | BelongsAs(Role::Admin))
            .reading(IsSuperuser | BelongsAs(Role::Member))
            .on(Action::Create, IsAuthenticated)
    }

    async fn created(&self, cx: &Context<'_>, row: &organization::Model, (): &()) -> Result<(), Problem> {
        let first = membership::ActiveModel {
            organization_id: Set(row.id),
            user_id: Set(cx.user().key()?),
            role: Set(Role::Admin),
            ..Default::default()
        };
        first.insert(&cx.db()).await?;
        Ok(())
    }
}
