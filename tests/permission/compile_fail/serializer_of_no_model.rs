//! An entity says its Django names by a derive of its own.

mod car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "drivers_car")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(refrain::Serializer)]
#[serializer(model = car)]
struct Car {
    #[serializer(read_only)]
    id: i64,
}

fn main() {}
