//! What is written of each statement by hand, in `known.txt`: groups, their files, and a line for each function.

use super::finder::Place;
use crate::Result;

pub(super) struct Statement {
    pub(super) group: &'static str,
    pub(super) place: Place,
    /// What it is for.
    pub(super) what: &'static str,
    /// The tables that it names.
    pub(super) tables: &'static str,
    /// Where it goes: on Citus, on YugabyteDB.
    pub(super) goes_to: [&'static str; 2],
}

/// Where statements of a kind go, with tables spread as the page recommends.
const KINDS: [(&str, [&str; 2]); 16] = [
    // of users, groups, permissions, tokens and grants
    ("reads", ["own copy", "shared tablet"]),
    ("writes", ["every copy", "shared tablet"]),
    // of rows: one by its key; some by their keys; what a list asks for
    ("row", ["one shard", "the row's tablet, shared tablet"]),
    ("some", ["the keys' shards (1)", "the rows' tablets, shared tablet"]),
    ("rows", ["each shard (1)", "shared tablet, the rows' tablets"]),
    ("locks", ["one shard, or refused (2)", "the rows' tablets"]),
    // grants whose rows are looked for
    ("orphans", ["refused (3)", "shared tablet, the rows' tablets"]),
    // one by its key, or all of them
    ("session", ["one shard", "one tablet"]),
    ("sessions", ["each shard", "each tablet"]),
    // what migrations keep of themselves
    ("bookkeeping", ["coordinator", "shared tablet"]),
    ("catalogue", ["the node asked", "catalogue"]),
    ("tables", ["coordinator", "catalogue"]),
    // no table at all
    ("server", ["the node asked", "the node asked"]),
    ("notices", ["refused (4)", "refused (4)"]),
    ("advisory", ["the node asked", "not enough (5)"]),
    // for other databases
    ("elsewhere", ["–", "–"]),
];

pub(super) fn all() -> Result<Vec<Statement>> {
    parsed(include_str!("known.txt"))
}

fn parsed(text: &'static str) -> Result<Vec<Statement>> {
    let (mut all, mut group, mut file) = (Vec::new(), "", "");
    // the first words say what the file is
    let lines = text.lines().skip_while(|line| !line.starts_with('#'));
    for line in lines.filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("# ") {
            group = name;
        } else if let Some(statement) = line.strip_prefix("    ") {
            let [function, what, tables, kind] = statement.split(" | ").collect::<Vec<_>>()[..] else {
                return Err(format!("not a function, what for, its tables and a kind: `{statement}`"));
            };
            let known = KINDS.iter().find(|(name, _)| *name == kind);
            let (_, goes_to) = known.ok_or_else(|| format!("there is no kind `{kind}` of statements"))?;
            let place = (file.to_owned(), function.to_owned());
            all.push(Statement { group, place, what, tables, goes_to: *goes_to });
        } else {
            file = line;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_is_refused() {
        let read = |text| parsed(text).map(|all| all.len());
        assert_eq!(read("words\n\n# callers\nsrc/a.rs\n    f | a caller | users | reads\n"), Ok(1));
        assert!(read("# callers\nsrc/a.rs\n    f | a caller | users\n").is_err());
        assert!(read("# callers\nsrc/a.rs\n    f | a caller | users | guesses\n").is_err());
    }
}
