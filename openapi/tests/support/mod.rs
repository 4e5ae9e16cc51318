//! The program under test, and the tools that `cargo xtask test` has prepared.

#![allow(dead_code)]

mod browser;
mod site;
mod tools;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[allow(unused_imports, reason = "not every program of tests opens a browser")]
pub use browser::Driver;
#[allow(unused_imports, reason = "not every program starts one")]
pub use site::Site;
pub use tools::Tools;

/// The folder of the document and the clients.
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the program prints; where it fails, the test does.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?} fails ({}):\n{out}\n{err}", output.status);
    out
}

/// A folder that is gone when the test is over.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the target folder can be written");
        Self(folder)
    }

    /// A copy of what is in a folder.
    pub fn copy(&self, from: &Path) -> PathBuf {
        let to = self.0.join(from.file_name().expect("a folder has a name"));
        copy(from, &to);
        to
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Every file in a folder, as paths from there, in order; what tools leave behind is not looked at.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("a folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if ["node_modules", "dist", "__pycache__", ".ruff_cache"].contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("it is in there").to_owned());
            }
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("a file is in a folder")).expect("the target folder can be written");
        fs::copy(from.join(&file), target).expect("a file can be copied");
    }
}
