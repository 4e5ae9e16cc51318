use std::{collections::HashSet, net::IpAddr};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, Statement, Value,
    sea_query::{Alias, Expr, ExprTrait, Order, Query},
};
use unicode_normalization::is_nfkc;

use super::{Answer, Auth, Lookup, NewUser, User, UserId, password::Verified};
use crate::{Db, Error, Result};

/// One of those asked who a caller is and what they hold.
///
/// ```
/// use std::{collections::HashSet, sync::Arc};
///
/// use refrain::{
///     Db, Result, async_trait,
///     auth::{Answer, Auth, Backend, Credentials, Login, ModelBackend, User},
/// };
///
/// /// Whoever has an address of ours may view cars; nobody may delete one.
/// struct Colleagues;
///
/// #[async_trait]
/// impl Backend for Colleagues {
///     async fn authenticate(&self, _auth: &Auth, _db: Db<'_>, _credentials: &Credentials<'_>) -> Result<Login> {
///         Ok(Login::Abstain)
///     }
///
///     async fn permissions(&self, _db: Db<'_>, user: &User) -> Result<HashSet<String>> {
///         let label = user.email.ends_with("@example.com").then(|| "drivers.view_car".to_owned());
///         Ok(label.into_iter().collect())
///     }
///
///     async fn has_perm(&self, db: Db<'_>, user: &User, label: &str) -> Result<Answer> {
///         match label {
///             "drivers.delete_car" => Ok(Answer::Veto),
///             _ => Ok(Answer::grant_if(self.permissions(db, user).await?.contains(label))),
///         }
///     }
///
///     async fn has_module_perms(&self, db: Db<'_>, user: &User, app_label: &str) -> Result<Answer> {
///         Ok(Answer::grant_if(app_label == "drivers" && !self.permissions(db, user).await?.is_empty()))
///     }
/// }
///
/// let auth = Auth::default().with_backends(vec![Arc::new(Colleagues), Arc::new(ModelBackend)]);
/// # let _ = auth;
/// ```
///
/// The chain is asked in order. A backend that says nothing of a question abstains; a veto settles it (CONTRACT 3.12).
/// Backends are asked about anonymous and inactive users too (CONTRACT 3.13).
#[doc(alias("AUTHENTICATION_BACKENDS", "BaseBackend"))]
#[async_trait]
pub trait Backend: Send + Sync {
    /// Who has these credentials?
    async fn authenticate(&self, _auth: &Auth, _db: Db<'_>, _credentials: &Credentials<'_>) -> Result<Login> {
        Ok(Login::Abstain)
    }

    /// The permissions the user holds by this backend, as labels.
    #[doc(alias = "get_all_permissions")]
    async fn permissions(&self, _db: Db<'_>, _user: &User) -> Result<HashSet<String>> {
        Ok(HashSet::new())
    }

    /// Does the user hold this one? By default, where [`permissions`](Self::permissions) has it (CONTRACT 3.14).
    async fn has_perm(&self, db: Db<'_>, user: &User, label: &str) -> Result<Answer> {
        Ok(Answer::grant_if(self.permissions(db, user).await?.contains(label)))
    }

    /// Does the user hold any of an app?
    async fn has_module_perms(&self, db: Db<'_>, user: &User, app_label: &str) -> Result<Answer> {
        let of_app = |label: &String| label.split('.').next() == Some(app_label);
        Ok(Answer::grant_if(self.permissions(db, user).await?.iter().any(of_app)))
    }
}

/// What a caller offers to show who they are.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, auth, .. }| {
/// use refrain::auth::Credentials;
///
/// let typed = Credentials::Password { username: "alice", password: "correct horse" };
/// assert_eq!(auth.authenticate(&db, typed).await?.unwrap().username, "alice");
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Credentials<'a> {
    /// A name and a password.
    Password {
        /// The unique name.
        username: &'a str,
        /// The password, as typed.
        password: &'a str,
    },
    /// The name that a trusted server in front found out.
    RemoteUser(&'a str),
}

/// What one backend says of credentials.
///
/// ```
/// use refrain::{
///     Db, Result, async_trait,
///     auth::{Auth, Backend, Credentials, Login},
/// };
///
/// /// Lets nobody in whose name begins with a dot, whatever other backends say.
/// struct NoDots;
///
/// #[async_trait]
/// impl Backend for NoDots {
///     async fn authenticate(&self, _auth: &Auth, _db: Db<'_>, credentials: &Credentials<'_>) -> Result<Login> {
///         match credentials {
///             Credentials::Password { username, .. } if username.starts_with('.') => Ok(Login::Veto),
///             _ => Ok(Login::Abstain),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub enum Login {
    /// They are this user's.
    Known(Box<User>),
    /// Not known here: the next backend is asked.
    Abstain,
    /// Refused: no other backend is asked.
    Veto,
}

