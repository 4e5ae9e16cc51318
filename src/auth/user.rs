use std::{
    fmt,
    sync::{Arc, RwLock},
};

use refrain_entity::Moment;
use sea_orm::{ColumnTrait, DbBackend, QueryResult};

use super::{
    Asked, Auth, NoKey, UserId,
    ceiling::Within,
    held::{Held, Known},
    joined_row::{Joined, JoinedRow, Read},
};
use crate::{Db, Error, Result, permission::Rule};

/// A user, or nobody in particular: who is asking.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, auth, .. }| {
/// use refrain::auth::{NewUser, User};
///
/// let bob = auth.create_user(&db, NewUser::new("bob").staff()).await?;
/// assert!(bob.is_authenticated() && bob.is_active && bob.is_staff);
/// assert!(bob.id().is_some());
///
/// let nobody = User::anonymous(&auth);
/// assert!(nobody.is_anonymous());
/// assert_eq!(nobody.id(), None);
/// # Ok(())
/// # });
/// ```
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
    /// what the endpoint can ask for whose request it is; everything where nothing is said
    asked: Option<Arc<Asked>>,
    held: RwLock<Option<Known>>,
    joined: Joined,
    /// what a credential with a ceiling leaves of them
    pub(super) within: Option<Within>,
    /// Does the credential that they showed make tokens for them?
    makes_tokens: bool,
    /// as they were kept, and not as the database has them now
    is_kept: bool,
}

impl User {
    /// A caller who did not say who they are (CONTRACT 3.9).
    pub fn anonymous(auth: &Auth) -> Self {
        Self {
            auth: auth.plain(),
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
            asked: None,
            held: RwLock::default(),
            joined: Joined::default(),
            within: None,
            makes_tokens: true,
            is_kept: false,
        }
    }

    /// Another value for the same user, of whose permissions nothing is known.
    pub(super) fn copied(&self) -> Self {
        self.copied_as(&self.auth)
    }

    /// The same as this handle has users.
    pub(super) fn copied_as(&self, auth: &Auth) -> Self {
        Self {
            on: self.on,
            id: self.id,
            username: self.username.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            is_active: self.is_active,
            is_staff: self.is_staff,
            is_superuser: self.is_superuser,
            last_login: self.last_login,
            date_joined: self.date_joined,
            password: self.password.clone(),
            stored_flags: self.stored_flags,
            asked: self.asked.clone(),
            makes_tokens: self.makes_tokens,
            is_kept: self.is_kept,
            ..Self::anonymous(auth)
        }
    }

    pub(super) fn known(auth: &Auth, on: DbBackend, id: UserId, username: String) -> Self {
        Self { on, id: Some(id), username, is_active: true, ..Self::anonymous(auth) }
    }

    /// One with a stored password, of no table.
    #[cfg(test)]
    pub(crate) fn known_for_test(auth: &Auth, id: i64, username: &str, password: &str) -> Self {
        let user = Self::known(auth, DbBackend::Sqlite, id.into(), username.to_owned());
        Self { password: password.to_owned(), ..user }
    }

    /// The same as they were kept.
    pub(super) fn into_kept(self) -> Self {
        Self { is_kept: true, ..self }
    }

    /// Are they as they were kept, and not as the database has them now?
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// The same, of a credential that makes no tokens: who finds one that ends, or is revoked, shall not have another then.
    pub(crate) fn not_making_tokens(self) -> Self {
        Self { makes_tokens: false, ..self }
    }

    /// Does the credential that they showed make tokens for them, and begin sessions?
    pub(crate) fn makes_tokens(&self) -> bool {
        self.makes_tokens && self.within.is_none()
    }

    /// Refuses to make a credential that is good for more, or for longer, than the one that was shown.
    pub(crate) fn check_makes_tokens(&self) -> Result<()> {
        if !self.makes_tokens() {
            return Err(Error::invalid(
                "a credential with a ceiling, or one that ends, makes no other: load the user by name or key",
            ));
        }
        if self.whole().is_kept {
            return Err(Error::invalid(
                "a caller who is kept between requests makes no credential: do it in a POST, which asks the database who \
                 they are",
            ));
        }
        Ok(())
    }

