use refrain::{Access, IsOwnerOrReadOnly, ModelPermissions, Serializer, ViewSet};

#[derive(Serializer)]
#[serializer(model = car)]
pub struct Car {
    #[serializer(read_only)]
    id: i64,
    #[serializer(length(1..=100))]
    name: String,
    owner_id: Option<i32>,
    #[serializer(read_only, default = false)]
    published: bool,
}

pub struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }
}