/// Names and passwords, and the permissions granted to users and groups: Django's own backend.
///
/// ```
/// use std::sync::Arc;
///
/// use refrain::auth::{Auth, ModelBackend};
///
/// // what `Auth::default()` has
/// let auth = Auth::default().with_backends(vec![Arc::new(ModelBackend)]);
/// assert_eq!(auth.backends().len(), 1);
/// ```
///
/// An inactive user cannot log in and holds nothing (CONTRACT 3.10, 5.6). Every failure takes the same time: that of all
/// kinds of hashes the site has, of which it looks at a thousand before the first log-in, and at the others as they come.
#[derive(Clone, Copy, Debug)]
pub struct ModelBackend;

#[async_trait]
impl Backend for ModelBackend {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, credentials: &Credentials<'_>) -> Result<Login> {
        let Credentials::Password { username, password } = credentials else { return Ok(Login::Abstain) };
        auth.meet_hashes(db).await?;
        // who is inactive is nobody: the right password of theirs must not take another time than a wrong one
        let known = auth.load(db, Lookup::Username(username)).await?.filter(|user| user.is_active);
        let Some(mut user) = known else {
            // the time a wrong password takes, so that names cannot be told apart
            auth.passwords().spend(password).await?;
            return Ok(Login::Abstain);
        };
        match auth.passwords().verify(password, user.password()).await? {
            Verified::Wrong => return Ok(Login::Abstain),
            Verified::Right => {}
            Verified::Outdated => upgrade(auth, db, &mut user, password).await?,
        }
        Ok(Login::Known(Box::new(user)))
    }

    async fn permissions(&self, db: Db<'_>, user: &User) -> Result<HashSet<String>> {
        if user.is_active { Ok(user.held(db).await?.all()) } else { Ok(HashSet::new()) }
    }

    async fn has_perm(&self, db: Db<'_>, user: &User, label: &str) -> Result<Answer> {
        Ok(Answer::grant_if(user.is_active && user.holds(db, label).await?))
    }
}

/// Trusts the name a server in front found out (CONTRACT 5.22); the permissions are those of [`ModelBackend`], which
/// Django's backend of this name extends.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, auth, .. }| {
/// use std::sync::Arc;
///
/// use refrain::auth::{Credentials, RemoteUserBackend};
///
/// let auth = auth.with_backends(vec![Arc::new(RemoteUserBackend { create_unknown_user: true })]);
/// let bob = auth.authenticate(&db, Credentials::RemoteUser("bob")).await?.unwrap();
/// assert!(bob.is_active);
/// # Ok(())
/// # });
/// ```
///
/// The name is compared as it is. One that is not in Unicode's normal form NFKC is nobody's, and no user is made of it.
#[derive(Clone, Copy, Debug)]
pub struct RemoteUserBackend {
    /// Is an unknown name made a user? Django's default is yes.
    pub create_unknown_user: bool,
}

#[async_trait]
impl Backend for RemoteUserBackend {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, credentials: &Credentials<'_>) -> Result<Login> {
        let Credentials::RemoteUser(username) = credentials else { return Ok(Login::Abstain) };
        // who is vouched for under another spelling of a user's name is not that user; and nobody is stored under it
        if !is_nfkc(username) {
            return Ok(Login::Abstain);
        }
        let known = match auth.load(db, Lookup::Username(username)).await? {
            None if self.create_unknown_user => Some(auth.create_user(db, NewUser::new(*username)).await?),
            known => known,
        };
        Ok(known.filter(|user| user.is_active).map_or(Login::Abstain, |user| Login::Known(Box::new(user))))
    }

    async fn permissions(&self, db: Db<'_>, user: &User) -> Result<HashSet<String>> {
        ModelBackend.permissions(db, user).await
    }

    async fn has_perm(&self, db: Db<'_>, user: &User, label: &str) -> Result<Answer> {
        ModelBackend.has_perm(db, user, label).await
    }
}

impl Auth {
    /// Who has these credentials? The first backend that knows, unless one before it vetoes.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// use refrain::auth::Credentials;
    ///
    /// let wrong = Credentials::Password { username: "alice", password: "battery staple" };
    /// assert!(auth.authenticate(&db, wrong).await?.is_none());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// [`Error::Throttled`] where passwords were wrong too often, before any backend is asked.
    pub async fn authenticate(&self, db: impl Into<Db<'_>>, credentials: Credentials<'_>) -> Result<Option<User>> {
        let Credentials::Password { username, .. } = credentials else {
            return self.ask_backends(db.into(), credentials).await;
        };
        let known = self.counted(username, self.ask_backends(db.into(), credentials)).await;
        tell(known.as_ref().map(|user| user.as_ref().map(User::id)), self.address());
        known
    }

