//! A row hook is over one model's rows.

use refrain::{Access, Context, Hook, Lists, Result, RowHook, async_trait, doc_example::car};

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

struct Palindrome;

#[async_trait]
impl RowHook for Palindrome {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(row.name.chars().eq(row.name.chars().rev()))
    }
}

fn main() {
    let _ = Access::<car::Entity>::to(Hook(Palindrome));
    let _ = Access::<garage::Entity>::to(Hook(Palindrome));
}
