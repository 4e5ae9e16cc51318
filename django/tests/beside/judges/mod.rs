//! Tests that others wrote for their own code, answered by the library: django-guardian's, and those of permissions of
//! Django and Django REST Framework.
//!
//! `django/judges` runs a suite in Python, with guardian's and Django's functions put in words for this process, which
//! answers by the library over the same database. What comes of each test is held to a list beside: a test that is not on
//! it passes, and one that is on it does not.

mod library;
mod models;
mod verdicts;
mod views;

use std::{
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use refrain_testing::{TestDb, every_database};
use serde_json::Value;

use self::{library::Library, verdicts::Verdicts};
use crate::support::{KEY, Version, tool};

#[every_database(postgres, tables = none, because = "rows are put back after each test by what only it has")]
async fn the_tests_of_django_guardian_pass(db: TestDb) {
    judge("guardian", &db).await;
}

#[every_database(postgres, tables = none, because = "rows are put back after each test by what only it has")]
async fn the_permission_tests_of_django_and_of_its_admin_pass(db: TestDb) {
    judge("django", &db).await;
}

#[every_database(postgres, tables = none, because = "rows are put back after each test by what only it has")]
async fn the_permission_tests_of_django_rest_framework_pass(db: TestDb) {
    judge("rest_framework", &db).await;
}

/// Runs a suite, and holds it to its list.
async fn judge(suite: &str, db: &TestDb) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges");
    let mut command = Command::new(Version::LongTerm.python().expect("Django's long-term version runs on any Python"));
    command.args(["-W", "ignore", "judge.py", suite]).current_dir(&folder);
    command.envs([("DATABASE_URL", db.url().as_str()), ("SECRET_KEY", KEY)]);
    command.env("REFRAIN_SOURCES", tool("REFRAIN_SOURCES"));
    command.envs([("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONUTF8", "1")]);
    let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
    let mut process = Ended(process);
    let mut answers = process.0.stdin.take().expect("it is piped");
    let mut library = Library::new(db);
    let mut report = None;
    for line in BufReader::new(process.0.stdout.take().expect("it is piped")).lines() {
        let line = line.expect("it prints text");
        let question: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"));
        if question["end"].is_object() {
            report = Some(question["end"].clone());
        } else {
            writeln!(answers, "{}", library.answer(&question).await).expect("it reads");
        }
    }
    assert!(process.0.wait().expect("it ends").success(), "the suite did not run to its end");
    let report = report.expect("the suite tells how its tests ended");
    let verdicts = Verdicts::read(&folder.join(format!("{suite}.json")));
    let told = verdicts.hold(&report);
    let _ = writeln!(io::stderr(), "{}", told.summary);
    assert!(told.complaints.is_empty(), "{}\n\n{}", told.complaints.join("\n\n"), told.summary);
}

/// A process that does not outlive the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
