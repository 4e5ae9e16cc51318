//! Numbers have no length.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    #[serializer(length(1..=5))]
    id: i64,
}

fn main() {}
