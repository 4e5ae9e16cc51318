//! What the rows of Django's own tables say.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, FromQueryResult, Statement,
    sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Query},
};

use super::{apps::ContentType, tables::Tables};
use crate::{
    declaration::Kind,
    error::{Error, Result},
};

pub(super) struct Site {
    pub(super) backend: DbBackend,
    pub(super) content_types: Vec<ContentType>,
    pub(super) users: Users,
    pub(super) groups: i64,
    /// how many grants there are, by model, in django-guardian's tables; none where it is not installed
    pub(super) grants: Option<Vec<Granted>>,
    /// tables of grants whose object is a foreign key
    pub(super) own_grants: Vec<OwnGrants>,
    pub(super) tokens: Option<i64>,
    pub(super) sessions: Option<i64>,
    /// rows by table
    rows: Vec<(String, i64)>,
}

pub(super) struct Users {
    pub(super) table: String,
    /// its model, where it has a content type
    pub(super) model: Option<String>,
    pub(super) key: Option<Kind>,
    pub(super) count: i64,
    pub(super) active: Option<i64>,
    pub(super) superusers: Option<i64>,
    /// the names of Django's hash algorithms, and how many hashes are theirs; `!` for passwords that nothing matches, and
    /// nothing for all others
    pub(super) algorithms: Vec<(String, i64)>,
    /// the column that names one
    pub(super) named_by: Option<&'static str>,
    /// the columns that every user is read by, and it lacks
    pub(super) lacks: Vec<&'static str>,
    /// those of `AbstractUser` that it may be without, and is, as `UserColumn` calls them
    pub(super) without: Vec<&'static str>,
}

#[derive(FromQueryResult)]
pub(super) struct Granted {
    pub(super) app_label: String,
    pub(super) model: String,
    pub(super) count: i64,
}

/// A table made from guardian's `UserObjectPermissionBase`, or its `GroupObjectPermissionBase`.
pub(super) struct OwnGrants {
    pub(super) table: String,
    /// whose rows are granted
    pub(super) on: String,
    pub(super) is_groups: bool,
}

impl Site {
    pub(super) async fn read(db: &DatabaseConnection, tables: &Tables) -> Result<Self> {
        if tables.get("django_content_type").is_none() || tables.get("auth_permission").is_none() {
            let lacking = "it has no `django_content_type` and `auth_permission`";
            return Err(Error::refused(format!("this is not the database of a Django site: {lacking}")));
        }
        let look = Look { db, tables };
        let content_types = look.content_types().await?;
        let users = look.users(&content_types).await?;
        let mut rows = Vec::new();
        for content_type in &content_types {
            let table = content_type.table();
            if let Some(count) = look.count(&table).await? {
                rows.push((table, count));
            }
        }
        Ok(Self {
            backend: db.get_database_backend(),
            groups: look.count("auth_group").await?.unwrap_or(0),
            grants: look.grants().await?,
            own_grants: look.own_grants(&users),
            tokens: look.count("authtoken_token").await?,
            sessions: look.count("django_session").await?,
            content_types,
            users,
            rows,
        })
    }

    pub(super) fn rows_of(&self, table: &str) -> Option<i64> {
        self.rows.iter().find(|(name, _)| name == table).map(|(_, count)| *count)
    }
}

struct Look<'a> {
    db: &'a DatabaseConnection,
    tables: &'a Tables,
}

/// The algorithms that Django has, or had.
const OF_DJANGO: [&str; 9] =
    ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "scrypt", "bcrypt_sha256", "bcrypt", "md5", "sha1", "crypt"];

/// The columns that the library reads of every user.
const OF_EVERY_USER: [&str; 5] = ["id", "password", "last_login", "is_superuser", "is_active"];

/// The columns of Django's `AbstractUser` that a site's own users may be without, and what `UserColumn` calls them.
const OF_ABSTRACT_USER: [(&str, &str); 5] = [
    ("first_name", "FirstName"),
    ("last_name", "LastName"),
    ("email", "Email"),
    ("is_staff", "IsStaff"),
    ("date_joined", "DateJoined"),
];

