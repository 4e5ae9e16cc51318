//! What a program costs to compile that `refrain new` has just written: cold, after a change, and its tests.

use std::{
    env, fs,
    path::Path,
    process::Command,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    Result,
    run::{cargo, quietly, root, target},
};

/// Writes one into an empty folder, compiles it there with nothing compiled before, and gives back a table of times.
pub(crate) fn measure() -> Result<String> {
    let folder = env::temp_dir().join(format!("refrain-new-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    let measured = in_folder(&folder);
    let removed = fs::remove_dir_all(&folder);
    let table = measured?;
    removed.map_err(|error| format!("`{}` stays: {error}", folder.display()))?;
    Ok(table)
}

fn in_folder(folder: &Path) -> Result<String> {
    quietly(&mut cargo(&["build", "--package", "refrain-cli"]))?;
    let mut new = Command::new(target().join("debug/refrain"));
    quietly(new.args(["new", "notebook", "--refrain"]).arg(root()).current_dir(folder))?;
    let program = folder.join("notebook");
    // the versions that the workspace was tested with, and nothing to fetch while the clock runs
    let lock = program.join("Cargo.lock");
    fs::copy(root().join("Cargo.lock"), &lock).map_err(|error| format!("`{}`: {error}", lock.display()))?;
    let cargo = |arguments: &[&str]| {
        let mut command = cargo(arguments);
        command.current_dir(&program).env_remove("CARGO_TARGET_DIR");
        command
    };
    quietly(&mut cargo(&["fetch"]))?;
    let timed = |arguments: &[&str]| -> Result<Duration> {
        let begun = Instant::now();
        quietly(&mut cargo(arguments))?;
        Ok(begun.elapsed())
    };
    let touch = |file: &str| {
        let file = fs::File::options().append(true).open(program.join(file));
        file.and_then(|file| file.set_modified(SystemTime::now())).map_err(|error| error.to_string())
    };

    let mut rows = vec![("`cargo build`, nothing compiled before", timed(&["build"])?)];
    touch("src/notes.rs")?;
    rows.push(("`cargo build`, `src/notes.rs` touched", timed(&["build"])?));
    rows.push(("`cargo test`, after that", timed(&["test"])?));
    touch("src/notes.rs")?;
    rows.push(("`cargo test`, `src/notes.rs` touched", timed(&["test"])?));
    touch("src/notes.rs")?;
    rows.push(("`cargo check`, after that, all dependencies checked", timed(&["check"])?));
    touch("src/notes.rs")?;
    rows.push(("`cargo check`, `src/notes.rs` touched", timed(&["check"])?));
    let lines = rows.iter().map(|(what, took)| format!("| {what} | {:.1} |", took.as_secs_f64()));
    Ok(format!("| | seconds |\n|---|---|\n{}\n", lines.collect::<Vec<_>>().join("\n")))
}
