//! A field is read-only or write-only.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    #[serializer(read_only, write_only)]
    name: String,
}

fn main() {}
