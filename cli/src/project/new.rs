use std::{fs, path::Path};

use super::Written;
use crate::{
    Database,
    error::{Error, Result},
    names,
};

/// The files of a new program: where each goes, and what is in it.
const TEMPLATE: [(&str, &str); 13] = [
    ("Cargo.toml", include_str!("../../template/Cargo.toml.liquid")),
    (".gitignore", include_str!("../../template/.gitignore")),
    (".dockerignore", include_str!("../../template/.dockerignore")),
    (".github/workflows/ci.yml", include_str!("../../template/.github/workflows/ci.yml")),
    ("Dockerfile", include_str!("../../template/Dockerfile")),
    ("README.md", include_str!("../../template/README.md")),
    ("rustfmt.toml", include_str!("../../template/rustfmt.toml")),
    ("src/main.rs", include_str!("../../template/src/main.rs")),
    ("src/lib.rs", include_str!("../../template/src/lib.rs")),
    ("src/notes.rs", include_str!("../../template/src/notes.rs")),
    ("src/migration/mod.rs", include_str!("../../template/src/migration/mod.rs")),
    ("src/migration/m0001_notes.rs", include_str!("../../template/src/migration/m0001_notes.rs")),
    ("tests/notes.rs", include_str!("../../template/tests/notes.rs")),
];

/// Writes a program into a folder of this name, which is not there yet.
pub(crate) fn new(name: &str, database: Database, refrain: Option<&Path>) -> Result<String> {
    check(name)?;
    let folder = Path::new(name);
    if folder.exists() {
        return Err(Error::refused(format!("`{name}` is there already")));
    }
    let refrain = match refrain {
        Some(path) => {
            let path = fs::canonicalize(path).map_err(Error::at(path))?;
            format!("path = {:?}", path.display().to_string())
        }
        None => format!("version = {:?}", env!("CARGO_PKG_VERSION")),
    };
    let database = match database {
        Database::Sqlite => "sqlite",
        Database::Postgres => "postgres",
        Database::Mysql => "mysql",
    };
    let words = [
        ("{{project-name}}", name),
        ("{{crate_name}}", &names::snake(name)),
        ("{{program}}", &names::pascal(name)),
        ("{{refrain}}", &refrain),
        ("{{database}}", database),
    ];
    let mut written = Written::into(folder);
    for (path, text) in TEMPLATE {
        let text = words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value));
        written.file(path, text);
    }
    let told = written.write()?;
    let commands = ["cargo test", "cargo run -- migrate", "cargo run -- createsuperuser", "cargo run"];
    Ok(format!("{told}\nTo try it:\n\n  cd {name}\n  {}\n", commands.join("\n  ")))
}

/// What cargo takes for a package, Rust for a crate, and Django for an app.
fn check(name: &str) -> Result<()> {
    let fits = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-' || one == '_';
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    if !begins || !name.chars().all(fits) {
        let why = "a name has letters in lower case, digits, `-` and `_`, and begins with a letter";
        return Err(Error::refused(format!("`{name}` cannot be a program's name: {why}")));
    }
    // Django's apps, whose tables and permissions a program's own would be mixed up with
    const TAKEN: [&str; 14] = [
        "admin",
        "auth",
        "authtoken",
        "contenttypes",
        "guardian",
        "sessions",
        "refrain",
        "sea_orm",
        "std",
        "core",
        "alloc",
        "test",
        "build",
        "deps",
    ];
    let crate_name = names::snake(name);
    if TAKEN.contains(&&*crate_name) || names::field(&crate_name) != crate_name {
        return Err(Error::refused(format!("`{name}` cannot be a program's name: it is taken")));
    }
    Ok(())
}
