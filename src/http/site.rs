use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use sea_orm::DatabaseConnection;

use super::{Kind, Problem, RequestContext};
use crate::{
    auth::{Auth, User},
    authentication::{Authenticators, Origin},
    db::Isolation,
    grants::Deleting,
    permission::{AllowAny, Denied, IntoPermissions, IsAuthenticated, ModelPermissions, Permissions, RelatedViewSets},
    sessions::SecretKey,
    standby::StandbyReads,
    throttle::{Counts, Throttle},
};

/// What every endpoint of an API shares.
pub(crate) struct Site {
    pub(crate) db: DatabaseConnection,
    /// Must its writes say theirs?
    pub(crate) isolation: Isolation,
    pub(crate) auth: Auth,
    pub(crate) authenticators: Authenticators,
    /// The mounted viewsets, for rules that follow a key from one to another.
    pub(crate) viewsets: RelatedViewSets,
    /// What cursors of lists are sealed with, where the API says another key than that of its sessions.
    pub(crate) secret_key: Option<SecretKey>,
    /// For viewsets that declare nothing.
    pub(crate) default_permissions: Permissions,
    /// For plain handlers that declare nothing.
    pub(crate) handler_permissions: Permissions,
    /// How often callers may ask where a viewset does not say.
    pub(crate) throttles: Arc<[Throttle]>,
    /// The same of single handlers, by what they are called in the document.
    pub(crate) handler_throttles: BTreeMap<String, Arc<[Throttle]>>,
    /// How often they did.
    pub(crate) counts: Counts,
    /// Are callers told how often they still may?
    pub(crate) tells_rates: bool,
    /// How many proxies stand in front, of which each says whom it heard from.
    pub(crate) proxies: u8,
    /// Who may read the document.
    pub(crate) document: DocumentAccess,
    /// Answer 403 for rows the caller may not view, as DRF does, where 404 is the rule.
    pub(crate) reveal_hidden_rows: bool,
    /// The models whose grants go with a row; those mounted and those that nobody mounts, once all are known.
    pub(crate) deleting: OnceLock<Deleting>,
    /// Where superusers can ask why an answer is what it is.
    pub(crate) explain_at: Option<String>,
    /// Does a refusal name the part of the permissions that refused?
    pub(crate) explains_refusals: bool,
    /// Can callers ask for the document as they may use it?
    pub(crate) tells_callers_their_document: bool,
    /// The most bytes a body may have.
    pub(crate) body_limit: usize,
    /// The most values a body of JSON may hold.
    pub(crate) body_values: usize,
    /// Do routes answer with a slash behind them, too?
    pub(crate) trailing_slashes: bool,
    /// Are errors said as DRF says them?
    pub(crate) drf_errors: bool,
    /// Is the document told as OpenAPI 3.1?
    pub(crate) openapi_3_1: bool,
    /// What links to other pages of a list begin with; nothing where they are relative.
    pub(crate) links_origin: Option<Origin>,
    /// How long an answer may take.
    pub(crate) request_timeout: Option<Duration>,
    /// Where viewsets read their lists that say so.
    pub(crate) standby: Option<Arc<StandbyReads>>,
}

/// Who may read the OpenAPI document, and Swagger UI, which holds it.
pub(crate) enum DocumentAccess {
    /// Everybody, and nobody is asked who they are.
    Everybody,
    /// Callers to whom these permissions say yes.
    Guarded(Permissions),
    /// Nobody: neither address is there.
    Nobody,
}

impl DocumentAccess {
    /// What is asked; nothing where there is nothing to ask for.
    pub(crate) fn permissions(&self) -> Option<Permissions> {
        match self {
            Self::Everybody => Some(AllowAny.into_permissions()),
            Self::Guarded(permissions) => Some(permissions.clone()),
            Self::Nobody => None,
        }
    }
}

/// Django's `DATA_UPLOAD_MAX_MEMORY_SIZE`.
const BODY_LIMIT: usize = 2_621_440;

/// A value takes up to a hundred bytes when it is read, and two in a body.
const BODY_VALUES: usize = 10_000;

/// More than a statement may take by the pool's settings, so that a slow one is its own error.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

impl Site {
    /// Closed until it is said otherwise.
    pub(crate) fn new(db: DatabaseConnection, auth: Auth, authenticators: Authenticators) -> Self {
        Self {
            db,
            isolation: Isolation::default(),
            viewsets: RelatedViewSets::default(),
            auth,
            authenticators,
            secret_key: None,
            default_permissions: ModelPermissions.into_permissions(),
            handler_permissions: IsAuthenticated.into_permissions(),
            throttles: Arc::default(),
            handler_throttles: BTreeMap::new(),
            counts: Counts::default(),
            tells_rates: false,
            proxies: 0,
            document: DocumentAccess::Everybody,
            reveal_hidden_rows: false,
            deleting: OnceLock::new(),
            explain_at: None,
            explains_refusals: false,
            tells_callers_their_document: false,
            body_limit: BODY_LIMIT,
            body_values: BODY_VALUES,
            trailing_slashes: false,
            drf_errors: false,
            openapi_3_1: false,
            links_origin: None,
            request_timeout: Some(REQUEST_TIMEOUT),
            standby: None,
        }
    }

    /// The API's own key, or that of its sessions.
    pub(crate) fn secret_key(&self) -> Option<&SecretKey> {
        self.secret_key.as_ref().or_else(|| Some(self.authenticators.sessions()?.key()))
    }

    /// 401 or 403, as CONTRACT 5.25 has it: nobody is told to say who they are, somebody that they may not.
    pub(crate) fn refuse(&self, denied: Denied, user: &User) -> Problem {
        let Denied { class, denial } = denied;
        let problem = if user.is_authenticated() || self.authenticators.is_empty() {
            Problem::denied(denial)
        } else {
            let sentence = "Authentication credentials were not provided.";
            Problem::unauthenticated(Kind::NOT_AUTHENTICATED, sentence, self.challenge().as_deref())
        };
        problem.by(class, self.explains_refusals)
    }

    /// What a user who may not come in at all is told (CONTRACT 5.19).
    pub(crate) fn inactive_user(&self) -> Problem {
        Problem::unauthenticated(Kind::AUTHENTICATION_FAILED, "User inactive or deleted.", self.challenge().as_deref())
    }

    /// What a row is deleted with.
    pub(crate) fn deleting(&self) -> &Deleting {
        self.deleting.get().expect("an API knows its models before it answers")
    }

    pub(crate) fn challenge(&self) -> Option<String> {
        self.authenticators.challenge()
    }
}

/// How a handler finds the site of its request.
pub(crate) fn site_of(request: &poem::Request) -> crate::Result<Arc<Site>> {
    RequestContext::of(request).map(|context| context.site.clone()).ok_or_else(|| {
        crate::Error::wiring("an endpoint of refrain was mounted outside an `Api`: mount it with `Api::with`")
    })
}
