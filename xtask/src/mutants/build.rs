//! The copy with its switches: what does not compile is left out, and the tests are built.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use serde_json::Value;

use super::{
    blame::blame,
    instrument::{self, Instrumented},
    list::Mutant,
    report::{Outcome, Report},
    switch, tree,
};
use crate::{
    Result,
    run::{capture, cargo, root, target},
};

/// A program of tests.
pub(super) struct Program {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

const LIBRARY: &str = "src/lib.rs";

/// Builds the copy with all mutants that compile; the others are reported.
pub(super) fn switched(mutants: &[Mutant], only: &[String], report: &mut Report) -> Result<Vec<Program>> {
    let by_file = instrument::by_file(mutants);
    let changed = by_file.iter().map(|(file, _)| *file).chain([LIBRARY, switch::FILE]);
    tree::update(&changed.collect::<Vec<_>>())?;
    tree::write_wrapper()?;
    let library = tree::said(fs::read_to_string(root().join(LIBRARY)), LIBRARY)?;
    tree::write(LIBRARY, [switch::FEATURES, &library, switch::DECLARATION].concat().as_bytes())?;
    tree::write(switch::FILE, switch::module(mutants.len()).as_bytes())?;

    let mut plans = Vec::new();
    for (file, of_file) in by_file {
        let source = tree::said(fs::read_to_string(root().join(file)), file)?;
        let (plan, unwritable) = instrument::plan(file, source, &of_file)?;
        leave_out(unwritable, mutants, report)?;
        plans.push((file, plan));
    }
    loop {
        let write = |(file, plan): &(_, instrument::Plan<'_>)| {
            let written = plan.write(|number| report.is_left_out(&mutants[number]));
            tree::write(file, written.text.as_bytes()).map(|()| (*file, written))
        };
        let written: Vec<(&str, Instrumented)> = plans.iter().map(write).collect::<Result<_>>()?;
        let (programs, errors) = build(only)?;
        if errors.is_empty() {
            return Ok(programs);
        }
        let blamed: Vec<_> = errors.iter().flat_map(|error| blame(error, &written)).collect();
        if !leave_out(blamed, mutants, report)? {
            let rendered: String = errors.iter().filter_map(|error| error["rendered"].as_str()).collect();
            return Err(format!("no mutant is to blame for this:\n{rendered}"));
        }
    }
}

/// Were there any that had not been left out before?
fn leave_out(blamed: Vec<(usize, Outcome)>, mutants: &[Mutant], report: &mut Report) -> Result<bool> {
    let mut any = false;
    for (number, why) in blamed {
        if !report.is_left_out(&mutants[number]) {
            report.add(&mutants[number], why, "")?;
            any = true;
        }
    }
    Ok(any)
}

/// Builds the tests; what the compiler has against the copy.
fn build(only: &[String]) -> Result<(Vec<Program>, Vec<Value>)> {
    let mut tests = tests()?;
    tests.retain(|test| only.is_empty() || only.contains(test));
    let mut command = in_copy(&["test", "--workspace", "--all-features", "--no-run", "--message-format=json", "--lib"]);
    let output = capture(command.args(tests.iter().flat_map(|test| ["--test", test])))?;
    let (mut programs, mut errors) = (Vec::new(), Vec::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(mut message) = serde_json::from_str::<Value>(line) else { continue };
        let (name, kind) = (&message["target"]["name"], &message["target"]["kind"][0]);
        let is_ours = (name == PACKAGE && kind == "lib") || (kind == "test" && tests.iter().any(|test| name == test));
        if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
            errors.push(message["message"].take());
        } else if let (true, Some(name), Some(path)) = (is_ours, name.as_str(), message["executable"].as_str()) {
            programs.push(Program { name: name.to_owned(), path: path.into() });
        }
    }
    if output.status.success() || !errors.is_empty() {
        return Ok((programs, errors));
    }
    Err(format!("cargo failed in the copy ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

const PACKAGE: &str = "refrain";

/// Inputs at random notice a mutant today and not tomorrow.
const AT_RANDOM: &str = "fuzz";

/// The programs in `tests/` that do the same each time.
fn tests() -> Result<BTreeSet<String>> {
    let metadata = capture(&mut in_copy(&["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: Value =
        serde_json::from_slice(&metadata.stdout).map_err(|error| format!("`cargo metadata`: {error}"))?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let package = packages.find(|package| package["name"] == PACKAGE);
    let targets = package.and_then(|package| package["targets"].as_array()).into_iter().flatten();
    let tests = targets.filter(|target| target["kind"][0] == "test" && target["name"] != AT_RANDOM);
    Ok(tests.filter_map(|target| target["name"].as_str()).map(str::to_owned).collect())
}

/// Cargo in the copy, with the target folder of the original.
fn in_copy(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    // what it depends on is built once
    command.current_dir(tree::copy()).env("CARGO_TARGET_DIR", target());
    command.env("RUSTC_WORKSPACE_WRAPPER", tree::wrapper());
    command
}
