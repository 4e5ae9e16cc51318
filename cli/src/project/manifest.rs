use std::{fs, path::Path};

use crate::{
    error::{Error, Result},
    names,
};

/// What is known of the program in this folder.
pub(crate) struct Manifest {
    /// as code names it: `big_shop`
    pub(crate) crate_name: String,
    /// the struct that is a `Project`
    pub(crate) program: String,
}

impl Manifest {
    /// Of the program in the folder where this is run.
    pub(crate) fn here() -> Result<Self> {
        let missing = |what: &str| {
            Error::refused(format!("{what}: run this in the folder of a program that `refrain new` wrote"))
        };
        let text = fs::read_to_string("Cargo.toml").map_err(|_| missing("there is no `Cargo.toml` here"))?;
        let name = text.lines().find_map(|line| {
            let value = line.strip_prefix("name")?.trim_start().strip_prefix('=')?;
            Some(value.trim().trim_matches('"').to_owned())
        });
        let name = name.ok_or_else(|| missing("`Cargo.toml` names no package"))?;
        let library = Path::new("src/lib.rs");
        let library = fs::read_to_string(library).map_err(|_| missing("there is no `src/lib.rs` here"))?;
        let program = library.lines().find_map(|line| {
            let program = line.trim().strip_prefix("impl Project for ")?;
            Some(program.trim_end_matches('{').trim().to_owned())
        });
        let program = program.ok_or_else(|| missing("no `impl Project` is in `src/lib.rs`"))?;
        Ok(Self { crate_name: names::snake(&name), program })
    }
}
