use std::net::IpAddr;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{Counts, Rate, counts::Taken};
use crate::Result;

/// How often somebody may be wrong about a password.
///
/// ```
/// use refrain::{auth::Auth, throttle::{PasswordTries, Rate}};
///
/// let auth = Auth::default().with_password_tries(PasswordTries::new(Rate::per_minute(5), Rate::per_minute(20)));
/// # let _ = auth;
/// ```
///
/// Wherever a name and a password come in, before anything is hashed: who was wrong too often is answered 429, right or
/// wrong. Ten times a minute from an address, and fifty for an account from all addresses together, where nothing is said:
/// a stranger at one address cannot keep an account's owner out. A right password is not counted, and neither is one that
/// could not be looked at; one that is still looked at is. What is counted is kept where the API
/// counts its callers ([`Api::counts`](crate::Api::counts)).
#[derive(Clone)]
pub struct PasswordTries {
    per_address: Rate,
    per_account: Rate,
    counts: Counts,
}

/// A try that counts as wrong until it is taken back.
pub(crate) struct PasswordTry(Vec<Taken>);

impl Default for PasswordTries {
    fn default() -> Self {
        Self::new(Rate::per_minute(10), Rate::per_minute(50))
    }
}

impl PasswordTries {
    /// So many from an address, and so many for an account.
    pub fn new(per_address: Rate, per_account: Rate) -> Self {
        Self { per_address, per_account, counts: Counts::default() }
    }

    /// The same, counted there.
    pub(crate) fn counted_in(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }

    /// A try for this account from this address, where that is known;
    /// [`Error::Throttled`](crate::Error::Throttled) where there is none left.
    pub(crate) async fn begin(&self, username: &str, address: Option<IpAddr>) -> Result<PasswordTry> {
        let mut begun = PasswordTry(Vec::new());
        if let Some(address) = address {
            let of_address =
                self.counts.take_try(self.per_address, "password of address", &address.to_string()).await?;
            begun.0.extend(of_address);
        }
        match self.counts.take_try(self.per_account, "password of account", &account(username)).await {
            Ok(of_account) => begun.0.extend(of_account),
            Err(error) => {
                begun.take_back().await;
                return Err(error);
            }
        }
        Ok(begun)
    }
}

impl PasswordTry {
    /// It was not wrong.
    pub(crate) async fn take_back(self) {
        for taken in self.0 {
            taken.give_back().await;
        }
    }
}

/// A name in the one spelling of all that a database may take for it: without case, and without accents.
pub(super) fn account(username: &str) -> String {
    username.nfkd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Auth;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    #[tokio::test]
    async fn an_address_has_its_tries_whatever_the_account() {
        let tries = PasswordTries::new(Rate::per_minute(3), Rate::per_minute(100));
        for name in ["alice", "bob", "carol"] {
            assert!(tries.begin(name, HERE).await.is_ok());
        }
        assert!(tries.begin("dave", HERE).await.is_err());
        assert!(tries.begin("alice", None).await.is_ok());
    }

    #[tokio::test]
    async fn an_account_has_its_tries_however_it_is_spelled() {
        let tries = PasswordTries::new(Rate::per_minute(100), Rate::per_minute(3));
        for name in ["alice", "ALICE", "álicé"] {
            assert!(tries.begin(name, None).await.is_ok());
        }
        assert!(tries.begin("ａlice", HERE).await.is_err());
        assert!(tries.begin("bob", HERE).await.is_ok());
    }

    /// Or a site of several APIs would give as many tries.
    #[tokio::test]
    async fn apis_that_count_together_count_tries_together() {
        let (tries, counts) = (PasswordTries::new(Rate::per_minute(2), Rate::per_minute(9)), Counts::in_process());
        let auth = Auth::default().with_password_tries(tries).asked_from(HERE);
        let [one, other] = [auth.counted_in(&counts), auth.counted_in(&counts)];
        assert!(one.try_password("alice").await.is_ok() && other.try_password("bob").await.is_ok());
        assert!(one.try_password("carol").await.is_err() && other.try_password("dave").await.is_err());
        let another = auth.counted_in(&Counts::in_process());
        assert!(another.try_password("carol").await.is_ok());
    }

    #[tokio::test]
    async fn who_was_not_wrong_is_not_counted() {
        let tries = PasswordTries::new(Rate::per_minute(1), Rate::per_minute(1));
        for _ in 0..5 {
            let Ok(right) = tries.begin("alice", HERE).await else { panic!("the last was taken back") };
            right.take_back().await;
        }
        // refused by the account: the address has its try still
        let _wrong = tries.begin("alice", None).await;
        assert!(tries.begin("alice", HERE).await.is_err());
        assert!(tries.begin("bob", HERE).await.is_ok());
    }
}
