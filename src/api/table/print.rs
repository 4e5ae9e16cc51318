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

/// The table in columns, for a terminal.
impl fmt::Display for PermissionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = COLUMNS.map(str::to_uppercase);
        let lines: Vec<[String; 7]> = std::iter::once(head).chain(self.endpoints.iter().map(cells)).collect();
        let mut widths = [0; 7];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.chars().count().max(*width);
            }
        }
        for line in &lines {
            let padded = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            writeln!(f, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
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
