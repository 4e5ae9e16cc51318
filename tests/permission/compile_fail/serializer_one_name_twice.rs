//! No two fields have one name.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    name: String,
    #[serializer(rename = "name")]
    owner_id: Option<i32>,
}

fn main() {}
