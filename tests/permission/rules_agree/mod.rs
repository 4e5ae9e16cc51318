//! One rule, read as a request's answer, a row's and a list's: for one caller a row is in the list exactly when its own
//! route answers 200, and both are what a brute-force model in Rust says; negation, order and text change nothing.

mod ceilings;
mod condition;
mod expected;
mod laws;
mod over_http;
mod tree;
pub mod world;

use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence, TestCaseResult, TestRunner},
};
use refrain_testing::{Backend, TestDb};
use tokio::{runtime::Handle, task::block_in_place};

/// Runs a property against one database; a failing case is made small, and its seed is kept beside this folder.
fn check<S: Strategy>(db: &TestDb, cases: u32, strategy: &S, property: impl AsyncFn(S::Value) -> TestCaseResult) {
    // the servers speak over a socket, and differ from SQLite by dialect, which few cases show
    let cases = if db.backend() == Backend::Sqlite { cases } else { cases / 8 };
    let mut runner = TestRunner::new(Config {
        cases,
        max_shrink_iters: 1_000,
        max_shrink_time: 30_000,
        source_file: Some(file!()),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..Config::default()
    });
    let run = |value| block_in_place(|| Handle::current().block_on(property(value)));
    if let Err(failure) = runner.run(strategy, run) {
        panic!("{failure}");
    }
}
