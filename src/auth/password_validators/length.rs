use async_trait::async_trait;

use super::{PasswordMistake, PasswordOwner, PasswordValidator};
use crate::Result;

/// At least so many characters; eight where nothing is said.
///
/// ```
/// use refrain::auth::password_validators::{MinimumLength, PasswordValidator};
///
/// assert_eq!(MinimumLength(12).help_text(), "Your password must contain at least 12 characters.");
/// ```
#[doc(alias = "MinimumLengthValidator")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinimumLength(pub usize);

impl Default for MinimumLength {
    fn default() -> Self {
        Self(8)
    }
}

impl MinimumLength {
    fn characters(self) -> &'static str {
        if self.0 == 1 { "character" } else { "characters" }
    }
}

#[async_trait]
impl PasswordValidator for MinimumLength {
    async fn validate(&self, password: &str, _: PasswordOwner<'_>) -> Result<Option<PasswordMistake>> {
        let Self(least) = *self;
        let is_short = password.chars().count() < least;
        Ok(is_short.then(|| {
            let what = self.characters();
            let sentence = format!("This password is too short. It must contain at least {least} {what}.");
            PasswordMistake::new("password_too_short", sentence)
        }))
    }

    fn help_text(&self) -> String {
        format!("Your password must contain at least {} {}.", self.0, self.characters())
    }
}
