use std::{sync::Arc, time::Duration};

use metrics::SharedString;
use poem::{Response, http::StatusCode};

use crate::{auth::User, http::Problem};

/// What was decided of a request, told once it is answered: as an event for the log, and as numbers.
pub(super) struct Decision<'a> {
    /// nobody where it was not found out who asks
    pub(super) caller: Option<&'a User>,
    pub(super) action: &'a Arc<str>,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) took: Duration,
    pub(super) statements: u32,
}

impl Decision<'_> {
    /// Tells the operator; who asked is told by the answer.
    pub(super) fn tell(self, answer: &Response) {
        let Self { caller, action, method, path, took, statements } = self;
        let problem = answer.extensions().get::<Problem>();
        let verdict = verdict(answer.status(), problem);
        let class = problem.and_then(Problem::refused_by).unwrap_or_default();
        let code = problem.map(Problem::code).unwrap_or_default();
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        macro_rules! event {
            ($level:ident) => {
                tracing::$level!(
                    target: "refrain::decision", verdict, caller = named(caller), action = &**action, method, path, class,
                    code, statements, microseconds, "decided"
                )
            };
        }
        match verdict {
            "allowed" | "invalid" | "not_found" => event!(debug),
            _ => event!(info),
        }
        let class: SharedString = if class.is_empty() { "".into() } else { class.to_owned().into() };
        metrics::counter!(
            "refrain_decisions_total", "action" => action.clone(), "verdict" => verdict, "class" => class
        )
        .increment(1);
        metrics::histogram!("refrain_request_seconds", "action" => action.clone()).record(took);
        metrics::histogram!("refrain_request_statements", "action" => action.clone()).record(statements);
    }
}

fn named(caller: Option<&User>) -> String {
    match caller.map(User::id) {
        None => "unknown".to_owned(),
        Some(None) => "anonymous".to_owned(),
        Some(Some(id)) => id.to_string(),
    }
}

fn verdict(status: StatusCode, problem: Option<&Problem>) -> &'static str {
    match problem {
        Some(problem) if problem.refused_by().is_some() => "refused",
        Some(problem) => match (status, problem.code()) {
            (StatusCode::UNAUTHORIZED, _)
            | (_, "authentication_failed" | "not_authenticated" | "cross_site" | "csrf_failed") => "unauthenticated",
            (StatusCode::TOO_MANY_REQUESTS, _) => "throttled",
            (StatusCode::NOT_FOUND, _) => "not_found",
            (StatusCode::SERVICE_UNAVAILABLE, _) => "could_not_tell",
            (status, _) if status.is_server_error() => "failed",
            _ => "invalid",
        },
        None if status.is_server_error() => "failed",
        None if status.is_client_error() => "invalid",
        None => "allowed",
    }
}

#[cfg(test)]
mod tests {
    use poem::IntoResponse;

    use super::*;
    use crate::http::Kind;

    #[test]
    fn every_answer_has_a_verdict() {
        let of = |problem: Problem| verdict(problem.status(), Some(&problem));
        let failed = Problem::unauthenticated(Kind::AUTHENTICATION_FAILED, "Invalid token.", None);
        for (problem, expected) in [
            (Problem::conflict("taken").by("IsOwner".into(), false), "refused"),
            (Problem::unauthenticated(Kind::NOT_AUTHENTICATED, "Who?", Some("Token")), "unauthenticated"),
            (failed, "unauthenticated"),
            (Problem::throttled(Duration::from_secs(1)), "throttled"),
            (Problem::not_found(), "not_found"),
            (Problem::unavailable(), "could_not_tell"),
            (Problem::server_error(), "failed"),
            (Problem::conflict("taken"), "invalid"),
            (Problem::invalid([("name", "too long")]), "invalid"),
        ] {
            assert_eq!(of(problem.clone()), expected, "{problem}");
            assert!(problem.into_response().extensions().get::<Problem>().is_some());
        }
        assert_eq!(verdict(StatusCode::OK, None), "allowed");
        assert_eq!(verdict(StatusCode::NOT_MODIFIED, None), "allowed");
        assert_eq!(verdict(StatusCode::IM_A_TEAPOT, None), "invalid");
        assert_eq!(verdict(StatusCode::BAD_GATEWAY, None), "failed");
    }
}
