use std::{
    hash::RandomState,
    sync::Arc,
    time::{Duration, Instant},
};

use moka::sync::Cache;
use refrain_entity::clock;
use sha2::{Digest, Sha256};

use super::{Snapshots, freshness::Freshness, notices::Notices};
use crate::auth::{Auth, Lookup, User, UserId, held::Known, named_token::TokenRow};

/// The users of one API, over its one database.
pub(crate) struct KeptUsers {
    pub(crate) settings: Snapshots,
    users: Cache<Credential, Arc<Snapshot>, RandomState>,
    pub(super) notices: Notices,
    pub(super) freshness: Freshness,
    #[cfg(feature = "postgres")]
    pub(super) listening: std::sync::Mutex<Option<super::listener::Listening>>,
}

/// What a user is looked for by; of a secret, what nobody can make it from.
#[derive(PartialEq, Eq, Hash)]
pub(in crate::auth) enum Credential {
    Id(UserId),
    Token([u8; 32]),
    NamedToken([u8; 32]),
    #[cfg(feature = "openid")]
    VouchedFor([u8; 32]),
}

/// A user as they were read, with all that they hold.
pub(in crate::auth) struct Snapshot {
    pub(in crate::auth) user: User,
    pub(in crate::auth) known: Known,
    pub(in crate::auth) token: Option<TokenRow>,
    pub(in crate::auth) reading: Reading,
    /// where notices about the user are counted
    pub(in crate::auth) counter: usize,
}

/// When a user began to be read.
#[derive(Clone, Copy)]
pub(in crate::auth) struct Reading {
    notices: u64,
    grants_made: u64,
    at: Duration,
}

impl Credential {
    /// That of a lookup, if its answer is ever kept: who gives a name has to prove it yet.
    pub(in crate::auth) fn of(lookup: &Lookup<'_>) -> Option<Self> {
        let digest = |text: &str| Sha256::digest(text).into();
        match lookup {
            Lookup::Id(id) => Some(Self::Id(*id)),
            Lookup::Username(_) => None,
            #[cfg(feature = "openid")]
            Lookup::VouchedFor(name) => Some(Self::VouchedFor(digest(name))),
            Lookup::Token(key) => Some(Self::Token(digest(key))),
            Lookup::NamedToken(of) => Some(Self::NamedToken(digest(of))),
        }
    }
}

impl KeptUsers {
    pub(crate) fn new(settings: Snapshots) -> Self {
        let users = Cache::builder()
            .max_capacity(settings.max_bytes)
            .weigher(|_: &Credential, snapshot: &Arc<Snapshot>| snapshot.bytes())
            .eviction_policy(moka::policy::EvictionPolicy::lru())
            .build_with_hasher(RandomState::new());
        Self {
            users,
            notices: Notices::default(),
            freshness: Freshness::new(settings.bound),
            #[cfg(feature = "postgres")]
            listening: std::sync::Mutex::default(),
            settings,
        }
    }

    /// What is to be known before a user is read.
    pub(in crate::auth) fn reading(&self, auth: &Auth) -> Reading {
        Reading { notices: self.notices.heard(), grants_made: auth.grants_made(), at: now() }
    }

    /// The user who is found by this, if what is known of them still counts.
    pub(in crate::auth) fn find(&self, auth: &Auth, credential: &Credential) -> Option<Arc<Snapshot>> {
        if self.settings.told && !self.freshness.is_fresh() {
            return None;
        }
        self.users.get(credential).filter(|snapshot| self.counts(auth, snapshot))
    }

    fn counts(&self, auth: &Auth, snapshot: &Snapshot) -> bool {
        let Snapshot { reading, counter, .. } = snapshot;
        let is_young = self.settings.told || now().saturating_sub(reading.at) < self.settings.bound;
        is_young && reading.grants_made == auth.grants_made() && self.notices.none_since(reading.notices, *counter)
    }

    /// Keeps a user with all that they hold.
    pub(in crate::auth) fn keep(
        &self,
        credential: Credential,
        reading: Reading,
        user: &User,
        known: Known,
        token: Option<TokenRow>,
    ) {
        let Some(id) = user.id() else { return };
        let counter = self.notices.counter_of(&id.to_string());
        let snapshot = Snapshot { user: user.copied(), known, token, reading, counter };
        self.users.insert(credential, Arc::new(snapshot));
    }
}

/// As the throttles count time: a test can let it pass.
fn now() -> Duration {
    static SINCE: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    SINCE.elapsed() + clock::ahead()
}

impl Snapshot {
    /// The user anew, as this handle has users.
    pub(in crate::auth) fn user(&self, auth: &Auth) -> User {
        let user = self.user.copied_as(auth);
        user.remember_held(self.known.clone());
        user
    }

    fn bytes(&self) -> u32 {
        let User { username, first_name, last_name, email, .. } = &self.user;
        let user: usize = [username, first_name, last_name, email].map(String::len).iter().sum();
        let held = &self.known.held;
        let labels: usize = held.direct.iter().chain(&held.through_groups).map(|label| label.len() + 64).sum();
        u32::try_from(1024 + user + labels).unwrap_or(u32::MAX)
    }
}
