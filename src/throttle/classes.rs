use std::{borrow::Cow, fmt};

use super::Rate;
use crate::auth::User;

/// How often a caller may ask.
///
/// ```
/// use refrain::{Api, throttle::{Rate, Throttle}};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let api = Api::new("Drivers", "1.0", db)
///     .throttles([Throttle::anonymous(Rate::per_minute(60)), Throttle::user(Rate::per_minute(600))])
///     .build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// Who asks more often is answered 429, with the time to wait in `Retry-After`. Of several throttles each is asked, and
/// the longest wait is told; who is refused is not counted for it (CONTRACT 7.29). In no stretch of a rate's time are
/// there more requests than it says: what was asked leaves the count a sixty-fourth of that time late at most.
///
/// An address of IPv6 stands for its first 64 bits: a client has all of them.
#[doc(alias("throttle_classes", "BaseThrottle"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    scope: Cow<'static, str>,
    rate: Rate,
    whose: Whose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Anonymous,
    Everybody,
}

impl Throttle {
    /// Callers who do not say who they are, each address by itself.
    #[doc(alias = "AnonRateThrottle")]
    pub const fn anonymous(rate: Rate) -> Self {
        Self { scope: Cow::Borrowed("anon"), rate, whose: Whose::Anonymous }
    }

    /// Every user by themselves, whichever address they come from; who does not say who they are, by their address.
    #[doc(alias = "UserRateThrottle")]
    pub const fn user(rate: Rate) -> Self {
        Self { scope: Cow::Borrowed("user"), rate, whose: Whose::Everybody }
    }

    /// The same, of endpoints that name this scope, together.
    ///
    /// ```
    /// use refrain::throttle::{Rate, Throttle};
    ///
    /// let uploads = Throttle::scoped("uploads", Rate::per_hour(20));
    /// assert_eq!(uploads.to_string(), "uploads 20/hour");
    /// ```
    #[doc(alias("ScopedRateThrottle", "throttle_scope"))]
    pub const fn scoped(scope: &'static str, rate: Rate) -> Self {
        Self { scope: Cow::Borrowed(scope), rate, whose: Whose::Everybody }
    }

    /// Is this caller counted?
    pub(super) fn counts(&self, user: &User) -> bool {
        self.whose == Whose::Everybody || !user.is_authenticated()
    }

    pub(super) fn scope(&self) -> &str {
        &self.scope
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }
}

/// `anon 60/minute`, as the table of permissions has it.
impl fmt::Display for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scope, self.rate)
    }
}
