use std::{error::Error, process::ExitCode};

use crate::error::causes;

/// What a command ends with: a result, or the sentence to end with.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command could not be carried out, as its user is told.
#[derive(Debug)]
pub(super) struct Failure(String);

impl Failure {
    /// What could not be done, and why.
    pub(super) fn new(what: &str, why: impl Error + 'static) -> Self {
        Self(format!("{what}: {}", causes(&why)))
    }

    /// In words of its own.
    pub(super) fn saying(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// The sentence.
    pub(super) fn sentence(&self) -> &str {
        &self.0
    }

    /// Tells it, and says how the program ends.
    pub(super) fn report(&self) -> ExitCode {
        eprintln!("error: {}", self.0);
        ExitCode::FAILURE
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(causes(&error))
    }
}
