use std::fmt;

use serde::Serialize;

/// Something that a check has to say.
///
/// ```
/// use refrain::api::{Finding, Severity};
///
/// /// As a build that must stop at mistakes prints it.
/// fn fails(findings: &[Finding]) -> bool {
///     for finding in findings {
///         println!("{}: {finding}", finding.code);
///     }
///     findings.iter().any(|finding| finding.severity == Severity::Error)
/// }
///
/// assert!(!fails(&[]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of thing it is, for programs: `open_write`.
    pub code: &'static str,
    /// The endpoint it is about, as in `POST /api/cars`.
    pub endpoint: Option<String>,
    /// What was found, in a sentence.
    pub message: String,
    /// What to write instead, where that can be said.
    pub write: Option<String>,
}

/// How bad a [`Finding`] is.
///
/// ```
/// use refrain::api::Severity;
///
/// assert!(Severity::Note < Severity::Warning && Severity::Warning < Severity::Error);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It was said on purpose, and a reader should know.
    Note,
    /// It works, and may not be what was meant.
    Warning,
    /// It cannot work, or lets in whom nobody meant to let in.
    Error,
}

impl Finding {
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, endpoint: None, message: message.into(), write: None }
    }

    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    pub(crate) fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    pub(crate) fn at(self, endpoint: String) -> Self {
        Self { endpoint: Some(endpoint), ..self }
    }

    pub(crate) fn write(self, what: impl Into<String>) -> Self {
        Self { write: Some(what.into()), ..self }
    }
}

/// A line, and below it what to write.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.severity {
            Severity::Note => "note: ",
            Severity::Warning => "warning: ",
            Severity::Error => "error: ",
        })?;
        if let Some(endpoint) = &self.endpoint {
            write!(f, "{endpoint}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.write {
            Some(what) => write!(f, "\n  write {what}"),
            None => Ok(()),
        }
    }
}
