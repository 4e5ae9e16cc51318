use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sea_orm::{DatabaseConnection, DbBackend};

use super::SecretKey;
use crate::{Error, Result};

/// Behind the name of the database's file.
const SUFFIX: &str = "-secret-key";

impl SecretKey {
    /// The key of a program whose database is a SQLite file: kept in a file beside it, and made where there is none,
    /// for its owner's eyes alone.
    ///
    /// ```
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// use refrain::sessions::SecretKey;
    ///
    /// assert!(SecretKey::kept_beside(&db)?.is_some());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// One in memory has a new key each time.
    ///
    /// `None` where the database is on a server: several programs may serve it, and each would sign by its own.
    pub fn kept_beside(db: &DatabaseConnection) -> Result<Option<Self>> {
        if db.get_database_backend() != DbBackend::Sqlite {
            return Ok(None);
        }
        let options = db.get_sqlite_connection_pool().connect_options();
        let database = options.get_filename();
        if !database.is_file() {
            return Ok(Some(Self::random()));
        }
        let mut file = database.as_os_str().to_owned();
        file.push(SUFFIX);
        let file = PathBuf::from(file);
        kept_in(&file).map(Some).map_err(|error| Error::could_not_tell(format!("`{}`: {error}", file.display())))
    }
}

fn kept_in(file: &Path) -> io::Result<SecretKey> {
    let key = fs::read_to_string(file).or_else(|_| {
        make(file, &SecretKey::random())?;
        // another program may have made it first
        fs::read_to_string(file)
    })?;
    SecretKey::new(key.trim()).map_err(io::Error::other)
}

/// Whole or not at all, and never over one that is there.
fn make(file: &Path, key: &SecretKey) -> io::Result<()> {
    let mut aside = file.as_os_str().to_owned();
    aside.push(format!("-{:016x}", rand::random::<u64>()));
    let aside = PathBuf::from(aside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&aside).and_then(|mut file| {
        io::Write::write_all(&mut file, key.expose().as_bytes())?;
        file.sync_all()
    });
    let linked = written.and_then(|()| match fs::hard_link(&aside, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = fs::remove_file(&aside);
    linked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("refrain-key-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("the temp folder can be written");
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn it_is_made_once_and_its_owners_alone() {
        let folder = Folder::new("made");
        let file = folder.0.join("cars.sqlite3");
        let db = connect(&format!("sqlite://{}?mode=rwc", file.display())).await.expect("it is opened");
        let key = || SecretKey::kept_beside(&db).expect("the folder can be written").expect("it is a file");
        let (first, second) = (key(), key());
        assert_eq!(first.expose(), second.expose());
        let kept = folder.0.join("cars.sqlite3-secret-key");
        assert_eq!(fs::read_to_string(&kept).expect("it is kept"), first.expose());
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&kept).expect("there").permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        let left: Vec<_> =
            fs::read_dir(&folder.0).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        assert!(!left.iter().any(|path| path.to_string_lossy().contains("secret-key-")), "{left:?}");
        fs::write(&kept, "  ").expect("it is written");
        let refused = SecretKey::kept_beside(&db).expect_err("an empty one signs nothing");
        assert!(!format!("{refused:?}").contains(first.expose()));
        db.close().await.expect("it ends");
    }

    #[tokio::test]
    async fn one_in_memory_has_its_own() {
        let db = connect("sqlite::memory:").await.expect("it is opened");
        let key = || SecretKey::kept_beside(&db).expect("nothing is read").expect("it is SQLite");
        assert_ne!(key().expose(), key().expose());
    }

    #[test]
    fn of_two_at_once_one_is_kept() {
        let folder = Folder::new("race");
        let file = folder.0.join("key");
        let keys: Vec<String> = std::thread::scope(|scope| {
            let each: Vec<_> =
                (0..8).map(|_| scope.spawn(|| kept_in(&file).expect("a key").expose().to_owned())).collect();
            each.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }
}
