//! The copy of the tree that the mutants are built in.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Result,
    run::{capture, root, target},
};

/// Where everything is kept between runs.
pub(super) fn folder() -> PathBuf {
    target().join("mutants")
}

/// A program that is called for the compiler: the copy asks its switches by a feature that is not stable yet.
pub(super) fn wrapper() -> PathBuf {
    folder().join("rustc")
}

/// Writes it.
pub(super) fn write_wrapper() -> Result {
    let path = wrapper();
    said(fs::write(&path, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\"\n"), &path)?;
    said(fs::set_permissions(&path, fs::Permissions::from_mode(0o755)), &path)
}

const MANIFEST: &str = "Cargo.toml";

/// The copy itself.
pub(super) fn copy() -> PathBuf {
    folder().join("tree")
}

/// Brings the copy up to the source, but for those files that are written with changes; a file that is as it was keeps
/// its time, so that it is not built again.
pub(super) fn update(changed: &[&str]) -> Result {
    let listed = git_files()?;
    let copy = copy();
    let is_changed = |file: &PathBuf| changed.iter().any(|changed| file.as_path() == Path::new(changed));
    for old in files_under(&copy)?.into_iter().filter(|old| !listed.contains(old) && !is_changed(old)) {
        said(fs::remove_file(copy.join(&old)), &old)?;
    }
    for file in listed.iter().filter(|file| !is_changed(file)) {
        let from = root().join(file);
        match fs::read_to_string(&from) {
            Ok(manifest) if file == Path::new(MANIFEST) => write(file, with_own_version(&manifest)?.as_bytes())?,
            Ok(text) => write(file, text.as_bytes())?,
            Err(error) if error.kind() == ErrorKind::InvalidData => write(file, &said(fs::read(&from), &from)?)?,
            // listed, and deleted since
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{}: {error}", from.display())),
        }
    }
    Ok(())
}

/// Writes a file of the copy, unless it is so already.
pub(super) fn write(file: impl AsRef<Path>, content: &[u8]) -> Result {
    let path = copy().join(&file);
    if fs::read(&path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(&path);
    said(fs::create_dir_all(folder), folder)?;
    said(fs::write(&path, content), &path)
}

pub(super) fn said<T>(done: std::io::Result<T>, path: impl AsRef<Path>) -> Result<T> {
    done.map_err(|error| format!("{}: {error}", path.as_ref().display()))
}

/// The manifest of the workspace with a version of its own: cargo tells packages of one target folder apart by name and
/// version, not by where they are, and would take the original's for the copy's, or the copy's for the original's.
fn with_own_version(manifest: &str) -> Result<String> {
    let (before, rest) = manifest.split_once("[workspace.package]\nversion = \"").ok_or(NO_VERSION)?;
    let (version, rest) = rest.split_once('"').ok_or(NO_VERSION)?;
    let (compatible, patch) = version.rsplit_once('.').ok_or(NO_VERSION)?;
    let patch = 1000 + patch.parse::<u32>().map_err(|_| NO_VERSION)?;
    Ok(format!("{before}[workspace.package]\nversion = \"{compatible}.{patch}\"{rest}"))
}

const NO_VERSION: &str = "the workspace's `Cargo.toml` has no version where it is looked for";

/// What git knows or would know.
fn git_files() -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let output = capture(&mut git)?;
    if !output.status.success() {
        return Err("`git ls-files` failed: the copy is made of what it lists".to_owned());
    }
    let names = String::from_utf8_lossy(&output.stdout);
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

/// The files of the copy, by their paths in it.
fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(folder) {
                files.push(inside.to_owned());
            }
        }
    }
    Ok(files)
}
