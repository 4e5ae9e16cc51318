//! Writes what benches print into `docs/benchmarks.md`, between two marks for each bench.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::{
    Result,
    install::POSTGRES,
    run::{capture, root},
};

const DOCUMENT: &str = "docs/benchmarks.md";

/// Runs it in view of the user, and gives back what it printed.
pub(crate) fn show_and_keep(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |why: String| format!("`{program}`: {why}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| failed(error.to_string()))?;
    let mut printed = String::new();
    for line in BufReader::new(child.stdout.take().expect("it is piped")).lines() {
        let line = line.map_err(|error| failed(error.to_string()))?;
        println!("{line}");
        printed += &line;
        printed.push('\n');
    }
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    if status.success() { Ok(printed) } else { Err(failed(status.to_string())) }
}

/// Puts the text between the bench's marks, for what was there.
pub(crate) fn write(bench: &str, printed: &str) -> Result {
    let file = root().join(DOCUMENT);
    let text = fs::read_to_string(&file).map_err(|error| format!("`{DOCUMENT}`: {error}"))?;
    let written = replaced(&text, bench, &format!("{}\n\n{}", environment()?, printed.trim()))?;
    fs::write(&file, written).map_err(|error| format!("`{DOCUMENT}`: {error}"))?;
    eprintln!("wrote the figures of {bench} into {DOCUMENT}");
    Ok(())
}

fn replaced(text: &str, bench: &str, by: &str) -> Result<String> {
    let [begin, end] = ["begin", "end"].map(|which| format!("<!-- {bench}: {which} -->"));
    let missing = || format!("`{DOCUMENT}` has no `{begin}` before a `{end}`");
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n\n{by}\n\n{end}{after}"))
}

/// The machine, its load after the bench, and the versions of what was measured.
fn environment() -> Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models = cpus.lines().filter_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let models = models.map(|model| model.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let said = |program: &str, argument: &str| -> Result<String> {
        Ok(String::from_utf8_lossy(&capture(Command::new(program).arg(argument))?.stdout).trim().to_owned())
    };
    let mut versions = vec![said("rustc", "--version")?];
    if let Ok([_, postgres]) = POSTGRES.programs() {
        versions.push(said(&postgres.to_string_lossy(), "--version")?);
    }
    let of_crates = ["poem", "poem-openapi", "sea-orm", "libsqlite3-sys"];
    versions.extend(of_crates.iter().filter_map(|name| locked("Cargo.lock", name)));
    let of_engines = ["casbin", "cedar-policy", "gatehouse"];
    versions.extend(of_engines.iter().filter_map(|name| locked("benches/contestants/Cargo.lock", name)));
    let python = fs::read_to_string(root().join("django/requirements/django-5.2.txt")).unwrap_or_default();
    let pinned = python.lines().filter_map(|line| line.strip_suffix(" \\")?.split_once("=="));
    versions.extend(pinned.map(|(name, version)| format!("{name} {version}")));
    let model = models.first().map_or("processors unknown", String::as_str);
    let load = load.split(' ').next().unwrap_or_default();
    Ok(format!("{} of {model}, load {load} at the end. {}.", models.len(), versions.join(", ")))
}

/// The version of a crate that a lock file names.
fn locked(file: &str, name: &str) -> Option<String> {
    let lock = fs::read_to_string(root().join(file)).ok()?;
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    Some(format!("{name} {}", rest.split('"').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let text = "a\n<!-- http: begin -->\nold\n<!-- http: end -->\nb\n";
        let new = "a\n<!-- http: begin -->\n\nnew\n\n<!-- http: end -->\nb\n";
        assert_eq!(replaced(text, "http", "new").as_deref(), Ok(new));
        assert!(replaced(text, "grants", "new").is_err());
    }
}
