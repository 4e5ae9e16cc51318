//! A pgbouncer that keeps prepared statements apart: the system's own where it is new enough, and else Debian's source of a
//! newer one, compiled.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Result,
    install::install,
    run::{capture, find, quietly, root},
};

/// With `max_prepared_statements`.
const NEW_ENOUGH: (u32, u32) = (1, 21);

const VERSION: &str = "1.24.1";
const SOURCE: &str = "http://deb.debian.org/debian/pool/main/p/pgbouncer/pgbouncer_1.24.1.orig.tar.gz";
const SHA256: &str = "da72a3aba13072876d055a3e58dd4aba4a5de4ed6148e73033185245598fd3e0";

/// `installed`, or one that is compiled below `target/tools`.
pub(crate) fn newer(installed: &Path) -> Result<PathBuf> {
    if is_new_enough(installed) {
        return Ok(installed.to_owned());
    }
    let folder = root().join("target/tools").join(format!("pgbouncer-{VERSION}"));
    let program = folder.join("pgbouncer");
    if is_new_enough(&program) {
        return Ok(program);
    }
    eprintln!("compiling pgbouncer {VERSION}: the installed one mixes prepared statements up");
    let headers = Path::new("/usr/include/event2/event.h");
    let tools = ["cc", "make", "pkg-config", "curl"];
    if !headers.exists() || tools.iter().any(|tool| find(tool, &[]).is_none()) {
        install(
            &["libevent-dev", "pkg-config", "make", "gcc", "libc6-dev", "curl"],
            "libevent's headers and a compiler",
        )?;
    }
    let tools = root().join("target/tools");
    std::fs::create_dir_all(&tools).map_err(|error| format!("`{}`: {error}", tools.display()))?;
    let archive = tools.join("pgbouncer.tar.gz");
    quietly(
        Command::new("curl")
            .args(["--fail", "--silent", "--show-error", "--location", SOURCE, "--output"])
            .arg(&archive),
    )?;
    let sum = capture(Command::new("sha256sum").arg(&archive))?;
    if !String::from_utf8_lossy(&sum.stdout).starts_with(SHA256) {
        return Err(format!("`{SOURCE}` is not what it was"));
    }
    quietly(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&tools))?;
    let without = ["--without-openssl", "--without-cares", "--disable-evdns"];
    quietly(Command::new("./configure").args(without).current_dir(&folder))?;
    quietly(Command::new("make").args(["-j2", "pgbouncer"]).current_dir(&folder))?;
    Ok(program)
}

fn is_new_enough(program: &Path) -> bool {
    let Ok(told) = capture(Command::new(program).arg("--version")) else { return false };
    let told = String::from_utf8_lossy(&told.stdout);
    let version = told.lines().next().unwrap_or_default().rsplit(' ').next().unwrap_or_default();
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= NEW_ENOUGH
}
