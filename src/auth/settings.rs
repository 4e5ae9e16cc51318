use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use refrain_entity::UserTable;
use sea_orm::{DatabaseConnection, DbBackend, Value};
use tokio::sync::OnceCell;

use super::{
    Asked, Backend, JoinedRow, KeptUsers, ModelBackend, UserId, named_token::LastUsed, password::Passwords,
    password_validators::PasswordValidators, snapshots::Notices, statements::Statements,
};
use crate::{
    Db, Result,
    grants::GrantTables,
    throttle::{Counts, PasswordTries, PasswordTry},
};

/// How this site keeps its users: where they are, how passwords are hashed, who is asked for permissions.
///
/// ```
/// use refrain::auth::Auth;
/// use refrain::entity::{Key, UserTable};
///
/// let django_own = Auth::default();
/// let members = Auth::new(UserTable::custom("club", "Member", Key::Uuid));
/// # let _ = (django_own, members);
/// ```
///
/// A cheap handle: clones share what they know. Make one for a process: a permission granted through it is seen by the
/// next check of every user loaded through it.
#[derive(Clone)]
pub struct Auth {
    inner: Arc<Inner>,
    /// what users are loaded for; for everything where nothing is said
    asked: Option<Arc<Asked>>,
    /// what is read together with them, over the connection with this address
    joined: Option<(Arc<JoinedRow>, usize)>,
    /// where who asks is
    address: Option<IpAddr>,
    /// the users that are kept between requests, of the API whose handle this is
    kept: Option<Arc<KeptUsers>>,
    /// the connection, by its address, over which they may be found
    reading_over: Option<usize>,
}

#[derive(Clone)]
struct Inner {
    users: UserTable,
    new_users_columns: Vec<(String, Value)>,
    passwords: Passwords,
    password_validators: PasswordValidators,
    backends: Vec<Arc<dyn Backend>>,
    only_model_backend: bool,
    upgrades_adopted: bool,
    anonymous_user_name: Option<String>,
    grant_tables: GrantTables,
    statements: [Arc<Statements>; 3],
    grants: Arc<AtomicU64>,
    hashes_met: Arc<OnceCell<()>>,
    last_used: Arc<LastUsed>,
    password_tries: Option<PasswordTries>,
    notices: Arc<Notices>,
}

impl Default for Auth {
    fn default() -> Self {
        Self::new(UserTable::default())
    }
}

impl Auth {
    /// A site with these users, Django's password settings, and [`ModelBackend`] alone.
    pub fn new(users: UserTable) -> Self {
        let statements =
            [DbBackend::Sqlite, DbBackend::Postgres, DbBackend::MySql].map(|on| Statements::new(&users, on));
        Self {
            inner: Arc::new(Inner {
                users,
                new_users_columns: Vec::new(),
                passwords: Passwords::default(),
                password_validators: PasswordValidators::default(),
                backends: vec![Arc::new(ModelBackend)],
                only_model_backend: true,
                upgrades_adopted: false,
                anonymous_user_name: Some("AnonymousUser".to_owned()),
                grant_tables: GrantTables::default(),
                statements: statements.map(Arc::new),
                grants: Arc::default(),
                hashes_met: Arc::default(),
                last_used: Arc::default(),
                password_tries: Some(PasswordTries::default()),
                notices: Arc::default(),
            }),
            asked: None,
            joined: None,
            address: None,
            kept: None,
            reading_over: None,
        }
    }

    /// The same, but users loaded through it come with what is asked of the permissions they hold, instead of with all.
    ///
    /// What else is asked of such a user is looked for when it is asked. Authenticators and backends are handed such an
    /// `Auth`, and need not know. Such a user comes with another row, too, where one is to be joined.
    pub(crate) fn asking(&self, asked: Option<Arc<Asked>>, joined: Option<Arc<JoinedRow>>, db: Db<'_>) -> Self {
        Self { asked, joined: joined.map(|row| (row, db.address())), ..self.clone() }
    }

    /// The same, asking for nothing in particular.
    pub(super) fn plain(&self) -> Self {
        Self { inner: self.inner.clone(), asked: None, joined: None, address: None, kept: None, reading_over: None }
    }

