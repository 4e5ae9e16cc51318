//! What browsers send. Each has the field `csrfmiddlewaretoken` too, which the guard before the page has looked at.

use serde::Deserialize;

/// Who logs in, and where they were.
#[derive(Deserialize)]
pub(super) struct LogInForm {
    pub(super) username: String,
    pub(super) password: String,
    #[serde(default)]
    pub(super) next: String,
}

/// A car, new or changed.
#[derive(Deserialize)]
pub(super) struct CarForm {
    pub(super) name: String,
}

/// Where somebody was who is asked to log in.
#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next: String,
}
