use std::borrow::Cow;

/// The type of a user's primary key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// `integer`: Django's `AutoField`, and its own `auth_user`.
    Integer,
    /// `bigint`: Django's `BigAutoField`.
    BigInteger,
    /// `uuid` on PostgreSQL; 32 hexadecimal digits of text on SQLite, MySQL and MariaDB, as Django stores it.
    Uuid,
}

/// Where the users are: Django's own `auth_user`, or a site's `AUTH_USER_MODEL`.
///
/// The table has the columns of Django's `AbstractUser`. The two link tables are named as Django names them for the
/// model (CONTRACT 1.1).
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
            table: table.into(),
            model: model.into(),
        }
    }

    /// Is this Django's own `auth_user`?
    pub fn is_auth_user(&self) -> bool {
        self.table == "auth_user"
    }
}
