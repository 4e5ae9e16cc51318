//! `/api/cars`: the six routes, and two actions beside them.

use poem::http::Method;
use poem_openapi::{
    ApiResponse, OpenApi,
    payload::{Json, PlainText},
};
use refrain::{
    Access, CollectionAction, Error, Filter, HasPerm, IsOwnerOrReadOnly, Locked, ModelPermissions, Problem, RowAction,
    Rows, Serializer, ViewSet,
};
use sea_orm::{ActiveValue::Set, QueryOrder};

use super::car;

/// Cars: whoever holds the permission of the action sees all of them, and changes their own.
pub struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }

    fn filters() -> Vec<Filter<car::Column>> {
        [car::Column::Name, car::Column::OwnerId, car::Column::Published].map(Filter::of).into()
    }

    fn orderings() -> Vec<car::Column> {
        vec![car::Column::Name, car::Column::Id]
    }
}

/// A car. A new one is not published; only the action below publishes one.
#[derive(Serializer)]
#[serializer(model = car)]
pub struct Car {
    /// Its key.
    #[serializer(read_only)]
    pub id: i64,
    /// What it is called.
    #[serializer(length(1..=100))]
    pub name: String,
    /// Whose it is; the caller's, when a new one leaves it out.
    pub owner_id: Option<i32>,
    /// Is it shown to buyers?
    #[serializer(read_only, default = false)]
    pub published: bool,
}

/// Shows a car to buyers: any car, for whoever may publish.
pub struct Publish;

impl RowAction for Publish {
    type Of = Cars;
    const NAME: &'static str = "publish";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.publish_car"))
    }
}

/// All cars in the caller's list, as a table.
pub struct Export;

impl CollectionAction for Export {
    type Of = Cars;
    const NAME: &'static str = "export";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.export_car"))
    }
}

/// The handlers of the two.
pub struct CarActions;

#[OpenApi]
impl CarActions {
    /// Publish a car
    #[oai(path = "/cars/:id/publish", method = "post", operation_id = "cars_publish")]
    async fn publish(&self, id: Locked<Publish>) -> Result<Json<Car>, Problem> {
        let changes = car::ActiveModel { published: Set(true), ..Default::default() };
        Ok(Json(id.save(changes).await?.into()))
    }

    /// Export every car the caller may see
    #[oai(path = "/cars/export", method = "get", operation_id = "cars_export")]
    async fn export(&self, cars: Rows<Export>) -> Result<Table, Problem> {
        let db = cars.db();
        let rows = cars.rows.clone().order_by_asc(car::Column::Id).all(&db).await?;
        Ok(Table::Csv(PlainText(table(&rows).map_err(Error::could_not_tell)?)))
    }
}

/// A table, a line for each row.
#[derive(ApiResponse)]
pub enum Table {
    /// The columns' names, and then the rows.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    Csv(PlainText<String>),
}

fn table(cars: &[car::Model]) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "name", "owner_id", "published"])?;
    for car in cars {
        let owner = car.owner_id.map(|owner| owner.to_string()).unwrap_or_default();
        table.write_record([&car.id.to_string(), &car.name, &owner, &car.published.to_string()])?;
    }
    Ok(String::from_utf8(table.into_inner()?)?)
}
