//! A column is named without quotes.

#[derive(refrain::Serializer)]
#[serializer(model = refrain::doc_example::car)]
struct Car {
    #[serializer(column = "name")]
    title: String,
}

fn main() {}
