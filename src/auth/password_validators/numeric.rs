use async_trait::async_trait;

use super::{PasswordMistake, PasswordOwner, PasswordValidator, python::is_digit};
use crate::Result;

/// Not digits alone, of whichever script.
///
/// ```
/// # refrain::doc_example::run(async |_| {
/// use refrain::auth::password_validators::{NumericPassword, PasswordOwner, PasswordValidator};
///
/// let mistake = NumericPassword.validate("31415926", PasswordOwner::default()).await?.unwrap();
/// assert_eq!(mistake.code, "password_entirely_numeric");
/// # Ok(())
/// # });
/// ```
#[doc(alias = "NumericPasswordValidator")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumericPassword;

#[async_trait]
impl PasswordValidator for NumericPassword {
    async fn validate(&self, password: &str, _: PasswordOwner<'_>) -> Result<Option<PasswordMistake>> {
        let is_numeric = !password.is_empty() && password.chars().all(is_digit);
        let mistake = || PasswordMistake::new("password_entirely_numeric", "This password is entirely numeric.");
        Ok(is_numeric.then(mistake))
    }

    fn help_text(&self) -> String {
        "Your password can’t be entirely numeric.".to_owned()
    }
}