    /// The primary key; `None` for an anonymous caller.
    pub fn id(&self) -> Option<UserId> {
        self.id
    }

    /// The primary key as a column of yours holds it: `i32`, `i64` or a uuid.
    ///
    /// ```
    /// # use refrain::{Context, Problem};
    /// async fn mark(cx: &Context<'_>) -> Result<i32, Problem> {
    ///     // an anonymous caller is asked who they are: 401
    ///     Ok(cx.user().key::<i32>()?)
    /// }
    /// # let _ = mark;
    /// ```
    ///
    /// A `Result`, and no `Option`: a condition with the key of nobody does not compile.
    pub fn key<K: TryFrom<UserId>>(&self) -> Result<K, NoKey> {
        self.id.and_then(|id| K::try_from(id).ok()).ok_or(NoKey)
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
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { auth, alice, .. }| {
    /// use refrain::{Rule, auth::User};
    ///
    /// assert_ne!(alice.owns(car::Column::OwnerId), Rule::Never);
    /// assert_eq!(User::anonymous(&auth).owns(car::Column::OwnerId), Rule::Never);
    /// # Ok(())
    /// # });
    /// ```
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

    /// The key as values of a column that points at users, of which its field takes one; none for an anonymous caller.
    pub(crate) fn ids_for(&self, column: impl ColumnTrait) -> Vec<sea_orm::Value> {
        self.id.map(|id| id.values_for(column)).unwrap_or_default()
    }

    /// The key as conditions on the column of an owner bind it; `None` where such a column may keep it in two forms.
    pub(crate) fn joined_key(&self) -> Option<sea_orm::Value> {
        let id = self.id?;
        (self.on == DbBackend::Postgres || matches!(id, UserId::Integer(_))).then(|| id.value(self.on))
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

    /// What the endpoint can ask for whose request this is.
    pub(crate) fn asked(&self) -> Option<&Arc<Asked>> {
        self.asked.as_ref()
    }

    pub(super) fn remember_asked(&mut self, asked: Option<Arc<Asked>>) {
        self.asked = asked;
    }

    /// The row that was read together with this user, if this one was; there for the first who asks. An authenticator may
    /// have found the user for another request, and a permission given since may not be for the row as it was then.
    pub(crate) fn take_joined(&self, wanted: &Arc<JoinedRow>) -> Option<QueryResult> {
        let Read { row, of, as_of } = self.whole().joined.take()?;
        (Arc::ptr_eq(&of, wanted) && as_of == self.auth.grants_made()).then_some(row)
    }

    pub(super) fn remember_joined(&self, read: Read) {
        self.joined.put(read);
    }

    pub(super) fn remember_held(&self, known: Known) {
        *self.held.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(known);
    }

    /// What is known of the permissions held.
    pub(super) fn known_held(&self) -> Option<Known> {
        self.with_known(|known| known.cloned())
    }

    /// Is a permission held? `None` where it was not looked for, or something was granted since.
    pub(super) fn holds_now(&self, label: &str) -> Option<bool> {
        if !self.is_allowed(label) {
            return Some(false);
        }
        self.whole().with_known(|known| known.filter(|known| self.is_fresh(known))?.has(label))
    }

    /// The same, looked for where it is not known.
    pub(super) async fn holds(&self, db: Db<'_>, label: &str) -> Result<bool> {
        if !self.is_allowed(label) {
            return Ok(false);
        }
        self.whole().holds_without_ceiling(db, label).await
    }

    async fn holds_without_ceiling(&self, db: Db<'_>, label: &str) -> Result<bool> {
        if let Some(held) = self.holds_now(label) {
            return Ok(held);
        }
        let known = self.with_known(|known| known.cloned());
        let found = match known.as_ref().and_then(|known| Some((known, known.asked.as_ref()?))) {
            // asked before, and something was granted since
            Some((_, asked)) if asked.contains(label) => self.look_for(db, Some(asked)).await?,
            // the first label that nobody announced is looked for alone, and what was answered stays so; who asks for
            // another may ask for many
            Some((known, asked)) if !asked.is_extended() && self.is_fresh(known) => {
                let alone = Arc::new(Asked::new([label.to_owned()]));
                known.and(asked, label, &self.look_for(db, Some(&alone)).await?.held)
            }
            Some((_, asked)) if !asked.is_extended() => self.look_for(db, Some(&Arc::new(asked.and(label)))).await?,
            _ => self.look_for(db, None).await?,
        };
        let held = found.held.contains(label);
        self.remember_held(found);
        Ok(held)
    }

    /// All the permissions held, loaded where they are not known.
    pub(crate) async fn held(&self, db: Db<'_>) -> Result<Arc<Held>> {
        let held = self.whole().held_without_ceiling(db).await?;
        Ok(match self.ceiling() {
            Some(ceiling) => Arc::new(held.within(ceiling)),
            None => held,
        })
    }

    async fn held_without_ceiling(&self, db: Db<'_>) -> Result<Arc<Held>> {
        let is_all = |known: &&Known| known.asked.is_none() && self.is_fresh(known);
        if let Some(held) = self.with_known(|known| known.filter(is_all).map(|known| known.held.clone())) {
            return Ok(held);
        }
        let known = self.look_for(db, None).await?;
        let held = known.held.clone();
        self.remember_held(known);
        Ok(held)
    }

    async fn look_for(&self, db: Db<'_>, asked: Option<&Arc<Asked>>) -> Result<Known> {
        let as_of = self.auth.grants_made();
        let held = match self.id {
            Some(id) => self.auth.load_held(db, id, asked).await?.unwrap_or_default(),
            None => Held::default(),
        };
        Ok(Known { held: Arc::new(held), asked: asked.cloned(), as_of })
    }

    /// Was nothing granted since it was read?
    fn is_fresh(&self, known: &Known) -> bool {
        known.as_of == self.auth.grants_made()
    }

    fn with_known<T>(&self, look: impl FnOnce(Option<&Known>) -> T) -> T {
        look(self.held.read().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As they are kept between requests, and stand within a ceiling.
    #[test]
    fn another_value_for_a_user_is_the_same_but_for_what_is_known_to_be_held() {
        let auth = Auth::default();
        let asked = Arc::new(Asked::new(["drivers.view_car".to_owned()]));
        let joined = Moment::now();
        let logged_in = Moment::from(joined.to_utc() + chrono::TimeDelta::hours(1));
        let mut alice = User::known(&auth, DbBackend::Postgres, UserId::from(7), "alice".to_owned());
        let names = ["Alice", "Smith", "alice@example.com"].map(str::to_owned);
        [alice.first_name, alice.last_name, alice.email] = names;
        (alice.is_staff, alice.is_superuser) = (true, true);
        (alice.last_login, alice.date_joined) = (Some(logged_in), Some(joined));
        alice.remember_password("a hash".to_owned());
        alice.remember_flags();
        alice.remember_asked(Some(asked.clone()));
        assert!(!alice.is_kept() && alice.makes_tokens());
        let alice = alice.into_kept().not_making_tokens();

        let copied = alice.copied();
        assert!(copied.asked().is_some_and(|copied| Arc::ptr_eq(copied, &asked)));
        assert!(copied.is_kept() && !copied.makes_tokens());
        assert_eq!((copied.on, copied.id), (DbBackend::Postgres, Some(UserId::from(7))));
        let names = [&copied.username, &copied.first_name, &copied.last_name, &copied.email, &copied.password];
        assert_eq!(names, ["alice", "Alice", "Smith", "alice@example.com", "a hash"]);
        assert_eq!([copied.is_active, copied.is_staff, copied.is_superuser], [true; 3]);
        assert_eq!(copied.stored_flags, [true; 3], "none of them waits to be written");
        assert_eq!((copied.last_login, copied.date_joined), (Some(logged_in), Some(joined)));
        assert!(copied.known_held().is_none());
    }
}
