//! What became of the mutants, and which survivors are accepted.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::{self, File, OpenOptions},
    io::Write,
};

use super::{
    list::Mutant,
    tree::{folder, said},
};
use crate::{Result, run::root};

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A test failed.
    Caught,
    /// A test did not end.
    TimedOut,
    /// Every test that reaches it passed.
    Survived,
    /// No test reaches it.
    NotReached,
    /// It does not compile.
    Unviable,
    /// It may compile, but not behind a switch: it is in a constant, or changes a type.
    NoSwitch,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::TimedOut => "timed out",
            Self::Survived => SURVIVED,
            Self::NotReached => NOT_REACHED,
            Self::Unviable => UNVIABLE,
            Self::NoSwitch => NO_SWITCH,
        }
    }
}

const SURVIVED: &str = "survived";
const NOT_REACHED: &str = "not reached";
const UNVIABLE: &str = "does not compile";
const NO_SWITCH: &str = "no switch";

/// The outcomes of this run and of those before it, the last one of each mutant.
pub(super) struct Report {
    outcomes: HashMap<String, String>,
    file: File,
    /// The survivors that have a reason.
    accepted: HashSet<String>,
}

impl Report {
    /// Each line of the file is an outcome, the mutant, and the test that noticed it.
    pub(super) fn open() -> Result<Self> {
        let path = folder().join("outcomes.tsv");
        said(fs::create_dir_all(folder()), folder())?;
        let file = said(OpenOptions::new().create(true).append(true).open(&path), &path)?;
        let text = said(fs::read_to_string(&path), &path)?;
        let line = |line: &str| {
            let mut parts = line.split('\t').map(str::to_owned);
            let (word, id) = (parts.next()?, parts.next()?);
            Some((id, word))
        };
        let accepted = accepted(&said(fs::read_to_string(root().join(ACCEPTED)), ACCEPTED)?)?;
        Ok(Self { outcomes: text.lines().filter_map(line).collect(), file, accepted })
    }

    pub(super) fn is_new(&self, mutant: &Mutant) -> bool {
        !self.outcomes.contains_key(&mutant.id)
    }

    pub(super) fn survived(&self, mutant: &Mutant) -> bool {
        self.is_one_of(mutant, [SURVIVED, NOT_REACHED])
    }

    /// Is it named with the reason why nobody can notice it?
    pub(super) fn is_accepted(&self, mutant: &Mutant) -> bool {
        self.accepted.contains(&mutant.id)
    }

    /// Could it not be built?
    pub(super) fn is_left_out(&self, mutant: &Mutant) -> bool {
        self.is_one_of(mutant, [UNVIABLE, NO_SWITCH])
    }

    fn is_one_of(&self, mutant: &Mutant, words: [&str; 2]) -> bool {
        self.outcomes.get(&mutant.id).is_some_and(|word| words.contains(&word.as_str()))
    }

    pub(super) fn add(&mut self, mutant: &Mutant, outcome: Outcome, test: &str) -> Result {
        self.outcomes.insert(mutant.id.clone(), outcome.word().to_owned());
        said(writeln!(self.file, "{}\t{}\t{test}", outcome.word(), mutant.id), "outcomes.tsv")
    }

    /// Prints the counts and what is to do; an error where a survivor is not accepted.
    pub(super) fn print(&self, mutants: &[Mutant]) -> Result {
        let (mut counts, mut new) = (BTreeMap::<&str, usize>::new(), 0);
        for mutant in mutants {
            let word = self.outcomes.get(&mutant.id).map_or("not tried", String::as_str);
            let is_accepted = self.is_accepted(mutant);
            *counts.entry(if is_accepted && self.survived(mutant) { "accepted" } else { word }).or_default() += 1;
            if is_accepted && !self.survived(mutant) {
                println!("named in {ACCEPTED}, and {word}: {}", mutant.id);
            } else if !is_accepted && self.survived(mutant) {
                println!("{word}: {}\n    - `{}`", mutant.name, mutant.id);
                new += 1;
            }
        }
        counts.iter().for_each(|(word, count)| println!("{count:6} {word}"));
        if new == 0 { Ok(()) } else { Err(format!("{new} mutants survived")) }
    }
}

const ACCEPTED: &str = "docs/mutants.md";

/// Lines `` - `mutant` ``, below the reason why nobody can notice them.
fn accepted(text: &str) -> Result<HashSet<String>> {
    let (mut accepted, mut has_reason) = (HashSet::new(), false);
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("- `").and_then(|rest| rest.strip_suffix('`')) {
            Some(id) if !has_reason => return Err(format!("{ACCEPTED} gives no reason for `{id}`")),
            Some(id) => drop(accepted.insert(id.to_owned())),
            None => has_reason = !line.starts_with('#'),
        }
    }
    Ok(accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stands_before_the_list() {
        let text = "# Mutants\n\n## Speed\n\nOnly slower.\n\n- `a.rs: x`\n- `a.rs: y`\n";
        assert_eq!(accepted(text), Ok(["a.rs: x", "a.rs: y"].map(str::to_owned).into()));
        assert!(accepted("Why.\n\n- `a.rs: x`\n\n## Others\n\n- `a.rs: y`\n").is_err());
    }
}
