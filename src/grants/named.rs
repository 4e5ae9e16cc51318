use sea_orm::DbBackend;

use crate::{db::Sql, model::ModelInfo};

/// Joins a permission's content type.
pub(super) const ITS_TYPE: &str = "JOIN django_content_type gt ON gt.id = gp.content_type_id";

/// Permissions and content types are named, not numbered: an id may change between two requests, and to look it up would
/// cost a statement.
impl Sql {
    /// The query for the key of the model's content type.
    pub(super) fn content_type_of(self, model: &ModelInfo) -> Self {
        self.text("SELECT gt.id FROM django_content_type gt WHERE ").model_is(model)
    }

    /// The query for something of the model's permissions with these codenames, or of all.
    pub(super) fn permissions(self, what: &str, model: &ModelInfo, codenames: Option<&[&str]>) -> Self {
        let from = self.text("SELECT ").text(what).text(" FROM auth_permission gp ").text(ITS_TYPE);
        from.text(" WHERE ").permission_is(model, codenames)
    }

    /// The query for the models of an app that have a permission with this codename.
    pub(super) fn models_with(self, app_label: &str, codename: &str) -> Self {
        let from = self.text("SELECT gt.model AS model FROM auth_permission gp ").text(ITS_TYPE).text(" WHERE ");
        from.exactly("gt.app_label", app_label).text(" AND ").exactly("gp.codename", codename)
    }

    /// `gp`, with its content type `gt`, is one of the model's permissions with these codenames, or any.
    pub(super) fn permission_is(self, model: &ModelInfo, codenames: Option<&[&str]>) -> Self {
        let sql = self.model_is(model);
        match codenames {
            None => sql,
            Some([]) => sql.text(" AND 1 = 0"),
            Some([first, others @ ..]) => {
                let sql = sql.text(" AND (").exactly("gp.codename", first);
                others.iter().fold(sql, |sql, other| sql.text(" OR ").exactly("gp.codename", other)).text(")")
            }
        }
    }

    /// `gt` is the content type of what is granted on the model's rows.
    fn model_is(self, model: &ModelInfo) -> Self {
        let (app_label, model_name) = model.granted_on();
        self.exactly("gt.app_label", app_label).text(" AND ").exactly("gt.model", model_name)
    }

    /// Equal byte for byte, whatever the collation.
    fn exactly(self, column: &str, name: &str) -> Self {
        let on = self.on();
        let sql = self.text(column).text(" = ").name(name);
        match on {
            DbBackend::MySql => sql.text(" AND BINARY ").text(column).text(" = ").name(name),
            _ => sql,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc_example::car;

    #[test]
    fn only_plain_names_stand_in_the_text() {
        let model = ModelInfo::of::<car::Entity>();
        let odd = ["view_car", "it's", r"a\b", "né", "what?", "$1"];
        let query = |on| Sql::new(on, "").permission_is(&model, Some(&odd)).statement();
        let named = |places: &str| {
            format!("gt.app_label = 'drivers' AND gt.model = 'car' AND (gp.codename = 'view_car'{places})")
        };
        let bound: Vec<sea_orm::Value> = odd[1..].iter().map(|name| (*name).into()).collect();

        let sqlite = query(DbBackend::Sqlite);
        assert_eq!(sqlite.sql, named(&" OR gp.codename = +?".repeat(5)));
        assert_eq!(sqlite.values.expect("values").0, bound);
        let postgres = query(DbBackend::Postgres);
        let places: String = (1..=5).map(|place| format!(" OR gp.codename = ${place}")).collect();
        assert_eq!(postgres.sql, named(&places));
        assert_eq!(postgres.values.expect("values").0, bound);
        let mysql = query(DbBackend::MySql);
        let places = " OR gp.codename = ? AND BINARY gp.codename = ?".repeat(5);
        assert!(mysql.sql.ends_with(&format!("{places})")), "{}", mysql.sql);
        let both: Vec<_> = bound.iter().flat_map(|name| [name.clone(), name.clone()]).collect();
        assert_eq!(mysql.values.expect("values").0, both);
    }
}
