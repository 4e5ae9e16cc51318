//! What the README shows is so: its example is this code, its commands exist, its links lead somewhere.

mod car;
mod cars {
    use super::car;

    include!("readme/cars.rs");
}
mod drivers;

use std::{fs, path::Path};

use cars::Cars;
use drivers::Drivers;
use poem::http::Method;
use refrain::{Api, auth::NewUser, model::Models};
use refrain_testing::{TestDb, every_database};
use serde_json::{Value as Json, json};

use crate::support::{self, Client};

const README: &str = include_str!("../../README.md");

#[test]
fn the_example_is_the_code_below() {
    for (file, code) in [("car.rs", include_str!("readme/car.rs")), ("cars.rs", include_str!("readme/cars.rs"))] {
        let block = format!("```rust\n{code}```\n");
        assert!(README.contains(&block), "README.md does not show `tests/api/readme/{file}` as it is");
    }
}

#[every_database]
async fn the_example_works(db: TestDb) -> Result<(), Box<dyn std::error::Error>> {
    let auth = support::auth();
    auth.sync_permissions(db.db(), &Models::default().with::<car::Entity>(), &Default::default()).await?;
    let mut tokens = Vec::new();
    for (name, held) in [("alice", &["drivers.add_car", "drivers.change_car", "drivers.view_car"][..]), ("carol", &[])]
    {
        let user = auth.create_user(db.db(), NewUser::new(name)).await?;
        user.permissions().add(db.db(), held.iter().copied()).await?;
        tokens.push(user.token(db.db()).await?);
    }
    let client = Client::new(Api::new("Drivers", "1.0", db.db().clone()).auth(auth).mount(Cars).build()?);
    let [alice, carol] = &tokens[..] else { unreachable!("two tokens were made") };

    let made = client.ask(Method::POST, "/api/cars", alice, Some(json!({"name": "Golf"}))).await;
    let car = json!({"id": made.json()["id"], "name": "Golf", "owner_id": 1, "published": false});
    assert_eq!((made.code(), made.json()), (201, car.clone()));
    let list = client.get("/api/cars", alice).await;
    assert_eq!((list.code(), &list.json()["results"]), (200, &json!([car])));
    assert_eq!(client.get("/api/cars", carol).await.code(), 403);
    assert_eq!(client.get("/api/cars", "").await.code(), 401);
    Ok(())
}

/// The lines are those that the example prints, and others; each gets the answer below it.
#[test]
fn the_session_goes_as_it_is_shown() {
    let drivers = Drivers::start();
    let here = |line: &str| {
        let line = line.replace("127.0.0.1:3000", &drivers.address);
        ["alice", "bob", "root"].iter().fold(line, |line, name| {
            line.replace(&format!("Token {}'", name.to_uppercase()), &format!("Token {}'", drivers.token(name)))
        })
    };
    let session = session();
    let shown: Vec<String> = session.iter().map(|(line, _)| here(line)).collect();
    let printed: Vec<&str> = drivers.printed.lines().map(str::trim).filter(|line| line.starts_with("curl ")).collect();
    assert!(!printed.is_empty(), "the example prints lines to try");
    assert_eq!(shown[..printed.len()], printed, "README.md does not begin with the lines that the example prints");
    for ((line, expected), shown) in session.iter().zip(&shown) {
        let answer = drivers.curl(shown);
        let json = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_else(|_| panic!("no JSON: `{text}`"));
        let mut answer = json(&answer);
        // each request has another
        if let Some(id) = answer.get_mut("request_id") {
            *id = "…".into();
        }
        assert_eq!(answer, json(expected), "{line}");
    }
}

/// Commands, and the answers below them.
fn session() -> Vec<(&'static str, &'static str)> {
    let blocks = README.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let entries = blocks.flat_map(|block| block.split("$ ").filter(|entry| !entry.is_empty()));
    entries.map(|entry| entry.split_once('\n').expect("a command and its answer")).collect()
}

#[test]
fn the_command_that_tests_is_what_a_change_must_pass() {
    let command = commands().into_iter().find(|command| command.starts_with("cargo xtask test"));
    let command = command.expect("README.md says how to run the tests");
    let gate = fs::read_to_string(root().join(".ci/run")).expect("`.ci/run` is there");
    assert!(gate.lines().any(|line| line == command), "`.ci/run` has no line `{command}`");
}

