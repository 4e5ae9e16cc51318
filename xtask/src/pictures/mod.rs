//! `cargo xtask pictures`: the pictures of the guide, each drawn from a text beside it.
//!
//! | file | what it is for |
//! |---|---|
//! | `text` | what a picture says: boxes at places, arrows between them |
//! | `layout` | how wide columns are, and where that puts each box |
//! | `svg` | the drawing, in colours for a light and a dark page |

mod layout;
mod svg;
mod text;

use std::{fs, path::PathBuf};

use clap::Args;

use crate::{Result, run::root};

#[derive(Args)]
pub(crate) struct Options {
    /// Change nothing; fail where a picture is not as it would be drawn.
    #[arg(long)]
    check: bool,
}

/// Draws every text of `docs/pictures` into a file beside it.
pub(crate) fn run(options: &Options) -> Result {
    let mut stale = Vec::new();
    for file in texts()? {
        let failed = |why: String| format!("`{}`: {why}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| failed(error.to_string()))?;
        let drawn = svg::drawn(&text::read(&text).map_err(failed)?);
        let picture = file.with_extension("svg");
        if fs::read_to_string(&picture).is_ok_and(|there| there == drawn) {
            continue;
        }
        if options.check {
            stale.push(picture.strip_prefix(root()).unwrap_or(&picture).display().to_string());
        } else {
            fs::write(&picture, drawn).map_err(|error| failed(error.to_string()))?;
            eprintln!("drew {}", picture.display());
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("pictures are stale, which `cargo xtask pictures` draws: {}", stale.join(", ")))
}

fn texts() -> Result<Vec<PathBuf>> {
    let folder = root().join("docs/pictures");
    let failed = |error: std::io::Error| format!("`{}`: {error}", folder.display());
    let mut texts = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        texts.extend(path.extension().is_some_and(|kind| kind == "txt").then_some(path));
    }
    texts.sort();
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_are_as_their_texts_are() {
        run(&Options { check: true }).unwrap_or_else(|stale| panic!("{stale}"));
    }
}
