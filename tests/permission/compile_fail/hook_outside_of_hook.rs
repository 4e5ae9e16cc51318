//! A row hook stands in an expression as `Hook(…)`.

use refrain::{Access, Context, IsAuthenticated, Lists, Result, RowHook, async_trait, doc_example::car};

struct Palindrome;

#[async_trait]
impl RowHook for Palindrome {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(row.name.chars().eq(row.name.chars().rev()))
    }
}

fn main() {
    let _ = Access::<car::Entity>::to(IsAuthenticated & Palindrome);
}
