//! Text has no range.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    #[serializer(range(1..=2))]
    name: String,
}

fn main() {}
