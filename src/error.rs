use std::{borrow::Cow, time::Duration};

use sea_orm::DbErr;

use crate::{auth::password, db::Constraint};

/// What went wrong where an answer was wanted.
///
/// ```
/// use refrain::{Error, Problem};
///
/// fn log(error: &Error) -> &'static str {
///     match error {
///         Error::Database(_) | Error::CouldNotTell(_) | Error::Busy => "ask again",
///         Error::Throttled { .. } => "wait",
///         _ => "mend it",
///     }
/// }
///
/// let error = Error::could_not_tell("the ledger does not answer");
/// assert_eq!(log(&error), "ask again");
/// assert_eq!(Problem::from(error).status(), 503);
/// assert_eq!(log(&Error::wiring("no ledger is set")), "mend it");
/// assert_eq!(Error::invalid("`x` is no name").to_string(), "`x` is no name");
/// ```
///
/// None of these is a denial: a question that could not be answered is never an allow, and never a 403.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database did not answer, or answered with something unreadable.
    #[error("the database could not tell")]
    Database(#[from] DbErr),
    /// Something outside the database, asked by a class of yours, did not answer.
    #[error("could not tell")]
    CouldNotTell(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// More was asked for at once than is worked on: nothing was done, and it may be asked again.
    #[error("too much is asked for at once")]
    Busy,
    /// Passwords were wrong too often: none is looked at for so long.
    #[error("too many tries")]
    Throttled {
        /// How long to wait.
        wait: Duration,
    },
    /// The parts do not fit together: a mistake in the program or its configuration.
    #[error("{0}")]
    Wiring(Cow<'static, str>),
    /// What was asked to be written cannot be: the message says what the caller gave and why not.
    #[error("{0}")]
    Invalid(String),
    /// No permission, group or user of that name.
    #[error("no {kind} is called `{name}`")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// The name given.
        name: String,
    },
}

/// A result that may be "could not tell".
///
/// ```
/// use refrain::Result;
///
/// async fn cars(db: &sea_orm::DatabaseConnection) -> Result<u64> {
/// #     use refrain::doc_example::car;
///     use sea_orm::{EntityTrait, PaginatorTrait};
///
///     Ok(car::Entity::find().count(db).await?)
/// }
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A mistake in how the parts were put together.
    pub fn wiring(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Wiring(message.into())
    }

    /// A source outside the database that failed to answer.
    pub fn could_not_tell(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::CouldNotTell(error.into())
    }

    /// A value that was refused.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    /// The same where a permission class gives it for an answer: what a class could not read or find says nothing about
    /// the request.
    pub(crate) fn undecided(self) -> Self {
        match self {
            Self::Invalid(_) | Self::Unknown { .. } => Self::could_not_tell(self),
            Self::Database(ref error) if Constraint::of(error).is_some() => Self::could_not_tell(self),
            error => error,
        }
    }

    pub(crate) fn unknown(kind: &'static str, name: impl Into<String>) -> Self {
        Self::Unknown { kind, name: name.into() }
    }
}

impl From<password::Error> for Error {
    fn from(error: password::Error) -> Self {
        match error {
            password::Error::TooLong => Self::invalid(error.to_string()),
            password::Error::Busy => Self::Busy,
            error => Self::could_not_tell(error),
        }
    }
}

/// An error and what caused it, joined by colons; what a cause only repeats is left out.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    // the cause says more than that there was none to tell
    let silent = |error: &(dyn std::error::Error + 'static)| {
        matches!(error.downcast_ref(), Some(Error::Database(_) | Error::CouldNotTell(_)))
    };
    let mut told = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let sentence = error.to_string();
        if !silent(error) && !told.contains(&sentence) {
            if !told.is_empty() {
                told.push_str(": ");
            }
            told.push_str(&sentence);
        }
        next = error.source();
    }
    told
}
