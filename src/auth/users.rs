use refrain_entity::{Key, Moment, UserColumn, UserTable};
use sea_orm::{
    ConnectionTrait, DbErr, SqlErr, Value,
    sea_query::{Alias, Expr, ExprTrait, Func, Query},
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::{Auth, Lookup, User, UserId, password, user::nobody};
use crate::{Db, Error, Result, accounts::is_address, db::Constraint};

/// A user to be made.
///
/// ```
/// use refrain::auth::NewUser;
///
/// let alice = NewUser::new("alice").password("correct horse").email("alice@example.com").staff();
/// # let _ = alice;
/// ```
#[derive(Clone)]
pub struct NewUser {
    username: String,
    password: Option<String>,
    email: String,
    first_name: String,
    last_name: String,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    columns: Vec<(String, Value)>,
}

impl NewUser {
    /// An active user without a password they could log in with.
    pub fn new(username: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: None,
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            is_active: true,
            is_staff: false,
            is_superuser: false,
            columns: Vec::new(),
        }
    }

    /// With a password; it is hashed when the user is made.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// With an address.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = email.into();
        self
    }

    /// With a given and a family name.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// use refrain::auth::NewUser;
    ///
    /// let carol = auth.create_user(&db, NewUser::new("carol").full_name("Carol", "Diaz").inactive()).await?;
    /// assert_eq!((carol.first_name.as_str(), carol.is_active), ("Carol", false));
    ///
    /// let root = auth.create_user(&db, NewUser::new("root").superuser()).await?;
    /// assert!(root.is_superuser && root.is_staff);
    /// # Ok(())
    /// # });
    /// ```
    pub fn full_name(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        (self.first_name, self.last_name) = (first.into(), last.into());
        self
    }

    /// Who holds nothing, whatever is granted.
    pub fn inactive(mut self) -> Self {
        self.is_active = false;
        self
    }

    /// Who is let in where staff is.
    pub fn staff(mut self) -> Self {
        self.is_staff = true;
        self
    }

    /// Who holds every permission, and is staff.
    pub fn superuser(mut self) -> Self {
        self.is_superuser = true;
        self.staff()
    }

    /// With a value in a column that a site's own user table has beside Django's.
    ///
    /// ```
    /// use refrain::auth::NewUser;
    ///
    /// let alice = NewUser::new("alice@example.com").column("country", "DE");
    /// # let _ = alice;
    /// ```
    pub fn column(mut self, column: impl Into<String>, value: impl Into<Value>) -> Self {
        self.columns.push((column.into(), value.into()));
        self
    }

    /// CONTRACT 3.21, and what the columns hold.
    fn check(&mut self, users: &UserTable) -> Result<()> {
        self.username = self.username.nfkc().collect();
        if self.username.is_empty() {
            return Err(Error::invalid("the username must be set"));
        }
        self.email = normalize_email(&self.email);
        let longest_name = if users.is_named_by_address() {
            self.username = normalized_address(&self.username);
            if !is_address(&self.username) {
                return Err(Error::invalid("users are named by an address here, as alice@example.com"));
            }
            if !self.email.is_empty() && normalized_address(&self.email) != self.username {
                return Err(Error::invalid("the address is the username here, and cannot be another"));
            }
            self.email = self.username.clone();
            254
        } else {
            if !self.username.chars().all(|c| c.is_alphanumeric() || "_@.+-".contains(c)) {
                return Err(Error::invalid("a username has letters, digits and @ . + - _ only"));
            }
            150
        };
        for (column, text) in [
            (UserColumn::FirstName, &self.first_name),
            (UserColumn::LastName, &self.last_name),
            (UserColumn::Email, &self.email),
        ] {
            if !text.is_empty() && !users.has(column) {
                return Err(Error::invalid(format!("`{}` has no column `{}`", users.table, column.name())));
            }
        }
        for (what, text, most) in [
            ("username", &self.username, longest_name),
            ("email", &self.email, 254),
            ("first name", &self.first_name, 150),
            ("last name", &self.last_name, 150),
        ] {
            if text.chars().count() > most {
                return Err(Error::invalid(format!("the {what} has more than {most} characters")));
            }
            if text.contains('\0') {
                return Err(Error::invalid(format!("the {what} has a NUL character")));
            }
        }
        Ok(())
    }
}

