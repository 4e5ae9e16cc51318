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

#[cfg(test)]
mod tests {
    use refrain_testing::{TestDb, every_database};

    use super::*;
    use crate::auth::{Auth, Ceiling, NewUser};

    const VIEW: &str = "drivers.view_car";

    #[every_database]
    async fn what_is_told_is_what_counts(db: TestDb) -> Result<()> {
        for sql in [
            "INSERT INTO django_content_type (app_label, model) VALUES ('drivers', 'car')",
            "INSERT INTO auth_permission (name, content_type_id, codename) \
             SELECT 'Can view car', id, 'view_car' FROM django_content_type",
        ] {
            db.execute_unprepared(sql).await?;
        }
        let auth = Auth::default();
        let editors = auth.create_group(db.db(), "editors").await?;
        editors.permissions().add(db.db(), [VIEW]).await?;
        let mut alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
        alice.permissions().add(db.db(), [VIEW]).await?;
        alice.groups().add(db.db(), [&editors]).await?;
        let root = auth.create_user(db.db(), NewUser::new("root").superuser()).await?;
        let told = async |user: &User| user.how_held(db.db().into(), VIEW).await;

        assert_eq!(told(&alice).await?, ["directly", "through group editors"]);
        assert_eq!(told(&root).await?, ["as superuser"]);
        assert_eq!(told(&User::anonymous(&auth)).await?, [""; 0]);
        let within = async |label: &str| {
            let root = auth.user(db.db(), "root").await?.expect("she was made").within(Ceiling::new([label]));
            told(&root).await
        };
        assert_eq!(within(VIEW).await?, ["as superuser"]);
        assert_eq!(within("drivers.add_car").await?, [""; 0], "beyond a ceiling nothing is held");
        alice.is_active = false;
        assert_eq!(told(&alice).await?, [""; 0], "who is inactive holds nothing");
        Ok(())
    }
}
