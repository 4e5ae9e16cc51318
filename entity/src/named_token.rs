//! `refrain_token`: tokens with a name, an end and a ceiling, many a user; a table of Refrain's own.

use sea_orm::entity::prelude::*;

use crate::{Moment, Secret};

/// A token.
///
/// ```
/// use refrain_entity::{Moment, named_token};
/// use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait};
///
/// let ended = named_token::Entity::find().filter(named_token::Column::ExpiresAt.lt(Moment::now()));
/// let sql = ended.build(DbBackend::Sqlite).to_string();
/// assert!(sql.contains(r#""refrain_token"."expires_at" < "#));
/// ```
///
/// What a client presents is not in it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refrain_token")]
pub struct Model {
    /// By which its user speaks of it.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What its user calls it.
    pub name: String,
    /// SHA-256 of what a client presents, in 64 hexadecimal digits.
    #[sea_orm(unique)]
    pub digest: Secret,
    /// When it was made.
    pub created: Moment,
    /// From when on it is nobody's; never, where nothing is said.
    pub expires_at: Option<Moment>,
    /// When it was last used, to some minutes.
    pub last_used: Option<Moment>,
    /// The permissions it allows, as a JSON array of labels; all of its user's where nothing is said.
    #[sea_orm(column_type = "Text", nullable)]
    pub ceiling: Option<String>,
    /// Whose it is.
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
