use refrain::{Access, IsOwnerOrReadOnly, ModelPermissions, ViewSet};

#[derive(poem_openapi::Object)]
pub struct Car { id: i64, name: String, published: bool }

impl From<car::Model> for Car {
    fn from(car: car::Model) -> Self {
        Self { id: car.id, name: car.name, published: car.published }
    }
}

#[derive(poem_openapi::Object, sea_orm::DeriveIntoActiveModel)]
#[sea_orm(active_model = "car::ActiveModel", set(published = "false"))]
pub struct CarInput { name: String }

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
