use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::error::{Error, Result};

/// Files to be written: all of them, or on a mistake none.
pub(crate) struct Written {
    folder: PathBuf,
    new: Vec<(PathBuf, String)>,
    changed: Vec<(PathBuf, String)>,
}

impl Written {
    pub(crate) fn into(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), new: Vec::new(), changed: Vec::new() }
    }

    /// One that is not there yet.
    pub(crate) fn file(&mut self, path: impl AsRef<Path>, text: String) {
        self.new.push((path.as_ref().to_owned(), text));
    }

    /// One that is there, with something put behind the last place like it.
    ///
    /// # Errors
    /// Where there is no such place: what to write is said then.
    pub(crate) fn more_in(&mut self, path: &str, place: Place, what: &str) -> Result<()> {
        let at = self.folder.join(path);
        let text = match self.changed.iter().find(|(changed, _)| changed == Path::new(path)) {
            Some((_, text)) => text.clone(),
            None => fs::read_to_string(&at).map_err(Error::at(&at))?,
        };
        let Some(end) = place.end(&text) else {
            let why = format!("`{path}` has no line like `{}`: write `{}` there by hand", place.like(), what.trim());
            return Err(Error::refused(why));
        };
        let text = format!("{}{what}{}", &text[..end], &text[end..]);
        self.changed.retain(|(changed, _)| changed != Path::new(path));
        self.changed.push((path.into(), text));
        Ok(())
    }

    /// Writes them, formats what is Rust, and tells what was done.
    pub(crate) fn write(self) -> Result<String> {
        for (path, _) in &self.new {
            if self.folder.join(path).exists() {
                return Err(Error::refused(format!("`{}` is there already", path.display())));
            }
        }
        let mut told = String::new();
        let mut rust = Vec::new();
        for (what, files) in [("wrote", &self.new), ("changed", &self.changed)] {
            for (path, text) in files {
                let at = self.folder.join(path);
                if let Some(parent) = at.parent() {
                    fs::create_dir_all(parent).map_err(Error::at(parent))?;
                }
                fs::write(&at, text).map_err(Error::at(&at))?;
                let shown = at.strip_prefix(".").unwrap_or(&at);
                told += &format!("{what} {}\n", shown.display());
                if at.extension().is_some_and(|extension| extension == "rs") {
                    rust.push(at);
                }
            }
        }
        format(&self.folder, &rust);
        Ok(told)
    }
}

/// Where something is put.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// behind the last public module
    PublicModule,
    /// behind the last private module
    Module,
    /// behind the last registered model
    Model,
    /// behind the last mounted viewset
    Mount,
    /// behind the last migration
    Migration,
}

impl Place {
    fn like(self) -> &'static str {
        match self {
            Self::PublicModule => "pub mod notes;",
            Self::Module => "mod m0001_notes;",
            Self::Model => ".with::<notes::note::Entity>()",
            Self::Mount => ".mount(notes::Notes)",
            Self::Migration => "all.push(Box::new(m0001_notes::NotesTable));",
        }
    }

    fn end(self, text: &str) -> Option<usize> {
        let (begins, ends) = match self {
            Self::PublicModule => ("\npub mod ", ";"),
            Self::Module => ("\nmod ", ";"),
            Self::Model => (".with::<", ">()"),
            Self::Mount => (".mount(", ")"),
            Self::Migration => ("all.push(", ");"),
        };
        let begin = text.rfind(begins)?;
        let end = text[begin..].find(ends)?;
        Some(begin + end + ends.len())
    }
}

/// By rustfmt, where it is installed: what is written is right without it.
fn format(folder: &Path, files: &[PathBuf]) {
    let config = folder.join("rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024"]);
    if config.exists() {
        rustfmt.arg("--config-path").arg(config);
    }
    let _ = rustfmt.args(files).stdout(Stdio::null()).stderr(Stdio::null()).status();
}
