//! The documents are the programs', and each client is what its generator makes of one.
//!
//! `cargo xtask openapi` runs these tests to write the files anew.

#![allow(missing_docs, unreachable_pub)]

mod support;

use std::{collections::BTreeMap, env, fs, path::Path};

use serde_json::Value as Json;
use support::{Folder, Site, Tools, files, here, run};

/// With this variable what is made is kept, instead of being compared.
const WRITE: &str = "REFRAIN_OPENAPI";

/// In one test: the clients are made from the documents.
#[test]
fn the_documents_and_the_clients_are_up_to_date() {
    let writes = env::var_os(WRITE).is_some_and(|what| what == "write");
    let mut stale = Vec::new();
    let mut compare = |place: &'static str, files: BTreeMap<String, String>| {
        let at = here().join(place);
        if writes {
            write(&at, files);
        } else if contents(&at) != files {
            stale.push(place);
        }
    };
    compare("drivers.json", one_file(document(&Site::start("drivers-document"))));
    compare("tracker.json", one_file(document(&Site::start_tracker("tracker-document"))));
    let folder = Folder::new("up-to-date");
    compare("rust/src/generated.rs", one_file(rust()));
    let [drivers, tracker] = typescript(&folder);
    compare("typescript/src/drivers.ts", one_file(drivers));
    compare("typescript/src/tracker.ts", one_file(tracker));
    compare("python/drivers_client", python(&folder));
    assert!(stale.is_empty(), "not as they are made today: {stale:?}; `cargo xtask openapi` makes them anew");
}

fn one_file(text: String) -> BTreeMap<String, String> {
    BTreeMap::from([(String::new(), text)])
}

/// With its members in order, whatever serde_json's features are.
fn document(site: &Site) -> String {
    let document: Json = serde_json::from_str(&site.get("/openapi.json")).expect("it is JSON");
    serde_json::to_string_pretty(&sorted(document)).expect("JSON can be written") + "\n"
}

fn sorted(json: Json) -> Json {
    match json {
        Json::Object(members) => {
            let members: BTreeMap<String, Json> = members.into_iter().map(|(name, of)| (name, sorted(of))).collect();
            members.into_iter().collect()
        }
        Json::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// Progenitor types a body only where it is called JSON: for it, the problems are.
fn rust() -> String {
    let document = fs::read_to_string(here().join("drivers.json")).expect("the document is there");
    let document = document.replace("application/problem+json", "application/json");
    let document: openapiv3::OpenAPI = serde_json::from_str(&document).expect("OpenAPI 3.0");
    let mut settings = progenitor_impl::GenerationSettings::default();
    settings.with_interface(progenitor_impl::InterfaceStyle::Builder);
    let tokens = progenitor_impl::Generator::new(&settings).generate_tokens(&document).expect("progenitor takes it");
    let code = prettyplease::unparse(&syn::parse2(tokens).expect("it makes Rust"));
    format!("// Made by progenitor from drivers.json.\n\n{code}")
}

/// Of each document the types.
fn typescript(folder: &Folder) -> [String; 2] {
    let (package, node) = Tools::node(folder);
    ["drivers", "tracker"].map(|name| {
        let made = package.join(format!("src/{name}.ts"));
        fs::remove_file(&made).expect("it was copied");
        run(node(&["generate.mjs"]).arg(here().join(format!("{name}.json"))).arg(&made));
        fs::read_to_string(made).expect("it is text")
    })
}

fn python(folder: &Folder) -> BTreeMap<String, String> {
    let made = folder.0.join("drivers_client");
    let mut generate = Tools::python();
    generate.args(["-m", "openapi_python_client", "generate", "--meta", "none", "--path"]);
    generate.arg(here().join("drivers.json")).arg("--config").arg(here().join("python/config.yaml"));
    let told = run(generate.arg("--output-path").arg(&made).current_dir(&folder.0));
    assert!(!told.contains("arning"), "{told}");
    contents(&made)
}

/// The files of a folder, or the file.
fn contents(at: &Path) -> BTreeMap<String, String> {
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if at.is_file() {
        return one_file(read(at));
    }
    files(at).into_iter().map(|file| (file.to_string_lossy().into_owned(), read(&at.join(&file)))).collect()
}

fn write(at: &Path, files: BTreeMap<String, String>) {
    if at.is_dir() {
        fs::remove_dir_all(at).expect("the folder can be written");
    }
    for (name, text) in files {
        let path = if name.is_empty() { at.to_owned() } else { at.join(name) };
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be written");
        fs::write(path, text).expect("the folder can be written");
    }
}
