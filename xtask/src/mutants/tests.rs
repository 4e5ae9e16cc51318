//! Single tests, each run in a process of its own.

use std::{
    env, fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{build::Program, tree};
use crate::{
    Result,
    run::capture,
    test::{FEATURE, ONLY, Variables},
};

/// Modules whose tests start cargo: they build the library themselves, where no mutant is on, and take minutes.
const START_CARGO: [&str; 2] = ["readme", "what_types_refuse_is_told_readably"];

/// Modules whose tests need a server whichever database they are on.
const ON_SERVERS: [&str; 1] = ["in_redis"];

/// What a test may take of memory, in KiB: a mutant that never stops collecting is stopped by this.
const MEMORY: u32 = 8 * 1024 * 1024;

/// What a test may take of the processor, at least, and how many times what it takes of time without a mutant. Not of
/// time: other programs may want the processor too.
const PROCESSOR: Duration = Duration::from_secs(20);
const TIMES: u32 = 5;

/// A test that waits for what never comes is given up after this, and after so many times what it takes without a mutant.
const WAITS: Duration = Duration::from_secs(30);
const WAITS_TIMES: u32 = 30;

/// How long a test may take whose time is not known yet.
const FIRST: Duration = Duration::from_secs(1500);

/// The databases that tests run on.
pub(super) struct Stage {
    environment: Variables,
    sqlite: bool,
}

/// One test.
#[derive(Clone, Debug)]
pub(super) struct Test {
    program: PathBuf,
    path: String,
    /// The program's name and the path.
    pub(super) name: String,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Passed,
    Failed,
    TimedOut,
}

impl Stage {
    /// SQLite alone: no server, and so fast.
    pub(super) fn sqlite() -> Self {
        Self { environment: vec![(ONLY.to_owned(), "sqlite".to_owned())], sqlite: true }
    }

    /// The tests that SQLite alone does not run.
    pub(super) fn servers(environment: Variables) -> Self {
        Self { environment, sqlite: false }
    }

    fn runs(&self, test: &str) -> bool {
        let has = |modules: &[&str]| test.split("::").any(|part| modules.contains(&part));
        let on_server = test.ends_with("::postgres") || test.ends_with("::mariadb") || has(&ON_SERVERS);
        self.sqlite != on_server && !has(&START_CARGO)
    }

    /// The tests of these programs.
    pub(super) fn tests(&self, programs: &[Program]) -> Result<Vec<Test>> {
        let mut tests = Vec::new();
        for Program { name, path: program } in programs {
            let list = |more: &[&str]| -> Result<String> {
                let output = capture(command(program).args(["--list", "--format=terse"]).args(more))?;
                Ok(String::from_utf8_lossy(&output.stdout).into_owned())
            };
            let (all, ignored) = (list(&[])?, list(&["--ignored"])?);
            let paths = all.lines().filter(|line| !ignored.lines().any(|ignored| ignored == *line));
            let paths = paths.filter_map(|line| line.strip_suffix(": test")).filter(|path| self.runs(path));
            tests.extend(paths.map(|path| Test {
                program: program.clone(),
                path: path.to_owned(),
                name: format!("{name}::{path}"),
            }));
        }
        Ok(tests)
    }

    /// Runs a test with a variable set; how long it takes without a mutant, where that is known.
    pub(super) fn run(&self, test: &Test, variable: (&str, &str), takes: Option<Duration>) -> Result<Ended> {
        let temporary = tree::folder().join("tmp");
        tree::said(fs::create_dir_all(&temporary), &temporary)?;
        let limit = PROCESSOR.max(takes.map_or(PROCESSOR * TIMES, |takes| takes * TIMES));
        let mut command = limited(&test.program, limit);
        command.args(["--exact", &test.path, "--test-threads=1"]).env(variable.0, variable.1);
        command.env_remove(ONLY).env_remove(FEATURE).env_remove("CI").env("INSTA_UPDATE", "no");
        command.envs(self.environment.iter().cloned()).env("TMPDIR", temporary);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("{}: {error}", test.name))?;
        let waits = takes.map_or(FIRST, |takes| WAITS.max(takes * WAITS_TIMES));
        wait(child, waits).map_err(|error| format!("{}: {error}", test.name))
    }
}

fn command(program: &Path) -> Command {
    limited(program, PROCESSOR)
}

/// The program in the copy of the library, with a bound on its memory and on what it takes of the processor.
fn limited(program: &Path, processor: Duration) -> Command {
    let limits = format!("ulimit -c 0; ulimit -v {MEMORY}; ulimit -t {}; exec \"$0\" \"$@\"", processor.as_secs());
    let mut command = Command::new("sh");
    command.arg("-c").arg(limits).arg(program);
    command.current_dir(tree::copy()).env("CARGO_MANIFEST_DIR", tree::copy());
    command.env("CARGO", env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
}

/// What a program gets that took all that it may of the processor.
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

fn wait(mut child: Child, limit: Duration) -> std::io::Result<Ended> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(Ended::Passed),
            Some(status) if matches!(status.signal(), Some(SIGKILL | SIGXCPU)) => return Ok(Ended::TimedOut),
            Some(_) => return Ok(Ended::Failed),
            None if started.elapsed() > limit => {
                // it may have ended just now
                let _ = child.kill();
                child.wait()?;
                return Ok(Ended::TimedOut);
            }
            None => thread::sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
