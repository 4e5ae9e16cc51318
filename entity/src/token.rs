//! `authtoken_token`: DRF's tokens, one a user at most.

use sea_orm::entity::prelude::*;

use crate::{Moment, Secret};

/// A token.
///
/// ```
/// use refrain_entity::{Moment, Secret, token};
///
/// let token = token::Model { key: Secret::from("9944b0"), created: Moment::now(), user_id: 7 };
/// assert!(!format!("{token:?}").contains("9944b0"));
/// ```
///
/// Its key is what a client presents, so `Debug` does not show it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authtoken_token")]
pub struct Model {
    /// 40 hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Secret,
    /// When it was made.
    pub created: Moment,
    /// Whose it is.
    #[sea_orm(unique)]
    pub user_id: i32,
}

/// Whose a token is.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Whose it is.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
