use std::{net::IpAddr, time::Duration};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{Counts, Rate, counts::Taken};

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
/// could not be looked at; one that is still looked at is. What is counted is kept in the process.
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

    /// A try for this account from this address, where that is known; or how long to wait for one.
    pub(crate) fn begin(&self, username: &str, address: Option<IpAddr>) -> Result<PasswordTry, Duration> {
        let mut taken = PasswordTry(Vec::new());
        if let Some(address) = address {
            taken.0.push(self.counts.take(self.per_address, "password of address", &address.to_string())?);
        }
        match self.counts.take(self.per_account, "password of account", &account(username)) {
            Ok(of_account) => taken.0.push(of_account),
            Err(wait) => {
                taken.take_back();
                return Err(wait);
            }
        }
        Ok(taken)
    }
}

impl PasswordTry {
    /// It was not wrong.
    pub(crate) fn take_back(self) {
        self.0.into_iter().for_each(Taken::give_back);
    }
}

/// A name in the one spelling of all that a database may take for it: without case, and without accents.
fn account(username: &str) -> String {
    username.nfkd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    #[test]
    fn an_address_has_its_tries_whatever_the_account() {
        let tries = PasswordTries::new(Rate::per_minute(3), Rate::per_minute(100));
        for name in ["alice", "bob", "carol"] {
            assert!(tries.begin(name, HERE).is_ok());
        }
        assert!(tries.begin("dave", HERE).is_err());
        assert!(tries.begin("alice", None).is_ok());
    }

    #[test]
    fn an_account_has_its_tries_however_it_is_spelled() {
        let tries = PasswordTries::new(Rate::per_minute(100), Rate::per_minute(3));
        for name in ["alice", "ALICE", "álicé"] {
            assert!(tries.begin(name, None).is_ok());
        }
        assert!(tries.begin("ａlice", HERE).is_err());
        assert!(tries.begin("bob", HERE).is_ok());
    }

    #[test]
    fn who_was_not_wrong_is_not_counted() {
        let tries = PasswordTries::new(Rate::per_minute(1), Rate::per_minute(1));
        for _ in 0..5 {
            let Ok(right) = tries.begin("alice", HERE) else { panic!("the last was taken back") };
            right.take_back();
        }
        // refused by the account: the address has its try still
        let _wrong = tries.begin("alice", None);
        assert!(tries.begin("alice", HERE).is_err());
        assert!(tries.begin("bob", HERE).is_ok());
    }
}
