//! `cargo xtask tables`: the guide's tables of what exists, made from the sources.
//!
//! | file | what it is for |
//! |---|---|
//! | `marks` | the places of a page between which a table stands |
//! | `sources` | the library's files, parsed: its traits, structs and methods |
//! | `words` | an item's first sentence, its default and its Django names |
//! | `markdown` | rows and columns |
//! | `classes`, `hooks`, `settings`, `environment`, `errors`, `columns`, `features` | a table each |
//! | `statements` | the tables of what the library asks a database |

mod classes;
mod columns;
mod environment;
mod errors;
mod features;
mod hooks;
mod markdown;
mod marks;
mod settings;
mod sources;
mod statements;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use sources::Sources;

use crate::{Result, run::root};

#[derive(Args)]
pub(crate) struct Options {
    /// Change nothing; fail where a table is not as it would be made.
    #[arg(long)]
    check: bool,
}

/// Makes every table of every page anew.
pub(crate) fn run(options: &Options) -> Result {
    let mut stale = Vec::new();
    let sources = Sources::read()?;
    for page in pages(&sources)? {
        let failed = |why: String| format!("`{}`: {why}", page.display());
        let text = fs::read_to_string(&page).map_err(|error| failed(error.to_string()))?;
        let made = marks::filled(&text, &|table| table_of(table, &sources, &page)).map_err(failed)?;
        if made == text {
            continue;
        }
        if options.check {
            stale.push(page.strip_prefix(root()).unwrap_or(&page).display().to_string());
        } else {
            fs::write(&page, made).map_err(|error| failed(error.to_string()))?;
            eprintln!("wrote the tables of {}", page.display());
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("tables are stale, which `cargo xtask tables` makes: {}", stale.join(", ")))
}

/// The table that a mark asks for by its name, and of a type where it names one.
fn table_of(asked: &str, sources: &Sources, page: &Path) -> Result<String> {
    let words: Vec<&str> = asked.split_whitespace().collect();
    match words[..] {
        ["classes"] => classes::table(sources),
        ["columns"] => columns::table(),
        ["environment"] => environment::table(sources),
        ["errors"] => errors::table(sources),
        ["features"] => features::table(),
        ["hooks", of] => hooks::table(sources, of, page),
        ["settings", of] => settings::table(sources, of, page),
        ["statements", group] => statements::table(sources, group, page),
        _ => Err(format!("there is no table `{asked}`")),
    }
}

/// What may hold tables: the README, the guide, and the documentation of items.
fn pages(sources: &Sources) -> Result<Vec<PathBuf>> {
    let guide = root().join("docs/guide");
    let failed = |error: std::io::Error| format!("`{}`: {error}", guide.display());
    let mut pages = vec![root().join("README.md")];
    for entry in fs::read_dir(&guide).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        pages.extend(path.extension().is_some_and(|kind| kind == "md").then_some(path));
    }
    pages.sort();
    pages.extend(sources.below("src").map(|file| root().join(&file.path)));
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_as_the_code_is() {
        run(&Options { check: true }).unwrap_or_else(|stale| panic!("{stale}"));
    }

    #[test]
    fn a_table_that_nobody_makes_is_refused() {
        let sources = Sources::default();
        assert!(table_of("nonsense", &sources, Path::new("x.md")).is_err());
        assert!(table_of("hooks Nobody", &sources, Path::new("x.md")).is_err());
    }
}
