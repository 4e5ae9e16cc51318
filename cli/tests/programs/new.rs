//! From an empty folder to a program whose tests pass.

use crate::support::{Crates, Folder};

#[test]
fn a_new_program_and_a_model_added_to_it_pass_their_own_tests() {
    let folder = Folder::empty("new");
    let program = folder.program("notebook");
    program.is_formatted();
    program.refrain(&["add", "model", "Label", "name:text(50)", "colour:text?"]);
    program.refrain(&[
        "add",
        "model",
        "BigTask",
        "title:text(200)",
        "type:int",
        "due:date?",
        "at:moment",
        "cost:decimal(12,2)?",
        "open:bool",
        "weight:float",
        "reference:uuid",
        "extra:json",
        "starts:time?",
        "raw:bytes?",
        "count:bigint?",
        "reviewer:user?",
        "owner",
    ]);
    program.refrain(&["add", "model", "Step", "task:BigTask", "text:text"]);
    // what the file of one names is still what it was
    program.refrain(&["add", "model", "Option", "on:date?"]);
    program.is_formatted();

    program.is_resolved();
    let crates = Crates::of_this_test();
    program.compiles(&crates);
    for (file, test) in [
        ("notes", "everybody_has_notes_of_their_own"),
        ("labels", "who_may_do_what_with_labels"),
        ("big_tasks", "who_may_do_what_with_big_tasks"),
        ("steps", "who_may_do_what_with_steps"),
    ] {
        let tested = program.passes(&crates, file);
        assert!(tested.contains(&format!("test {test} ... ok")), "{tested}");
    }

    let url = format!("sqlite://{}/notebook.sqlite3?mode=rwc", folder.path().display());
    program.run(&url, &["migrate"]);
    let checked = program.run(&url, &["check", "--strict"]);
    let open = "note: POST /api/auth/token: everybody may do it: it says `AllowAny` itself";
    assert_eq!(checked, format!("{open}\n0 errors, 0 warnings\n"));
    let table = program.run(&url, &["permissions"]);
    assert!(table.contains("/api/big-tasks"), "{table}");
    program.run(&url, &["migrate", "down", "-n", "5"]);
}
