//! PostgreSQL's programs, and as whom they run.

use std::{
    env, fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

/// Debian's `nobody` and `nogroup`.
const NOBODY: u32 = 65534;

/// Debian keeps them off PATH, a folder for each version: the newest counts.
pub(super) fn find(program: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |folder: &fs::DirEntry| folder.file_name().to_str()?.parse::<u32>().ok();
    let mut debian: Vec<_> =
        versions.filter_map(|folder| Some((version(&folder)?, folder.path().join("bin")))).collect();
    debian.sort_unstable();
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = debian.into_iter().rev().map(|(_, folder)| folder).chain(env::split_paths(&path));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file()).unwrap_or_else(|| {
        panic!("`{program}` cannot be found, which this test starts; on Debian and Ubuntu: apt-get install postgresql")
    })
}

/// The program in this folder; as nobody where this is root, since PostgreSQL refuses to be.
pub(super) fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("HOME", folder);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Runs it to its end.
pub(super) fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// Makes the folder, for whom the programs run as.
pub(super) fn make_folder(folder: &Path) {
    let made = fs::create_dir(folder).and_then(|()| match is_root() {
        true => chown(folder, Some(NOBODY), Some(NOBODY)),
        false => Ok(()),
    });
    made.unwrap_or_else(|error| panic!("`{}` cannot be made: {error}", folder.display()));
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
