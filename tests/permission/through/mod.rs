//! Rules that follow a key to another viewset's rows: lists, rows and writes agree with a brute-force model, and what
//! cannot be followed is refused when the API is built.

mod agrees;
mod in_the_middle;
mod wiring;
mod world;
