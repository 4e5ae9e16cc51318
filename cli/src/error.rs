use std::{io, path::Path};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Database(#[from] sea_orm::DbErr),
    #[error("the tables cannot be read: {0}")]
    Tables(String),
    #[error("{0}")]
    Io(#[from] io::Error),
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    /// What failed, with the file it failed at.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::Refused(format!("`{path}`: {error}"))
    }
}
