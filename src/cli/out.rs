//! Answers on the output.

use std::io::{self, ErrorKind, Write};

use serde::Serialize;

use super::{Failure, Outcome};

/// Writes all of it; who has read enough, as `head` has, may stop.
pub(super) fn text(answer: &str) -> Outcome {
    match io::stdout().lock().write_all(answer.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The same for programs.
pub(super) fn json(answer: &impl Serialize) -> Outcome {
    let json = serde_json::to_string_pretty(answer);
    text(&(json.map_err(|error| Failure::new("the answer could not be written as JSON", error))? + "\n"))
}
