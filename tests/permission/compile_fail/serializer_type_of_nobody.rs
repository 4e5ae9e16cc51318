//! A type that is none is told once, with what to write.

enum Colour {
    Red,
}

#[derive(refrain::Serializer)]
#[serializer(rename_all = "camelCase")]
struct Car {
    colour: Colour,
}

fn main() {}
