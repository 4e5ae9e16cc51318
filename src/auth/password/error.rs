use super::LONGEST_PASSWORD;

/// Why a password could not be hashed or checked; a wrong password is no error.
///
/// ```
/// # refrain::doc_example::run(async |_| {
/// use refrain::auth::password::{Error, Passwords};
///
/// let passwords = Passwords::default();
/// assert_eq!(passwords.hash(&"long".repeat(2000)).await, Err(Error::TooLong));
/// # Ok(())
/// # });
/// ```
///
/// No variant carries the password or the hash, so that all are safe to log and to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The password to hash has more than 4096 bytes.
    #[error("the password is longer than {LONGEST_PASSWORD} bytes")]
    TooLong,
    /// Too many passwords are being hashed: nothing was done, and the password was neither right nor wrong.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The process is shutting down or out of memory; the password was neither right nor wrong.
    #[error("hashing a password was interrupted")]
    Interrupted,
}
