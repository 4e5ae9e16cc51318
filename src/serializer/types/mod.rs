//! How each type that a column can have is read, written and described.

mod bytes;
pub(crate) mod choices;
mod decimal;
mod json;
mod list;
mod moments;
mod null;
mod numbers;
mod text;

pub use choices::{Choice, ChoiceValue};
