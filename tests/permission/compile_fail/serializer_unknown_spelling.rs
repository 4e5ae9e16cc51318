//! The spellings of names are known.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car, rename_all = "camel")]
struct Car {
    name: String,
}

fn main() {}
