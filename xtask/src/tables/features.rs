//! The Cargo features, with what their comments in the manifest say.

use std::fs;

use super::markdown::{Table, code};
use crate::{Result, run::root};

pub(super) fn table() -> Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).map_err(|error| format!("`Cargo.toml`: {error}"))?;
    of_manifest(&manifest)
}

fn of_manifest(manifest: &str) -> Result<String> {
    let (_, features) = manifest.split_once("\n[features]\n").ok_or("the manifest has no features")?;
    let features = features.split("\n[").next().unwrap_or(features);
    let (mut table, mut comment, mut defaults) = (Table::new(&["feature", "what it gives"]), Vec::new(), "");
    for line in features.lines() {
        if let Some(words) = line.strip_prefix("# ") {
            comment.push(words);
        } else if let Some((name, needs)) = line.split_once(" = ") {
            if name == "default" {
                defaults = needs;
            } else if comment.is_empty() {
                return Err(format!("the feature `{name}` has no comment that says what it gives"));
            } else {
                let is_on = defaults.contains(&format!("\"{name}\""));
                table.row([code(name), format!("{}{}", comment.join(" "), if is_on { "; on by default" } else { "" })]);
            }
            comment.clear();
        }
    }
    if table.is_empty() { Err("the manifest has no features".to_owned()) } else { Ok(table.written()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_told_in_the_words_above_it() {
        let manifest =
            "[package]\n\n[features]\ndefault = [\"a\"]\n# the first\na = []\n# the\n# second\nb = [\"a\"]\n\n[x]\n";
        let table =
            "| feature | what it gives |\n|---|---|\n| `a` | the first; on by default |\n| `b` | the second |\n";
        assert_eq!(of_manifest(manifest).as_deref(), Ok(table));
        assert!(of_manifest("\n[features]\na = []\n").is_err());
    }
}
