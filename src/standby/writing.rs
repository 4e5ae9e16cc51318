use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use super::{StandbyReads, commits::sent, position::Position, servers::Mark};
use crate::{auth::User, db::Abandonable};

/// A request that may write, under way.
///
/// Dropped before its end, nobody knows whether it did: then its caller's lists come from the primary for the time of the
/// bound, and some seconds.
pub(crate) struct Writing {
    standby: Arc<StandbyReads>,
    caller: Arc<User>,
    /// what the caller said that they wrote before
    before: Option<Position>,
    has_ended: bool,
}

/// Where a caller's last commit is, for a cookie, and how many seconds it is to be kept.
pub(crate) struct LastCommit {
    pub(crate) position: String,
    pub(crate) seconds: u64,
}

impl Writing {
    pub(crate) fn begin(standby: Arc<StandbyReads>, caller: Arc<User>, headers: &HeaderMap) -> Self {
        let before = sent(headers).filter(|position| *position != Position::UNKNOWN);
        Self { standby, caller, before, has_ended: false }
    }

    /// Whatever an answer says was done was committed before where the log is now; one that refuses did nothing. Behind the
    /// request, whose time may be over.
    pub(crate) async fn end(mut self, status: StatusCode) -> Option<LastCommit> {
        if status.is_client_error() {
            self.has_ended = true;
            return None;
        }
        let position = match status.is_server_error() {
            true => Position::UNKNOWN,
            false => self.position().await,
        };
        self.standby.commits.remember(&self.caller, position);
        self.has_ended = true;
        let position = self.before.map_or(position, |before| before.max(position)).to_string();
        // a browser counts from when it hears of it
        Some(LastCommit { position, seconds: self.standby.bound().as_secs() + 1 })
    }

    async fn position(&self) -> Position {
        let read = Abandonable::new(Mark::read(&self.standby.primary));
        match tokio::time::timeout(self.standby.patience(), read).await {
            Ok(Ok(mark)) => {
                let position = mark.position;
                self.standby.marks.note(mark);
                return position;
            }
            Ok(Err(error)) => tracing::warn!(%error, "the primary does not say where a write went"),
            Err(_) => tracing::warn!("the primary does not say in time where a write went"),
        }
        Position::UNKNOWN
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.has_ended {
            self.standby.commits.remember(&self.caller, Position::UNKNOWN);
        }
    }
}
