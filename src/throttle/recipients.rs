use super::{Counts, Rate, password_tries::account};
use crate::Result;

/// How often an address is written to, whoever asks for it: somebody else's mailbox is not to be filled from here.
///
/// Mails of each kind are counted by themselves: who registers with somebody's address keeps no other link from them.
#[derive(Clone, Copy)]
pub(crate) struct Recipients {
    rate: Rate,
    of: &'static str,
}

impl Recipients {
    /// Of mails of this kind, five an hour.
    pub(crate) const fn of(of: &'static str) -> Self {
        Self { rate: Rate::per_hour(5), of }
    }

    /// The same, so often.
    pub(crate) const fn at(self, rate: Rate) -> Self {
        Self { rate, ..self }
    }

    /// One more mail to this address, if it may have one; whether it is anybody's is not looked at.
    pub(crate) async fn count(self, counts: &Counts, address: &str) -> Result<()> {
        counts.take_try(self.rate, self.of, &account(address)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[tokio::test]
    async fn each_address_is_written_to_so_often_however_it_is_spelled() {
        let (recipients, counts) = (Recipients::of("reset").at(Rate::per_hour(2)), Counts::default());
        for address in ["a@b.co", "A@B.co"] {
            assert!(recipients.count(&counts, address).await.is_ok());
        }
        assert!(matches!(recipients.count(&counts, "a@b.co").await, Err(Error::Throttled { .. })));
        assert!(recipients.count(&counts, "b@b.co").await.is_ok());
        let others = Recipients::of("registration").at(Rate::per_hour(2));
        assert!(others.count(&counts, "a@b.co").await.is_ok(), "by itself");
    }
}
