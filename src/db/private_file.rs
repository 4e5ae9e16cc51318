//! A database in a file holds hashes and tokens, so nobody but its owner reads it.

use std::{
    fs,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// As many links as the system itself would follow.
const LINKS: usize = 40;

/// Makes the file where there is none, empty and readable by its owner alone: to SQLite that is an empty database, and
/// its journals and logs take over the mode. A file that is there stays as it is.
///
/// One that cannot be made is left to SQLite, which says why.
pub(super) fn make(file: &Path) {
    // what is there already is not even opened: closing it would give back SQLite's own locks on it
    let _ = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(target(named(file)));
}

/// SQLite takes a name that begins with `file:` for an address.
fn named(file: &Path) -> &Path {
    let Some(address) = file.to_str().and_then(|text| text.strip_prefix("file:")) else { return file };
    Path::new(address.strip_prefix("//").unwrap_or(address))
}

/// The file that a link to none yet names, as SQLite follows it too.
fn target(file: &Path) -> PathBuf {
    let mut target = file.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use sea_orm::ConnectionTrait;

    use super::*;
    use crate::connect;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("refrain-private-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("the temp folder can be written");
            Self(folder)
        }

        /// Writes into the database, and tells the modes of all that is then there.
        async fn modes(&self, file: &str) -> Vec<(String, u32)> {
            let db = connect(&format!("sqlite://{}", self.0.join(file).display())).await.expect("it is opened");
            db.execute_unprepared("CREATE TABLE people (password text)").await.expect("it is written");
            let mut modes: Vec<_> = fs::read_dir(&self.0)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| !path.is_symlink())
                .map(|path| {
                    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                    (name, fs::metadata(&path).expect("it is there").permissions().mode() & 0o777)
                })
                .collect();
            modes.sort();
            db.close().await.expect("it ends");
            modes
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn with_its_logs(name: &str, mode: u32) -> Vec<(String, u32)> {
        ["", "-shm", "-wal"].map(|end| (format!("{name}{end}"), mode)).to_vec()
    }

    #[tokio::test]
    async fn a_new_one_and_its_logs_are_the_owners() {
        let folder = Folder::new("new");
        assert_eq!(folder.modes("cars.sqlite3").await, with_its_logs("cars.sqlite3", 0o600));
    }

    #[tokio::test]
    async fn one_behind_a_link_too() {
        let folder = Folder::new("link");
        symlink("second", folder.0.join("first")).expect("a link");
        symlink("cars.sqlite3", folder.0.join("second")).expect("a link");
        assert_eq!(folder.modes("first").await, with_its_logs("cars.sqlite3", 0o600));
    }

    #[test]
    fn an_address_names_a_file() {
        for (given, file) in [("cars", "cars"), ("file:cars", "cars"), ("file:///srv/cars", "/srv/cars")] {
            assert_eq!(named(Path::new(given)), Path::new(file));
        }
    }

    #[tokio::test]
    async fn one_that_is_there_stays_as_it_is() {
        let folder = Folder::new("there");
        let file = folder.0.join("cars.sqlite3");
        fs::write(&file, "").expect("it is made");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
        assert_eq!(folder.modes("cars.sqlite3").await, with_its_logs("cars.sqlite3", 0o640));
    }
}
