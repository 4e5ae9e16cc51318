use sea_orm::{
    DbBackend, JoinType, Value,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::model::ModelInfo;

/// A condition as text, with the values it binds.
///
/// As a tree of queries it took longer to build than a database takes to answer. Plain names, which nearly all are, stand
/// in the text, where a plan can know them; any other is bound.
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
    on: DbBackend,
}

impl Sql {
    fn new(text: String, on: DbBackend) -> Self {
        Self { text, values: Vec::new(), on }
    }

    /// Equal byte for byte, whatever the collation.
    fn exactly(mut self, column: &str, name: &str) -> Self {
        self.text += column;
        self.text += " = ";
        self.name(name);
        if self.on == DbBackend::MySql {
            self.text += " AND BINARY ";
            self.text += column;
            self.text += " = ";
            self.name(name);
        }
        self
    }

    fn name(&mut self, name: &str) {
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.text.extend(["'", name, "'"]);
            return;
        }
        self.values.push(name.into());
        match self.on {
            DbBackend::Postgres => self.text += &format!("${}", self.values.len()),
            _ => self.text += "?",
        }
    }

    fn then(mut self, text: &str) -> Self {
        self.text += text;
        self
    }

    /// `gt` is the model's content type.
    fn of_model(self, model: &ModelInfo) -> Self {
        self.exactly("gt.app_label", model.app_label()).then(" AND ").exactly("gt.model", model.model_name())
    }

    /// `gp` is one of the model's permissions, with one of these codenames where there are some.
    fn among(self, model: &ModelInfo, codenames: Option<&[&str]>) -> Self {
        let sql = self.of_model(model);
        match codenames {
            None => sql,
            Some([]) => sql.then(" AND 1 = 0"),
            Some([first, others @ ..]) => {
                let sql = sql.then(" AND (").exactly("gp.codename", first);
                others.iter().fold(sql, |sql, other| sql.then(" OR ").exactly("gp.codename", other)).then(")")
            }
        }
    }

    fn expr(self) -> Expr {
        match self.values.is_empty() {
            true => Expr::cust(self.text),
            false => Expr::cust_with_values(self.text, self.values),
        }
    }
}

/// A permission's content type.
pub(super) const ITS_TYPE: &str = "gt.id = gp.content_type_id";

/// This column is the key of the model's content type.
pub(super) fn is_content_type_of(model: &ModelInfo, column: &str, on: DbBackend) -> Expr {
    let sql = Sql::new(format!("{column} = (SELECT gt.id FROM django_content_type gt WHERE "), on);
    sql.of_model(model).then(")").expr()
}

/// `of` compares columns with the keys (or whatever `what` is) of the model's permissions with these codenames, or of all:
/// `permission_id IN` the selected `gp.id`.
pub(super) fn is_permission_of(
    model: &ModelInfo,
    codenames: Option<&[&str]>,
    of: &str,
    what: &str,
    on: DbBackend,
) -> Expr {
    let sql = format!("{of} (SELECT {what} FROM auth_permission gp JOIN django_content_type gt ON {ITS_TYPE} WHERE ");
    Sql::new(sql, on).among(model, codenames).then(")").expr()
}

/// `gp`, with its content type `gt`, is one of the model's permissions with these codenames, or any.
pub(super) fn permission_is(model: &ModelInfo, codenames: Option<&[&str]>, on: DbBackend) -> Expr {
    Sql::new(String::new(), on).among(model, codenames).expr()
}

/// The model's permissions with these codenames, or all; nothing is selected of them yet.
pub(super) fn permissions(model: &ModelInfo, codenames: Option<&[&str]>, on: DbBackend) -> SelectStatement {
    let mut permissions = Query::select();
    permissions
        .from_as("auth_permission", "gp")
        .join_as(JoinType::InnerJoin, "django_content_type", "gt", Expr::cust(ITS_TYPE))
        .and_where(permission_is(model, codenames, on));
    permissions
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};

    use super::*;
    use crate::doc_example::car;

    #[test]
    fn only_plain_names_stand_in_the_text() {
        let model = ModelInfo::of::<car::Entity>();
        let odd = ["view_car", "it's", r"a\b", "né", "what?", "$1"];
        let query = |on| {
            let mut query = Query::select();
            query.expr(permission_is(&model, Some(&odd), on));
            query
        };
        let values = |values: sea_orm::Values| values.0;
        let (sql, bound) = query(DbBackend::Sqlite).build(SqliteQueryBuilder);
        let named = |place: &str| {
            format!("SELECT gt.app_label = 'drivers' AND gt.model = 'car' AND (gp.codename = 'view_car'{place})")
        };
        assert_eq!(sql, named(&" OR gp.codename = ?".repeat(5)));
        let expected: Vec<Value> = odd[1..].iter().map(|name| Value::from(*name)).collect();
        assert_eq!(values(bound), expected);
        let (sql, bound) = query(DbBackend::Postgres).build(PostgresQueryBuilder);
        let places: String = (1..=5).map(|place| format!(" OR gp.codename = ${place}")).collect();
        assert_eq!((sql, values(bound)), (named(&places), expected.clone()));
        let (sql, bound) = query(DbBackend::MySql).build(MysqlQueryBuilder);
        let both = expected.iter().flat_map(|name| [name.clone(), name.clone()]).collect::<Vec<_>>();
        let places = " OR gp.codename = ? AND BINARY gp.codename = ?".repeat(5);
        assert!(sql.ends_with(&format!("{places})")), "{sql}");
        assert_eq!(values(bound), both);
    }
}
