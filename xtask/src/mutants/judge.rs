//! Each mutant against the tests that reach it, up to the first that fails.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    list::Mutant,
    reach::{Reach, run_all},
    report::{Outcome, Report},
    switch,
    tests::{Ended, Stage},
};
use crate::Result;

/// Tries mutants.
pub(super) struct Judge<'a> {
    pub(super) mutants: &'a [Mutant],
    pub(super) reach: &'a Reach,
    pub(super) stage: &'a Stage,
    /// How long each is tried.
    pub(super) patience: Duration,
}

/// A mutant, and the test that noticed it: likely to notice its neighbours too.
type Noticed = (usize, usize);

impl Judge<'_> {
    /// Tries each; those that nothing noticed.
    pub(super) fn run(&self, open: Vec<usize>, jobs: usize, report: &mut Report) -> Result<Vec<usize>> {
        let (started, count) = (Instant::now(), open.len());
        let shared = Mutex::new((open.into_iter(), report, Vec::<Noticed>::new(), Vec::new()));
        let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
        run_all(jobs, || {
            loop {
                let (number, tests) = {
                    let mut shared = lock();
                    let Some(number) = shared.0.next() else { return Ok(()) };
                    (number, self.likely_first(number, &shared.2))
                };
                let (outcome, by) = self.judge(number, &tests)?;
                let mut shared = lock();
                let (left, report, noticed, survivors) = &mut *shared;
                let test = by.map_or("", |test| &self.reach.tests[test].test.name);
                match by {
                    Some(test) => noticed.push((number, test)),
                    None => survivors.push(number),
                }
                report.add(&self.mutants[number], outcome, test)?;
                if left.len() % 50 == 0 {
                    eprintln!("{} of {count} mutants left after {} s", left.len(), started.elapsed().as_secs());
                }
            }
        })?;
        Ok(shared.into_inner().unwrap_or_else(PoisonError::into_inner).3)
    }

    fn judge(&self, number: usize, tests: &[usize]) -> Result<(Outcome, Option<usize>)> {
        let started = Instant::now();
        for &index in tests {
            if started.elapsed() > self.patience {
                break;
            }
            let reaching = &self.reach.tests[index];
            match self.stage.run(&reaching.test, (switch::ON, &number.to_string()), Some(reaching.takes))? {
                Ended::Passed => {}
                Ended::Failed => return Ok((Outcome::Caught, Some(index))),
                Ended::TimedOut => return Ok((Outcome::TimedOut, Some(index))),
            }
        }
        Ok((if tests.is_empty() { Outcome::NotReached } else { Outcome::Survived }, None))
    }

    /// The tests that reach it, the fastest first. One that is about its file, as far as what it reaches tells, may take
    /// longer, and so may one that noticed another in its file or function.
    fn likely_first(&self, number: usize, noticed: &[Noticed]) -> Vec<usize> {
        let mutant = &self.mutants[number];
        let mut tests = self.reach.reaching(number);
        tests.sort_by_cached_key(|test| {
            let by_it = noticed.iter().filter(|(_, by)| by == test).map(|(other, _)| &self.mutants[*other]);
            let in_file = by_it.filter(|other| other.file == mutant.file);
            let worth = in_file.map(|other| if other.function == mutant.function { 20 } else { 5 }).max();
            let share = self.reach.tests[*test].share(|other| self.mutants[other].file == mutant.file);
            self.reach.tests[*test].takes.div_f64(share) / worth.unwrap_or(1)
        });
        tests
    }
}
