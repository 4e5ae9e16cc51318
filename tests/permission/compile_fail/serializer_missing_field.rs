//! A field is one of the model's.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    nmae: String,
}

fn main() {}
