//! The module that the copy of the library gets: which mutant is on, and which were reached.

/// The number of the mutant that is on.
pub(super) const ON: &str = "REFRAIN_MUTANT";

/// The file to which the numbers of reached mutants are appended.
pub(super) const REACHED: &str = "REFRAIN_MUTANTS_REACHED";

/// Where the module is.
pub(super) const FILE: &str = "src/__mutants.rs";

/// What stands before everything else in the library: a question that a `const fn` may ask.
pub(super) const FEATURES: &str =
    "#![feature(core_intrinsics, const_eval_select)]\n#![allow(internal_features, stable_features)]\n";

/// The line that makes it a part of the library.
pub(super) const DECLARATION: &str = "\n#[doc(hidden)]\npub mod __mutants;\n";

/// The question whether a mutant is on.
pub(super) fn ask(number: usize) -> String {
    format!("crate::__mutants::on({number})")
}

/// An iterator that a function returns, or the one in its place.
pub(super) const EITHER: &str = "crate::__mutants::Either::";

/// The module, for so many mutants.
pub(super) fn module(count: usize) -> String {
    TEMPLATE.replace("COUNT", &count.to_string()).replace("VARIABLE_ON", ON).replace("VARIABLE_REACHED", REACHED)
}

const TEMPLATE: &str = r#"//! Which mutant is on.

use std::{
    env,
    fs::{File, OpenOptions},
    io::Write,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

enum Run {
    Plain,
    On(usize),
    Reaching(File),
}

static RUN: OnceLock<Run> = OnceLock::new();
static SEEN: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

/// Is this mutant on? None is where the compiler asks.
pub const fn on(number: usize) -> bool {
    const fn never(_: usize) -> bool {
        false
    }
    std::intrinsics::const_eval_select((number,), never, is_on)
}

fn is_on(number: usize) -> bool {
    match RUN.get_or_init(run) {
        Run::Plain => false,
        Run::On(other) => number == *other,
        Run::Reaching(file) => {
            if !SEEN[number].swap(true, Ordering::Relaxed) {
                let mut file = file;
                file.write_all(format!("{number}\n").as_bytes()).expect("the list of reached mutants is written");
            }
            false
        }
    }
}

/// One of two iterators.
#[derive(Clone)]
pub enum Either<A, B> {
    Left(A),
    Right(B),
}

impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {
    type Item = A::Item;

    fn next(&mut self) -> Option<A::Item> {
        match self {
            Self::Left(left) => left.next(),
            Self::Right(right) => right.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Left(left) => left.size_hint(),
            Self::Right(right) => right.size_hint(),
        }
    }
}

impl<A: DoubleEndedIterator, B: DoubleEndedIterator<Item = A::Item>> DoubleEndedIterator for Either<A, B> {
    fn next_back(&mut self) -> Option<A::Item> {
        match self {
            Self::Left(left) => left.next_back(),
            Self::Right(right) => right.next_back(),
        }
    }
}

impl<A: ExactSizeIterator, B: ExactSizeIterator<Item = A::Item>> ExactSizeIterator for Either<A, B> {}

fn run() -> Run {
    if let Ok(number) = env::var("VARIABLE_ON") {
        return Run::On(number.parse().expect("a mutant's number"));
    }
    match env::var_os("VARIABLE_REACHED") {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            Run::Reaching(file.expect("the list of reached mutants opens"))
        }
        None => Run::Plain,
    }
}
"#;
