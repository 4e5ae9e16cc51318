use std::{
    fmt,
    sync::{Arc, RwLock},
};

use refrain_entity::Moment;
use sea_orm::{ColumnTrait, DbBackend};

use super::{Auth, UserId, held::Held};
use crate::{Db, Error, Result, permission::Rule};

/// A user, or nobody in particular: who is asking.
///
/// The flags are read live: a check after `user.is_active = false` says no. The permissions held are loaded with the
/// user and live as long as this value, but a grant made through Refrain is seen by the next check (Django's stale
/// cache, CONTRACT 3.17, is not copied).
#[doc(alias("AbstractUser", "AnonymousUser"))]
pub struct User {
    auth: Auth,
    on: DbBackend,
    id: Option<UserId>,
    /// The unique name; empty for an anonymous caller.
    pub username: String,
    /// The given name; may be empty.
    pub first_name: String,
    /// The family name; may be empty.
    pub last_name: String,
    /// The address; may be empty, and is not unique.
    pub email: String,
    /// An inactive user holds no permission.
    pub is_active: bool,
    /// May this user in where [`IsAdminUser`](crate::IsAdminUser) guards?
    pub is_staff: bool,
    /// An active superuser holds every permission.
    pub is_superuser: bool,
    /// The last log-in by password.
    pub last_login: Option<Moment>,
    /// When the account was made; `None` for an anonymous caller.
    pub date_joined: Option<Moment>,
    password: String,
    /// as the database had them when this value was loaded or written
    stored_flags: [bool; 3],
    held: RwLock<Option<Snapshot>>,
}

#[derive(Clone)]
struct Snapshot {
    held: Arc<Held>,
    /// [`Auth::grants_made`] before it was loaded
    as_of: u64,
}

impl User {
    /// A caller who did not say who they are (CONTRACT 3.9).
    pub fn anonymous(auth: &Auth) -> Self {
        Self {
            auth: auth.clone(),
            on: DbBackend::Sqlite,
            id: None,
            username: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            is_active: false,
            is_staff: false,
            is_superuser: false,
            last_login: None,
            date_joined: None,
            password: String::new(),
            stored_flags: [false; 3],
            held: RwLock::default(),
        }
    }

    pub(super) fn known(auth: &Auth, on: DbBackend, id: UserId, username: String) -> Self {
        Self { on, id: Some(id), username, is_active: true, ..Self::anonymous(auth) }
    }

    /// The primary key; `None` for an anonymous caller.
    pub fn id(&self) -> Option<UserId> {
        self.id
    }

    /// Did they say who they are?
    pub fn is_authenticated(&self) -> bool {
        self.id.is_some()
    }

    /// Did they not?
    pub fn is_anonymous(&self) -> bool {
        self.id.is_none()
    }

    /// The rows whose column holds this user's key: none for a caller without one.
    pub fn owns(&self, column: impl ColumnTrait) -> Rule {
        let Some(id) = self.id else { return Rule::Never };
        match id.is_in(column, self.on) {
            Some(condition) => Rule::when(condition),
            None => {
                tracing::error!(column = ?column, "an owner column that cannot hold a user's key: nobody owns its rows");
                Rule::Never
            }
        }
    }

    /// The key as a value of a column that points at users; `None` for an anonymous caller.
    pub(crate) fn id_for(&self, column: impl ColumnTrait) -> Option<sea_orm::Value> {
        self.id?.value_for(column)
    }

    /// How this user's site keeps its users.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// The stored password, in Django's format.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    pub(super) fn remember_password(&mut self, password: String) {
        self.password = password;
    }

    /// The columns of the flags, as they stand on this value.
    pub(super) fn flags(&self) -> [(&'static str, bool); 3] {
        [("is_active", self.is_active), ("is_staff", self.is_staff), ("is_superuser", self.is_superuser)]
    }

    /// The same as the database had them when this value was loaded or written.
    pub(super) fn stored_flags(&self) -> [bool; 3] {
        self.stored_flags
    }

    pub(super) fn remember_flags(&mut self) {
        self.stored_flags = self.flags().map(|(_, flag)| flag);
    }

    pub(super) fn remember_held(&self, held: Held, as_of: u64) {
        let snapshot = Snapshot { held: Arc::new(held), as_of };
        *self.held.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(snapshot);
    }

    /// The permissions held, where they were loaded and nothing was granted since.
    pub(super) fn held_now(&self) -> Option<Arc<Held>> {
        self.with_snapshot(|snapshot| snapshot.held.clone())
    }

    /// The same without sharing it.
    pub(super) fn with_held<T>(&self, look: impl FnOnce(&Held) -> T) -> Option<T> {
        self.with_snapshot(|snapshot| look(&snapshot.held))
    }

    fn with_snapshot<T>(&self, look: impl FnOnce(&Snapshot) -> T) -> Option<T> {
        let snapshot = self.held.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        snapshot.as_ref().filter(|snapshot| snapshot.as_of == self.auth.grants_made()).map(look)
    }

    /// The permissions held, loaded where they are not known.
    pub(crate) async fn held(&self, db: Db<'_>) -> Result<Arc<Held>> {
        if let Some(held) = self.held_now() {
            return Ok(held);
        }
        let Some(id) = self.id else { return Ok(Arc::default()) };
        let as_of = self.auth.grants_made();
        let held = self.auth.load_held(db, id).await?.unwrap_or_default();
        self.remember_held(held.clone(), as_of);
        Ok(Arc::new(held))
    }
}

/// What is said where somebody is needed.
pub(super) fn nobody() -> Error {
    Error::invalid("an anonymous user has no permissions, groups or password to change")
}

/// The username; never the password.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}
