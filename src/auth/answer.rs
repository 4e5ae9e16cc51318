/// What one backend says when asked for a permission.
///
/// ```
/// use refrain::auth::Answer;
///
/// assert_eq!(Answer::grant_if(true), Answer::Grant);
/// assert_eq!(Answer::grant_if(false), Answer::Abstain);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Held: the backends behind it are not asked.
    Grant,
    /// Not held here: the next backend is asked.
    Abstain,
    /// Refused: the backends behind it are not asked (Django's `PermissionDenied`, CONTRACT 3.12).
    Veto,
}

impl Answer {
    /// A grant where `held`, else an abstention.
    pub fn grant_if(held: bool) -> Self {
        if held { Self::Grant } else { Self::Abstain }
    }
}
