//! A field has the type that the model's has.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    owner_id: i32,
}

fn main() {}
