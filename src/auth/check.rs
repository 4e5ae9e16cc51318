use std::collections::HashSet;

use sea_orm::{ConnectionTrait, Statement};

use super::{Answer, Auth, User, held::Held, statements::USER};
use crate::{Db, Error, Result};

impl User {
    /// Does the user hold a permission, by its label `app_label.codename`?
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// alice.permissions().add(&db, ["drivers.view_car"]).await?;
    /// assert!(alice.has_perm(&db, "drivers.view_car").await?);
    /// assert!(!alice.has_perms(&db, &["drivers.view_car", "drivers.add_car"]).await?);
    /// assert!(alice.has_module_perms(&db, "drivers").await?);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// An active superuser holds every one; then each backend is asked, until one grants or vetoes (CONTRACT 3.2). A
    /// label is compared exactly: a wrong one is held by nobody, and no error (CONTRACT 3.1). Beyond a
    /// [ceiling](User::within) nothing is held.
    pub async fn has_perm(&self, db: impl Into<Db<'_>>, label: &str) -> Result<bool> {
        let db = db.into().of_identity();
        if let Some(held) = self.has_perm_now(label) {
            return Ok(held);
        }
        for backend in self.auth().backends() {
            match backend.has_perm(db, self.whole(), label).await? {
                Answer::Grant => return Ok(true),
                Answer::Veto => return Ok(false),
                Answer::Abstain => {}
            }
        }
        Ok(false)
    }

    /// The same where the answer is known without a question to anybody.
    pub(crate) fn has_perm_now(&self, label: &str) -> Option<bool> {
        if !self.is_allowed(label) || (self.within.is_some() && !self.is_active) {
            return Some(false);
        }
        if self.holds_all_allowed() {
            return Some(true);
        }
        if !self.auth().only_model_backend() {
            return None;
        }
        if !self.is_active {
            return Some(false);
        }
        self.holds_now(label)
    }

    /// Does the user hold all of these permissions? Everybody holds all of none (CONTRACT 3.3).
    pub async fn has_perms<L: AsRef<str>>(&self, db: impl Into<Db<'_>>, labels: &[L]) -> Result<bool> {
        let db = db.into().of_identity();
        for label in labels {
            if !self.has_perm(db, label.as_ref()).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Does the user hold any permission of an app (CONTRACT 3.4)?
    pub async fn has_module_perms(&self, db: impl Into<Db<'_>>, app_label: &str) -> Result<bool> {
        let db = db.into().of_identity();
        if let Some(ceiling) = self.ceiling() {
            for label in ceiling.labels().filter(|label| label.split('.').next() == Some(app_label)) {
                if self.has_perm(db, label).await? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if self.is_active && self.is_superuser {
            return Ok(true);
        }
        for backend in self.auth().backends() {
            match backend.has_module_perms(db, self, app_label).await? {
                Answer::Grant => return Ok(true),
                Answer::Veto => return Ok(false),
                Answer::Abstain => {}
            }
        }
        Ok(false)
    }

    /// Every permission the user holds by any backend, as labels; of an active superuser every one there is (CONTRACT
    /// 3.5, 3.7).
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, editors, .. }| {
    /// alice.permissions().add(&db, ["drivers.view_car"]).await?;
    /// editors.permissions().add(&db, ["drivers.change_car"]).await?;
    /// alice.groups().add(&db, [&editors]).await?;
    ///
    /// assert_eq!(alice.all_permissions(&db).await?.len(), 2);
    /// assert!(alice.user_permissions(&db).await?.contains("drivers.view_car"));
    /// assert!(alice.group_permissions(&db).await?.contains("drivers.change_car"));
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Of them those that a [ceiling](User::within) allows.
    #[doc(alias = "get_all_permissions")]
    pub async fn all_permissions(&self, db: impl Into<Db<'_>>) -> Result<HashSet<String>> {
        let db = db.into().of_identity();
        if self.holds_all_allowed() {
            return self.every_label(db).await;
        }
        let mut labels = HashSet::new();
        if self.within.is_some() && !self.is_active {
            return Ok(labels);
        }
        for backend in self.auth().backends() {
            labels.extend(backend.permissions(db, self.whole()).await?);
        }
        labels.retain(|label| self.is_allowed(label));
        Ok(labels)
    }

    /// The permissions granted to the user directly; of an active superuser every one there is.
    #[doc(alias = "get_user_permissions")]
    pub async fn user_permissions(&self, db: impl Into<Db<'_>>) -> Result<HashSet<String>> {
        self.granted(db.into().of_identity(), |held| held.direct.clone()).await
    }

    /// The permissions the user's groups hold; of an active superuser every one there is.
    #[doc(alias = "get_group_permissions")]
    pub async fn group_permissions(&self, db: impl Into<Db<'_>>) -> Result<HashSet<String>> {
        self.granted(db.into().of_identity(), |held| held.through_groups.clone()).await
    }

    async fn granted(&self, db: Db<'_>, pick: impl FnOnce(&Held) -> HashSet<String>) -> Result<HashSet<String>> {
        match (self.is_active, self.holds_all_allowed()) {
            (false, _) => Ok(HashSet::new()),
            (true, true) => self.every_label(db).await,
            (true, false) => Ok(pick(&*self.held(db).await?)),
        }
    }

    async fn every_label(&self, db: Db<'_>) -> Result<HashSet<String>> {
        let mut labels = every_label(db).await?;
        labels.retain(|label| self.is_allowed(label));
        Ok(labels)
    }
}

impl Auth {
    /// The active users who hold a permission, directly or through a group, and the active superusers (CONTRACT 3.15).
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// alice.permissions().add(&db, ["drivers.publish_car"]).await?;
    /// let publishers = auth.with_perm(&db, "drivers.publish_car").await?;
    /// assert_eq!(publishers[0].username, "alice");
    /// # Ok(())
    /// # });
    /// ```
    pub async fn with_perm(&self, db: impl Into<Db<'_>>, label: &str) -> Result<Vec<User>> {
        if label.split('.').count() != 2 {
            return Err(Error::invalid(format!("`{label}` is not of the form `app_label.codename`")));
        }
        let db = db.into().of_identity();
        let on = db.get_database_backend();
        let as_of = self.grants_made();
        // rows, not a comparison of text, since MariaDB's collations take one label for another
        let named = self.permissions_labelled(db, label).await?;
        let statement = Statement::from_string(on, self.statements(on).with_perm(named.iter().map(|row| row.id)));
        let rows = db.query_all_raw(statement).await?;
        Ok(rows.iter().map(|row| self.read_user(row, on, USER, None, as_of)).collect::<Result<_, _>>()?)
    }
}

async fn every_label(db: Db<'_>) -> Result<HashSet<String>> {
    let sql = "SELECT ct.app_label, p.codename FROM auth_permission p \
               JOIN django_content_type ct ON ct.id = p.content_type_id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter()
        .map(|row| {
            let (app_label, codename): (String, String) = (row.try_get("", "app_label")?, row.try_get("", "codename")?);
            Ok(format!("{app_label}.{codename}"))
        })
        .collect()
}
