//! `/api/trips` of a site whose users have uuids. PostgreSQL has a type for them, so there are two models of the one table.

#![allow(missing_docs, unreachable_pub, reason = "sea-orm's items")]

macro_rules! trips {
    ($module:ident, $uuid:ident) => {
        pub mod $module {
            #[allow(unused_imports)]
            use refrain::entity::UuidText;
            use refrain::{Access, Serializer, ViewSet};
            #[allow(unused_imports)]
            use sea_orm::prelude::Uuid;

            pub mod trip {
                #[allow(unused_imports)]
                use refrain::entity::UuidText;
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
                #[sea_orm(table_name = "drivers_trip")]
                #[refrain(app = "drivers", model = "Trip", owner = "owner_id")]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i64,
                    pub title: String,
                    pub owner_id: Option<$uuid>,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }

            pub struct Trips;

            impl ViewSet for Trips {
                type Serializer = Trip;
                const PATH: &'static str = "/trips";

                fn permissions() -> Access<trip::Entity> {
                    Access::global()
                }
            }

            #[derive(Serializer)]
            #[serializer(model = trip)]
            pub struct Trip {
                #[serializer(read_only)]
                pub id: i64,
                #[serializer(length(1..=100))]
                pub title: String,
                pub owner_id: Option<$uuid>,
            }
        }
    };
}

trips!(native, Uuid);
trips!(text, UuidText);
