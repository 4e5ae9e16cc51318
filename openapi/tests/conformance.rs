//! Other people's programs agree that the documents are such, and that the drivers do what theirs says.

#![allow(missing_docs, unreachable_pub)]

mod support;

use support::{Folder, Site, Tools, here, run};

const DOCUMENTS: [&str; 2] = ["drivers.json", "tracker.json"];

#[test]
fn a_validator_takes_them() {
    let documents = DOCUMENTS.map(|name| here().join(name));
    run(Tools::python().args(["-m", "openapi_spec_validator"]).args(documents));
}

#[test]
fn a_linter_has_nothing_to_say() {
    let folder = Folder::new("linter");
    let (_, node) = Tools::node(&folder);
    for name in DOCUMENTS {
        run(node(&["lint.mjs"]).arg(here().join(name)));
    }
}

#[test]
fn it_holds_for_callers_without_a_name() {
    schemathesis(None);
}

#[test]
fn it_holds_for_ordinary_users() {
    schemathesis(Some("alice"));
}

#[test]
fn it_holds_for_superusers() {
    schemathesis(Some("root"));
}

/// The same requests at every run, made from the document the program serves: no 5xx, no status, header, type or body
/// that the document does not speak of.
fn schemathesis(name: Option<&str>) {
    let who = name.unwrap_or("nobody");
    let site = Site::start(&format!("conformance-{who}"));
    let folder = Folder::new(&format!("schemathesis-{who}"));
    let mut schemathesis = Tools::python();
    schemathesis.args(["-m", "schemathesis.cli", "run", "--no-color", "--generation-deterministic"]);
    schemathesis.args(["--max-examples", "25", "--phases", "examples,coverage,fuzzing,stateful"]);
    schemathesis.args(["--request-timeout", "20", "--suppress-health-check", "all", "--checks", "all"]);
    // The two that ask whether a value is refused exactly where its schema refuses it. A wrong password fits its schema
    // and is 400; a key too large for its column does not, and is no row, as in every other query for it.
    schemathesis.args(["--exclude-checks", "positive_data_acceptance,negative_data_rejection"]);
    if let Some(name) = name {
        schemathesis.args(["--header", &format!("Authorization: Token {}", site.token(name))]);
    }
    schemathesis.args(["--url", &site.api(), &format!("http://{}/openapi.json", site.address)]);
    let told = run(schemathesis.current_dir(&folder.0));
    let tested = told.lines().find_map(|line| line.trim().strip_prefix("Tested: ")).expect("it says what it tested");
    assert_eq!(tested, "26", "{told}");
}
