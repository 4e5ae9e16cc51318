use std::sync::Arc;

use super::KeptUsers;
use crate::{Error, Result};

impl KeptUsers {
    /// An error where it should be heard what changes: this program knows no database that tells.
    pub(crate) async fn listen(self: &Arc<Self>) -> Result<()> {
        match self.settings.told {
            false => Ok(()),
            true => {
                Err(Error::wiring("only PostgreSQL tells what changed, and this program lacks the feature `postgres`"))
            }
        }
    }
}
