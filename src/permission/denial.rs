use std::borrow::Cow;

/// What a refused caller is told: a stable code and a sentence.
///
/// ```
/// use refrain::Denial;
///
/// assert_eq!(Denial::default().sentence, "You do not have permission to perform this action.");
///
/// let denial = Denial::new("not_published", "The car is not published yet.");
/// assert_eq!(denial.code, "not_published");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// For programs: `permission_denied`.
    pub code: Cow<'static, str>,
    /// For people: `You do not have permission to perform this action.`
    pub sentence: Cow<'static, str>,
}

impl Default for Denial {
    /// DRF's `PermissionDenied` (CONTRACT 7.40).
    fn default() -> Self {
        Self::new("permission_denied", "You do not have permission to perform this action.")
    }
}

impl Denial {
    /// What is refused though the user may: the credential they came with allows less.
    pub(crate) fn insufficient_scope() -> Self {
        Self::new("insufficient_scope", "The credential does not allow this.")
    }

    /// A denial in a class's own words.
    pub fn new(code: impl Into<Cow<'static, str>>, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), sentence: sentence.into() }
    }
}

/// A denial, and which part of the expression it came from.
///
/// ```
/// use refrain::permission::{Denial, Denied};
///
/// fn log(denied: &Denied) -> String {
///     format!("{} refused: {}", denied.class, denied.denial.sentence)
/// }
///
/// let denied = Denied { class: "IsOwner".to_owned(), denial: Denial::default() };
/// assert_eq!(log(&denied), "IsOwner refused: You do not have permission to perform this action.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The class that refused, as it is written in the expression.
    pub class: String,
    /// What it says.
    pub denial: Denial,
}
