//! The public items of the last release, which the next one has to have still.

use std::process::Command;

use crate::{
    Result,
    run::{capture, cargo, has_cargo, root, show},
};

/// Those with public items that code can name: a crate of derives has none, nor has a command.
const LIBRARIES: [&str; 3] = ["refrain", "refrain-entity", "refrain-migration"];

/// What is installed where it is missing.
const CHECKER: [&str; 3] = ["cargo-semver-checks", "--version", "0.51.0"];

pub(super) fn check() -> Result {
    let Some(tag) = newest_tag()? else {
        eprintln!(
            "not run: a check for broken items: no tag `v…` is here, so nothing was released that could be broken"
        );
        return Ok(());
    };
    if !has_cargo("semver-checks") {
        show(cargo(&["install", "--locked"]).args(CHECKER))?;
    }
    let mut check = cargo(&["semver-checks", "check-release", "--all-features", "--baseline-rev", &tag]);
    show(check.args(LIBRARIES.iter().flat_map(|name| ["-p", name])))
}

/// The highest version, whatever branch it is on.
fn newest_tag() -> Result<Option<String>> {
    let mut git = Command::new("git");
    let listed = capture(git.args(["tag", "--list", "v[0-9]*", "--sort=-version:refname"]).current_dir(root()))?;
    if !listed.status.success() {
        return Err(format!("the tags cannot be listed: {}", String::from_utf8_lossy(&listed.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&listed.stdout).lines().next().map(str::to_owned))
}
