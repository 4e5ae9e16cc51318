//! What may depend on what.

use std::{fs, path::PathBuf};

use crate::{
    Result,
    run::{capture, cargo, root},
};

pub(super) fn check() -> Result {
    migrations()?;
    poem()
}

/// sea-orm-migration turns sea-orm's default features on and doubles the time to compile: only `cli` may bring it.
fn migrations() -> Result {
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