#[test]
fn the_commands_name_what_is_there() {
    for command in commands() {
        let words: Vec<&str> = command.split_whitespace().collect();
        match &words[..] {
            ["cargo", "run", "--example", example, ..] => {
                let manifest = fs::read_to_string(root().join("examples/Cargo.toml")).expect("the examples' manifest");
                assert!(manifest.contains(&format!("name = \"{example}\"")), "no example is called `{example}`");
            }
            ["cargo", "xtask", "test" | "servers" | "ci" | "bench", ..] | ["curl", ..] => {}
            _ => panic!("README.md has a command that no test knows: `{command}`"),
        }
    }
}

/// In the README, the guide and the pages beside it; what leads outside is not looked at.
#[test]
fn the_links_lead_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page is text");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let file = link.split('#').next().unwrap_or_default();
            let target = page.parent().expect("a page is in a folder").join(file);
            assert!(target.exists(), "{} links to `{link}`, which is not there", page.display());
        }
    }
}

#[test]
fn every_page_of_the_guide_is_in_its_index() {
    let index = fs::read_to_string(root().join("docs/guide/README.md")).expect("the index is there");
    let guide = fs::read_dir(root().join("docs/guide")).expect("the guide is there");
    let names = guide.map(|entry| entry.expect("a page is a file").file_name().into_string().expect("a name is text"));
    let missing: Vec<String> =
        names.filter(|name| name != "README.md" && !index.contains(&format!("]({name})"))).collect();
    assert!(missing.is_empty(), "docs/guide/README.md does not name {missing:?}");
}

/// Each promise of docs/security.md names tests: `auth::granting` a file of them, `auth::granting::one` a single one, and
/// paths what stands elsewhere.
#[test]
fn the_tests_of_each_promise_are_there() {
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page is there");
    let promises = page.split("## ").find(|part| part.starts_with("What it promises")).expect("what it promises");
    for line in promises.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise |")) {
        let tests = line.rsplit_once(" | ").expect("a row has two columns").1;
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test is named: {line}");
        for test in tests {
            assert!(is_there(test), "docs/security.md names `{test}`, which is not there");
        }
    }
}

fn is_there(test: &str) -> bool {
    if !test.contains("::") {
        return root().join(test).exists();
    }
    let file = |module: &str| {
        let path = root().join("tests").join(module.replace("::", "/"));
        fs::read_to_string(path.with_extension("rs")).or_else(|_| fs::read_to_string(path.join("mod.rs")))
    };
    match (file(test), test.rsplit_once("::")) {
        (Ok(_), _) => true,
        (_, Some((module, name))) => file(module).is_ok_and(|text| text.contains(&format!("fn {name}("))),
        _ => false,
    }
}

/// Every direct dependency of every crate has a line that says what it is for.
#[test]
fn every_dependency_is_accounted_for() {
    let lines = fs::read_to_string(root().join("docs/dependencies.md")).expect("the page is there");
    for member in ["", "entity", "migration", "macros", "testing", "examples", "openapi", "openapi/rust", "xtask"] {
        let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).expect("a manifest");
        for name in dependencies(&manifest) {
            let is_named = lines.split(|c: char| !c.is_alphanumeric() && !"-_".contains(c)).any(|word| word == name);
            assert!(is_named, "docs/dependencies.md has no line on `{name}`, which `{member}/Cargo.toml` names");
        }
    }
}

fn dependencies(manifest: &str) -> Vec<&str> {
    let mut section = "";
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section.ends_with("dependencies") && section != "workspace.dependencies" {
            names.extend(line.split(['.', ' ', '=']).next().filter(|name| !name.is_empty() && !name.starts_with('#')));
        }
    }
    names
}

/// The commands that stand in blocks indented by four blanks.
fn commands() -> Vec<&'static str> {
    let is_command = |line: &&str| ["cargo ", "curl "].iter().any(|program| line.starts_with(program));
    README.lines().filter_map(|line| line.strip_prefix("    ")).filter(is_command).map(without_comment).collect()
}

fn without_comment(command: &str) -> &str {
    command.split("  #").next().unwrap_or(command).trim_end()
}

fn pages() -> Vec<std::path::PathBuf> {
    let mut pages: Vec<_> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(|page| root().join(page)).into();
    for folder in ["docs", "docs/guide", "openapi", "openapi/typescript", "openapi/python", "openapi/rust"] {
        let entries = fs::read_dir(root().join(folder)).expect("the docs are there");
        let files = entries.map(|entry| entry.expect("the folder can be read").path());
        pages.extend(files.filter(|file| file.extension().is_some_and(|extension| extension == "md")));
    }
    pages
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
