use std::borrow::Cow;

/// The type of a user's primary key.
///
/// ```
/// use refrain_entity::{Key, UserTable};
///
/// assert_eq!(UserTable::default().key, Key::Integer);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// `integer`: Django's `AutoField`, and its own `auth_user`.
    Integer,
    /// `bigint`: Django's `BigAutoField`.
    BigInteger,
    /// `uuid` on PostgreSQL; 32 hexadecimal digits of text on SQLite, MySQL and MariaDB, as Django stores it.
    Uuid,
}

/// A column of Django's `AbstractUser` that a site's own user model may be without.
///
/// ```
/// use refrain_entity::{Key, UserColumn, UserTable};
///
/// let members = UserTable::custom("club", "Member", Key::Uuid).without([UserColumn::IsStaff]);
/// assert!(!members.has(UserColumn::IsStaff) && members.has(UserColumn::Email));
/// assert_eq!(UserColumn::IsStaff.name(), "is_staff");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserColumn {
    /// `first_name`: everybody's is empty.
    FirstName,
    /// `last_name`, likewise.
    LastName,
    /// `email`, likewise; nobody resets their password by a mail.
    Email,
    /// `is_staff`: nobody is.
    IsStaff,
    /// `date_joined`: not known of anybody.
    DateJoined,
}

/// Where the users are: Django's own `auth_user`, or a site's `AUTH_USER_MODEL`.
///
/// The two link tables are named as Django names them for the model (CONTRACT 1.1).
///
/// ```
/// use refrain_entity::{Key, UserTable};
///
/// assert_eq!(UserTable::default().table, "auth_user");
///
/// let members = UserTable::custom("club", "Member", Key::Uuid);
/// assert_eq!(members.table, "club_member");
/// assert_eq!(members.groups_table, "club_member_groups");
/// assert_eq!(members.link_column, "member_id");
/// ```
///
/// The table has the columns of Django's `AbstractUser`, but for those that are said to be missing. Of an
/// `AbstractBaseUser` with `PermissionsMixin`, who is named by an address:
///
/// ```
/// use refrain_entity::{Key, UserColumn, UserTable};
///
/// let members = UserTable::custom("club", "Member", Key::Uuid)
///     .named_by("email")
///     .without([UserColumn::FirstName, UserColumn::LastName, UserColumn::DateJoined]);
/// assert!(members.is_named_by_address());
/// ```
#[doc(alias = "AUTH_USER_MODEL")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserTable {
    /// The label of the Django app, `auth`.
    pub app_label: Cow<'static, str>,
    /// The model's name in lower case, `user`.
    pub model: Cow<'static, str>,
    /// The table of users, `auth_user`.
    pub table: Cow<'static, str>,
    /// The type of its primary key, which is the column `id`.
    pub key: Key,
    /// The column that names a user uniquely (Django's `USERNAME_FIELD`), `username`.
    pub username: Cow<'static, str>,
    /// The table linking users and groups, `auth_user_groups`.
    pub groups_table: Cow<'static, str>,
    /// The table linking users and permissions, `auth_user_user_permissions`.
    pub permissions_table: Cow<'static, str>,
    /// The user's column in both link tables, `user_id`.
    pub link_column: Cow<'static, str>,
    /// The columns that the table does not have, none.
    pub lacking: Vec<UserColumn>,
}

impl Default for UserTable {
    fn default() -> Self {
        Self::custom("auth", "User", Key::Integer)
    }
}

impl UserTable {
    /// A site's own user model, with the table names Django gives it.
    pub fn custom(app_label: &str, model: &str, key: Key) -> Self {
        let model = model.to_lowercase();
        let table = format!("{app_label}_{model}");
        Self {
            app_label: app_label.to_owned().into(),
            key,
            username: "username".into(),
            groups_table: format!("{table}_groups").into(),
            permissions_table: format!("{table}_user_permissions").into(),
            link_column: format!("{model}_id").into(),
            lacking: Vec::new(),
            table: table.into(),
            model: model.into(),
        }
    }

    /// The same with users who are named by another column: an address, where it is `email`.
    #[doc(alias = "USERNAME_FIELD")]
    #[must_use]
    pub fn named_by(self, column: &str) -> Self {
        Self { username: column.to_owned().into(), ..self }
    }

    /// The same without these columns, which the model does not have.
    #[must_use]
    pub fn without(mut self, columns: impl IntoIterator<Item = UserColumn>) -> Self {
        self.lacking.extend(columns);
        self
    }

    /// The tables that say who somebody is and what they hold, each with the column that says whose row it is, and with
    /// those that count where not all do; with none where a row may be about everybody.
    #[doc(hidden)]
    pub fn identity_tables(&self) -> [(&str, Vec<&str>); 8] {
        [
            (&self.table, vec!["id"]),
            (&self.groups_table, vec![&self.link_column]),
            (&self.permissions_table, vec![&self.link_column]),
            ("authtoken_token", vec!["user_id"]),
            // not when it was last used
            ("refrain_token", vec!["user_id", "digest", "expires_at", "ceiling"]),
            ("auth_group_permissions", vec![]),
            ("auth_permission", vec![]),
            ("django_content_type", vec![]),
        ]
    }

    /// Does the table have this column?
    ///
    /// ```
    /// use refrain_entity::{UserColumn, UserTable};
    ///
    /// let users = UserTable::default();
    /// assert!(users.is_auth_user() && users.has(UserColumn::DateJoined));
    /// ```
    pub fn has(&self, column: UserColumn) -> bool {
        !self.lacking.contains(&column)
    }

    /// Is a user's name an address, their `email`?
    pub fn is_named_by_address(&self) -> bool {
        self.username == UserColumn::Email.name()
    }

    /// Is this Django's own `auth_user`?
    pub fn is_auth_user(&self) -> bool {
        self.table == "auth_user"
    }
}

impl UserColumn {
    /// What it is called in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::IsStaff => "is_staff",
            Self::DateJoined => "date_joined",
        }
    }
}
