use std::{fmt, pin::Pin, sync::Arc};

use refrain_entity::Secret;

use crate::{Result, auth::User};

/// Somebody may give themselves a new password: what a program sends them.
///
/// ```
/// use refrain::accounts::PasswordReset;
///
/// fn mail(reset: &PasswordReset) -> String {
///     let link = format!("https://example.com/reset/{}/{}", reset.uid, reset.token.expose());
///     format!("To: {}\n\nHello {}, choose a new password: {link}", reset.user.email, reset.user.username)
/// }
/// ```
///
/// Its `Debug` shows neither the token nor the address.
pub struct PasswordReset {
    /// Whose password it is. The mail goes to their own address, not to one that somebody typed.
    pub user: User,
    /// Names the user in a link.
    #[doc(alias = "uidb64")]
    pub uid: String,
    /// Lets whoever has it choose a password, once, for three days.
    pub token: Secret,
}

/// What a program sends to whoever registers.
///
/// ```
/// use refrain::accounts::RegistrationMail;
///
/// fn mail(mail: &RegistrationMail) -> Option<String> {
///     match mail {
///         RegistrationMail::Confirm(new) => Some(format!("To: {}\n\nConfirm your address.", new.user.email)),
///         RegistrationMail::NameTaken { username, email } => {
///             Some(format!("To: {email}\n\nSomebody is called {username} already."))
///         }
///         _ => None,
///     }
/// }
/// ```
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for a mail")]
#[non_exhaustive]
pub enum RegistrationMail {
    /// An account waits for its address to be confirmed.
    Confirm(Confirmation),
    /// Somebody has the name already; nothing was made. Only this mail says so.
    NameTaken {
        /// The name that was asked for.
        username: String,
        /// Where the mail goes.
        email: String,
    },
}

/// A new account that waits for its address to be confirmed.
///
/// ```
/// use refrain::accounts::Confirmation;
///
/// fn link(new: &Confirmation) -> String {
///     format!("https://example.com/confirm/{}/{}", new.uid, new.token.expose())
/// }
/// ```
pub struct Confirmation {
    /// Who they are; inactive until then.
    pub user: User,
    /// Names the user in a link.
    pub uid: String,
    /// Lets whoever has it make the account active, once, for three days.
    pub token: Secret,
}

impl fmt::Debug for PasswordReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordReset").field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmation").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The program's own way to send something.
pub(crate) struct Mailer<M>(Arc<dyn Fn(M) -> Sending + Send + Sync>);

type Sending = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

impl<M> Mailer<M> {
    pub(crate) fn new<F, S>(send: F) -> Self
    where
        F: Fn(M) -> S + Send + Sync + 'static,
        S: Future<Output = Result<()>> + Send + 'static,
    {
        Self(Arc::new(move |mail| Box::pin(send(mail))))
    }

    pub(crate) async fn send(&self, mail: M) -> Result<()> {
        (self.0)(mail).await
    }
}

impl<M> Clone for Mailer<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
