//! `/api/memberships`: who sees an organization sees who belongs to it, and who changes it says so.

use refrain::{Access, Action, Choices, Serializer, Through, ViewSet};
use sea_orm::{DeriveActiveEnum, EnumIter, prelude::StringLen};

use super::organizations::Organizations;

/// The model.
pub mod membership {
    use sea_orm::entity::prelude::*;

    #[allow(missing_docs)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "tracker_membership")]
    #[refrain(app = "tracker", model = "Membership")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(unique_key = "belongs once")]
        pub organization_id: i32,
        #[sea_orm(unique_key = "belongs once")]
        pub user_id: i32,
        pub role: super::Role,
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
        #[sea_orm(
            belongs_to = "refrain::entity::user::Entity",
            from = "Column::UserId",
            to = "refrain::entity::user::Column::Id",
            on_delete = "Cascade"
        )]
        User,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// As what somebody belongs to an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Choices)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
pub enum Role {
    /// Sees everything that is the organization's, and makes tasks.
    #[sea_orm(string_value = "member")]
    Member,
    /// Changes everything that is the organization's.
    #[sea_orm(string_value = "admin")]
    Admin,
}

/// Somebody who belongs to an organization.
#[derive(Serializer)]
#[serializer(model = membership)]
pub struct Membership {
    /// Its key.
    #[serializer(read_only)]
    pub id: i32,
    /// The organization.
    #[serializer(create_only)]
    pub organization_id: i32,
    /// Who belongs to it.
    #[serializer(create_only)]
    pub user_id: i32,
    /// As what.
    pub role: Role,
}

/// Who belongs to the organizations that the caller sees.
pub struct Memberships;

impl ViewSet for Memberships {
    type Serializer = Membership;
    const PATH: &'static str = "/memberships";

    fn permissions() -> Access<membership::Entity> {
        let organization = Through::<Organizations>::by(membership::Column::OrganizationId);
        Access::to(organization.for_action(Action::Update)).reading(organization)
    }
}
