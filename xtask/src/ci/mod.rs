//! `cargo xtask ci`.

mod deny;
mod layers;
mod oldest_rust;
mod outside;
mod package;
mod semver;

use clap::ValueEnum;

use crate::{
    Result, examples,
    run::{cargo, show},
    test,
};

/// One thing that a change must pass; in the order of their cost.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Step {
    /// The code is formatted.
    Fmt,
    /// Without the feature `cli`, the library does not depend on sea-orm-migration; only some of its folders know poem.
    Tree,
    /// Each crate that is published says what a registry shows, can be packed, and the documents name its version.
    Package,
    /// Licences, sources and banned crates; advisories where their database can be had.
    Deny,
    /// What was packed compiles outside of the workspace with the oldest Rust that is supported: with each database alone,
    /// with all features, and below a new program.
    Outside,
    /// Clippy has nothing to say.
    Clippy,
    /// Every public item has an example, and the documentation builds without a warning.
    Docs,
    /// No public item is broken since the last release. Before a release only, since it compiles two versions: it runs
    /// where it is named.
    Semver,
    /// Every test passes on every database.
    Test,
}

/// Runs the steps, in order, up to the first that fails.
pub(crate) fn run(steps: &[Step]) -> Result {
    let every = || Step::value_variants().iter().copied().filter(|step| *step != Step::Semver).collect();
    let steps: Vec<_> = if steps.is_empty() { every() } else { steps.to_vec() };
    steps.iter().try_for_each(|step| match step {
        Step::Fmt => show(&mut cargo(&["fmt", "--all", "--check"])),
        Step::Tree => layers::check(),
        Step::Package => package::check(),
        Step::Deny => deny::check(),
        Step::Outside => outside::check(),
        Step::Clippy => {
            show(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny=warnings"]))
        }
        Step::Docs => examples::check().and_then(|()| {
            show(
                cargo(&["doc", "--workspace", "--all-features", "--no-deps", "--document-private-items"])
                    .env("RUSTDOCFLAGS", "--deny=warnings"),
            )
        }),
        Step::Semver => semver::check(),
        Step::Test => test::run(&test::Options::default()),
    })
}
