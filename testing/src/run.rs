//! A test's life: find the server, make the database, run, drop the database or say where it is.

use std::{
    any::type_name_of_val,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use tokio::runtime::{Builder, Runtime};

use crate::{Backend, Outcome, Tables, TestDb, backend::Where, database::Database};

/// Runs a test on a database with Django's tables.
///
/// The database is dropped after the test; when the test fails it is kept, and named.
pub fn on<O: Outcome>(backend: Backend, test: impl AsyncFnOnce(TestDb) -> O) {
    on_tables(backend, Tables::Django, test);
}

/// Runs a test on a database with these tables.
pub fn on_tables<O: Outcome>(backend: Backend, tables: Tables, test: impl AsyncFnOnce(TestDb) -> O) {
    let name = type_name_of_val(&test);
    let place = match backend.find() {
        Ok(Where::LeftOut(by)) => return left_out(name, backend, by),
        Ok(place) => place,
        Err(why) => panic!("{why}"),
    };
    let runtime = runtime();
    let (database, db) = runtime.block_on(async {
        let made = Database::create(backend, &place, tables, name).await;
        let database = Arc::new(made.unwrap_or_else(|error| panic!("no database for the test: {error}")));
        let opened = TestDb::open(backend, Arc::clone(&database)).await;
        (database, opened.unwrap_or_else(|error| panic!("the test's database does not open: {error}")))
    });
    let given = db.clone();
    let run = AssertUnwindSafe(|| runtime.block_on(async { test(given).await.succeed() }));
    if let Err(panic) = catch_unwind(run) {
        eprintln!("kept: {}", database.place());
        resume_unwind(panic);
    }
    runtime.block_on(async {
        db.close().await;
        database.remove().await.unwrap_or_else(|error| panic!("{} is not dropped: {error}", database.place()));
    });
}

/// With several threads, so that tests can wait for each other's locks, and call `block_in_place`.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("the system gives threads")
}

/// Written past the test harness, which hides what passing tests print.
fn left_out(test: &str, backend: Backend, by: &str) {
    let _ = writeln!(io::stderr(), "not run: {test} on {} ({by})", backend.name());
}
