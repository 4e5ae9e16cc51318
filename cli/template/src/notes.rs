//! `/notes`: everybody has notes of their own.

use refrain::{Access, IsAuthenticated, IsOwner, Serializer, ViewSet};

/// The model.
pub mod note {
    use sea_orm::entity::prelude::*;

    /// A row of `{{crate_name}}_note`.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "{{crate_name}}_note")]
    #[refrain(app = "{{crate_name}}", model = "Note", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(column_type = "Text")]
        pub text: String,
        pub owner_id: i32,
    }

    /// The rows that its keys name.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "refrain::entity::user::Entity",
            from = "Column::OwnerId",
            to = "refrain::entity::user::Column::Id"
        )]
        Owner,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What callers see and write of one. A new one is its maker's.
#[derive(Serializer)]
#[serializer(model = note)]
pub struct Note {
    #[serializer(read_only)]
    pub id: i64,
    #[serializer(length(1..=10_000))]
    pub text: String,
    #[serializer(read_only)]
    pub owner_id: i32,
}

/// Notes: whoever is logged in has their own, and sees no others.
pub struct Notes;

impl ViewSet for Notes {
    type Serializer = Note;
    const PATH: &'static str = "/notes";

    fn permissions() -> Access<note::Entity> {
        Access::to(IsAuthenticated & IsOwner)
    }
}
