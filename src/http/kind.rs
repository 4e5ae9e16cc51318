use poem::http::StatusCode;

/// A kind of problem: the status and the code that all of the kind have.
///
/// Every kind that the library answers with is declared below, once, and the guide's table of errors is made from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
}

macro_rules! kinds {
    ($($(#[$said:meta])* $name:ident = $status:ident $code:literal;)*) => {
        impl Kind {
            $($(#[$said])* pub(crate) const $name: Self = Self { status: StatusCode::$status, code: $code };)*
        }
    };
}

kinds! {
    /// A value or a parameter was refused: `errors` says which, and has what belongs to no field under `non_field_errors`.
    INVALID = BAD_REQUEST "invalid";
    /// The body or the query string could not be read.
    PARSE_ERROR = BAD_REQUEST "parse_error";
    /// Nobody said who they are, and only somebody may.
    NOT_AUTHENTICATED = UNAUTHORIZED "not_authenticated";
    /// A credential is wrong, or its user is inactive or gone.
    AUTHENTICATION_FAILED = UNAUTHORIZED "authentication_failed";
    /// Somebody may not; a permission class of your own may have another code.
    PERMISSION_DENIED = FORBIDDEN "permission_denied";
    /// The user may, and the ceiling of the credential does not allow it.
    INSUFFICIENT_SCOPE = FORBIDDEN "insufficient_scope";
    /// A page of another site made the request, with a credential that browsers send by themselves.
    CROSS_SITE = FORBIDDEN "cross_site";
    /// A session's request changes something, and the token of the page, or its origin, does not fit.
    CSRF_FAILED = FORBIDDEN "csrf_failed";
    /// There is no such route, row or page, or the caller may not know of the row.
    NOT_FOUND = NOT_FOUND "not_found";
    /// The path has no such method; `Allow` says which it has.
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED "method_not_allowed";
    /// The caller accepts no JSON.
    NOT_ACCEPTABLE = NOT_ACCEPTABLE "not_acceptable";
    /// The body did not arrive in the server's time.
    REQUEST_TIMEOUT = REQUEST_TIMEOUT "request_timeout";
    /// An allowed write meets what is stored: a value that is taken (`errors` says which field), a row that others point at.
    CONFLICT = CONFLICT "conflict";
    /// The row is not, or no longer, what the request says by `If-Match`.
    PRECONDITION_FAILED = PRECONDITION_FAILED "precondition_failed";
    /// The body is over the limit.
    PAYLOAD_TOO_LARGE = PAYLOAD_TOO_LARGE "payload_too_large";
    /// The body is not JSON.
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE "unsupported_media_type";
    /// The request must say by `If-Match` which state of the row it is about.
    PRECONDITION_REQUIRED = PRECONDITION_REQUIRED "precondition_required";
    /// The caller asked too often, or was wrong about a password too often; `Retry-After` says when to come back.
    THROTTLED = TOO_MANY_REQUESTS "throttled";
    /// The program has a mistake, or the database can never answer the statement; what it is is logged, and not told.
    ERROR = INTERNAL_SERVER_ERROR "error";
    /// The answer could not be found out, and nothing was written; with `Retry-After`.
    UNAVAILABLE = SERVICE_UNAVAILABLE "unavailable";
    /// More was asked for at once than is worked on, such as passwords to hash; with `Retry-After`.
    BUSY = SERVICE_UNAVAILABLE "busy";
    /// A write may have been made: the database was lost at its commit, or the request took too long; without `Retry-After`.
    OUTCOME_UNKNOWN = SERVICE_UNAVAILABLE "outcome_unknown";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::Denial;

    /// Permissions know nothing of HTTP: they have the codes of their denials from themselves.
    #[test]
    fn a_denial_is_one_of_the_kinds() {
        assert_eq!(Kind::PERMISSION_DENIED.code, Denial::default().code);
        assert_eq!(Kind::INSUFFICIENT_SCOPE.code, Denial::insufficient_scope().code);
    }
}
