//! What the tests of the document and its clients need and cargo does not install: Node and npm's packages, Python and
//! PyPI's, a browser, pgbouncer. Packages go below `target/tools`, in the versions that the lock files name.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Result,
    install::{CHROMIUM, NODE, PGBOUNCER, install},
    run::{capture, find, quietly, root},
    test::Variables,
};

/// Sees to all of them, and tells tests by the environment where they are.
pub(crate) fn prepare() -> Result<Variables> {
    let [node, npm] = NODE.programs()?;
    let [chromium, chromedriver] = CHROMIUM.programs()?;
    let [pgbouncer, _] = PGBOUNCER.programs()?;
    let places = [
        ("REFRAIN_NODE_MODULES", node_modules(&npm, "openapi/typescript", "node")?),
        ("REFRAIN_REACT_ADMIN", node_modules(&npm, "openapi/react-admin", "react-admin")?),
        ("REFRAIN_NODE", node),
        ("REFRAIN_PYTHON", python()?),
        ("REFRAIN_DJANGO", bench_python()?),
        ("REFRAIN_PGBOUNCER", pgbouncer),
        ("REFRAIN_CHROMIUM", chromium),
        ("REFRAIN_CHROMEDRIVER", chromedriver),
    ];
    Ok(places.map(|(name, place)| (name.to_owned(), place.to_string_lossy().into_owned())).into())
}

/// What a package's `package-lock.json` names.
fn node_modules(npm: &Path, package: &str, folder: &str) -> Result<PathBuf> {
    let package = root().join(package);
    let folder = root().join("target/tools").join(folder);
    let lock = read(&package.join("package-lock.json"))?;
    once(&folder, &lock, || {
        for file in ["package.json", "package-lock.json"] {
            let copied = fs::copy(package.join(file), folder.join(file));
            copied.map_err(|error| format!("`{file}` cannot be copied: {error}"))?;
        }
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        quietly(Command::new(npm).args(arguments).current_dir(&folder))
    })?;
    Ok(folder.join("node_modules"))
}

/// An environment with what `openapi/python/requirements.txt` names.
fn python() -> Result<PathBuf> {
    python_with("openapi/python/requirements.txt", "python")
}

/// An environment with Django, which the bench over HTTP serves and a test reads sessions by.
pub(crate) fn bench_python() -> Result<PathBuf> {
    python_with("benches/django/requirements.txt", "bench-python")
}

fn python_with(requirements: &str, folder: &str) -> Result<PathBuf> {
    let requirements = root().join(requirements);
    let folder = root().join("target/tools").join(folder);
    let python = folder.join("bin/python");
    once(&folder, &read(&requirements)?, || {
        quietly(Command::new(python_with_venv()?).args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]);
        quietly(pip.arg(&requirements))
    })?;
    Ok(python)
}

/// Debian's Python comes without what makes environments.
fn python_with_venv() -> Result<PathBuf> {
    let found = || {
        let python = find("python3", &[])?;
        let asked = capture(Command::new(&python).args(["-c", "import ensurepip, venv"])).ok()?;
        asked.status.success().then_some(python)
    };
    if let Some(python) = found() {
        return Ok(python);
    }
    install(&["python3", "python3-venv"], "python3 -m venv")?;
    found().ok_or_else(|| "`python3-venv` is installed, and `python3 -m venv` does not work".to_owned())
}

/// Fills a folder, unless it was filled to the end from this very lock file.
fn once(folder: &Path, lock: &str, fill: impl FnOnce() -> Result) -> Result {
    let filled = folder.join("filled-from");
    if fs::read_to_string(&filled).is_ok_and(|from| from == lock) {
        return Ok(());
    }
    eprintln!("installing into {}", folder.display());
    let unwritable = |error| format!("`{}` cannot be written: {error}", folder.display());
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(unwritable)?;
    fill()?;
    fs::write(&filled, lock).map_err(unwritable)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))
}
