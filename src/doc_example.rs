//! The model that the examples in this documentation are about.

/// The seed of every example: a car with a name and an owner.
pub mod car {
    use sea_orm::entity::prelude::*;

    #[allow(missing_docs)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, crate::model::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(app = "drivers", model = "Car", permissions(publish_car = "Can publish car listing"), owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub owner_id: Option<i32>,
        pub published: bool,
    }

    #[allow(missing_docs)]
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The smallest viewset over it.
pub mod cars {
    use sea_orm::{DeriveIntoActiveModel, EntityTrait};

    use super::car;
    use crate::{Access, IsOwnerOrReadOnly, ModelPermissions, ViewSet};

    #[allow(missing_docs)]
    #[derive(poem_openapi::Object)]
    pub struct Car {
        pub id: i64,
        pub name: String,
    }

    impl From<<car::Entity as EntityTrait>::Model> for Car {
        fn from(car: car::Model) -> Self {
            Self { id: car.id, name: car.name }
        }
    }

    #[allow(missing_docs)]
    #[derive(poem_openapi::Object, DeriveIntoActiveModel)]
    #[sea_orm(active_model = "car::ActiveModel")]
    pub struct CarInput {
        pub name: String,
    }

    /// Cars.
    pub struct Cars;

    impl ViewSet for Cars {
        type Entity = car::Entity;
        type Output = Car;
        type Input = CarInput;
        const PATH: &'static str = "/cars";

        fn permissions() -> Access<car::Entity> {
            Access::to(ModelPermissions & IsOwnerOrReadOnly)
        }
    }
}
