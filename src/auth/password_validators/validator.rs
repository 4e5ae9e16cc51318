use std::{borrow::Cow, fmt};

use async_trait::async_trait;

use crate::{Result, auth::User};

/// One rule that passwords keep.
///
/// ```
/// use refrain::{
///     Result, async_trait,
///     auth::password_validators::{PasswordMistake, PasswordOwner, PasswordValidator},
/// };
///
/// struct NotTheCompany;
///
/// #[async_trait]
/// impl PasswordValidator for NotTheCompany {
///     async fn validate(&self, password: &str, _: PasswordOwner<'_>) -> Result<Option<PasswordMistake>> {
///         let has_it = password.to_lowercase().contains("garage");
///         Ok(has_it.then(|| PasswordMistake::new("password_has_company", "This password has our name in it.")))
///     }
///
///     fn help_text(&self) -> String {
///         "Your password can’t have our name in it.".to_owned()
///     }
/// }
/// ```
///
/// One that asks somewhere else and is not answered returns an error: the password is then neither taken nor refused.
#[async_trait]
pub trait PasswordValidator: Send + Sync {
    /// What is wrong with a password; `None` where nothing is.
    async fn validate(&self, password: &str, owner: PasswordOwner<'_>) -> Result<Option<PasswordMistake>>;

    /// What a page says of it before a password is chosen.
    #[doc(alias = "get_help_text")]
    fn help_text(&self) -> String;
}

/// What is wrong with a password: a sentence for people and a code for programs.
///
/// ```
/// use refrain::auth::password_validators::PasswordMistake;
///
/// let mistake = PasswordMistake::new("password_has_company", "This password has our name in it.");
/// assert_eq!(mistake.code, "password_has_company");
/// ```
///
/// The password is in neither.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PasswordMistake {
    /// Django's `code`, or your own.
    pub code: Cow<'static, str>,
    /// What people are told.
    pub sentence: Cow<'static, str>,
}

impl PasswordMistake {
    /// A code and a sentence.
    pub fn new(code: impl Into<Cow<'static, str>>, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), sentence: sentence.into() }
    }
}

/// Whose password it is to be, as far as that is known; the default is nobody's.
///
/// ```
/// # refrain::doc_example::run(async |_| {
/// use refrain::auth::password_validators::{PasswordOwner, PasswordValidators};
///
/// let owner = PasswordOwner::new("beetledriver", "beetle@example.com");
/// let mistakes = PasswordValidators::default().check("beetledriver1", owner).await?;
/// assert_eq!(mistakes[0].code, "password_too_similar");
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct PasswordOwner<'a> {
    /// The unique name.
    pub username: &'a str,
    /// The given name.
    pub first_name: &'a str,
    /// The family name.
    pub last_name: &'a str,
    /// The address.
    pub email: &'a str,
}

impl<'a> PasswordOwner<'a> {
    /// Somebody who has a name and an address, and no row yet.
    pub fn new(username: &'a str, email: &'a str) -> Self {
        Self { username, email, ..Self::default() }
    }
}

impl<'a> From<&'a User> for PasswordOwner<'a> {
    fn from(user: &'a User) -> Self {
        let User { username, first_name, last_name, email, .. } = user;
        Self { username, first_name, last_name, email }
    }
}

/// The name.
impl fmt::Debug for PasswordOwner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordOwner").field("username", &self.username).finish_non_exhaustive()
    }
}
