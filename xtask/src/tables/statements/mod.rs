//! Every statement of the library, and where it goes on a distributed PostgreSQL.
//!
//! | file | what it is for |
//! |---|---|
//! | `finder` | the functions that run a statement, found in the sources |
//! | `known.txt`, `known` | what is written of each by hand, and its reading |
//!
//! A function that runs a statement and is not in `known.txt`, or is there and runs none, is an error.

mod finder;
mod known;

use std::{collections::BTreeSet, path::Path};

use finder::Place;

use super::{
    markdown::{Table, link},
    sources::Sources,
};
use crate::Result;

/// The library and the crate of its migrations.
const FOLDERS: [&str; 2] = ["src", "migration/src"];

/// A row for each function of a group.
pub(super) fn table(sources: &Sources, group: &str, page: &Path) -> Result<String> {
    let known = known::all()?;
    let found = finder::places(FOLDERS.iter().flat_map(|folder| sources.below(folder)));
    agree(&found, &known.iter().map(|statement| statement.place.clone()).collect())?;
    let mut table = Table::new(&["function", "what its statements are for", "tables", "Citus", "YugabyteDB"]);
    for statement in known.iter().filter(|statement| statement.group == group) {
        let (file, function) = &statement.place;
        let function = link(function, Path::new(file), page).unwrap_or_default();
        let [citus, yugabyte] = statement.goes_to.map(str::to_owned);
        table.row([function, statement.what.to_owned(), statement.tables.to_owned(), citus, yugabyte]);
    }
    if table.is_empty() { Err(format!("there is no group of statements `{group}`")) } else { Ok(table.written()) }
}

fn agree(found: &BTreeSet<Place>, known: &BTreeSet<Place>) -> Result {
    let told =
        |places: Vec<&Place>| places.iter().map(|(file, name)| format!("`{name}` of {file}")).collect::<Vec<_>>();
    let missing = told(found.difference(known).collect());
    let gone = told(known.difference(found).collect());
    if missing.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let (missing, gone) = (missing.join(", "), gone.join(", "));
    Err(format!("`known.txt` lacks functions that run statements: [{missing}], and has some that run none: [{gone}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_nothing_is_written_of_is_named() {
        let places = |names: &[&str]| names.iter().map(|name| ("src/a.rs".to_owned(), (*name).to_owned())).collect();
        assert_eq!(agree(&places(&["f"]), &places(&["f"])), Ok(()));
        assert!(
            agree(&places(&["f", "g"]), &places(&["f"]))
                .is_err_and(|why| why.contains("lacks functions that run statements: [`g` of src/a.rs]"))
        );
        assert!(
            agree(&places(&["f"]), &places(&["f", "h"])).is_err_and(|why| why.contains("run none: [`h` of src/a.rs]"))
        );
    }

    #[test]
    fn every_group_stands_on_the_page() {
        let page =
            std::fs::read_to_string(crate::run::root().join("docs/guide/distributed-postgresql.md")).expect("the page");
        for statement in known::all().expect("it can be read") {
            assert!(page.contains(&format!("<!-- table: statements {} -->", statement.group)), "{}", statement.group);
        }
    }
}
