//! Which passwords people may choose: Django's four validators, with its words and options, and your own.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> refrain::Result<()> {
//! use refrain::auth::password_validators::{PasswordOwner, PasswordValidators};
//!
//! let validators = PasswordValidators::default();
//! let mistakes = validators.check("1234", PasswordOwner::default()).await?;
//! assert_eq!(
//!     mistakes.iter().map(|mistake| &*mistake.sentence).collect::<Vec<_>>(),
//!     [
//!         "This password is too short. It must contain at least 8 characters.",
//!         "This password is too common.",
//!         "This password is entirely numeric.",
//!     ]
//! );
//! # Ok(())
//! # }
//! ```
//!
//! Asked wherever somebody chooses a password: the parts [`ChangePassword`](crate::ChangePassword),
//! [`ResetPassword`](crate::ResetPassword), [`Register`](crate::Register) and
//! [`RegisterByMail`](crate::RegisterByMail), and the commands `createsuperuser` and `changepassword`. A program that makes
//! users by [`Auth::create_user`](super::Auth::create_user) asks them itself, as in Django.
//!
//! | file | what is in it |
//! |---|---|
//! | `validator` | the trait, what it finds wrong, and whose password it is |
//! | `similarity`, `length`, `common`, `numeric` | Django's four |
//! | `python` | what Python takes for a digit, a word and a space |

mod common;
mod length;
mod numeric;
mod python;
mod similarity;
mod validator;

use std::{fmt, sync::Arc};

pub use common::CommonPassword;
pub use length::MinimumLength;
pub use numeric::NumericPassword;
pub use similarity::{UserAttribute, UserAttributeSimilarity};
pub use validator::{PasswordMistake, PasswordOwner, PasswordValidator};

use crate::Result;

/// The validators of a site, in order; cheap to clone.
///
/// ```
/// use refrain::auth::{Auth, password_validators::{CommonPassword, MinimumLength, PasswordValidators}};
///
/// let validators = PasswordValidators::none().with(MinimumLength(12)).with(CommonPassword::default());
/// let auth = Auth::default().with_password_validators(validators);
/// # let _ = auth;
/// ```
///
/// The default is what `startproject` writes into a new Django site: all four, with their own options.
#[doc(alias = "AUTH_PASSWORD_VALIDATORS")]
#[derive(Clone)]
pub struct PasswordValidators(Vec<Arc<dyn PasswordValidator>>);

impl PasswordValidators {
    /// None: any password will do.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The same and, after them, one more.
    #[must_use]
    pub fn with(mut self, validator: impl PasswordValidator + 'static) -> Self {
        self.0.push(Arc::new(validator));
        self
    }

    /// What is wrong with a password, of all that each of them finds; nothing where it will do.
    ///
    /// ```
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::auth::password_validators::{MinimumLength, PasswordOwner, PasswordValidators};
    ///
    /// let validators = PasswordValidators::none().with(MinimumLength(12));
    /// let mistakes = validators.check("too short", PasswordOwner::default()).await?;
    /// assert_eq!(mistakes[0].code, "password_too_short");
    /// assert_eq!(validators.help_texts(), ["Your password must contain at least 12 characters."]);
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "validate_password")]
    pub async fn check(&self, password: &str, owner: PasswordOwner<'_>) -> Result<Vec<PasswordMistake>> {
        let mut mistakes = Vec::new();
        for validator in &self.0 {
            mistakes.extend(validator.validate(password, owner).await?);
        }
        Ok(mistakes)
    }

    /// What a page says of passwords before one is chosen.
    #[doc(alias = "password_validators_help_texts")]
    pub fn help_texts(&self) -> Vec<String> {
        self.0.iter().map(|validator| validator.help_text()).collect()
    }
}

impl Default for PasswordValidators {
    fn default() -> Self {
        Self::none()
            .with(UserAttributeSimilarity::default())
            .with(MinimumLength::default())
            .with(CommonPassword::default())
            .with(NumericPassword)
    }
}

/// Their help texts.
impl fmt::Debug for PasswordValidators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.help_texts()).finish()
    }
}
