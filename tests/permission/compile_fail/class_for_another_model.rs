//! A permission class says which model it is for.

use refrain::{Access, Context, IsAuthenticated, Operators, PermissionClass, Result, Rule, async_trait, doc_example::car};
use sea_orm::ColumnTrait;

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

#[derive(Clone, Copy, Operators)]
struct IsPublished;

#[async_trait]
impl PermissionClass for IsPublished {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }
}

fn main() {
    let _ = Access::<car::Entity>::to(IsAuthenticated & IsPublished);
    let _ = Access::<garage::Entity>::to(IsPublished);
    let _ = Access::<garage::Entity>::to(IsAuthenticated & !IsPublished);
}
