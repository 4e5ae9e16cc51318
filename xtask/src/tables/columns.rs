//! What a field of each type is in JSON: a test of the library asks the types, and keeps the table as a snapshot.

use std::fs;

use crate::{Result, run::root};

const SNAPSHOT: &str = "src/serializer/snapshots/refrain__serializer__column_table__columns.snap";

pub(super) fn table() -> Result<String> {
    let text = fs::read_to_string(root().join(SNAPSHOT)).map_err(|error| format!("`{SNAPSHOT}`: {error}"))?;
    of_snapshot(&text).map(str::to_owned).ok_or_else(|| format!("`{SNAPSHOT}` is no snapshot of a table"))
}

/// What stands behind the snapshot's own head.
fn of_snapshot(text: &str) -> Option<&str> {
    let (_, table) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    table.starts_with('|').then_some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_its_table() {
        assert_eq!(of_snapshot("---\nsource: x\n---\n| a |\n|---|\n"), Some("| a |\n|---|\n"));
        assert_eq!(of_snapshot("---\nsource: x\n---\nno table\n"), None);
    }
}
