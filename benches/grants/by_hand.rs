//! The statements that a hand would write.

use sea_orm::{DbBackend, Statement, Value};

use super::{
    CAR, PAGE,
    question::{Caller, Question},
};

/// What a hand takes a grant's text for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Hand {
    /// What names a key only where it is the key's own text: `007` and `7abc` name none, and are no error.
    Exact,
    /// A key's, always.
    Trusting,
}

impl Hand {
    /// The key that the text of a grant `g` names, and the condition that it names one, in the cheapest spelling known.
    fn key(self, on: DbBackend) -> (&'static str, &'static str) {
        match (self, on) {
            (Self::Trusting, DbBackend::MySql) => ("CAST(g.object_pk AS signed)", ""),
            (Self::Trusting, _) => ("CAST(g.object_pk AS bigint)", ""),
            // of one to eighteen digits; what was cast before it was tested would be an error
            (Self::Exact, DbBackend::Postgres) => (
                "CASE WHEN g.object_pk !~ '[^0-9]' AND ascii(g.object_pk) > 48 AND octet_length(g.object_pk) < 19 \
                 THEN CAST(g.object_pk AS bigint) END",
                "",
            ),
            (Self::Exact, DbBackend::MySql) => {
                ("CAST(g.object_pk AS signed)", "AND CONV(g.object_pk, 10, -10) = BINARY g.object_pk")
            }
            (Self::Exact, _) => {
                ("CAST(g.object_pk AS bigint)", "AND CAST(CAST(g.object_pk AS bigint) AS text) = g.object_pk")
            }
        }
    }
}

impl Caller<'_> {
    /// The statements that a hand would write: the best of them are what the library is measured by.
    pub(super) fn by_hand(&self, question: Question, hand: Hand) -> Vec<Statement> {
        const CAR: &str = "c.id, c.name, c.owner_id, c.published";
        let on = self.db.get_database_backend();
        let granted = |what: &str, and: &str, union: &str| {
            let permission = "(SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id \
                              WHERE t.app_label = 'drivers' AND t.model = 'car' AND p.codename = 'view_car')";
            format!(
                "SELECT {what} FROM guardian_userobjectpermission g WHERE g.user_id = :me \
                 AND g.permission_id = {permission} {and} \
                 {union} SELECT {what} FROM guardian_groupobjectpermission g \
                 JOIN auth_user_groups ug ON ug.group_id = g.group_id \
                 WHERE ug.user_id = :me AND g.permission_id = {permission} {and}"
            )
        };
        let owned = |owned: &'static str| if self.or_owner { owned } else { "" };
        let on_car = match (hand, on) {
            // whatever the column's collation
            (Hand::Exact, DbBackend::MySql) => "AND g.object_pk = :key AND BINARY g.object_pk = :key",
            _ => "AND g.object_pk = :key",
        };
        let (key, names_key) = hand.key(on);
        let keys = |union: &str| {
            let own = owned("SELECT id AS k FROM drivers_car WHERE owner_id = :me UNION ");
            own.replace("UNION", union) + &granted(&format!("{key} AS k"), names_key, union)
        };
        let mut cars = vec![
            format!("FROM drivers_car c WHERE c.id IN (SELECT k FROM ({}) d)", keys("UNION ALL")),
            format!("FROM drivers_car c JOIN ({}) d ON d.k = c.id", keys("UNION")),
        ];
        if on == DbBackend::Postgres {
            cars.push(format!("FROM drivers_car c WHERE c.id = ANY (ARRAY({}))", keys("UNION ALL")));
        }
        let statements = match question {
            Question::Page(_) => cars
                .into_iter()
                .map(|cars| format!("SELECT {CAR} {cars} ORDER BY c.id LIMIT :limit OFFSET :offset"))
                .collect(),
            Question::Count => cars.into_iter().map(|cars| format!("SELECT COUNT(*) AS n {cars}")).collect(),
            Question::Row => vec![format!(
                "SELECT {CAR} FROM drivers_car c WHERE c.id = :car AND ({} EXISTS ({}))",
                owned("c.owner_id = :me OR"),
                granted("1", on_car, "UNION ALL")
            )],
            Question::HasPerm => {
                let key = Hand::Trusting.key(on).0;
                vec![granted(&format!("{key} AS n"), on_car, "UNION ALL") + " LIMIT 1"]
            }
        };
        // hidden from SQLite's planner, which else compiles a statement anew for every value bound
        let blind = |sql: &String| {
            [":me", ":key", ":limit", ":offset"]
                .iter()
                .fold(sql.clone(), |sql, name| sql.replace(name, &format!("+{name}")))
        };
        let blind: Vec<String> = match (hand, on) {
            (Hand::Exact, DbBackend::Sqlite) => statements.iter().map(blind).collect(),
            _ => vec![],
        };
        statements.iter().chain(&blind).map(|sql: &String| self.bound(question, sql)).collect()
    }

    /// Gives `:me` and its like their values, in the database's own way.
    fn bound(&self, question: Question, sql: &str) -> Statement {
        let on = self.db.get_database_backend();
        let mut parts = sql.split(':');
        let (mut text, mut values) = (parts.next().unwrap_or_default().to_owned(), Vec::<Value>::new());
        for part in parts {
            let (name, rest) = part.split_at(part.find(|c: char| !c.is_alphabetic()).unwrap_or(part.len()));
            values.push(match (name, question) {
                ("me", _) => self.id.into(),
                ("car", _) => CAR.into(),
                ("key", _) => CAR.to_string().into(),
                ("limit", _) => (PAGE as i64).into(),
                ("offset", Question::Page(offset)) => (offset as i64).into(),
                _ => unreachable!("no statement says `:{name}`"),
            });
            text += &if on == DbBackend::Postgres { format!("${}", values.len()) } else { "?".to_owned() };
            text += rest;
        }
        Statement::from_sql_and_values(on, text, values)
    }
}
