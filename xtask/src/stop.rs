use std::sync::mpsc::{Receiver, channel};

use crate::Result;

/// Ctrl-C, once heard, ends a wait instead of the program, so that what was started is stopped on the way out.
pub(crate) struct Stop(Receiver<()>);

impl Stop {
    /// From here on Ctrl-C (and SIGTERM, SIGHUP) no longer ends this program.
    pub(crate) fn on_ctrl_c() -> Result<Self> {
        let (heard, hears) = channel();
        let handler = move || {
            // Nobody listens any more when the task has ended by itself.
            let _ = heard.send(());
        };
        ctrlc::set_handler(handler).map_err(|error| format!("no handler for Ctrl-C: {error}"))?;
        Ok(Self(hears))
    }

    /// Waits for Ctrl-C.
    pub(crate) fn wait(&self) {
        let _ = self.0.recv();
    }

    /// Was there a Ctrl-C since?
    pub(crate) fn heard(&self) -> bool {
        self.0.try_recv().is_ok()
    }
}
