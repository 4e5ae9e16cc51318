use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value as Json, json};

use super::{Folder, Tools};

/// The program that drives a browser, until this is dropped; the browser ends with it.
pub struct Driver {
    process: Child,
    folder: Folder,
    address: String,
}

impl Driver {
    pub fn start() -> Self {
        let (_, chromedriver) = Tools::browser();
        let folder = Folder::new("browser");
        let mut command = Command::new(chromedriver);
        command.arg("--port=0").env("HOME", &folder.0).stdout(Stdio::piped());
        let mut process = command.stderr(Stdio::null()).spawn().expect("the driver starts");
        let lines = BufReader::new(process.stdout.take().expect("its output is read here")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let address = format!("http://127.0.0.1:{}", port.expect("the driver says its port"));
        Self { process, folder, address }
    }

    /// A browser with an empty profile, for which no host has an address.
    pub async fn browser(&self) -> Client {
        let (chromium, _) = Tools::browser();
        let profile = format!("--user-data-dir={}", self.folder.0.join("profile").display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1400,1000",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            &profile,
        ];
        let options = json!({ "binary": chromium, "args": arguments });
        let Json::Object(capabilities) = json!({ "goog:chromeOptions": options }) else { unreachable!("an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities).connect(&self.address).await.expect("the browser starts")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
