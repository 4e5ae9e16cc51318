//! What was done to cars: a value of each kind that databases keep in ways of their own. PostgreSQL has a type for uuids,
//! so there are two models of the one table.

#![allow(missing_docs, unreachable_pub, reason = "sea-orm's items")]

macro_rules! services {
    ($module:ident, $uuid:ident) => {
        pub mod $module {
            #[allow(unused_imports)]
            use refrain::entity::UuidText;
            use refrain::{
                Access, Action, Context, Filter, IsAuthenticated, Lookup, ModelPermissions, Pagination, Serializer,
                ViewSet,
                entity::Moment,
                throttle::{Rate, Throttle},
            };
            use sea_orm::prelude::Decimal;
            #[allow(unused_imports)]
            use sea_orm::prelude::Uuid;
            use sea_orm::{EntityTrait, QueryOrder, QuerySelect, Select, sea_query::Expr};

            pub mod service {
                use refrain::entity::Moment;
                #[allow(unused_imports)]
                use refrain::entity::UuidText;
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, refrain::Model)]
                #[sea_orm(table_name = "drivers_service")]
                #[refrain(app = "drivers", model = "Service")]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i64,
                    pub at: Moment,
                    #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
                    pub cost: Decimal,
                    pub paid: bool,
                    pub reference: $uuid,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }

            pub struct Services;

            impl ViewSet for Services {
                type Serializer = Service;
                const PATH: &'static str = "/services";

                fn permissions() -> Access<service::Entity> {
                    Access::to(ModelPermissions).reading(IsAuthenticated)
                }

                fn throttles(action: Action) -> Option<Vec<Throttle>> {
                    let deleted = || vec![Throttle::scoped("services-deleted", Rate::per_day(10))];
                    (action == Action::Destroy).then(deleted)
                }

                fn pagination() -> Pagination {
                    Pagination::page_number(3).at_most(100)
                }

                // ordered by a name that the query gives
                fn query(&self, _: &Context<'_>) -> Option<Select<service::Entity>> {
                    let place = Expr::col((service::Entity, service::Column::Id));
                    Some(service::Entity::find().expr_as(place, "place").order_by_asc(Expr::col("place")))
                }

                fn filters() -> Vec<Filter<service::Column>> {
                    use Lookup::{Exact, Gte, In, Lt, Range};
                    use service::Column::{At, Cost, Paid, Reference};
                    let ordered = |column| Filter::of(column).lookups([Exact, In, Gte, Lt, Range]);
                    vec![ordered(At), ordered(Cost), Filter::of(Paid), ordered(Reference)]
                }

                fn orderings() -> Vec<service::Column> {
                    use service::Column::{At, Cost, Id, Paid, Reference};
                    vec![At, Cost, Paid, Reference, Id]
                }
            }

            #[derive(Serializer)]
            #[serializer(model = service)]
            pub struct Service {
                #[serializer(read_only)]
                pub id: i64,
                pub at: Moment,
                pub cost: Decimal,
                #[serializer(default = false)]
                pub paid: bool,
                pub reference: $uuid,
            }
        }
    };
}

services!(native, Uuid);
services!(text, UuidText);
