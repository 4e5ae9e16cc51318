//! A caller without an id would own every row that nobody owns, were their id compared with a column.

use refrain::{Context, Rule, doc_example::car};
use sea_orm::ColumnTrait;

fn own(cx: &Context<'_>) -> Rule {
    Rule::when(car::Column::OwnerId.eq(cx.user().id()))
}

fn main() {}
