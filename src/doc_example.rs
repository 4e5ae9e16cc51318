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

#[cfg(feature = "cli")]
pub use program::{Drivers, Example, run};

/// A program over them, and a database of it for each example.
#[cfg(feature = "cli")]
mod program {
    use std::error::Error;

    use sea_orm::{DatabaseConnection, DbErr, Schema};

    use super::{car, cars::Cars, trip};
    use crate::{
        Api, BuiltApi, Result, async_trait,
        auth::{
            Auth, Group, User,
            password::{Passwords, Recipe},
        },
        cli::Project,
        migration::{self, MigrationName, MigrationTrait, MigratorTrait, SchemaManager},
        model::Models,
    };

    #[allow(missing_docs)]
    pub struct Migrator;

    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            let mut all = migration::tables(Default::default());
            all.extend(migration::named_tokens(Default::default()));
            all.push(Box::new(OwnTables));
            all
        }
    }

    struct OwnTables;

    impl MigrationName for OwnTables {
        fn name(&self) -> &str {
            "drivers_m0001"
        }
    }

    #[async_trait]
    impl MigrationTrait for OwnTables {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            let schema = Schema::new(manager.get_database_backend());
            manager.create_table(schema.create_table_from_entity(car::Entity)).await?;
            manager.create_table(schema.create_table_from_entity(trip::Entity)).await
        }
    }

    /// The smallest program.
    pub struct Drivers;

    impl Project for Drivers {
        const NAME: &'static str = "drivers";
        const VERSION: &'static str = "1.0";
        type Migrator = Migrator;

        fn models() -> Models {
            Models::default().with::<car::Entity>().with::<trip::Entity>()
        }

        fn api(api: Api, _db: &DatabaseConnection) -> Result<BuiltApi> {
            api.mount(Cars).build()
        }

        fn auth() -> Auth {
            Auth::default().with_passwords(Passwords::default().preferring(Recipe::pbkdf2_sha256(1)))
        }
    }

    /// Tables in memory, somebody in them, and a car of theirs.
    #[allow(missing_docs)]
    pub struct Example {
        pub db: DatabaseConnection,
        pub auth: Auth,
        pub alice: User,
        pub editors: Group,
        pub car: car::Model,
    }

    /// Runs an example; where there is no SQLite to run it on, it only compiles.
    pub fn run(example: impl AsyncFnOnce(Example) -> Result<(), Box<dyn Error>>) {
        #[cfg(feature = "sqlite")]
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            example(Example::make().await.expect("the tables are made")).await.expect("the example does as it says");
        });
        #[cfg(not(feature = "sqlite"))]
        drop(example);
    }

    #[cfg(feature = "sqlite")]
    impl Example {
        async fn make() -> Result<Self, Box<dyn Error>> {
            use sea_orm::{ActiveModelTrait, ActiveValue::Set};

            use crate::{auth::NewUser, migration::WithPermissions};

            let db = crate::connect("sqlite::memory:").await?;
            WithPermissions::<Drivers>::up(&db, None).await?;
            let auth = Drivers::auth();
            let alice = auth.create_user(&db, NewUser::new("alice").password("correct horse")).await?;
            let editors = auth.create_group(&db, "editors").await?;
            let car = car::ActiveModel {
                name: Set("Beetle".to_owned()),
                owner_id: Set(alice.key().ok()),
                published: Set(false),
                ..Default::default()
            };
            let car = car.insert(&db).await?;
            Ok(Self { db, auth, alice, editors, car })
        }
    }
}