    /// The same for one API, which keeps users.
    pub(crate) fn keeping(self, kept: Arc<KeptUsers>) -> Self {
        Self { kept: Some(kept), ..self }
    }

    /// The same, for a request that only reads over this connection: users that are kept may be found.
    pub(crate) fn for_reading(&self, db: &DatabaseConnection) -> Self {
        Self { reading_over: Some(Db::from(db).address()), ..self.clone() }
    }

    /// The users that are kept, where they may answer a question to this database, and any of them may count.
    pub(super) fn kept(&self, db: Db<'_>) -> Option<&KeptUsers> {
        let kept = self.kept.as_deref().filter(|_| self.reading_over == Some(db.address()))?;
        kept.may_count().then_some(kept)
    }

    /// The users that are kept, whatever they may answer.
    pub(crate) fn kept_users(&self) -> Option<&Arc<KeptUsers>> {
        self.kept.as_ref()
    }

    /// Says where who asks is: each address has its own number of tries for passwords.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// use refrain::auth::Credentials;
    ///
    /// let from_there = auth.asked_from("203.0.113.7".parse().ok());
    /// let typed = Credentials::Password { username: "alice", password: "correct horse" };
    /// assert!(from_there.authenticate(&db, typed).await?.is_some());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// An authenticator is handed such an `Auth`. Where nobody says where a password comes from, its account's tries alone
    /// are counted.
    pub fn asked_from(&self, address: Option<IpAddr>) -> Self {
        Self { address, ..self.clone() }
    }

    /// Where who asks is.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// How many wrong passwords there may be; ten a minute from an address and fifty for an account where nothing is
    /// said.
    ///
    /// ```
    /// use refrain::{auth::Auth, throttle::{PasswordTries, Rate}};
    ///
    /// let strict = Auth::default().with_password_tries(PasswordTries::new(Rate::per_minute(5), Rate::per_hour(20)));
    /// let uncounted = Auth::default().with_password_tries(None);
    /// # let _ = (strict, uncounted);
    /// ```
    ///
    /// `None` is as many as anybody likes.
    pub fn with_password_tries(&self, tries: impl Into<Option<PasswordTries>>) -> Self {
        self.with(|inner| inner.password_tries = tries.into())
    }

    /// A try for a password, if there is one left; `None` where they are not counted.
    pub(crate) async fn try_password(&self, username: &str) -> Result<Option<PasswordTry>> {
        let Some(tries) = &self.inner.password_tries else { return Ok(None) };
        tries.begin(username, self.address).await.map(Some)
    }

    /// The same, whose wrong passwords are counted there.
    pub(crate) fn counted_in(&self, counts: &Counts) -> Self {
        self.with(|inner| {
            inner.password_tries = inner.password_tries.take().map(|tries| tries.counted_in(counts.clone()))
        })
    }

    /// The row to be joined to a user who is looked for here: an authenticator may look elsewhere.
    pub(super) fn joined(&self, db: Db<'_>) -> Option<&Arc<JoinedRow>> {
        let (row, over) = self.joined.as_ref()?;
        (*over == db.address()).then_some(row)
    }

    pub(super) fn asked(&self) -> Option<&Arc<Asked>> {
        self.asked.as_ref()
    }

    /// What new users have in a column of the user table's own, unless [`NewUser::column`](super::NewUser::column) says. It is
    /// for one that must be filled, and that no default of the database fills.
    ///
    /// ```
    /// use refrain::{auth::Auth, entity::{Key, UserTable}};
    ///
    /// let members = Auth::new(UserTable::custom("club", "Member", Key::Uuid)).with_new_users_column("country", "DE");
    /// # let _ = members;
    /// ```
    #[doc(alias = "REQUIRED_FIELDS")]
    pub fn with_new_users_column(&self, column: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(|inner| inner.new_users_columns.push((column.into(), value.into())))
    }

    pub(super) fn new_users_columns(&self) -> &[(String, Value)] {
        &self.inner.new_users_columns
    }

