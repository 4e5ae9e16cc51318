//! The tutorial, followed to the letter.

use crate::support::{Crates, Folder, Program};

const PAGE: &str = include_str!("../../../docs/guide/tutorial.md");

#[test]
fn each_step_of_the_tutorial_compiles_and_passes() {
    let folder = Folder::empty("tutorial");
    let program = folder.program("tracker");
    let steps: Vec<&str> = PAGE.split("\n## ").skip(1).collect();
    assert!(steps[0].contains("refrain new tracker"));
    let crates = Crates::of_this_test();

    let models: Vec<&str> = block(steps[1], 0, "text").lines().collect();
    for line in models {
        let line = line.strip_prefix("refrain ").expect("each adds a model").replace('"', "");
        // a field with blanks would need a shell to be read
        program.refrain(&line.split(' ').collect::<Vec<_>>());
    }
    program.checks(&crates);

    replace(&program, "src/organizations.rs", "/// What callers see", steps[2], 0);
    program.checks(&crates);
    replace(&program, "src/memberships.rs", "/// Memberships: ", steps[3], 0);
    replace(&program, "src/projects.rs", "/// Projects: ", steps[3], 2);
    program.compiles(&crates);

    for told in ["organizations", "memberships", "projects"] {
        assert!(steps[4].contains(&format!("`tests/{told}.rs`")));
        program.remove(&format!("tests/{told}.rs"));
    }
    program.write("tests/tracker.rs", block(steps[4], 0, "rust,ignore"));
    program.passes(&crates, "notes");
    let passed = program.passes(&crates, "tracker");
    assert!(passed.contains("test members_see_and_admins_change ... ok"), "{passed}");
}

/// Puts a step's block in place of what stands from a line on, and the block behind it in place of what is imported.
fn replace(program: &Program, file: &str, from: &str, step: &str, nth: usize) {
    assert!(step.contains(&format!("`{file}`, in place of everything from")), "{file}");
    let text = program.read(file);
    let (head, model) = text.split_once("/// The model.").expect("a model");
    let doc = head.lines().next().expect("its first line");
    let (model, _) = model.split_once(from).unwrap_or_else(|| panic!("`{file}` has no `{from}`"));
    let (body, imports) = (block(step, nth, "rust,ignore"), block(step, nth + 1, "rust,ignore"));
    program.write(file, &format!("{doc}\n\n{imports}\n/// The model.{model}{body}"));
}

/// A step's block of code.
fn block<'t>(step: &'t str, nth: usize, language: &str) -> &'t str {
    let begin = format!("```{language}\n");
    let after = step.split(&begin).nth(nth + 1).unwrap_or_else(|| panic!("no block {nth} of {language}: {step}"));
    after.split("```").next().expect("it ends")
}
