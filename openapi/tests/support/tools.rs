use std::{
    env,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use super::Folder;

/// Programs that are not cargo's to install. A test without one fails and names it.
pub struct Tools;

impl Tools {
    /// Python, with what `python/requirements.txt` names.
    pub fn python() -> Command {
        let python = place("REFRAIN_PYTHON");
        let mut command = Command::new(&python);
        // the programs beside it are for the generator to find
        let beside = python.parent().map(Path::to_owned).into_iter();
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(beside.chain(env::split_paths(&path))).expect("folders can be joined");
        command.env("PATH", path).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Python with Django.
    pub fn django() -> Command {
        let mut command = Command::new(place("REFRAIN_DJANGO"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1");
        command
    }

    /// Node in a copy of the TypeScript package, which finds there what its lock file names.
    pub fn node(folder: &Folder) -> (PathBuf, impl Fn(&[&str]) -> Command) {
        Self::node_in(folder, "typescript", "REFRAIN_NODE_MODULES")
    }

    /// The same in a copy of what drives react-admin's data provider.
    pub fn react_admin(folder: &Folder) -> (PathBuf, impl Fn(&[&str]) -> Command) {
        Self::node_in(folder, "react-admin", "REFRAIN_REACT_ADMIN")
    }

    fn node_in(folder: &Folder, package: &str, modules: &str) -> (PathBuf, impl Fn(&[&str]) -> Command + use<>) {
        let node = place("REFRAIN_NODE");
        let modules = place(modules);
        let package = folder.copy(&super::here().join(package));
        symlink(modules, package.join("node_modules")).expect("the target folder can be written");
        let inside = package.clone();
        let command = move |arguments: &[&str]| {
            let mut command = Command::new(&node);
            command.args(arguments).current_dir(&inside);
            command
        };
        (package, command)
    }

    /// The browser, and the program that drives it.
    pub fn browser() -> (PathBuf, PathBuf) {
        (place("REFRAIN_CHROMIUM"), place("REFRAIN_CHROMEDRIVER"))
    }
}

fn place(variable: &str) -> PathBuf {
    let place = env::var_os(variable).filter(|place| !place.is_empty()).unwrap_or_else(|| {
        panic!(
            "{variable} does not say where this test's tool is: `cargo xtask test` sees to it; for single tests, take \
             the lines that `cargo xtask tools` prints"
        )
    });
    PathBuf::from(place)
}
