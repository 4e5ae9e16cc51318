//! `cargo xtask bench`.

use crate::{
    Result,
    run::{cargo, show},
};

/// The criterion benches, then the comparison over HTTP.
pub(crate) fn run() -> Result {
    show(&mut cargo(&["bench", "-p", "refrain"]))?;
    show(&mut cargo(&["run", "--release", "-p", "refrain-examples", "--example", "http_bench"]))
}
