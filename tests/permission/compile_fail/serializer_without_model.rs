//! What is of a model's rows needs the model.

#[derive(refrain::Serializer)]
#[serializer(rename_all = "camelCase")]
struct Car {
    #[serializer(read_only)]
    id: i64,
}

fn main() {}
