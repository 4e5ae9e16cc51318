//! The places of a page between which a table stands: `<!-- table: features -->` to `<!-- end of table -->`.

use crate::Result;

const BEGIN: &str = "<!-- table: ";
const END: &str = "<!-- end of table -->";

/// The text, with what `table` makes between each pair of marks. Lines begin as the line of the first mark does, so that a
/// table can stand in a comment.
pub(super) fn filled(text: &str, table: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    let mut made = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        made.push_str(line);
        made.push('\n');
        let Some((prefix, asked)) = line.split_once(BEGIN) else { continue };
        let asked = asked.strip_suffix(" -->").ok_or_else(|| format!("a mark that does not end: `{line}`"))?;
        let last = lines.find(|line| line.contains(END)).ok_or_else(|| format!("no `{END}` after `{line}`"))?;
        for line in std::iter::once("").chain(table(asked)?.trim().lines()).chain([""]) {
            made.push_str(format!("{prefix}{line}").trim_end());
            made.push('\n');
        }
        made.push_str(last);
        made.push('\n');
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let table = |asked: &str| Ok(format!("| {asked} |\n"));
        let text = "a\n<!-- table: x y -->\nold\n<!-- end of table -->\nb\n";
        let made = "a\n<!-- table: x y -->\n\n| x y |\n\n<!-- end of table -->\nb\n";
        assert_eq!(filled(text, &table).as_deref(), Ok(made));
        assert_eq!(filled(made, &table).as_deref(), Ok(made));
        let comment = "//! <!-- table: x -->\n//! <!-- end of table -->\n";
        let made = "//! <!-- table: x -->\n//!\n//! | x |\n//!\n//! <!-- end of table -->\n";
        assert_eq!(filled(comment, &table).as_deref(), Ok(made));
    }

    #[test]
    fn a_mark_without_an_end_is_refused() {
        assert!(filled("<!-- table: x -->\n", &|_| Ok(String::new())).is_err());
    }
}
