//! What people do with their accounts: parts to mount as [`ObtainToken`](super::ObtainToken) is.
//!
//! | file | what is in it |
//! |---|---|
//! | `change_password` | who is logged in gives themselves another password |
//! | `reset_password` | who cannot log in gets a link, and with it another password |
//! | `register`, `register_by_mail` | who has no account makes one, at once or by a link |
//! | `registration` | what they send |

mod change_password;
mod register;
mod register_by_mail;
mod registration;
mod reset_password;

use sea_orm::DatabaseTransaction;

use crate::{
    Result,
    accounts::is_address,
    auth::{
        Auth,
        password_validators::{PasswordMistake, PasswordOwner},
    },
    db::{commit, was_refused},
    http::Problem,
};

pub use change_password::ChangePassword;
pub use register::Register;
pub use register_by_mail::RegisterByMail;
pub use reset_password::ResetPassword;

/// What is said of a link that was used, has ended, or was never sent.
const INVALID_LINK: &str = "The link was invalid, possibly because it has already been used. Please request a new one.";

/// Something an API was asked to do is done, and there is nothing to say of it.
#[derive(poem_openapi::ApiResponse)]
enum Done {
    /// It is done.
    #[oai(status = 204)]
    Done,
}

/// Anybody was asked for something, and will hear of it elsewhere if there is something to hear.
#[derive(poem_openapi::ApiResponse)]
enum Accepted {
    /// A mail is sent to whom it concerns; whether there is anybody is not told.
    #[oai(status = 202)]
    Accepted,
}

/// What is wrong with a password that somebody chose, each under the field they sent it in.
async fn mistakes(
    auth: &Auth,
    field: &'static str,
    password: &str,
    owner: PasswordOwner<'_>,
) -> Result<Vec<(&'static str, String)>> {
    let found = auth.password_validators().check(password, owner).await?;
    Ok(found.into_iter().map(|PasswordMistake { sentence, .. }| (field, sentence.into_owned())).collect())
}

/// A validator of addresses.
fn email(text: &str) -> Result<(), &'static str> {
    if is_address(text.trim()) { Ok(()) } else { Err("Enter a valid email address.") }
}

/// Commits; where nobody knows what came of it, that is the answer.
async fn committed(transaction: DatabaseTransaction) -> Result<(), Problem> {
    commit(transaction).await.map_err(|error| {
        if was_refused(&error) {
            return error.into();
        }
        tracing::error!(%error, "the outcome of a commit is unknown");
        Problem::outcome_unknown()
    })
}
