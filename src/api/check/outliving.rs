use std::collections::BTreeSet;

use super::Finding;
use crate::{
    BuiltApi, Result,
    db::{Cascading, cascading},
};

impl BuiltApi {
    /// Looks in the database for foreign keys by which grants outlive the rows they are on.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use refrain::Api;
    ///
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
    /// assert!(api.check_foreign_keys().await?.is_empty());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The database deletes rows with those they point at, and no relation says so: a viewset then does not know whose
    /// grants to take away.
    ///
    /// | code | severity | what |
    /// |---|---|---|
    /// | `grants_outlive_rows` | warning | deleting a row deletes others, on which the grants stay |
    ///
    /// The models are those mounted, and those of [`Api::models`](crate::Api::models).
    pub async fn check_foreign_keys(&self) -> Result<Vec<Finding>> {
        let deleting = self.gate.site.deleting();
        let there = cascading(self.db().into()).await?;
        let mut findings = Vec::new();
        for foreign_key in &there {
            let Cascading { from, column, to } = foreign_key;
            if !deleting.knows(to) || deleting.follows(from, column, to) {
                continue;
            }
            let tables = reached(&there, from);
            let models = tables.iter().flat_map(|table| deleting.models_of(table));
            let models: BTreeSet<String> = models.map(|model| format!("`{model}`")).collect();
            if models.is_empty() {
                continue;
            }
            let models = models.into_iter().collect::<Vec<_>>().join(", ");
            let message = format!(
                "deleting a row of `{to}` deletes rows of {models} by the foreign key `{from}.{column}`, which no \
                 relation declares: what was granted on them stays, for the next rows with their keys"
            );
            let write = format!(
                "the relation on the model of `{from}`, with `belongs_to` and `on_delete`; or run `clean-orphans` \
                 whenever such a row was deleted"
            );
            findings.push(Finding::warning("grants_outlive_rows", message).write(write));
        }
        Ok(findings)
    }
}

/// This table and those whose rows are deleted with its own.
fn reached<'c>(there: &'c [Cascading], table: &'c str) -> BTreeSet<&'c str> {
    let mut tables = BTreeSet::from([table]);
    let mut next = vec![table];
    while let Some(table) = next.pop() {
        let children = there.iter().filter(|foreign_key| foreign_key.to == table);
        next.extend(children.map(|foreign_key| foreign_key.from.as_str()).filter(|child| tables.insert(child)));
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_deleted_with_those_that_their_own_point_at() {
        let pointing = |from: &str, to: &str| {
            let [from, column, to] = [from, "id", to].map(str::to_owned);
            Cascading { from, column, to }
        };
        let there =
            [pointing("part", "service"), pointing("service", "car"), pointing("bolt", "part"), pointing("car", "car")];
        assert_eq!(reached(&there, "service"), BTreeSet::from(["service", "part", "bolt"]));
        assert_eq!(reached(&there, "bolt"), BTreeSet::from(["bolt"]));
    }
}
