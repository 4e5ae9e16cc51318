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

/// Rows that hang on another: trips of cars.
pub mod trip {
    use sea_orm::entity::prelude::*;

    #[allow(missing_docs)]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, crate::model::Model)]
    #[sea_orm(table_name = "drivers_trip")]
    #[refrain(app = "drivers", model = "Trip")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub car_id: i64,
        pub destination: String,
    }

    #[allow(missing_docs)]
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::car::Entity", from = "Column::CarId", to = "super::car::Column::Id")]
        Car,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What callers see of them.
pub mod trips {
    use super::trip;
    use crate::Serializer;

    #[allow(missing_docs)]
    #[derive(Serializer)]
    #[serializer(model = trip)]
    pub struct Trip {
        #[serializer(read_only)]
        pub id: i64,
        pub car_id: i64,
        pub destination: String,
    }
}

/// The smallest viewset over it.
pub mod cars {
    use super::car;
    use crate::{Access, IsOwnerOrReadOnly, ModelPermissions, Serializer, ViewSet};

    #[allow(missing_docs)]
    #[derive(Serializer)]
    #[serializer(model = car)]
    pub struct Car {
        #[serializer(read_only)]
        pub id: i64,
        pub name: String,
        #[serializer(read_only, default = false)]
        pub published: bool,
    }

    /// Cars.
    pub struct Cars;

    impl ViewSet for Cars {
        type Serializer = Car;
        const PATH: &'static str = "/cars";

        fn permissions() -> Access<car::Entity> {
            Access::to(ModelPermissions & IsOwnerOrReadOnly)
        }
    }
}
