//! The programs that `refrain` writes: they compile without a warning, and pass their own tests.

#![allow(missing_docs, unreachable_pub)]

mod inspected;
mod new;
mod refused;
mod support;
mod tutorial;
