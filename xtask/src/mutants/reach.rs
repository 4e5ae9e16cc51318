//! Which tests reach which mutants.

use std::{
    fs,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    build::Program,
    switch,
    tests::{Ended, Stage, Test},
    tree,
};
use crate::Result;

/// The tests of a stage, with what each takes and reaches.
pub(super) struct Reach {
    pub(super) tests: Vec<Reaching>,
}

/// A test that passes without a mutant.
pub(super) struct Reaching {
    pub(super) test: Test,
    pub(super) takes: Duration,
    mutants: Vec<usize>,
}

impl Reach {
    /// The tests that reach the mutant.
    pub(super) fn reaching(&self, mutant: usize) -> Vec<usize> {
        (0..self.tests.len()).filter(|test| self.tests[*test].mutants.contains(&mutant)).collect()
    }
}

impl Reaching {
    /// How much of what it reaches is such; of a test that reaches one of them.
    pub(super) fn share(&self, is_such: impl Fn(usize) -> bool) -> f64 {
        let such = self.mutants.iter().filter(|mutant| is_such(**mutant)).count();
        such as f64 / self.mutants.len() as f64
    }
}

/// Runs every test of the stage once, with no mutant on.
pub(super) fn of(programs: &[Program], stage: &Stage, jobs: usize) -> Result<Reach> {
    let tests = stage.tests(programs)?;
    let folder = tree::folder().join("reached");
    // not there in the first run
    let _ = fs::remove_dir_all(&folder);
    tree::said(fs::create_dir_all(&folder), &folder)?;
    eprintln!("{} tests: what they reach", tests.len());

    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    run_all(jobs, || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(test) = tests.get(number) else { return Ok(()) };
            let (file, started) = (folder.join(number.to_string()), Instant::now());
            let ended = stage.run(test, (switch::REACHED, &file.to_string_lossy()), None)?;
            if ended != Ended::Passed {
                eprintln!("left out, since it does not pass without a mutant: {}", test.name);
                continue;
            }
            // no file where nothing was reached
            let numbers = fs::read_to_string(&file).unwrap_or_default();
            let mutants = numbers.lines().filter_map(|line| line.parse().ok()).collect();
            let reaching = Reaching { test: test.clone(), takes: started.elapsed(), mutants };
            found.lock().unwrap_or_else(PoisonError::into_inner).push(reaching);
        }
    })?;
    Ok(Reach { tests: found.into_inner().unwrap_or_else(PoisonError::into_inner) })
}

/// The same work in several threads, until all have ended.
pub(super) fn run_all(jobs: usize, work: impl Fn() -> Result + Sync) -> Result {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())))
    })
}
