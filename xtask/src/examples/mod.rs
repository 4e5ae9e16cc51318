//! Has every public item an example?
//!
//! An item has one where its documentation holds a block of Rust that is compiled. A method has one too where an
//! example on the page of its type, or of a method beside it, calls it by name.

mod page;
mod walk;

use std::collections::BTreeMap;

use crate::{Result, run::root};

/// The crates that users write against, and where each begins.
const CRATES: [(&str, &str); 4] = [
    ("refrain", "src/lib.rs"),
    ("refrain-entity", "entity/src/lib.rs"),
    ("refrain-macros", "macros/src/lib.rs"),
    ("refrain-migration", "migration/src/lib.rs"),
];

/// An error that lists the public items without an example.
pub(crate) fn check() -> Result {
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut items = 0;
    for (name, file) in CRATES {
        let pages = walk::pages(&root().join(file))?;
        for page in pages {
            items += page.items();
            let path = page.file.strip_prefix(root()).unwrap_or(&page.file).display().to_string();
            missing.entry(format!("{name}: {path}")).or_default().extend(page.without_example());
        }
    }
    missing.retain(|_, names| !names.is_empty());
    if missing.is_empty() {
        eprintln!("each of {items} public items has an example");
        return Ok(());
    }
    let count: usize = missing.values().map(Vec::len).sum();
    let lines = missing.iter().map(|(file, names)| format!("{file}: {}", names.join(", ")));
    let list = lines.collect::<Vec<_>>().join("\n");
    Err(format!("{count} of {items} public items have no example in their documentation:\n{list}"))
}
