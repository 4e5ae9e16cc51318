use std::borrow::Cow;

use sea_orm::DbErr;

use crate::Error;

/// Why an authenticator has no user for a credential.
///
/// ```
/// use refrain::authentication::Refused;
///
/// assert_eq!(Refused::failed("Invalid key.").to_string(), "Invalid key.");
/// ```
///
/// A sentence is shown to callers: say what is wrong with the credential, never the credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The credential is wrong. The code is `authentication_failed`.
    #[doc(alias = "AuthenticationFailed")]
    #[error("{0}")]
    Failed(Cow<'static, str>),
    /// The credential is wrong, and the caller is told by this value of `WWW-Authenticate` what to do about it.
    #[error("{sentence}")]
    FailedWith {
        /// What the caller is told.
        sentence: Cow<'static, str>,
        /// The value of `WWW-Authenticate`.
        challenge: String,
    },
    /// The credential is right, and a page of another site may have made the request. The sentence is Django's.
    #[error("CSRF Failed: {0}")]
    Csrf(Cow<'static, str>),
    /// Nobody could tell: never a bad credential, never an anonymous caller.
    #[error(transparent)]
    CouldNotTell(#[from] Error),
}

impl Refused {
    /// A wrong credential, in an authenticator's own words.
    pub fn failed(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::Failed(sentence.into())
    }
}

/// In DRF's words for a wrong credential of which there is no more to say (CONTRACT 7.40).
impl Default for Refused {
    fn default() -> Self {
        Self::failed("Incorrect authentication credentials.")
    }
}

impl From<DbErr> for Refused {
    fn from(error: DbErr) -> Self {
        Self::CouldNotTell(error.into())
    }
}

/// Why a request has no caller, not even an anonymous one.
///
/// ```
/// use refrain::{Problem, authentication::AuthenticationError};
///
/// let error = AuthenticationError::Failed { sentence: "Invalid key.".into(), challenge: Some("ApiKey".to_owned()) };
/// assert_eq!(Problem::from(error).status(), 401);
/// assert_eq!(Problem::from(AuthenticationError::CrossSite).status(), 403);
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// A credential is wrong: 401 with the challenge, 403 where there is none (CONTRACT 5.24).
    #[error("{sentence}")]
    Failed {
        /// What the caller is told.
        sentence: Cow<'static, str>,
        /// The value of `WWW-Authenticate`: that of the first authenticator, unless the one that refused has its own.
        challenge: Option<String>,
    },
    /// Another site's page made the request, and the browser added the credential by itself: 403.
    #[error("A page of another site made this request.")]
    CrossSite,
    /// A page of another site may have made the request, whose session the browser named by itself: 403. The sentence is
    /// Django's (CONTRACT 5.16).
    #[error("CSRF Failed: {0}")]
    Csrf(Cow<'static, str>),
    /// Nobody could tell.
    #[error(transparent)]
    CouldNotTell(#[from] Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_does_not_answer_is_no_wrong_credential() {
        let refused = Refused::from(DbErr::Custom("nobody answers".to_owned()));
        assert!(matches!(refused, Refused::CouldNotTell(_)), "{refused}");
    }
}
