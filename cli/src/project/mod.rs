//! A program's folder: made new, or with something more written into it.

mod add_model;
mod fields;
mod manifest;
mod new;
mod written;

pub(crate) use add_model::add_model;
pub(crate) use manifest::Manifest;
pub(crate) use new::new;
pub(crate) use written::{Place, Written};