    /// Is this the password of somebody who is known already? Who is wrong is counted as who is wrong at a log-in is.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { auth, alice, .. }| {
    /// assert!(auth.confirm_password(&alice, "correct horse").await?);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// [`Error::Throttled`] where passwords were wrong too often, before anything is hashed.
    pub async fn confirm_password(&self, user: &User, password: &str) -> Result<bool> {
        let asking = async { Ok(user.check_password(password).await?.then_some(())) };
        let known = self.counted(&user.username, asking).await;
        tell(known.as_ref().map(|right| right.map(|()| user.id())), self.address());
        Ok(known?.is_some())
    }

    /// Counts a try for this account, unless it was right or could not be looked at.
    async fn counted<T>(&self, username: &str, asking: impl Future<Output = Result<Option<T>>>) -> Result<Option<T>> {
        let counted = self.try_password(username).await?;
        let known = asking.await;
        if let Some(counted) = counted.filter(|_| !matches!(known, Ok(None))) {
            counted.take_back().await;
        }
        known
    }

    async fn ask_backends(&self, db: Db<'_>, credentials: Credentials<'_>) -> Result<Option<User>> {
        for backend in self.backends() {
            match backend.authenticate(self, db, &credentials).await? {
                Login::Known(user) => return Ok(Some(*user)),
                Login::Veto => return Ok(None),
                Login::Abstain => {}
            }
        }
        Ok(None)
    }
}

/// Tells the operator how a log-in ended: never the name that was typed, which may be a password.
fn tell(known: Result<Option<Option<UserId>>, &Error>, address: Option<IpAddr>) {
    let (outcome, user) = match known {
        Ok(Some(user)) => ("right", user.map(|id| id.to_string())),
        Ok(None) => ("wrong", None),
        Err(Error::Throttled { .. }) => ("throttled", None),
        Err(_) => ("could_not_tell", None),
    };
    let address = address.map(tracing::field::display);
    tracing::info!(target: "refrain::login", outcome, user, address, "a password was offered");
    metrics::counter!("refrain_logins_total", "outcome" => outcome).increment(1);
}

/// Re-hashes the password that was just verified, where this is ours to do.
///
/// Only where the stored hash is still the one verified, so that a password changed meanwhile stays changed.
async fn upgrade(auth: &Auth, db: Db<'_>, user: &mut User, password: &str) -> Result<()> {
    if !auth.upgrades_passwords(db).await? {
        return Ok(());
    }
    let stored = auth.passwords().hash(password).await?;
    user.replace_password(db, stored).await?;
    Ok(())
}

/// So many users at either end of the table are looked at: the oldest hashes and the newest.
const LOOKED_AT: u64 = 500;

impl Auth {
    /// Looks, once, at what kinds of hashes there are, so that the first failed log-in costs what every later one does.
    async fn meet_hashes(&self, db: Db<'_>) -> Result<()> {
        self.hashes_met().get_or_try_init(|| self.look_at_hashes(db)).await.copied()
    }

    async fn look_at_hashes(&self, db: Db<'_>) -> Result<()> {
        for end in [Order::Asc, Order::Desc] {
            let statement = Query::select()
                .column(Alias::new("password"))
                .from(Alias::new(&*self.users().table))
                .order_by(Alias::new("id"), end)
                .limit(LOOKED_AT)
                .to_owned();
            for row in db.query_all(&statement).await? {
                self.passwords().meet(&row.try_get::<String>("", "password")?);
            }
        }
        Ok(())
    }

    /// A site's own hashes are the site's: only users in a table made here are upgraded, unless asked for.
    async fn upgrades_passwords(&self, db: Db<'_>) -> Result<bool> {
        Ok(self.upgrades_adopted() || made_here(db, &self.users().table).await?)
    }
}

/// Did Refrain make this table, or adopt it?
pub(super) async fn made_here(db: Db<'_>, table: &str) -> Result<bool> {
    let on = db.get_database_backend();
    let bookkeeping = match on {
        sea_orm::DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'refrain_made_tables'"
        }
        sea_orm::DbBackend::Postgres => {
            "SELECT table_name FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = 'refrain_made_tables'"
        }
        _ => {
            "SELECT table_name FROM information_schema.tables \
             WHERE table_schema = database() AND table_name = 'refrain_made_tables'"
        }
    };
    if db.query_one_raw(Statement::from_string(on, bookkeeping)).await?.is_none() {
        return Ok(false);
    }
    let made = Query::select()
        .column(Alias::new("name"))
        .from(Alias::new("refrain_made_tables"))
        .and_where(Expr::col(Alias::new("name")).eq(Value::from(table)))
        .to_owned();
    Ok(db.query_one(&made).await?.is_some())
}