impl Look<'_> {
    async fn content_types(&self) -> Result<Vec<ContentType>> {
        #[derive(FromQueryResult)]
        struct Row {
            app_label: String,
            model: String,
            codename: Option<String>,
            name: Option<String>,
        }
        let sql = "SELECT t.app_label, t.model, p.codename, p.name FROM django_content_type t \
                   LEFT JOIN auth_permission p ON p.content_type_id = t.id ORDER BY t.app_label, t.model, p.id";
        let mut all: Vec<ContentType> = Vec::new();
        for row in self.all::<Row>(sql).await? {
            if !all.last().is_some_and(|last| last.app_label == row.app_label && last.model == row.model) {
                let (app_label, model) = (row.app_label, row.model);
                all.push(ContentType { app_label, model, permissions: Vec::new() });
            }
            if let (Some(last), Some(codename), Some(name)) = (all.last_mut(), row.codename, row.name) {
                last.permissions.push((codename, name));
            }
        }
        Ok(all)
    }

    /// The table that tokens, grants or the admin's log name users of; `auth_user` where there is none of these.
    fn user_table(&self) -> Option<String> {
        let named = [
            ("authtoken_token", "user_id"),
            ("guardian_userobjectpermission", "user_id"),
            ("django_admin_log", "user_id"),
        ];
        let named = named
            .into_iter()
            .find_map(|(table, column)| Some(self.tables.get(table)?.refers_to(column)?.table.clone()));
        let is_users = |table: &str| self.tables.get(table).is_some();
        named.or_else(|| is_users("auth_user").then(|| "auth_user".to_owned())).or_else(|| {
            let has = |table: &&super::tables::Table| {
                ["password", "last_login", "is_superuser"].iter().all(|column| table.column(column).is_some())
            };
            self.tables.iter().find(has).map(|table| table.name.clone())
        })
    }

    async fn users(&self, content_types: &[ContentType]) -> Result<Users> {
        let none = || Error::refused("no table of users is there: neither `auth_user` nor one that tokens name");
        let name = self.user_table().ok_or_else(none)?;
        let table = self.tables.get(&name).ok_or_else(none)?;
        let lacks = OF_EVERY_USER.into_iter().filter(|column| table.column(column).is_none()).collect();
        let without = OF_ABSTRACT_USER.into_iter().filter(|(column, _)| table.column(column).is_none());
        let model = content_types.iter().find(|known| known.table() == name);
        let counted = async |column: &str| match table.column(column) {
            Some(_) => self.count_where(&name, column).await.map(Some),
            None => Ok(None),
        };
        Ok(Users {
            model: model.map(|model| format!("{}.{}", model.app_label, model.class())),
            key: table.key().and_then(|key| key.kind),
            count: self.count(&name).await?.unwrap_or(0),
            active: counted("is_active").await?,
            superusers: counted("is_superuser").await?,
            algorithms: self.algorithms(&name).await?,
            named_by: ["username", "email"].into_iter().find(|column| table.column(column).is_some()),
            without: without.map(|(_, named)| named).collect(),
            lacks,
            table: name,
        })
    }

    /// Which of Django's algorithms hashes are of. Nothing of any other password leaves the database.
    async fn algorithms(&self, users: &str) -> Result<Vec<(String, i64)>> {
        if self.tables.get(users).is_none_or(|table| table.column("password").is_none()) {
            return Ok(Vec::new());
        }
        #[derive(FromQueryResult)]
        struct Row {
            algorithm: String,
            count: i64,
        }
        let known = OF_DJANGO
            .map(|name| format!("WHEN password LIKE '{}$%' ESCAPE '!' THEN '{name}'", name.replace('_', "!_")));
        let sql = format!(
            "SELECT CASE WHEN password LIKE '!!%' ESCAPE '!' THEN '!' {} ELSE '' END AS algorithm, COUNT(*) AS count \
             FROM {} GROUP BY 1 ORDER BY 1",
            known.join(" "),
            quoted(self.db.get_database_backend(), users)
        );
        let rows = self.all::<Row>(&sql).await?;
        Ok(rows.into_iter().map(|row| (row.algorithm, row.count)).collect())
    }

    async fn grants(&self) -> Result<Option<Vec<Granted>>> {
        let kinds = ["guardian_userobjectpermission", "guardian_groupobjectpermission"];
        if kinds.iter().any(|table| self.tables.get(table).is_none()) {
            return Ok(None);
        }
        let sql = "SELECT t.app_label, t.model, COUNT(*) AS count FROM \
                   (SELECT content_type_id FROM guardian_userobjectpermission UNION ALL \
                   SELECT content_type_id FROM guardian_groupobjectpermission) g \
                   JOIN django_content_type t ON t.id = g.content_type_id GROUP BY t.app_label, t.model ORDER BY 1, 2";
        self.all(sql).await.map(Some)
    }

    fn own_grants(&self, users: &Users) -> Vec<OwnGrants> {
        let of = |table: &super::tables::Table| {
            let on = table.refers_to("content_object_id")?.table.clone();
            let permission = table.refers_to("permission_id")?;
            let holder = table.refers_to("user_id").or_else(|| table.refers_to("group_id"))?;
            let is_groups = holder.table == "auth_group";
            let fits = permission.table == "auth_permission" && (is_groups || holder.table == users.table);
            fits.then(|| OwnGrants { table: table.name.clone(), on, is_groups })
        };
        self.tables.iter().filter_map(of).collect()
    }

    /// How many rows; none where there is no such table.
    async fn count(&self, table: &str) -> Result<Option<i64>> {
        if self.tables.get(table).is_none() {
            return Ok(None);
        }
        let query = Query::select().expr(Func::count(Expr::col(Asterisk))).from(Alias::new(table)).to_owned();
        let row = self.db.query_one(&query).await?;
        row.map(|row| row.try_get_by_index(0)).transpose().map_err(Into::into)
    }

    async fn count_where(&self, table: &str, flag: &str) -> Result<i64> {
        let query = Query::select()
            .expr(Func::count(Expr::col(Asterisk)))
            .from(Alias::new(table))
            .and_where(Expr::col(Alias::new(flag)).eq(true))
            .to_owned();
        let row = self.db.query_one(&query).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
    }

    async fn all<R: FromQueryResult>(&self, sql: &str) -> Result<Vec<R>> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        Ok(R::find_by_statement(statement).all(self.db).await?)
    }
}

fn quoted(backend: DbBackend, name: &str) -> String {
    let quote = if backend == DbBackend::MySql { "`" } else { "\"" };
    format!("{quote}{}{quote}", name.replace(quote, &quote.repeat(2)))
}
