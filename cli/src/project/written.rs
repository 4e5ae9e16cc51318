use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::error::{Error, Result};

/// Files to be written: all of them, or on a mistake none.
pub(crate) struct Written {
    folder: PathBuf,
    new: Vec<(PathBuf, String)>,
    /// what they hold, and are to hold
    changed: Vec<Changed>,
}

struct Changed {
    path: PathBuf,
    before: String,
    after: String,
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
        let known = self.changed.iter().position(|changed| changed.path == Path::new(path));
        let place_of = match known {
            Some(place_of) => place_of,
            None => {
                let before = fs::read_to_string(&at).map_err(Error::at(&at))?;
                self.changed.push(Changed { path: path.into(), after: before.clone(), before });
                self.changed.len() - 1
            }
        };
        let text = &mut self.changed[place_of].after;
        let Some(end) = place.end(text) else {
            let why = format!("`{path}` has no line like `{}`: write `{}` there by hand", place.like(), what.trim());
            return Err(Error::refused(why));
        };
        text.insert_str(end, what);
        Ok(())
    }

    /// Writes them, formats what is Rust, and tells what was done.
    pub(crate) fn write(self) -> Result<String> {
        for (place, (path, _)) in self.new.iter().enumerate() {
            if self.folder.join(path).exists() {
                return Err(Error::refused(format!("`{}` is there already", path.display())));
            }
            if self.new[..place].iter().any(|(other, _)| other == path) {
                let why = format!("two models would be in `{}`: their names differ in nothing else", path.display());
                return Err(Error::refused(why));
            }
        }
        let new = self.new.iter().map(|(path, text)| ("wrote", path, text, None));
        let changed = self.changed.iter().map(|file| ("changed", &file.path, &file.after, Some(&file.before)));
        let (mut told, mut done) = (String::new(), Vec::new());
        for (what, path, text, before) in new.chain(changed) {
            let at = self.folder.join(path);
            done.push((at.clone(), before));
            let is_rust = at.extension().is_some_and(|extension| extension == "rs");
            let formatted = if is_rust { formatted(&self.folder, text) } else { None };
            if let Err(error) = put(&at, formatted.as_ref().unwrap_or(text)) {
                undo(&done);
                return Err(error);
            }
            let shown = at.strip_prefix(".").unwrap_or(&at);
            told += &format!("{what} {}\n", shown.display());
        }
        Ok(told)
    }
}

fn put(at: &Path, text: &str) -> Result<()> {
    if let Some(parent) = at.parent() {
        fs::create_dir_all(parent).map_err(Error::at(parent))?;
    }
    fs::write(at, text).map_err(Error::at(at))
}

/// As far as it can be undone: the error that is told is the one before.
fn undo(done: &[(PathBuf, Option<&String>)]) {
    for (at, before) in done {
        let _ = match before {
            Some(before) => fs::write(at, before),
            None => fs::remove_file(at),
        };
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

/// By rustfmt, where it is installed: what is written is right without it. Only this text, and no module that it names.
fn formatted(folder: &Path, text: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024"]);
    let config = folder.join("rustfmt.toml");
    if config.exists() {
        rustfmt.arg("--config-path").arg(config);
    }
    let piped = rustfmt.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = piped.spawn().ok()?;
    // it reads all before it writes
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}
