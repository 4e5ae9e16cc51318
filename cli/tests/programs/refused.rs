//! What cannot be written is refused whole, with what to do.

use std::fs;

use crate::support::{Folder, refrain};

#[track_caller]
fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let before = files(folder.path());
    let output = refrain(folder.path(), arguments);
    assert!(!output.status.success(), "{arguments:?}");
    assert_eq!(files(folder.path()), before, "{arguments:?} wrote something");
    String::from_utf8(output.stderr).expect("text")
}

fn files(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), fs::read_to_string(&path).unwrap_or_default()));
        }
    }
    all.sort();
    all
}

#[test]
fn names_that_cargo_or_django_take_otherwise_are_refused() {
    let folder = Folder::empty("names");
    for name in ["Notebook", "2do", "a b", "auth", "guardian", "match", "../up", ""] {
        let why = refused(&folder, &["new", name]);
        assert!(why.contains("cannot be a program's name"), "{name}: {why}");
    }
    fs::create_dir(folder.path().join("there")).expect("a folder");
    assert!(refused(&folder, &["new", "there"]).contains("`there` is there already"));
}

#[test]
fn a_model_is_added_to_a_program_only_and_once() {
    let folder = Folder::empty("models");
    assert!(refused(&folder, &["add", "model", "Task", "title:text"]).contains("there is no `Cargo.toml` here"));

    folder.program("notebook");
    let notebook = Folder::empty("models-within");
    fs::rename(folder.path().join("notebook"), notebook.path().join("notebook")).expect("it moves");
    let at = |arguments: &[&str]| {
        let output = refrain(&notebook.path().join("notebook"), arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    let before = files(notebook.path());
    assert!(at(&["add", "model", "Note", "text:text"]).contains("is there already"));
    assert!(at(&["add", "model", "Task", "title:string"]).contains("`string` is no type of a field"));
    assert!(at(&["add", "model", "Task", "project:Project"]).contains("there is no model `Project`"));
    assert!(at(&["add", "model", "Task"]).contains("a model has fields"));
    assert!(at(&["add", "model", "2nd", "title:text"]).contains("cannot be a model's name"));
    assert_eq!(files(notebook.path()), before);

    // a program that was written otherwise is told what to write
    let library = notebook.path().join("notebook/src/lib.rs");
    let text = fs::read_to_string(&library).expect("the library").replace(".mount(notes::Notes)", "");
    fs::write(&library, text).expect("the library");
    let before = files(notebook.path());
    assert!(at(&["add", "model", "Task", "title:text"]).contains("write `.mount(tasks::Tasks)` there by hand"));
    assert_eq!(files(notebook.path()), before);
}

#[test]
fn what_is_no_django_site_is_not_read_as_one_and_no_password_is_told() {
    let folder = Folder::empty("sites");
    let missing = refused(&folder, &["inspect-django", "sqlite://missing.sqlite3"]);
    assert!(missing.contains("unable to open database file"), "{missing}");
    fs::write(folder.path().join("empty.sqlite3"), "").expect("a file");
    let empty = refused(&folder, &["inspect-django", "sqlite://empty.sqlite3"]);
    assert!(empty.contains("this is not the database of a Django site"), "{empty}");
    let nobody = refused(&folder, &["inspect-django", "postgres://site:hidden@127.0.0.1:1/site"]);
    assert!(!nobody.contains("hidden"), "{nobody}");
    let unknown = refused(&folder, &["inspect-django", "postgis://site:hidden@127.0.0.1:1/site"]);
    assert!(unknown.contains("begins with `postgres://`") && !unknown.contains("hidden"), "{unknown}");
}
