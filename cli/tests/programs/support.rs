use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

#[path = "../../../tests/support/compiled_crates.rs"]
mod compiled_crates;

use compiled_crates::CompiledCrates;

/// An empty folder, until it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn empty(name: &str) -> Self {
        let path = env::temp_dir().join(format!("refrain-cli-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A program in it, as `refrain new` writes it over these sources.
    pub fn program(&self, name: &str) -> Program {
        told(&refrain(&self.0, &["new", name, "--refrain", env!("CARGO_MANIFEST_DIR").trim_end_matches("/cli")]));
        Program { folder: self.0.join(name), name: name.to_owned() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

pub struct Program {
    folder: PathBuf,
    name: String,
}

/// What it has to say beside its own crates.
const NAMED: [&str; 5] = ["refrain", "sea_orm", "serde_json", "tokio", "tracing_subscriber"];

impl Program {
    pub fn refrain(&self, arguments: &[&str]) -> String {
        told(&refrain(&self.folder, arguments))
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.folder.join(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub fn is_formatted(&self) {
        let mut cargo = Command::new("cargo");
        told(&cargo.args(["fmt", "--check"]).current_dir(&self.folder).output().expect("cargo starts"));
    }

    /// Its manifest asks for what there is: crates in versions, and features that they have.
    pub fn is_resolved(&self) {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        fs::copy(workspace.join("Cargo.lock"), self.folder.join("Cargo.lock")).expect("the lock file");
        let mut cargo = Command::new("cargo");
        cargo.args(["tree", "--offline", "--depth", "1", "--prefix", "none", "--edges", "normal,dev"]);
        let tree = told(&cargo.current_dir(&self.folder).output().expect("cargo starts"));
        for name in tree.lines().skip(1).filter_map(|line| line.split(' ').next()) {
            assert!(NAMED.contains(&&*name.replace('-', "_")), "`{name}` is not compiled in tests");
        }
    }

    /// Its library is right, without a warning; nothing is made of it.
    pub fn checks(&self, crates: &Crates) {
        let out = self.folder.join("checked");
        let arguments = ["--crate-type", "lib", "--emit", "metadata", "src/lib.rs", "-o", out.to_str().expect("text")];
        told(&crates.rustc(&self.folder, &arguments, self.crate_name(), &[]));
    }

    /// Without a warning, against the crates that this test is made of.
    pub fn compiles(&self, crates: &Crates) {
        let library = self.folder.join(format!("lib{}.rlib", self.crate_name()));
        told(&crates.rustc(&self.folder, &["--crate-type", "lib", "src/lib.rs"], self.crate_name(), &[]));
        let own = [(self.crate_name(), library)];
        told(&crates.rustc(&self.folder, &["--crate-type", "bin", "src/main.rs"], "program".to_owned(), &own));
    }

    /// The names of the tests that pass, of those in this file; what was compiled before is what they test.
    #[track_caller]
    pub fn passes(&self, crates: &Crates, file: &str) -> String {
        let own = [(self.crate_name(), self.folder.join(format!("lib{}.rlib", self.crate_name())))];
        let source = format!("tests/{file}.rs");
        told(&crates.rustc(&self.folder, &["--test", &source], format!("test_{file}"), &own));
        let mut test = Command::new(self.folder.join(format!("test_{file}")));
        told(&test.current_dir(&self.folder).output().expect("it starts"))
    }

    /// The program itself, compiled before.
    pub fn run(&self, url: &str, arguments: &[&str]) -> String {
        let mut program = Command::new(self.folder.join("program"));
        told(&program.args(arguments).current_dir(&self.folder).env("DATABASE_URL", url).output().expect("it starts"))
    }

    fn crate_name(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// Where the compiled crates are that a program names.
pub struct Crates(CompiledCrates);

impl Crates {
    pub fn of_this_test() -> Self {
        Self(CompiledCrates::of_test("programs", &NAMED))
    }

    fn rustc(&self, folder: &Path, arguments: &[&str], name: String, own: &[(String, PathBuf)]) -> Output {
        let mut rustc = self.0.rustc();
        rustc.args(["--deny", "warnings", "--crate-name", &name]);
        for (name, file) in own {
            rustc.arg("--extern").arg(format!("{name}={}", file.display()));
        }
        rustc.env("CARGO_PKG_VERSION", "0.1.0").args(arguments).current_dir(folder).output().expect("rustc starts")
    }
}

pub fn refrain(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_refrain")).args(arguments).current_dir(folder).output().expect("it starts")
}

/// What it printed, where it did not fail.
#[track_caller]
pub fn told(output: &Output) -> String {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout.into_owned()
}
