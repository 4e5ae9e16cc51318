//! The mutants, as cargo-mutants lists them.

use std::collections::HashMap;

use serde::Deserialize;

use crate::{
    Result,
    run::{capture, cargo},
};

/// A change to the source.
#[derive(Debug, Deserialize)]
pub(super) struct Mutant {
    /// As cargo-mutants prints it: `src/x.rs:12:5: replace f -> bool with true`.
    pub(super) name: String,
    /// The name without the place, which moves: `src/x.rs: replace == with != in f`, and ` (2)` behind the second of
    /// its kind.
    #[serde(skip)]
    pub(super) id: String,
    /// The path from the root of the workspace.
    pub(super) file: String,
    pub(super) function: Option<Function>,
    pub(super) span: Span,
    pub(super) replacement: String,
    pub(super) genre: Genre,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Function {
    pub(super) function_name: String,
    pub(super) return_type: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Span {
    pub(super) start: Place,
}

/// A line and a column, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub(super) enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

/// All of them, in the order of the source.
pub(super) fn all() -> Result<Vec<Mutant>> {
    let output = capture(&mut cargo(&["mutants", "--list", "--json"]))?;
    if !output.status.success() {
        return Err(format!("`cargo mutants --list` failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let mut mutants: Vec<Mutant> = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("what `cargo mutants --list --json` printed: {error}"))?;
    mutants.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
    let mut seen: HashMap<String, usize> = HashMap::new();
    for mutant in &mut mutants {
        let Place { line, column } = mutant.span.start;
        let id = mutant.name.replacen(&format!(":{line}:{column}: "), ": ", 1);
        let count = seen.entry(id.clone()).and_modify(|count| *count += 1).or_insert(1);
        mutant.id = if *count == 1 { id } else { format!("{id} ({count})") };
    }
    Ok(mutants)
}
