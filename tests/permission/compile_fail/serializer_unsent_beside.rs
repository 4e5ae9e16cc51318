//! What no column holds may have been left out.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    name: String,
    #[serializer(beside)]
    password: String,
}

fn main() {}
