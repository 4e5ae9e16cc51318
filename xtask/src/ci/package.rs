//! What is published: that each crate says what a registry shows of it, that all can be packed, and that the documents
//! name their version.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;

use crate::{
    Result,
    run::{capture, cargo, quietly, root, show, target},
};

/// In the order of publishing.
pub(super) const PUBLISHED: [&str; 5] =
    ["refrain-macros", "refrain-entity", "refrain-migration", "refrain", "refrain-cli"];

pub(super) fn check() -> Result {
    let packages = packages()?;
    let wrong: Vec<_> = packages.iter().flat_map(missing).chain(untold(&packages[0])?).collect();
    if !wrong.is_empty() {
        return Err(format!("this could not be published:\n  {}", wrong.join("\n  ")));
    }
    eprintln!("{} say what a registry shows, and the documents their version", PUBLISHED.join(", "));
    show(pack(&["publish", "--dry-run"]).arg("--quiet"))
}

/// What cargo knows of those that are published, in their order.
pub(super) fn packages() -> Result<Vec<Json>> {
    let output = capture(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Json =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("`cargo metadata`: {error}"))?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let of_name = |name: &&str| {
        let found = packages.iter().find(|package| package["name"] == **name).cloned();
        found.ok_or_else(|| format!("there is no crate `{name}`"))
    };
    PUBLISHED.iter().map(of_name).collect()
}

/// Packs all of them, each with what it needs of the others, and gives back where the packed files are.
pub(super) fn packed() -> Result<PathBuf> {
    let package = || pack(&["package"]);
    // what the registry has of their dependencies is here already, most of the time
    if quietly(package().arg("--offline")).is_err() {
        quietly(&mut package())?;
    }
    Ok(folder().join("package"))
}

/// Where cargo packs, and the packed are compiled.
pub(super) fn folder() -> PathBuf {
    target().join("packed")
}

fn pack(command: &[&str]) -> std::process::Command {
    let mut cargo = cargo(command);
    cargo.args(["--no-verify", "--allow-dirty", "--target-dir"]).arg(folder());
    cargo.args(PUBLISHED.iter().flat_map(|name| ["-p", name]));
    cargo
}

/// What the manifest does not say, or a file that does not go with the crate.
fn missing(package: &Json) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let mut missing = Vec::new();
    for member in ["description", "license", "readme", "documentation", "rust_version"] {
        if package[member].as_str().is_none_or(str::is_empty) {
            missing.push(format!("`{name}` has no `{member}`"));
        }
    }
    for member in ["keywords", "categories"] {
        let words = package[member].as_array().map_or(0, Vec::len);
        if !(1..=5).contains(&words) {
            missing.push(format!("`{name}` has {words} `{member}`; a registry takes 1 to 5"));
        }
    }
    if package["publish"].as_array().is_some() {
        missing.push(format!("`{name}` says in `publish` that it is not for every registry"));
    }
    let folder = Path::new(package["manifest_path"].as_str().unwrap_or_default()).parent().unwrap_or(root());
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        if !folder.join(file).is_file() {
            missing.push(format!("`{name}` has no file `{file}`"));
        }
    }
    let docs = &package["metadata"]["docs"]["rs"]["all-features"];
    if package["features"].as_object().is_some_and(|features| !features.is_empty()) && docs != true {
        missing.push(format!("docs.rs would leave out features of `{name}`: `package.metadata.docs.rs.all-features`"));
    }
    missing
}

/// Where a document names another version than the one that is published next.
fn untold(package: &Json) -> Result<Vec<String>> {
    let version = package["version"].as_str().unwrap_or_default();
    let rust = package["rust_version"].as_str().unwrap_or_default();
    let (minor, _) = version.rsplit_once('.').unwrap_or((version, ""));
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()));
    let mut wrong = Vec::new();
    for (file, text) in [
        ("CHANGELOG.md", format!("\n## [{version}] - 20")),
        ("README.md", format!("\nVersion {minor}: ")),
        ("README.md", format!("Rust {rust}")),
        ("CONTRIBUTING.md", format!("Rust {rust}")),
        ("SECURITY.md", format!("\n| {minor} | yes")),
        ("cli/template/Cargo.toml.liquid", format!("\nrust-version = \"{rust}\"\n")),
        ("cli/template/cargo-generate.toml", format!("version = \\\"{minor}\\\"")),
    ] {
        if !read(&root().join(file))?.contains(&text) {
            wrong.push(format!("`{file}` does not say `{}`", text.trim()));
        }
    }
    let guide = root().join("docs/guide");
    let pages = fs::read_dir(&guide).map_err(|error| format!("`{}`: {error}", guide.display()))?;
    for page in pages.flatten().map(|page| page.path()) {
        let text = read(&page)?;
        let told = text.split("refrain = { version = \"").skip(1).filter_map(|rest| rest.split('"').next());
        wrong.extend(told.filter(|told| *told != minor).map(|told| {
            let page = page.file_name().unwrap_or_default().to_string_lossy();
            format!("`docs/guide/{page}` depends on version `{told}`, where `{minor}` is the next")
        }));
    }
    Ok(wrong)
}