impl Auth {
    /// Makes a user.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// use refrain::auth::NewUser;
    ///
    /// let bob = auth.create_user(&db, NewUser::new("bob").email("bob@example.com")).await?;
    /// assert_eq!(auth.user(&db, "bob").await?.unwrap().id(), bob.id());
    /// assert!(auth.create_user(&db, NewUser::new("bob")).await.is_err());
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "create_superuser")]
    pub async fn create_user(&self, db: impl Into<Db<'_>>, mut user: NewUser) -> Result<User> {
        let db = db.into();
        user.check(self.users())?;
        let password = match &user.password {
            Some(password) => self.passwords().hash(password).await?,
            None => password::unusable(),
        };
        self.insert_user(db, &user, password).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => {
                Error::invalid(format!("there is a user called `{}`", user.username))
            }
            _ => error.into(),
        })?;
        self.made_user(db, &user).await
    }

    /// The same with a password that was hashed already; `None` where somebody has the name.
    pub(crate) async fn create_user_unless_taken(
        &self,
        db: Db<'_>,
        mut user: NewUser,
        stored: String,
    ) -> Result<Option<User>> {
        user.check(self.users())?;
        if self.is_taken(db, &user.username).await? {
            return Ok(None);
        }
        match self.insert_user(db, &user, stored).await {
            Ok(()) => self.made_user(db, &user).await.map(Some),
            // somebody else was first
            Err(error) if matches!(Constraint::of(&error), Some(Constraint::Unique(_))) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Has somebody this name, or one that differs from it in case alone? The user whose grants are everybody's is nobody
    /// whom anybody may become.
    async fn is_taken(&self, db: Db<'_>, username: &str) -> Result<bool> {
        if self.anonymous_user_name().is_some_and(|name| name.to_lowercase() == username.to_lowercase()) {
            return Ok(true);
        }
        let users = self.users();
        let name = Expr::from(Func::upper(Expr::col(Alias::new(&*users.username))));
        let statement = Query::select()
            .expr(Expr::val(1))
            .from(Alias::new(&*users.table))
            .and_where(name.eq(Func::upper(Expr::val(username))))
            .limit(1)
            .to_owned();
        Ok(db.query_one(&statement).await?.is_some())
    }

    async fn insert_user(&self, db: Db<'_>, user: &NewUser, password: String) -> Result<(), DbErr> {
        let on = db.get_database_backend();
        let users = self.users();
        let mut row: Vec<(&str, Value)> = vec![
            (&users.username, user.username.clone().into()),
            ("password", password.into()),
            ("is_active", user.is_active.into()),
            ("is_superuser", user.is_superuser.into()),
        ];
        let not_everywhere: [(UserColumn, Value); 5] = [
            (UserColumn::FirstName, user.first_name.clone().into()),
            (UserColumn::LastName, user.last_name.clone().into()),
            (UserColumn::Email, user.email.clone().into()),
            (UserColumn::IsStaff, user.is_staff.into()),
            (UserColumn::DateJoined, Moment::now().into()),
        ];
        let has = |column: UserColumn| users.has(column) && column.name() != users.username;
        row.extend(not_everywhere.into_iter().filter(|(of, _)| has(*of)).map(|(of, value)| (of.name(), value)));
        if users.key == Key::Uuid {
            row.push(("id", UserId::Uuid(Uuid::new_v4()).value(on)));
        }
        let mut own: Vec<&(String, Value)> = Vec::new();
        for one in user.columns.iter().rev().chain(self.new_users_columns().iter().rev()) {
            if !own.iter().any(|(column, _)| *column == one.0) {
                own.push(one);
            }
        }
        row.extend(own.into_iter().map(|(column, value)| (column.as_str(), value.clone())));
        let (columns, values): (Vec<_>, Vec<_>) =
            row.into_iter().map(|(column, value)| (Alias::new(column), Expr::from(value))).unzip();
        let statement =
            Query::insert().into_table(Alias::new(&*users.table)).columns(columns).values_panic(values).to_owned();
        db.execute(&statement).await.map(drop)
    }

    async fn made_user(&self, db: Db<'_>, user: &NewUser) -> Result<User> {
        let made = self.load(db, Lookup::Username(&user.username)).await?;
        made.ok_or_else(|| Error::wiring("a user was made and is not there"))
    }

    /// The user with this name, with the permissions they hold.
    pub async fn user(&self, db: impl Into<Db<'_>>, username: &str) -> Result<Option<User>> {
        Ok(self.load(db.into(), Lookup::Username(username)).await?)
    }

    /// The user with this key, with the permissions they hold.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// let same = auth.user_by_id(&db, alice.id().unwrap()).await?;
    /// assert_eq!(same.unwrap().username, "alice");
    /// # Ok(())
    /// # });
    /// ```
    pub async fn user_by_id(&self, db: impl Into<Db<'_>>, id: impl Into<UserId>) -> Result<Option<User>> {
        Ok(self.load(db.into(), Lookup::Id(id.into())).await?)
    }
}

impl User {
    /// Loads this user afresh: flags, permissions and all.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// let mut same = auth.user(&db, "alice").await?.unwrap();
    /// same.is_staff = true;
    /// same.save_flags(&db).await?;
    /// assert!(alice.reload(&db).await?.unwrap().is_staff);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// `None` where the row is gone. Within a [ceiling](User::within) they stay within it.
    pub async fn reload(&self, db: impl Into<Db<'_>>) -> Result<Option<User>> {
        let Some(id) = self.id() else { return Ok(Some(User::anonymous(self.auth()))) };
        let loaded = self.auth().user_by_id(db, id).await?;
        let loaded = loaded.map(|user| if self.whole().makes_tokens() { user } else { user.not_making_tokens() });
        Ok(match self.ceiling() {
            Some(ceiling) => loaded.map(|user| user.within(ceiling.clone())),
            None => loaded,
        })
    }

    /// Writes those of the flags `is_active`, `is_staff` and `is_superuser` that were changed on this value since it was
    /// loaded, and nothing else: what somebody changed meanwhile stays changed.
    ///
    /// After a transaction, load the user again: whether it was committed is not known here, and the next call writes the
    /// same flags once more.
    pub async fn save_flags(&mut self, db: impl Into<Db<'_>>) -> Result<()> {
        let db = db.into();
        self.key_value(db)?;
        let changed: Vec<(&str, Value)> = self
            .flags()
            .into_iter()
            .zip(self.stored_flags())
            .filter(|((_, flag), stored)| flag != stored)
            .map(|((column, flag), _)| (column, flag.into()))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        if changed.iter().any(|(column, _)| *column == "is_staff") && !self.auth().users().has(UserColumn::IsStaff) {
            return Err(Error::invalid(format!("`{}` has no column `is_staff`", self.auth().users().table)));
        }
        self.write(db, changed).await?;
        // a transaction may yet be rolled back: what is written in one stays to be written
        if !db.is_transaction() {
            self.remember_flags();
        }
        self.auth().permissions_changed();
        Ok(())
    }

    /// Gives the user a new password; it is hashed with the site's preferred algorithm.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, mut alice, .. }| {
    /// alice.set_password(&db, "battery staple").await?;
    /// assert!(alice.check_password("battery staple").await?);
    /// assert!(!alice.check_password("correct horse").await?);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The user's token stays valid, as in Django REST Framework. Where the old password may be in other hands, end it by
    /// [`revoke_token`](Self::revoke_token), in the same transaction.
    pub async fn set_password(&mut self, db: impl Into<Db<'_>>, password: &str) -> Result<()> {
        let stored = self.auth().passwords().hash(password).await?;
        self.write(db.into(), [("password", Value::from(stored.clone()))]).await?;
        self.remember_password(stored);
        self.changed();
        Ok(())
    }

    /// Writes another password that was hashed already, where the stored one is still that of this value. Was it?
    pub(crate) async fn replace_password(&mut self, db: Db<'_>, stored: String) -> Result<bool> {
        let column = |name: &'static str| Expr::col(Alias::new(name));
        let statement = Query::update()
            .table(Alias::new(&*self.auth().users().table))
            .value(Alias::new("password"), stored.clone())
            .and_where(column("id").eq(self.key_value(db)?))
            .and_where(column("password").eq(self.password()))
            .to_owned();
        let replaced = db.execute_whole(&statement).await?.rows_affected() == 1;
        if replaced {
            self.changed();
            self.remember_password(stored);
        }
        Ok(replaced)
    }

    /// Makes somebody active who has never been, in which they are made anew. Were they as this value has them?
    pub(crate) async fn activate(&mut self, db: Db<'_>) -> Result<bool> {
        let column = |name: &'static str| Expr::col(Alias::new(name));
        let now = Moment::now();
        let users = self.auth().users();
        let joined =
            users.has(UserColumn::DateJoined).then(|| (Alias::new("date_joined"), Expr::from(Value::from(now))));
        let statement = Query::update()
            .table(Alias::new(&*users.table))
            .value(Alias::new("is_active"), true)
            .values(joined)
            .and_where(column("id").eq(self.key_value(db)?))
            .and_where(column("is_active").eq(false))
            .and_where(column("password").eq(self.password()))
            .to_owned();
        let activated = db.execute_whole(&statement).await?.rows_affected() == 1;
        if activated {
            self.is_active = true;
            if self.auth().users().has(UserColumn::DateJoined) {
                self.date_joined = Some(now);
            }
            self.auth().permissions_changed();
        }
        Ok(activated)
    }

    /// Is this the user's password?
    pub async fn check_password(&self, password: &str) -> Result<bool> {
        Ok(self.auth().passwords().verify(password, self.password()).await?.is_right())
    }

    /// Writes that the user logs in now.
    pub(crate) async fn write_last_login(&mut self, db: Db<'_>) -> Result<()> {
        let now = Moment::now();
        self.write(db, [("last_login", Value::from(now))]).await?;
        self.last_login = Some(now);
        Ok(())
    }

    async fn write(&self, db: Db<'_>, columns: impl IntoIterator<Item = (&str, Value)>) -> Result<()> {
        let statement = Query::update()
            .table(Alias::new(&*self.auth().users().table))
            .values(columns.into_iter().map(|(column, value)| (Alias::new(column), Expr::from(value))))
            .and_where(Expr::col(Alias::new("id")).eq(self.key_value(db)?))
            .to_owned();
        db.execute_whole(&statement).await?;
        Ok(())
    }

    /// What is kept of this user is another now.
    pub(crate) fn changed(&self) {
        if let Some(id) = self.id() {
            self.auth().user_changed(id);
        }
    }

    pub(super) fn key_value(&self, db: Db<'_>) -> Result<Value> {
        self.known_key(db).ok_or_else(nobody)
    }

    pub(super) fn known_key(&self, db: Db<'_>) -> Option<Value> {
        Some(self.id()?.value(db.get_database_backend()))
    }
}

/// An address that is a name, as it is compared with others.
pub(crate) fn normalized_address(text: &str) -> String {
    normalize_email(&text.nfkc().collect::<String>())
}

/// The domain in lower case, without surrounding spaces; the local part as it is.
fn normalize_email(email: &str) -> String {
    let email = email.trim();
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(user: NewUser) -> Result<NewUser, String> {
        let mut user = user;
        user.check(&UserTable::default()).map(|()| user).map_err(|error| error.to_string())
    }

    #[test]
    fn names_are_normalised() {
        assert_eq!(checked(NewUser::new("\u{2126}")).unwrap().username, "\u{3a9}");
        assert_eq!(checked(NewUser::new("a").email(" A.b@EXAMPLE.com ")).unwrap().email, "A.b@example.com");
    }

    #[test]
    fn who_is_named_by_an_address_has_one() {
        let members = UserTable::custom("club", "Member", Key::Uuid).named_by("email").without([UserColumn::FirstName]);
        let checked = |mut user: NewUser| user.check(&members).map(|()| user.username).ok();
        assert_eq!(checked(NewUser::new("O'Neil@EXAMPLE.com")).as_deref(), Some("O'Neil@example.com"));
        assert_eq!(checked(NewUser::new("a@b.co").email("a@B.co")).as_deref(), Some("a@b.co"));
        for refused in [
            NewUser::new("alice"),
            NewUser::new("a b@c.co"),
            NewUser::new("a@b.co").email("b@b.co"),
            NewUser::new("a@b.co").full_name("Anna", ""),
        ] {
            assert_eq!(checked(refused), None);
        }
    }

    #[test]
    fn what_no_user_may_be_called() {
        for name in ["", "a b", "a/b", "a\0", &"x".repeat(151)] {
            assert!(checked(NewUser::new(name)).is_err(), "{name:?}");
        }
        for name in ["alice", "a.b+c-d_e@f", "Ünïcödé9", &"x".repeat(150)] {
            assert!(checked(NewUser::new(name)).is_ok(), "{name:?}");
        }
    }
}
