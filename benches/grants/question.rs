//! What is asked, and how the library answers it.

use std::fmt;

use http::HeaderMap;
use refrain::{Action, Context, Permissions, auth::User, doc_example::car, model::ModelInfo};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Statement, sea_query::Expr,
};

use super::{CAR, PAGE};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Question {
    /// The page behind so many rows.
    Page(u64),
    Count,
    /// The car, and may the caller see it?
    Row,
    HasPerm,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(0) => f.write_str("first page"),
            Self::Page(offset) => write!(f, "page behind {offset}"),
            Self::Count => f.write_str("count"),
            Self::Row => f.write_str("one row"),
            Self::HasPerm => f.write_str("has_perm_on"),
        }
    }
}

/// Who asks, under which rule.
pub(super) struct Caller<'a> {
    pub(super) db: &'a DatabaseConnection,
    /// A viewset has it from the start.
    pub(super) model: &'a ModelInfo,
    pub(super) permissions: &'a Permissions,
    pub(super) or_owner: bool,
    pub(super) user: &'a User,
    pub(super) id: i32,
}

impl Caller<'_> {
    /// As a viewset asks: the meaning first, then the select it leads to. Ids, or one number.
    pub(super) async fn ours(&self, question: Question) -> Vec<i64> {
        if let Some(statement) = self.statement(question).await {
            return self.read(question, statement).await;
        }
        let car = car::Model { id: CAR, name: String::new(), owner_id: None, published: false };
        let held = self.user.has_perm_on(self.db, "view_car", &car).await.expect("a query");
        if held { vec![CAR] } else { vec![] }
    }

    /// The library's statement, spelled as a viewset spells it; that of `has_perm_on` cannot be had from outside.
    pub(super) async fn statement(&self, question: Question) -> Option<Statement> {
        let on = self.db.get_database_backend();
        let headers = HeaderMap::new();
        let action = if question == Question::Row { Action::Retrieve } else { Action::List };
        let cx = Context::new(self.user, action, Some(self.model), &headers, self.db);
        let rule = match question {
            Question::HasPerm => return None,
            _ => self.permissions.meaning(&cx).await.expect("the database is not asked"),
        };
        if question == Question::Row {
            let mut row = car::Entity::find_by_id(CAR).into_query();
            row.expr_as(rule.verdict().expect("no hook is asked"), "verdict");
            return Some(on.build(&row));
        }
        let cars = car::Entity::find().filter(rule.filter());
        if let Question::Page(offset) = question {
            let page = cars.order_by_asc(car::Column::Id).offset(offset).limit(PAGE);
            let mut page = on.build(&page.into_query());
            if on == DbBackend::Sqlite {
                page.sql = page.sql.replace("LIMIT ? OFFSET ?", "LIMIT +? OFFSET +?");
            }
            return Some(page);
        }
        let mut count = cars.select_only().into_query();
        count.expr_as(Expr::cust("COUNT(*)"), "n");
        Some(on.build(&count))
    }

    /// What the library's statement answers.
    pub(super) async fn read(&self, question: Question, statement: Statement) -> Vec<i64> {
        if question != Question::Row {
            return self.run(question, statement).await;
        }
        let row = self.db.query_one_raw(statement).await.expect("a query").expect("the car is there");
        let car = car::Model::from_query_result(&row, "").expect("a car");
        if row.try_get("", "verdict").expect("a verdict") { vec![car.id] } else { vec![] }
    }

    pub(super) async fn run(&self, question: Question, statement: Statement) -> Vec<i64> {
        if let Question::Page(_) | Question::Row = question {
            let cars = car::Entity::find().from_raw_sql(statement).all(self.db).await.expect("a query");
            return cars.into_iter().map(|car| car.id).collect();
        }
        let row = self.db.query_one_raw(statement).await.expect("a query");
        row.map(|row| row.try_get("", "n").expect("a number")).into_iter().collect()
    }
}
