//! What a picture says, as it is written:
//!
//! ```text
//! title The way of a request
//! says  A request is routed, and then it is asked who sent it.
//!
//! route at 0,0 "Route"
//! who   at 0,1 "Authentication" "who is asking?"
//! wrong at 1,1 refusal "401"
//!
//! route -> who
//! who -> wrong "a wrong credential"
//! ```
//!
//! A place is a column and a row; `0-2,1` is a box over three columns, and a row may be a half. A box has up to two lines.
//! `says` is the picture for who does not see it.

use crate::Result;

#[derive(Default)]
pub(super) struct Picture {
    pub(super) title: String,
    pub(super) says: String,
    pub(super) boxes: Vec<Box>,
    pub(super) arrows: Vec<Arrow>,
}

pub(super) struct Box {
    name: String,
    /// The first and the last column.
    pub(super) columns: (usize, usize),
    pub(super) row: f64,
    pub(super) kind: Kind,
    pub(super) lines: Vec<String>,
}

/// What a box looks like.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Plain,
    /// What the picture is about.
    Strong,
    /// An answer that ends the way.
    Refusal,
}

/// From one box to another, by their places in the list.
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
}

pub(super) fn read(text: &str) -> Result<Picture> {
    let mut picture = Picture::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        picture.add(line).map_err(|why| format!("`{line}`: {why}"))?;
    }
    match (picture.title.is_empty(), picture.says.is_empty()) {
        (false, false) => Ok(picture),
        _ => Err("a picture has a `title`, and a line that `says` what it shows".to_owned()),
    }
}

impl Picture {
    fn add(&mut self, line: &str) -> Result {
        let (bare, quoted) = parts(line)?;
        let words: Vec<&str> = bare.split_whitespace().collect();
        match words[..] {
            ["title", ..] => self.title = bare["title".len()..].trim().to_owned(),
            ["says", ..] => {
                let more = bare["says".len()..].trim();
                self.says = format!("{} {more}", self.says).trim().to_owned();
            }
            [from, "->", to] => {
                let arrow = Arrow { from: self.box_named(from)?, to: self.box_named(to)?, label: quoted.concat() };
                self.arrows.push(arrow);
            }
            [name, "at", place, ..] if !quoted.is_empty() && quoted.len() <= 2 => {
                let kind = match words.get(3) {
                    None => Kind::Plain,
                    Some(&"strong") => Kind::Strong,
                    Some(&"refusal") => Kind::Refusal,
                    Some(other) => return Err(format!("no box is `{other}`")),
                };
                let (columns, row) = read_place(place).ok_or("a place is a column and a row, as `0,1` or `0-2,1.5`")?;
                self.boxes.push(Box { name: name.to_owned(), columns, row, kind, lines: quoted });
            }
            _ => return Err("neither a box, `name at 0,1 \"words\"`, nor an arrow, `a -> b`".to_owned()),
        }
        Ok(())
    }

    fn box_named(&self, name: &str) -> Result<usize> {
        self.boxes.iter().position(|one| one.name == name).ok_or_else(|| format!("no box above is called `{name}`"))
    }
}

/// What stands outside of quotation marks, and what stands within each pair of them.
fn parts(line: &str) -> Result<(String, Vec<String>)> {
    let parts: Vec<&str> = line.split('"').collect();
    if parts.len().is_multiple_of(2) {
        return Err("a quotation mark is missing".to_owned());
    }
    let bare = parts.iter().step_by(2).copied().collect();
    Ok((bare, parts.into_iter().skip(1).step_by(2).map(str::to_owned).collect()))
}

fn read_place(place: &str) -> Option<((usize, usize), f64)> {
    let (columns, row) = place.split_once(',')?;
    let (first, last) = columns.split_once('-').unwrap_or((columns, columns));
    Some(((first.parse().ok()?, last.parse().ok()?), row.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read() {
        let text =
            "title T\nsays One.\nsays Two.\na at 0-1,0.5 strong \"A\" \"small\"\nb at 2,1 \"B\"\na -> b \"goes\"\n";
        let picture = read(text).expect("a picture");
        assert_eq!((picture.title.as_str(), picture.says.as_str()), ("T", "One. Two."));
        assert_eq!((picture.boxes[0].columns, picture.boxes[0].row), ((0, 1), 0.5));
        assert_eq!((picture.arrows[0].from, picture.arrows[0].to, picture.arrows[0].label.as_str()), (0, 1, "goes"));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for wrong in [
            "title T\n",
            "title T\nsays S\na -> b\n",
            "title T\nsays S\na at 0 \"A\"\n",
            "title T\nsays S\na at 0,0 \"A\n",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