    /// How passwords are hashed, and which hashes can be read; as Django does it where nothing is said.
    ///
    /// ```
    /// use refrain::auth::{Auth, password::{Passwords, Recipe}};
    ///
    /// let auth = Auth::default().with_passwords(Passwords::default().preferring(Recipe::ARGON2ID));
    /// let _for_new_users = auth.passwords();
    /// ```
    #[doc(alias = "PASSWORD_HASHERS")]
    pub fn with_passwords(&self, passwords: Passwords) -> Self {
        self.with(|inner| {
            inner.passwords = passwords;
            inner.hashes_met = Arc::default();
        })
    }

    /// The rules for the passwords that people choose; Django's four where nothing is said.
    ///
    /// ```
    /// use refrain::auth::{Auth, password_validators::{MinimumLength, PasswordValidators}};
    ///
    /// let auth = Auth::default().with_password_validators(PasswordValidators::none().with(MinimumLength(12)));
    /// assert_eq!(auth.password_validators().help_texts().len(), 1);
    /// ```
    #[doc(alias = "AUTH_PASSWORD_VALIDATORS")]
    pub fn with_password_validators(&self, validators: PasswordValidators) -> Self {
        self.with(|inner| inner.password_validators = validators)
    }

    /// Lets what it hashes take at most half of the places there are for hashing.
    ///
    /// ```
    /// use refrain::{Db, auth::{Auth, Credentials, User}};
    ///
    /// /// As `BasicAuthentication` asks.
    /// async fn user(auth: &Auth, db: Db<'_>, username: &str, password: &str) -> refrain::Result<Option<User>> {
    ///     auth.in_half_of_the_places().authenticate(db, Credentials::Password { username, password }).await
    /// }
    /// ```
    ///
    /// It is for an authenticator that checks a password with every request, so that who logs in finds a place.
    pub fn in_half_of_the_places(&self) -> Self {
        self.with(|inner| inner.passwords = inner.passwords.clone().in_half_of_the_places())
    }

    /// The chain of backends; [`ModelBackend`] alone where nothing is said.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use refrain::auth::{Auth, ModelBackend, RemoteUserBackend};
    ///
    /// let auth = Auth::default().with_backends(vec![
    ///     Arc::new(ModelBackend),
    ///     Arc::new(RemoteUserBackend { create_unknown_user: false }),
    /// ]);
    /// assert_eq!(auth.backends().len(), 2);
    /// ```
    ///
    /// The first grant or veto settles a question.
    #[doc(alias = "AUTHENTICATION_BACKENDS")]
    pub fn with_backends(&self, backends: Vec<Arc<dyn Backend>>) -> Self {
        self.with(|inner| {
            inner.backends = backends;
            inner.only_model_backend = false;
        })
    }

    /// Renews outdated password hashes at log-in also in a user table that Django made.
    ///
    /// ```
    /// use refrain::auth::Auth;
    ///
    /// let auth = Auth::default().upgrading_adopted_passwords();
    /// # let _ = auth;
    /// ```
    pub fn upgrading_adopted_passwords(&self) -> Self {
        self.with(|inner| inner.upgrades_adopted = true)
    }

    /// The user whose grants stand for those of anonymous callers; `AnonymousUser` where nothing is said.
    ///
    /// ```
    /// use refrain::auth::Auth;
    ///
    /// assert_eq!(Auth::default().anonymous_user_name(), Some("AnonymousUser"));
    /// assert_eq!(Auth::default().with_anonymous_user(None).anonymous_user_name(), None);
    /// ```
    ///
    /// With `None` there is none at all.
    #[doc(alias = "ANONYMOUS_USER_NAME")]
    pub fn with_anonymous_user(&self, name: Option<String>) -> Self {
        self.with(|inner| inner.anonymous_user_name = name)
    }

    /// The user whose grants stand for those of anonymous callers; `AnonymousUser` where nothing is said.
    pub fn anonymous_user_name(&self) -> Option<&str> {
        self.inner.anonymous_user_name.as_deref()
    }

    /// The tables of grants on rows; guardian's two where nothing is said.
    ///
    /// ```
    /// use refrain::{auth::Auth, grants::GrantTables};
    ///
    /// let tables = GrantTables { users: "club_biguserobjectpermission", ..GrantTables::default() };
    /// let auth = Auth::default().with_grant_tables(tables);
    /// assert_eq!(auth.grant_tables().users, "club_biguserobjectpermission");
    /// ```
    #[doc(alias("GUARDIAN_USER_OBJ_PERMS_MODEL", "GUARDIAN_GROUP_OBJ_PERMS_MODEL"))]
    pub fn with_grant_tables(&self, tables: GrantTables) -> Self {
        self.with(|inner| inner.grant_tables = tables)
    }

