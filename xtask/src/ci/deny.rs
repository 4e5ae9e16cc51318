//! What the dependencies are: their licences, where they come from, what is known against them.

use std::{path::PathBuf, process::Command};

use crate::{
    Result,
    run::{capture, find, root, show},
    tools,
};

pub(super) fn check() -> Result {
    let program = program()?;
    let deny = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(["--workspace", "--all-features"]).args(arguments).current_dir(root());
        command
    };
    show(&mut deny(&["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))?;
    // asked for by itself: that it cannot be had is no advisory
    let fetched = capture(&mut deny(&["fetch", "db"]))?;
    if !fetched.status.success() {
        let why = String::from_utf8_lossy(&fetched.stderr);
        let why = why.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason is given");
        eprintln!("not run: the check for advisories, whose database cannot be fetched here: {why}");
        return Ok(());
    }
    show(&mut deny(&["check", "--hide-inclusion-graph", "advisories"]))
}

/// The one on PATH, or one below `target/tools`.
fn program() -> Result<PathBuf> {
    match find("cargo-deny", &[]) {
        Some(found) => Ok(found),
        None => tools::cargo_deny(),
    }
}
