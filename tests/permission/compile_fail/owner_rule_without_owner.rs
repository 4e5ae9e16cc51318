//! An owner rule needs a model with an owner.

use refrain::{Access, Action, IsAdminUser, IsOwner, IsOwnerOrReadOnly, ModelPermissions, doc_example::car};

mod garage {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_garage")]
    #[refrain(app = "drivers", model = "Garage")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn main() {
    let _ = Access::<car::Entity>::to(ModelPermissions & IsOwner);
    let _ = Access::<garage::Entity>::to(ModelPermissions & (IsOwner | IsAdminUser));
    let _ = Access::<garage::Entity>::global().on(Action::Destroy, IsOwnerOrReadOnly);
}
