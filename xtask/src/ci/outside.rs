//! The packed crates, compiled as somebody's dependencies: a file that was not packed, a feature that names what is not
//! published, and a dependency that only this workspace brings would be missed there.
//!
//! A database's driver that another feature happens to bring would not be missed: so each is compiled by itself. All of it
//! with the oldest Rust that is supported, which would otherwise compile everything once more.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    oldest_rust::OldestRust,
    package::{self, PUBLISHED},
};
use crate::{
    Result,
    run::{quietly, root, show, target},
};

/// The features of `refrain` that are compiled with nothing else.
const ALONE: [&str; 3] = ["sqlite", "postgres", "mysql"];

/// The same before a release; a continuous integration has no time for them, and compiles them with all others.
const ALONE_TOO: [&str; 4] = ["cli,sqlite", "tls,postgres", "openid,sqlite", "redis,sqlite"];

pub(super) fn check() -> Result {
    let packages = package::packages()?;
    let rust = OldestRust::find(packages[0]["rust_version"].as_str().unwrap_or_default())?;
    let outside = workspace(&package::packed()?, packages[0]["version"].as_str().unwrap_or_default())?;
    // in a folder of its own, which does not outlive it in CI: every dependency is in it several times
    let folder = target().join("outside");
    let checked = compile(&rust, &outside, &folder);
    if env::var_os("CI").is_some() && folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("`{}` stays: {error}", folder.display()))?;
    }
    checked
}

fn compile(rust: &OldestRust, outside: &Path, folder: &Path) -> Result {
    let check = |place: &Path, arguments: &[&str]| {
        let mut command: Command = rust.cargo();
        // quietly, since it warns each time that members have profiles, which packed they have
        command.args(["check", "--quiet"]).args(arguments).arg("--target-dir").arg(folder).current_dir(place);
        show(&mut command)
    };
    let too = if env::var_os("CI").is_some() { &[][..] } else { &ALONE_TOO };
    for features in ALONE.iter().chain(too) {
        check(outside, &["-p", "refrain", "--no-default-features", "--features", features])?;
    }
    check(outside, &["-p", PROGRAM, "--all-targets"])?;
    let all = PUBLISHED.iter().flat_map(|name| ["-p", name]);
    check(outside, &all.chain(["--all-features"]).collect::<Vec<_>>())?;
    // the tests are not packed
    check(root(), &["--tests", "-p", "refrain", "--no-default-features", "--features", "sqlite"])
}

const PROGRAM: &str = "notebook";

/// A workspace of the packed crates, and of a program that depends on them as if a registry had them.
fn workspace(packed: &Path, version: &str) -> Result<PathBuf> {
    let outside = package::folder().join("outside");
    let _ = fs::remove_dir_all(&outside);
    let crates = outside.join("crates");
    let failed = |error: std::io::Error| format!("`{}`: {error}", outside.display());
    fs::create_dir_all(&crates).map_err(failed)?;
    let mut members = vec![format!("{PROGRAM:?}")];
    let mut patches = String::new();
    for name in PUBLISHED {
        let file = packed.join(format!("{name}-{version}.crate"));
        quietly(Command::new("tar").arg("-xzf").arg(file).arg("-C").arg(&crates))?;
        let path = format!("crates/{name}-{version}");
        patches += &format!("{name} = {{ path = {path:?} }}\n");
        members.push(format!("{path:?}"));
    }
    let template = crates.join(format!("refrain-cli-{version}/template"));
    from_template(&template, &outside.join(PROGRAM), &format!("version = {version:?}"))?;
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n{patches}\n{}",
        members.join(", "),
        profiles()?
    );
    fs::write(outside.join("Cargo.toml"), manifest).map_err(failed)?;
    fs::copy(root().join("Cargo.lock"), outside.join("Cargo.lock")).map_err(failed)?;
    Ok(outside)
}

/// What is compiled in this workspace by the same profiles is not compiled again.
fn profiles() -> Result<String> {
    let manifest = root().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| format!("`{}`: {error}", manifest.display()))?;
    let sections = text.split("\n[").filter(|section| section.starts_with("profile."));
    Ok(sections.map(|section| format!("[{section}\n")).collect())
}

/// The program that cargo-generate makes of the template, and `refrain new` of the same files.
fn from_template(template: &Path, program: &Path, refrain: &str) -> Result {
    let failed = |error: std::io::Error| format!("`{}`: {error}", template.display());
    fs::create_dir_all(program).map_err(failed)?;
    for entry in fs::read_dir(template).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let to = program.join(name.trim_end_matches(".liquid"));
        if path.is_dir() {
            from_template(&path, &to, refrain)?;
            continue;
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        let words = [
            ("{{project-name}}", PROGRAM),
            ("{{crate_name}}", PROGRAM),
            ("{{program}}", "Notebook"),
            ("{{refrain}}", refrain),
            ("{{database}}", "sqlite"),
        ];
        let text = words.iter().fold(text, |text, (word, value)| text.replace(word, value));
        fs::write(to, text).map_err(failed)?;
    }
    Ok(())
}
