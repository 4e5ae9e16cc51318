use std::fmt;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use super::Auth;
use crate::{Db, Error, Result, model::Model};

/// A row of `auth_permission`, with the model it is about.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, auth, .. }| {
/// let add = auth.permission(&db, "drivers.add_car").await?;
/// assert_eq!((add.codename.as_str(), add.model.as_str()), ("add_car", "car"));
/// assert_eq!(add.label(), "drivers.add_car");
/// assert_eq!(add.to_string(), "drivers | car | Can add car");
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Permission {
    /// The primary key.
    pub id: i32,
    /// The name for people: `Can add car`.
    pub name: String,
    /// The name for programs: `add_car`.
    pub codename: String,
    /// The app of its model: `drivers`.
    pub app_label: String,
    /// The model in lower case: `car`.
    pub model: String,
}

impl Permission {
    /// What checks ask for: `drivers.add_car`.
    pub fn label(&self) -> String {
        format!("{}.{}", self.app_label, self.codename)
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get("", "id")?,
            name: row.try_get("", "name")?,
            codename: row.try_get("", "codename")?,
            app_label: row.try_get("", "app_label")?,
            model: row.try_get("", "model")?,
        })
    }
}

/// `drivers | car | Can add car` (CONTRACT 2.14, with the app's label for its verbose name).
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {}", self.app_label, self.model, self.name)
    }
}

/// What names a permission to be granted: the permission itself, or its label.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, auth, editors, .. }| {
/// use refrain::auth::PermissionRef;
///
/// let loaded = auth.permission(&db, "drivers.add_car").await?;
/// let both = [PermissionRef::from(&loaded), PermissionRef::from("drivers.view_car")];
/// editors.permissions().set(&db, both).await?;
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug)]
pub enum PermissionRef {
    /// A row that was loaded.
    Id(i32),
    /// `app_label.codename`, looked up when it is used; one that names no row or several is an error.
    Label(String),
}

impl From<&Permission> for PermissionRef {
    fn from(permission: &Permission) -> Self {
        Self::Id(permission.id)
    }
}

impl From<Permission> for PermissionRef {
    fn from(permission: Permission) -> Self {
        Self::Id(permission.id)
    }
}

impl From<&str> for PermissionRef {
    fn from(label: &str) -> Self {
        Self::Label(label.to_owned())
    }
}

impl From<String> for PermissionRef {
    fn from(label: String) -> Self {
        Self::Label(label)
    }
}

impl Auth {
    /// The permission with this label.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// assert_eq!(auth.permission(&db, "drivers.publish_car").await?.name, "Can publish car listing");
    /// assert!(auth.permission(&db, "drivers.fly_car").await.is_err());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// A label that no row or several rows bear (two models of an app may share a codename, CONTRACT 2.9) is an error.
    pub async fn permission(&self, db: impl Into<Db<'_>>, label: &str) -> Result<Permission> {
        let mut found = self.permissions_labelled(db.into(), label).await?;
        match found.len() {
            0 => Err(Error::unknown("permission", label)),
            1 => Ok(found.remove(0)),
            _ => {
                let models: Vec<_> = found.iter().map(|permission| permission.model.as_str()).collect();
                Err(Error::invalid(format!("`{label}` names a permission on several models: {}", models.join(", "))))
            }
        }
    }

    /// Every permission there is, in Django's order (CONTRACT 2.14).
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// let labels: Vec<String> = auth.permissions(&db).await?.iter().map(|permission| permission.label()).collect();
    /// assert!(labels.contains(&"drivers.view_trip".to_owned()));
    /// # Ok(())
    /// # });
    /// ```
    pub async fn permissions(&self, db: impl Into<Db<'_>>) -> Result<Vec<Permission>> {
        find(db.into(), "", vec![]).await
    }

    /// The permissions of a model that there are, in Django's order: those it declares, and what else was made on its
    /// content type.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, trip};
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// let permissions = auth.perms_for_model::<trip::Entity>(&db).await?;
    /// let codenames: Vec<&str> = permissions.iter().map(|permission| permission.codename.as_str()).collect();
    /// assert_eq!(codenames, ["add_trip", "change_trip", "delete_trip", "view_trip"]);
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "get_perms_for_model")]
    pub async fn perms_for_model<M: Model>(&self, db: impl Into<Db<'_>>) -> Result<Vec<Permission>> {
        let named = vec![M::APP_LABEL.into(), M::MODEL_NAME.into()];
        let mut found = find(db.into(), "WHERE ct.app_label = ? AND ct.model = ?", named).await?;
        // whatever a collation takes for the same
        found.retain(|permission| permission.app_label == M::APP_LABEL && permission.model == M::MODEL_NAME);
        Ok(found)
    }

    pub(super) async fn permissions_labelled(&self, db: Db<'_>, label: &str) -> Result<Vec<Permission>> {
        let Some((app_label, codename)) = label.split_once('.') else {
            return Err(Error::invalid(format!("`{label}` is not of the form `app_label.codename`")));
        };
        if label.contains('\0') {
            return Ok(Vec::new());
        }
        let mut found =
            find(db, "WHERE ct.app_label = ? AND p.codename = ?", vec![app_label.into(), codename.into()]).await?;
        found.retain(|permission| permission.codename == codename && permission.app_label == app_label);
        Ok(found)
    }

    /// The keys of the permissions named, each once.
    pub(super) async fn permission_ids(
        &self,
        db: Db<'_>,
        named: impl IntoIterator<Item = impl Into<PermissionRef>>,
    ) -> Result<Vec<i64>> {
        let named: Vec<PermissionRef> = named.into_iter().map(Into::into).collect();
        let mut ids = Vec::new();
        for permission in named {
            let id = match permission {
                PermissionRef::Id(id) => id,
                PermissionRef::Label(label) => self.permission(db, &label).await?.id,
            };
            if !ids.contains(&i64::from(id)) {
                ids.push(id.into());
            }
        }
        Ok(ids)
    }
}

async fn find(db: Db<'_>, filter: &str, values: Vec<Value>) -> Result<Vec<Permission>> {
    let on = db.get_database_backend();
    let mut sql = format!(
        "SELECT p.id, p.name, p.codename, ct.app_label, ct.model FROM auth_permission p \
         JOIN django_content_type ct ON ct.id = p.content_type_id {filter} \
         ORDER BY ct.app_label, ct.model, p.codename"
    );
    if on == sea_orm::DbBackend::Postgres {
        for place in 1..=values.len() {
            sql = sql.replacen('?', &format!("${place}"), 1);
        }
    }
    let rows = db.query_all_raw(Statement::from_sql_and_values(on, sql, values)).await?;
    Ok(rows.iter().map(Permission::read).collect::<Result<_, _>>()?)
}
