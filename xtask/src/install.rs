//! Where the programs of others are; Debian's packages, when they are missing.

use std::{fs, os::unix::fs::MetadataExt, path::PathBuf, process::Command};

use crate::{
    Result,
    run::{find, quietly},
};

/// Two programs, and the Debian packages that hold them.
pub(crate) struct Package {
    pub(crate) names: &'static [&'static str],
    pub(crate) programs: [&'static str; 2],
}

pub(crate) const POSTGRES: Package = Package { names: &["postgresql"], programs: ["initdb", "postgres"] };
pub(crate) const MARIADB: Package =
    Package { names: &["mariadb-server"], programs: ["mariadb-install-db", "mariadbd"] };
pub(crate) const REDIS: Package = Package { names: &["redis-server"], programs: ["redis-server", "redis-cli"] };
/// What pools connections to PostgreSQL; the other is what it serves.
pub(crate) const PGBOUNCER: Package =
    Package { names: &["pgbouncer", "postgresql"], programs: ["pgbouncer", "postgres"] };
/// A proxy in front of a site; the other is what reads the guide's script.
pub(crate) const NGINX: Package = Package { names: &["nginx", "curl"], programs: ["nginx", "curl"] };
pub(crate) const NODE: Package = Package { names: &["nodejs", "npm"], programs: ["node", "npm"] };
pub(crate) const CHROMIUM: Package =
    Package { names: &["chromium", "chromium-driver"], programs: ["chromium", "chromedriver"] };

impl Package {
    /// The paths of the programs; installs the package when root may and they are missing.
    pub(crate) fn programs(&self) -> Result<[PathBuf; 2]> {
        if let Some(found) = self.found() {
            return Ok(found);
        }
        install(self.names, &self.programs.join("` and `"))?;
        let missing = || format!("`{}` has no `{}`", self.names.join(" "), self.programs.join("`, `"));
        self.found().ok_or_else(missing)
    }

    fn found(&self) -> Option<[PathBuf; 2]> {
        let folders = folders();
        let [first, second] = self.programs.map(|program| find(program, &folders));
        Some([first?, second?])
    }
}

/// Debian's packages, where root may install them; else the sentence that says what is missing and how to get it.
pub(crate) fn install(names: &[&str], missing: &str) -> Result {
    let command = ["apt-get", "install", "--yes", "--no-install-recommends"];
    if !is_root() || find("apt-get", &[]).is_none() {
        let who = if is_root() { "" } else { "sudo " };
        let command = format!("{who}{} {}", command.join(" "), names.join(" "));
        return Err(format!("`{missing}` cannot be found; on Debian and Ubuntu: {command}"));
    }
    eprintln!("installing {}", names.join(" "));
    let apt =
        |arguments: &[&str]| quietly(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments));
    apt(&["update"])?;
    apt(&[&command[1..], names].concat())
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
