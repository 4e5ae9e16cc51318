//! The parts of the examples that tests ask too.

pub mod drivers;
pub mod site;
pub mod tracker;
