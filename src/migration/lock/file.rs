use std::{
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use sea_orm::DbErr;

use super::Attempt;

/// A file beside the database, locked while its program migrates and deleted after.
///
/// Whoever may write the database may open it, and nobody else: whoever can open a file can lock it, and a folder can be
/// opened by every account. It is not the database itself, as closing that gives back SQLite's own locks on it.
pub(crate) struct LockFile {
    file: File,
    path: PathBuf,
}

impl LockFile {
    /// Takes it; `None` where there is nothing to lock or no way to do it.
    pub(super) fn attempt(database: &Path) -> Result<Attempt<Option<Self>>, DbErr> {
        // memory is no file
        let Ok(database) = fs::canonicalize(database) else { return Ok(Attempt::Taken(None)) };
        let mut path = database.clone().into_os_string();
        path.push("-migrating");
        let path = PathBuf::from(path);
        Self::take(&database, &path).or_else(|error| match path.exists() {
            // of an account whose files these are
            true if error.kind() == ErrorKind::PermissionDenied => Ok(Attempt::Held(format!("`{}`", path.display()))),
            _ => {
                tracing::warn!(%error, "migrating without a lock");
                Ok(Attempt::Taken(None))
            }
        })
    }

    fn take(database: &Path, path: &Path) -> io::Result<Attempt<Option<Self>>> {
        loop {
            let made = match make(database, path) {
                Ok(file) => Some(file),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => None,
                Err(error) => return Err(error),
            };
            let is_new = made.is_some();
            let file = match made.map_or_else(|| open(path), Ok) {
                Ok(file) => file,
                // deleted just now
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Attempt::Held(holder(path))),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // the one that held it until now has deleted it
            if !is_at(&file, path) {
                continue;
            }
            let mut lock = Self { file, path: path.to_owned() };
            if is_new {
                write!(lock.file, "{}", std::process::id())?;
                return Ok(Attempt::Taken(Some(lock)));
            }
            // left by a program that was killed: deleted with the lock, and made anew
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // while it is locked, so that nobody else's is deleted
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the file that kept others from migrating is left");
        }
    }
}

/// Whoever may write the database may read and write this.
fn make(database: &Path, path: &Path) -> io::Result<File> {
    let writers = fs::metadata(database)?.permissions().mode() & 0o222;
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(writers | writers << 1))?;
    Ok(file)
}

/// One that is there already is locked and not written.
fn open(path: &Path) -> io::Result<File> {
    match fs::symlink_metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other(format!("`{}` is no file", path.display()))),
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let (own, named) = (file.metadata().map(place), fs::symlink_metadata(path).map(place));
    matches!((own, named), (Ok(own), Ok(named)) if own == named)
}

fn holder(path: &Path) -> String {
    match fs::read_to_string(path) {
        Ok(process) if !process.is_empty() => format!("the process {process}, which has locked `{}`", path.display()),
        _ => format!("a process that has locked `{}`", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_write_the_database_may_lock_it() {
        let folder = std::env::temp_dir().join(format!("refrain-lock-file-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temp folder can be written");
        let database = folder.join("cars.sqlite3");
        fs::write(&database, "").expect("it is made");
        for (mode, expected) in [(0o600, 0o600), (0o644, 0o600), (0o664, 0o660)] {
            fs::set_permissions(&database, Permissions::from_mode(mode)).expect("a mode");
            let Ok(Attempt::Taken(Some(lock))) = LockFile::attempt(&database) else { panic!("nobody has it") };
            assert_eq!(lock.file.metadata().expect("it is there").permissions().mode() & 0o777, expected);
            let Ok(Attempt::Held(by)) = LockFile::attempt(&database) else { panic!("it is taken") };
            assert!(by.contains(&format!("the process {}", std::process::id())), "{by}");
            drop(lock);
        }
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1, "only the database is left");
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
