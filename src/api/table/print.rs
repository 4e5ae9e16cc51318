use std::fmt;

use super::{EndpointPermissions, PermissionTable};
use crate::viewset::Declared;

const COLUMNS: [&str; 7] = ["path", "method", "action", "permissions", "asks", "rows", "throttle"];

impl PermissionTable {
    /// The table in Markdown.
    pub fn to_markdown(&self) -> String {
        let line = |cells: &[String; 7]| {
            // a bar ends a cell, within code too
            let cells = cells.each_ref().map(|cell| cell.replace('|', "\\|"));
            format!("| {} |\n", cells.join(" | "))
        };
        let code = |text: &String| if text == NOTHING { text.clone() } else { format!("`{text}`") };
        let rows = self.endpoints.iter().map(|endpoint| {
            let [path, method, action, expression, asks, rows, throttle] = cells(endpoint);
            let [path, expression, asks] = [&path, &expression, &asks].map(code);
            line(&[path, method, action, expression, asks, rows, throttle])
        });
        let head = line(&COLUMNS.map(str::to_owned)) + &line(&COLUMNS.map(|_| "---".to_owned()));
        std::iter::once(head).chain(rows).collect()
    }
}

/// For a terminal of 100 columns: a line that names each operation, and below it what is asked and of which rows.
impl fmt::Display for PermissionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for endpoint in &self.endpoints {
            let [path, method, action, expression, asks, rows, throttle] = cells(endpoint);
            writeln!(f, "{method:7} {path}  {action}")?;
            for (name, words) in [("permissions", expression), ("asks", asks), ("rows", rows), ("throttle", throttle)] {
                if words != NOTHING && words != "none" {
                    write_words(f, name, &words)?;
                }
            }
        }
        Ok(())
    }
}

const COLUMNS_OF_TERMINAL: usize = 100;
const INDENT: usize = 21;

/// A name, and words that are broken between two where a line ends.
fn write_words(f: &mut fmt::Formatter<'_>, name: &str, words: &str) -> fmt::Result {
    let mut line = format!("        {name:12}");
    for word in words.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > COLUMNS_OF_TERMINAL && line.trim_end().len() > INDENT {
            writeln!(f, "{}", line.trim_end())?;
            line = " ".repeat(INDENT - 1);
        }
        line.push(' ');
        line.push_str(word);
    }
    writeln!(f, "{}", line.trim_end())
}

const NOTHING: &str = "-";

fn cells(endpoint: &EndpointPermissions) -> [String; 7] {
    let or_nothing = |text: String| if text.is_empty() { NOTHING.to_owned() } else { text };
    let by_default = matches!(endpoint.declared, Declared::Nothing | Declared::Default);
    [
        endpoint.path.clone(),
        endpoint.method.clone(),
        endpoint.action.clone(),
        format!("{}{}", endpoint.expression, if by_default { " (default)" } else { "" }),
        or_nothing(endpoint.asks.join(", ")),
        endpoint.rows_in_words(),
        endpoint.throttle.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of an endpoint that asks these words.
    fn printed(words: &[&str]) -> Vec<String> {
        let endpoint = EndpointPermissions {
            method: "GET".to_owned(),
            path: "/cars".to_owned(),
            action: "list".to_owned(),
            expression: words.join(" "),
            declared: Declared::ViewSet,
            asks: Vec::new(),
            lists: true,
            rows: Vec::new(),
            throttle: "none".to_owned(),
        };
        PermissionTable { endpoints: vec![endpoint] }.to_string().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn a_line_has_a_hundred_columns_at_most() {
        let (first, fits, too_long) = ("a".repeat(40), "b".repeat(38), "b".repeat(39));
        assert_eq!(printed(&[&first, &fits]), [format!("        permissions  {first} {fits}")]);
        let indent = " ".repeat(21);
        let broken = printed(&[&first, &too_long]);
        assert_eq!(broken, [format!("        permissions  {first}"), format!("{indent}{too_long}")]);
        let alone = "c".repeat(200);
        assert_eq!(printed(&[&alone]), [format!("        permissions  {alone}")], "no word is broken");
    }
}
