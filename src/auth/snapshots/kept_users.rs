use std::{hash::RandomState, sync::Arc};

use moka::{policy::EvictionPolicy, sync::Cache};
use refrain_entity::UserTable;
use sea_orm::DatabaseConnection;
use sha2::{Digest, Sha256};

use super::{Snapshots, freshness::Freshness, notices::Notices};
use crate::{
    auth::{Auth, Lookup, User, UserId, held::Known, named_token::TokenRow},
    db::Age,
};

/// The users of one API, over its one database.
pub(crate) struct KeptUsers {
    pub(super) settings: Snapshots,
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only PostgreSQL is asked to tell"))]
    pub(super) db: DatabaseConnection,
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only PostgreSQL is asked to tell"))]
    pub(super) tables: UserTable,
    users: Cache<Credential, Arc<Snapshot>, RandomState>,
    pub(super) notices: Arc<Notices>,
    pub(super) freshness: Freshness,
    #[cfg(feature = "postgres")]
    pub(super) listening: std::sync::Mutex<Option<super::listener::Listening>>,
}

/// What a user is looked for by; of a secret, what nobody can make it from.
#[derive(Clone, PartialEq, Eq, Hash)]
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
    age: Age,
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
    pub(crate) fn new(settings: Snapshots, auth: &Auth, db: DatabaseConnection) -> Self {
        let users = Cache::builder()
            .max_capacity(settings.max_bytes)
            .weigher(|_: &Credential, snapshot: &Arc<Snapshot>| snapshot.bytes())
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(settings.longest())
            .build_with_hasher(RandomState::new());
        Self {
            db,
            tables: auth.users().clone(),
            users,
            notices: auth.notices().clone(),
            freshness: Freshness::new(settings.bound),
            #[cfg(feature = "postgres")]
            listening: std::sync::Mutex::default(),
            settings,
        }
    }

    /// May anything that is kept count now?
    pub(in crate::auth) fn may_count(&self) -> bool {
        !self.settings.told || self.freshness.is_fresh()
    }

    /// What is to be known before a user is read.
    pub(in crate::auth) fn reading(&self, auth: &Auth) -> Reading {
        Reading { notices: self.notices.heard(), grants_made: auth.grants_made(), age: Age::now() }
    }

    /// The user who is found by this, if what is known of them still counts; what does not is forgotten.
    pub(in crate::auth) fn find(&self, auth: &Auth, credential: &Credential) -> Option<Arc<Snapshot>> {
        let found = self.users.get(credential)?;
        if self.counts(auth, &found) {
            return Some(found);
        }
        self.users.invalidate(credential);
        None
    }

    fn counts(&self, auth: &Auth, snapshot: &Snapshot) -> bool {
        let Snapshot { reading, counter, .. } = snapshot;
        reading.age.is_below(self.settings.longest())
            && reading.grants_made == auth.grants_made()
            && self.notices.none_since(reading.notices, *counter)
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
        let snapshot = Snapshot { user: user.copied().into_kept(), known, token, reading, counter };
        self.users.insert(credential, Arc::new(snapshot));
    }
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
        let texts: usize = [username, first_name, last_name, email].map(String::len).iter().sum();
        let held = &self.known.held;
        let allowed = self.token.iter().flat_map(TokenRow::allowed);
        let labels = held.direct.iter().chain(&held.through_groups).map(String::as_str).chain(allowed);
        let labels: usize = labels.map(|label| label.len() + 64).sum();
        u32::try_from(1024 + self.user.password().len() + texts + labels).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::*;
    use crate::{
        auth::{Ceiling, held::Held},
        connect,
    };

    async fn keeping(settings: Snapshots) -> KeptUsers {
        KeptUsers::new(settings, &Auth::default(), connect("sqlite::memory:").await.expect("it is opened"))
    }

    #[tokio::test]
    async fn where_changes_are_told_nobody_counts_before_they_are_heard() {
        let told = keeping(Snapshots::told_within(Duration::from_secs(60))).await;
        assert!(!told.may_count());
        let beat = told.freshness.ask();
        told.freshness.answered(beat);
        told.freshness.heard(beat);
        assert!(told.may_count());
        told.freshness.lose();
        assert!(!told.may_count());
        assert!(keeping(Snapshots::kept_for(Duration::from_secs(60))).await.may_count());
    }

    /// Or who has many tokens, each within a thousand permissions, would fill the memory.
    #[test]
    fn whatever_is_kept_of_somebody_is_counted() {
        let auth = Auth::default();
        let bytes = |username: &str, password: &str, held: Held, ceiling: Option<Ceiling>| {
            let snapshot = Snapshot {
                user: User::known_for_test(&auth, 7, username, password),
                known: Known { held: Arc::new(held), asked: None, as_of: 0 },
                token: ceiling.map(TokenRow::within_for_test),
                reading: Reading { notices: 0, grants_made: 0, age: Age::now() },
                counter: 0,
            };
            snapshot.bytes()
        };
        let long = "x".repeat(10_000);
        let labels = || HashSet::from([long.clone()]);
        let bare = bytes("", "", Held::default(), None);
        for (what, counted) in [
            ("the name", bytes(&long, "", Held::default(), None)),
            ("the password", bytes("", &long, Held::default(), None)),
            ("held directly", bytes("", "", Held { direct: labels(), ..Held::default() }, None)),
            ("held through a group", bytes("", "", Held { through_groups: labels(), ..Held::default() }, None)),
            ("allowed by a ceiling", bytes("", "", Held::default(), Some(Ceiling::new(labels())))),
        ] {
            assert!((10_000..11_000).contains(&(counted - bare)), "{what}: {counted} bytes instead of {bare}");
        }
    }
}
