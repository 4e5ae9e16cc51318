//! What types refuse, and the words in which the compiler says so.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

#[path = "../support/compiled_crates.rs"]
mod compiled_crates;

use compiled_crates::CompiledCrates;

/// The messages are those of the Rust version that the workspace names; `INSTA_UPDATE=always` writes them anew.
///
/// Each case is compiled against the crates that this test is made of.
#[test]
fn what_types_refuse_is_told_readably() {
    let crates = CompiledCrates::of_test("permission", &["refrain", "sea_orm"]);
    let folder = Path::new("tests/permission/compile_fail");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    assert!(cases.len() > 20, "the cases have moved");
    let said = Mutex::new(BTreeMap::new());
    let next = Mutex::new(cases.iter());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = { next.lock().unwrap().next() } {
                    let refusal = refusal_of(case, &crates);
                    said.lock().unwrap().insert(case.clone(), refusal);
                }
            });
        }
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("compile_fail");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for (case, refusal) in said.into_inner().unwrap() {
        let name = case.file_stem().unwrap().to_str().unwrap();
        insta::assert_snapshot!(name, refusal);
    }
}

/// What the compiler says of a case, which it refuses.
fn refusal_of(case: &Path, crates: &CompiledCrates) -> String {
    let mut rustc = crates.rustc();
    rustc.args(["--crate-type", "bin", "--emit", "metadata"]);
    let made = env::temp_dir().join(format!("refrain-{}-{}", std::process::id(), case.file_stem().unwrap().display()));
    let output = rustc.arg("-o").arg(&made).arg(case).output().expect("rustc starts");
    let _ = fs::remove_file(made);
    assert!(!output.status.success(), "{} compiles", case.display());
    readable(&String::from_utf8_lossy(&output.stderr), case)
}

/// Without what changes when a file of the library gets another line: its line numbers, and how wide they are.
fn readable(stderr: &str, case: &Path) -> String {
    let case = case.to_str().unwrap();
    let ends = ["error: aborting", "Some errors have", "For more information"];
    let told = stderr.lines().take_while(|line| !ends.iter().any(|end| line.starts_with(end)));
    let lines = told.map(|line| {
        let unnumbered = line.trim_start_matches(|char: char| char == ' ' || char.is_ascii_digit());
        match unnumbered.split_once(' ') {
            Some((arrow @ ("-->" | ":::"), place)) if place.starts_with(case) => format!(" {arrow} {place}"),
            Some((arrow @ ("-->" | ":::"), place)) => format!(" {arrow} {}", file_alone(place)),
            _ if unnumbered.starts_with(['|', '=']) => format!("   {unnumbered}"),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// A file of the library or of another crate, without its line and without where this machine keeps it.
fn file_alone(place: &str) -> &str {
    let file = place.split(':').next().unwrap_or_default();
    let of_crate = file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    of_crate.map_or(file, |(_, file)| file)
}
