//! The compiled crates that a test is made of, to compile more against them. A package of its own would have every
//! dependency compiled once more: minutes of two processors.

use std::{env, path::PathBuf, process::Command};

use serde_json::Value;

/// Where they are.
pub struct CompiledCrates {
    folder: PathBuf,
    files: Vec<(&'static str, PathBuf)>,
}

impl CompiledCrates {
    /// Those of the test program that runs, by its name. Cargo says where they are: it has just built them, and finds that
    /// nothing is left to do.
    pub fn of_test(test: &str, named: &[&'static str]) -> Self {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--workspace", "--all-features", "--test", test, "--no-run", "--message-format", "json"]);
        // what cargo and nextest tell a test of its package would make cargo build ring anew, as xtask says
        for (name, _) in env::vars() {
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        let output = cargo.output().expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let libraries: Vec<Value> = messages.filter(|message: &Value| message["target"]["kind"][0] == "lib").collect();
        let file = |name: &str| -> PathBuf {
            let message = libraries.iter().find(|message| message["target"]["name"] == name).expect("a dependency");
            let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
            files.map(PathBuf::from).find(|file| file.extension().is_some_and(|extension| extension == "rlib")).unwrap()
        };
        let files = named.iter().map(|name| (*name, file(name))).collect();
        Self { folder: env::current_exe().unwrap().parent().unwrap().to_owned(), files }
    }

    /// The compiler, which finds them.
    pub fn rustc(&self) -> Command {
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition", "2024", "--color", "never"]);
        rustc.arg("-L").arg(format!("dependency={}", self.folder.display()));
        for (name, file) in &self.files {
            rustc.arg("--extern").arg(format!("{name}={}", file.display()));
        }
        rustc
    }
}
