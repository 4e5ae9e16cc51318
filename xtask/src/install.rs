//! Where the servers' programs are; Debian's packages, when they are missing.

use std::{fs, os::unix::fs::MetadataExt, path::PathBuf, process::Command};

use crate::{
    Result,
    run::{find, quietly},
};

/// A server's programs, and the Debian package that holds them.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) programs: [&'static str; 2],
}

pub(crate) const POSTGRES: Package = Package { name: "postgresql", programs: ["initdb", "postgres"] };
pub(crate) const MARIADB: Package = Package { name: "mariadb-server", programs: ["mariadb-install-db", "mariadbd"] };

impl Package {
    /// The paths of the programs; installs the package when root may and they are missing.
    pub(crate) fn programs(&self) -> Result<[PathBuf; 2]> {
        if let Some(found) = self.found() {
            return Ok(found);
        }
        self.install()?;
        self.found().ok_or_else(|| format!("`{}` is installed but has no `{}`", self.name, self.programs.join("`, `")))
    }

    fn found(&self) -> Option<[PathBuf; 2]> {
        let folders = folders();
        let [first, second] = self.programs.map(|program| find(program, &folders));
        Some([first?, second?])
    }

    fn install(&self) -> Result {
        let command = format!("apt-get install --yes --no-install-recommends {}", self.name);
        if !is_root() || find("apt-get", &[]).is_none() {
            let who = if is_root() { "" } else { "sudo " };
            let programs = self.programs.join("` and `");
            return Err(format!("`{programs}` are not installed; on Debian and Ubuntu: {who}{command}"));
        }
        eprintln!("installing {}", self.name);
        let apt = |arguments: &[&str]| {
            quietly(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
        };
        apt(&["update"])?;
        apt(&["install", "--yes", "--no-install-recommends", self.name])
    }
}

/// Does this program run as root?
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Where Debian keeps servers, the newest PostgreSQL first: they are not on PATH.
fn folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path()))).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    let mut folders: Vec<_> = versions.into_iter().map(|(_, path)| path.join("bin")).collect();
    folders.push("/usr/sbin".into());
    folders
}
