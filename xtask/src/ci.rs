//! `cargo xtask ci`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use crate::{
    Result,
    run::{capture, cargo, has_cargo, root, show},
    test,
};

/// One thing that a change must pass; in the order of their cost.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Step {
    /// The code is formatted.
    Fmt,
    /// Without the feature `cli`, the library does not depend on sea-orm-migration; only some of its folders know poem.
    Tree,
    /// What would be published fits together.
    Package,
    /// Licences, advisories and banned crates, where cargo-deny is installed.
    Deny,
    /// The library compiles with each database alone, and its tests with SQLite alone.
    Features,
    /// Clippy has nothing to say.
    Clippy,
    /// The documentation builds without a warning.
    Docs,
    /// Every test passes on every database.
    Test,
}

/// Runs the steps, in order, up to the first that fails.
pub(crate) fn run(steps: &[Step]) -> Result {
    let steps = if steps.is_empty() { Step::value_variants() } else { steps };
    steps.iter().try_for_each(|step| match step {
        Step::Fmt => show(&mut cargo(&["fmt", "--all", "--check"])),
        Step::Tree => tree().and_then(|()| poem()),
        Step::Package => package(),
        Step::Deny => deny(),
        Step::Features => features(),
        Step::Clippy => {
            show(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny=warnings"]))
        }
        Step::Docs => show(
            cargo(&["doc", "--workspace", "--all-features", "--no-deps", "--document-private-items"])
                .env("RUSTDOCFLAGS", "--deny=warnings"),
        ),
        Step::Test => test::run(&test::Options::default()),
    })
}

/// sea-orm-migration turns sea-orm's default features on and doubles the time to compile: only `cli` may bring it.
fn tree() -> Result {
    const CRATE: &str = "sea-orm-migration";
    let depends = |more: &[&str]| -> Result<bool> {
        let output = capture(cargo(&["tree", "-p", "refrain", "-e", "normal", "-i", CRATE]).args(more))?;
        Ok(String::from_utf8_lossy(&output.stdout).contains(CRATE))
    };
    if depends(&[])? {
        return Err(format!("`refrain` depends on `{CRATE}` without the feature `cli`"));
    }
    // The question would be answered with no if it were asked wrongly.
    if !depends(&["--features", "cli"])? {
        return Err(format!(
            "`refrain` does not depend on `{CRATE}` with the feature `cli`: is this check still right?"
        ));
    }
    eprintln!("`{CRATE}` comes with the feature `cli` only");
    Ok(())
}

/// The folders of `src` that name types of poem or poem-openapi: what their next versions can touch. CONTRIBUTING has them.
const POEM: [&str; 7] = ["api", "cli", "http", "serializer", "serving", "testing", "viewset"];

fn poem() -> Result {
    let source = root().join("src");
    let allowed: Vec<PathBuf> = POEM.iter().map(|folder| source.join(folder)).collect();
    let mut folders = vec![source.clone()];
    let mut wrong = Vec::new();
    while let Some(folder) = folders.pop() {
        let failed = |error: std::io::Error| format!("`{}`: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.extend((!allowed.contains(&path)).then_some(path));
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && names_poem(&fs::read_to_string(&path).map_err(failed)?)
            {
                wrong.push(path.display().to_string());
            }
        }
    }
    if !wrong.is_empty() {
        return Err(format!("these name poem, which only `{}` may: {}", POEM.join("`, `"), wrong.join(", ")));
    }
    eprintln!("poem is named in `{}` only", POEM.join("`, `"));
    Ok(())
}

/// In code, not in what is written about it.
fn names_poem(source: &str) -> bool {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| line.contains("poem::") || line.contains("poem_openapi::"))
}

/// Packs the crates that are published, each with what it needs of the others, as a registry would get them.
fn package() -> Result {
    let mut cargo = cargo(&["package", "--no-verify", "--allow-dirty", "--quiet", "--target-dir"]);
    cargo.arg(root().join("target").join("packed"));
    show(cargo.args(PUBLISHED.iter().flat_map(|name| ["-p", name])))
}

/// In the order of publishing.
const PUBLISHED: [&str; 5] = ["refrain-macros", "refrain-entity", "refrain-migration", "refrain", "refrain-cli"];

fn deny() -> Result {
    if !has_cargo("deny") {
        eprintln!("not run: cargo deny, which is not installed");
        return Ok(());
    }
    show(&mut cargo(&["deny", "--workspace", "--all-features", "check"]))
}

/// A database's driver that another feature happens to bring would not be missed: so each is built by itself.
///
/// In a folder of its own, which does not outlive it in CI: every dependency is in it several times.
fn features() -> Result {
    let folder = root().join("target").join("one-database");
    let tested = each_alone(&folder);
    if env::var_os("CI").is_some() && folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("`{}` stays: {error}", folder.display()))?;
    }
    tested
}

fn each_alone(folder: &Path) -> Result {
    let cargo = |arguments: &[&str]| {
        let mut command = cargo(arguments);
        command.arg("--target-dir").arg(folder);
        command
    };
    // what each of them needs is found by the compiler; what it does is tested with all of them together
    show(&mut cargo(&["check", "--tests", "-p", "refrain", "--no-default-features", "--features", "sqlite"]))?;
    let alone = ["postgres", "mysql", "cli,sqlite", "tls,postgres", "tls,mysql", "openid,sqlite", "redis,sqlite"];
    alone.iter().try_for_each(|features| {
        show(&mut cargo(&["check", "-p", "refrain", "--no-default-features", "--features", features]))
    })
}