    /// Where grants on rows of any model are.
    pub fn grant_tables(&self) -> GrantTables {
        self.inner.grant_tables
    }

    fn with(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        Self { inner: Arc::new(inner), ..self.clone() }
    }

    /// Where the users are.
    ///
    /// ```
    /// use refrain::auth::Auth;
    ///
    /// assert_eq!(Auth::default().users().table, "auth_user");
    /// ```
    pub fn users(&self) -> &UserTable {
        &self.inner.users
    }

    /// How passwords are hashed.
    pub fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    /// What passwords that people choose must be like.
    pub fn password_validators(&self) -> &PasswordValidators {
        &self.inner.password_validators
    }

    /// Who is asked for permissions, in order.
    pub fn backends(&self) -> &[Arc<dyn Backend>] {
        &self.inner.backends
    }

    /// Is [`ModelBackend`] the whole chain, so that the permissions held answer every question?
    pub(super) fn only_model_backend(&self) -> bool {
        self.inner.only_model_backend
    }

    pub(super) fn upgrades_adopted(&self) -> bool {
        self.inner.upgrades_adopted
    }

    /// Set once it was looked at what kinds of hashes the users have.
    pub(super) fn hashes_met(&self) -> &OnceCell<()> {
        &self.inner.hashes_met
    }

    /// When tokens were last used.
    pub(super) fn last_used(&self) -> &Arc<LastUsed> {
        &self.inner.last_used
    }

    pub(super) fn statements(&self, on: DbBackend) -> &Statements {
        match on {
            DbBackend::Postgres => &self.inner.statements[1],
            DbBackend::MySql => &self.inner.statements[2],
            _ => &self.inner.statements[0],
        }
    }

    /// How many times permissions were changed through this handle.
    pub(super) fn grants_made(&self) -> u64 {
        self.inner.grants.load(Ordering::Acquire)
    }

    /// Makes every user value loaded before now ask the database again, and forgets every user that is
    /// [kept](super::Snapshots).
    ///
    /// Called by everything here that changes permissions, which may be within a transaction of yours: call it again after
    /// committing or rolling it back, since somebody may have been loaded in between.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// use sea_orm::TransactionTrait;
    ///
    /// let transaction = db.begin().await?;
    /// alice.permissions().add(&transaction, ["drivers.view_car"]).await?;
    /// transaction.rollback().await?;
    /// auth.permissions_changed();
    /// assert!(!alice.has_perm(&db, "drivers.view_car").await?);
    /// # Ok(())
    /// # });
    /// ```
    pub fn permissions_changed(&self) {
        self.inner.grants.fetch_add(1, Ordering::AcqRel);
    }

    /// Forgets what is [kept](super::Snapshots) of one user: their password, or a token of theirs, is another.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, mut alice, .. }| {
    /// use sea_orm::TransactionTrait;
    ///
    /// let transaction = db.begin().await?;
    /// alice.set_password(&transaction, "battery staple").await?;
    /// transaction.commit().await?;
    /// if let Some(id) = alice.id() {
    ///     auth.user_changed(id);
    /// }
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Called by everything here that changes these; after a transaction of yours call it again, likewise.
    pub fn user_changed(&self, id: UserId) {
        self.inner.notices.about(&id.to_string());
    }

    /// Which users changed, as far as this program heard.
    pub(super) fn notices(&self) -> &Arc<Notices> {
        &self.inner.notices
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("users", &self.inner.users).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::password::Recipe;

    #[tokio::test]
    async fn passwords_are_hashed_as_the_site_says() {
        let bcrypt = Passwords::default().preferring(Recipe::bcrypt_sha256(4));
        let stored = Auth::default().with_passwords(bcrypt).passwords().hash("secret").await.expect("there is room");
        assert!(stored.starts_with("bcrypt_sha256$$2b$04$"), "{stored}");
    }
}
