//! Starting programs and saying which.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::Result;

/// Cargo, at the root of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    without_package(&mut command);
    command
}

/// Takes away the variables in which cargo tells this program about its own package: ring is built anew whenever they
/// change, and the databases' drivers after it.
pub(crate) fn without_package(command: &mut Command) {
    let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_package)) {
        command.env_remove(name);
    }
}

/// Is the cargo subcommand installed?
pub(crate) fn has_cargo(subcommand: &str) -> bool {
    cargo(&[subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
}

/// Runs it in view of the user; its failure is an error.
pub(crate) fn show(command: &mut Command) -> Result {
    let line = line(command);
    eprintln!("$ {line}");
    let status = command.status().map_err(|error| format!("`{line}` did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed ({status})")) }
}

/// Runs it unseen; its failure is an error that holds what it wrote.
pub(crate) fn quietly(command: &mut Command) -> Result {
    let output = capture(command)?;
    if output.status.success() {
        return Ok(());
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("`{}` failed ({}):\n{out}{err}", line(command), output.status))
}

/// Runs it unseen.
pub(crate) fn capture(command: &mut Command) -> Result<Output> {
    command.output().map_err(|error| format!("`{}` did not start: {error}", line(command)))
}

/// Where a program is: in the folders given, then on PATH.
pub(crate) fn find(program: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).collect::<Vec<_>>();
    folders.iter().chain(&on_path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The folder of what is compiled.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |target| root().join(target))
}

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    command.get_args().fold(program, |line, argument| line + " " + &argument.to_string_lossy())
}
