//! What the guide shows of clients is what tests run.

#![allow(missing_docs, unreachable_pub)]

use std::{fs, path::Path};

#[test]
fn every_piece_of_code_is_part_of_a_tested_file() {
    let page = read("../docs/guide/clients.md");
    let blocks: Vec<(&str, &str)> = page
        .split("```")
        .skip(1)
        .step_by(2)
        .map(|block| block.split_once('\n').expect("a language, and then the code"))
        .collect();
    let languages: Vec<&str> = blocks.iter().map(|(language, _)| *language).collect();
    assert_eq!(languages, ["rust,ignore", "json", "ts", "ts", "js", "python", "rust,ignore"]);
    let files = [
        "../examples/drivers/cars.rs",
        "drivers.json",
        "typescript/test/drivers.test.ts",
        "typescript/test/tracker.test.ts",
        "react-admin/tasks.test.mjs",
        "python/tests/test_calls.py",
        "tests/calls.rs",
    ];
    for ((language, code), file) in blocks.iter().zip(files) {
        assert!(flat(&read(file)).contains(&flat(code)), "`{file}` has no such piece of {language}:\n{code}");
    }
}

#[test]
fn the_page_of_tags_shows_what_is_tested() {
    let page = read("../docs/guide/conditional-requests.md");
    let code = page.split("```ts\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a piece of TypeScript");
    let file = "typescript/test/drivers.test.ts";
    assert!(flat(&read(file)).contains(&flat(code)), "`{file}` has no such piece:\n{code}");
}

/// Wherever it stands in: without the blanks that lines begin and end with.
fn flat(code: &str) -> String {
    code.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}
