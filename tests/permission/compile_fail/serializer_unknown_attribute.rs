//! A wrong attribute is told which there are.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    #[serializer(readonly)]
    id: i64,
}

fn main() {}
