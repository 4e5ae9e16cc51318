//! Throw-away certificates: an authority of its own, and a server's for `localhost` alone.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Result,
    install::is_root,
    run::{find, quietly},
    servers::NOBODY,
};

/// A server's key and certificate, and what a client must know to verify it.
pub(crate) struct Certificates {
    pub(crate) authority: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificates {
    /// Makes them in this folder; valid for two days.
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        let openssl =
            find("openssl", &[]).ok_or("`openssl` is not installed, which makes the test servers' certificates")?;
        let file = |name: &str| folder.join(name);
        let new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let (authority, its_key) = (file("ca.pem"), file("ca.key"));
        let mut command = Command::new(&openssl);
        command.args(new).args(["-x509", "-days", "2", "-subj", "/CN=refrain test authority"]);
        command.args(["-addext", "keyUsage=critical,keyCertSign"]);
        quietly(command.arg("-keyout").arg(&its_key).arg("-out").arg(&authority))?;

        let (certificate, key, request) = (file("server.pem"), file("server.key"), file("server.csr"));
        let mut command = Command::new(&openssl);
        quietly(command.args(new).args(["-subj", "/CN=localhost", "-keyout"]).arg(&key).arg("-out").arg(&request))?;
        let extensions = file("server.ext");
        let written = fs::write(&extensions, "subjectAltName=DNS:localhost\n");
        written.map_err(|error| format!("`{}`: {error}", extensions.display()))?;
        let mut command = Command::new(&openssl);
        command.args(["x509", "-req", "-days", "2", "-CAcreateserial", "-in"]).arg(&request);
        command.arg("-CA").arg(&authority).arg("-CAkey").arg(&its_key).arg("-extfile").arg(&extensions);
        quietly(command.arg("-out").arg(&certificate))?;

        // the servers refuse a key that others may read, and run as nobody where this program is root's
        let owned = fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).and_then(|()| match is_root() {
            true => chown(&key, Some(NOBODY), Some(NOBODY)),
            false => Ok(()),
        });
        owned.map_err(|error| format!("`{}`: {error}", key.display()))?;
        Ok(Self { authority, certificate, key })
    }
}
