//! A fingerprint of what makes the tables, so that a template database made by an older version is not used again.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it for build scripts"));
    let mut fingerprint = DefaultHasher::new();
    for folder in ["../entity/src", "../migration/src", "src"] {
        println!("cargo::rerun-if-changed={folder}");
        add(&here.join(folder), &mut fingerprint);
    }
    println!("cargo::rustc-env=REFRAIN_TABLES={:016x}", fingerprint.finish());
}

fn add(path: &Path, fingerprint: &mut DefaultHasher) {
    if let Ok(folder) = fs::read_dir(path) {
        let mut inside: Vec<_> = folder.flatten().map(|entry| entry.path()).collect();
        inside.sort();
        inside.iter().for_each(|path| add(path, fingerprint));
    } else {
        // A file that vanished meanwhile is as good as an empty one: cargo runs this script again.
        fs::read(path).unwrap_or_default().hash(fingerprint);
    }
}
