use sea_orm::{ConnectionTrait, Statement};

use super::User;
use crate::{Db, Result};

impl User {
    /// How the user holds a permission: as superuser, directly, through which groups; nothing where they do not.
    pub(crate) async fn how_held(&self, db: Db<'_>, label: &str) -> Result<Vec<String>> {
        if !self.is_active || self.is_anonymous() || !self.is_allowed(label) {
            return Ok(Vec::new());
        }
        let mut held = Vec::new();
        if self.holds_all_allowed() {
            held.push("as superuser".to_owned());
        }
        let permissions = self.held(db).await?;
        if permissions.direct.contains(label) {
            held.push("directly".to_owned());
        }
        if permissions.through_groups.contains(label) {
            let mut groups = self.groups_holding(db, label).await?;
            groups.sort();
            held.extend(groups.into_iter().map(|group| format!("through group {group}")));
        }
        Ok(held)
    }

    async fn groups_holding(&self, db: Db<'_>, label: &str) -> Result<Vec<String>> {
        let on = db.get_database_backend();
        let sql = self.auth().statements(on).groups_holding();
        let rows = db.query_all_raw(Statement::from_sql_and_values(on, sql, [self.key_value(db)?])).await?;
        let mut names = Vec::new();
        for row in rows {
            let (app_label, codename): (String, String) = (row.try_get("", "app_label")?, row.try_get("", "codename")?);
            if label.split_once('.') == Some((&app_label, &codename)) {
                names.push(row.try_get("", "name")?);
            }
        }
        names.dedup();
        Ok(names)
    }
}
