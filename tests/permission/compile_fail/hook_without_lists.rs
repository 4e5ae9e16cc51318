//! How lists ask a hook is a decision, and has no default.

use refrain::{Context, Result, RowHook, async_trait, doc_example::car};

struct Palindrome;

#[async_trait]
impl RowHook for Palindrome {
    type Entity = car::Entity;

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(row.name.chars().eq(row.name.chars().rev()))
    }
}

fn main() {}
