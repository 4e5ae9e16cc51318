//! The oldest Rust that is supported: `rust-version` of the workspace.

use std::process::Command;

use crate::{
    Result,
    run::{capture, cargo, find, quietly, without_package},
};

/// The cargo that comes with it, or this program's own, where it cannot be had.
pub(super) enum OldestRust {
    /// What rustup calls it: `1.94`.
    Toolchain(String),
    /// This program's is as old, or rustup has no older one.
    Own,
}

impl OldestRust {
    /// Installs it where rustup is; tells which one it is.
    pub(super) fn find(version: &str) -> Result<Self> {
        let own = String::from_utf8_lossy(&capture(&mut cargo(&["--version"]))?.stdout).into_owned();
        let own = own.split(' ').nth(1).unwrap_or_default().to_owned();
        if own.starts_with(&format!("{version}.")) {
            eprintln!("cargo {own} is the oldest that is supported");
            return Ok(Self::Own);
        }
        let untested = |why: &str| {
            eprintln!(
                "not run: a check with Rust {version}, the oldest that is supported: {why}; cargo {own} is taken"
            );
            Ok(Self::Own)
        };
        if find("rustup", &[]).is_none() {
            return untested("there is no rustup to install it");
        }
        let has = || capture(Command::new("rustup").args(["run", version, "cargo", "--version"]));
        if !has()?.status.success() {
            eprintln!("installing Rust {version}");
            let install = ["toolchain", "install", version, "--profile", "minimal", "--no-self-update"];
            if let Err(why) = quietly(Command::new("rustup").args(install)) {
                return untested(&why);
            }
        }
        eprintln!("with Rust {version}, the oldest that is supported");
        Ok(Self::Toolchain(version.to_owned()))
    }

    pub(super) fn cargo(&self) -> Command {
        match self {
            Self::Own => cargo(&[]),
            Self::Toolchain(version) => {
                let mut command = Command::new("rustup");
                command.args(["run", version, "cargo"]);
                without_package(&mut command);
                command
            }
        }
    }
}
