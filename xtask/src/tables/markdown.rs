//! Rows and columns, in Markdown.

use std::{iter, path::Path};

use crate::run::root;

/// A table; a column in which no row says anything is left out.
pub(super) struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(heads: &[&'static str]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn written(&self) -> String {
        let said = |column: &usize| self.rows.iter().any(|row| !row[*column].is_empty());
        let columns: Vec<usize> = (0..self.heads.len()).filter(said).collect();
        let heads = columns.iter().map(|column| self.heads[*column].to_owned());
        let rule = columns.iter().map(|_| "---".to_owned());
        let mut written = line(heads, " ") + &line(rule, "");
        for row in &self.rows {
            written += &line(columns.iter().map(|column| row[*column].replace('|', "\\|")), " ");
        }
        written
    }
}

fn line(cells: impl Iterator<Item = String>, space: &str) -> String {
    let cells = cells.map(|cell| if cell.is_empty() { space.to_owned() } else { format!("{space}{cell}{space}") });
    iter::once(String::new()).chain(cells).chain([String::new()]).collect::<Vec<_>>().join("|") + "\n"
}

pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// An item, as a link from the page to its file; its own documentation needs none.
pub(super) fn link(name: &str, file: &Path, page: &Path) -> Option<String> {
    if page.extension().is_some_and(|kind| kind == "rs") {
        return None;
    }
    let folder = page.parent().and_then(|folder| folder.strip_prefix(root()).ok());
    let up = "../".repeat(folder.map_or(0, |folder| folder.components().count()));
    Some(format!("[`{name}`]({up}{})", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_in_which_nothing_stands_is_left_out() {
        let mut table = Table::new(&["a", "b", "c"]);
        table.row(["1".to_owned(), String::new(), "x|y".to_owned()]);
        table.row(["2".to_owned(), String::new(), String::new()]);
        assert_eq!(table.written(), "| a | c |\n|---|---|\n| 1 | x\\|y |\n| 2 | |\n");
    }

    #[test]
    fn a_link_is_from_the_page() {
        let file = Path::new("src/a.rs");
        let of = |page: &str| link("A", file, &root().join(page));
        assert_eq!(of("docs/guide/x.md").as_deref(), Some("[`A`](../../src/a.rs)"));
        assert_eq!(of("README.md").as_deref(), Some("[`A`](src/a.rs)"));
        assert_eq!(of("src/a.rs"), None);
    }
}
