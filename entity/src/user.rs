//! `auth_user`: Django's own users. A site's own user model is described by [`crate::UserTable`].

use sea_orm::entity::prelude::*;

use crate::{Moment, Secret};

/// A user, with an integer key.
///
/// ```
/// use refrain_entity::user;
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let staff = user::Entity::find().filter(user::Column::IsStaff.eq(true)).filter(user::Column::IsActive.eq(true));
/// let sql = staff.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#"FROM "auth_user""#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_user")]
pub struct Model {
    /// Its key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// The password's hash in one of Django's formats; at most 128 characters.
    pub password: Secret,
    /// When the user last logged in.
    pub last_login: Option<Moment>,
    /// Has every permission, if also active.
    pub is_superuser: bool,
    /// The name to log in with, unique, upper and lower case apart (CONTRACT 1.11); at most 150 characters.
    #[sea_orm(unique)]
    pub username: String,
    /// May be empty; at most 150 characters.
    pub first_name: String,
    /// May be empty; at most 150 characters.
    pub last_name: String,
    /// May be empty, and is not unique; at most 254 characters.
    pub email: String,
    /// May use the admin.
    pub is_staff: bool,
    /// An inactive user holds no permission and cannot log in.
    pub is_active: bool,
    /// When the account was made.
    pub date_joined: Moment,
}

/// What hangs on a user. Groups and permissions go through [`super::user_group`] and [`super::user_permission`].
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The user's token, one at most.
    #[sea_orm(has_one = "super::token::Entity")]
    Token,
}

impl Related<super::token::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Token.def()
    }
}

impl Related<super::group::Entity> for Entity {
    fn to() -> RelationDef {
        super::user_group::Relation::Group.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::user_group::Relation::User.def().rev())
    }
}

impl Related<super::permission::Entity> for Entity {
    fn to() -> RelationDef {
        super::user_permission::Relation::Permission.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::user_permission::Relation::User.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
