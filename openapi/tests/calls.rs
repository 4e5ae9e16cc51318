//! Each client logs in, lists, creates, is refused, and reads the problem.

#![allow(missing_docs, unreachable_pub)]

mod support;

use std::fs;

use drivers_client::{
    Client, Error, as_owner_of,
    types::{PatchedCarInputName, Problem},
};
use support::{Folder, Site, Tools, here, run};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[test]
fn typescript() {
    let drivers = Site::start("calls-typescript");
    let tracker = Site::start_tracker("calls-typescript-tracker");
    let folder = Folder::new("typescript");
    let (_, node) = Tools::node(&folder);
    run(&mut node(&["node_modules/typescript/bin/tsc"]));
    let files = ["--test", "dist/test/drivers.test.js", "dist/test/tracker.test.js"];
    run(node(&files).env("DRIVERS_URL", drivers.api()).env("TRACKER_URL", tracker.api()));
}

/// react-admin's data provider for Django REST Framework, as npm has it.
#[test]
fn react_admin() {
    let tracker = Site::start_tracker_with("calls-react-admin", &[("TRAILING_SLASHES", "1")]);
    let folder = Folder::new("react-admin");
    let (package, node) = Tools::react_admin(&folder);
    let script = fs::read_to_string(package.join("package.json")).expect("it was copied");
    let script: serde_json::Value = serde_json::from_str(&script).expect("JSON");
    let bundling = script["scripts"]["build"].as_str().and_then(|script| script.strip_prefix("esbuild "));
    let bundling: Vec<&str> = bundling.expect("it makes a bundle").split(' ').collect();
    run(&mut node(&[&["node_modules/esbuild/bin/esbuild"], &bundling[..]].concat()));
    run(node(&["--test", "dist/tasks.test.mjs"]).env("TRACKER_URL", tracker.api()));
}

#[test]
fn python() {
    let site = Site::start("calls-python");
    let mut tests = Tools::python();
    tests.args(["-m", "unittest", "discover", "tests"]).current_dir(here().join("python"));
    run(tests.env("DRIVERS_URL", site.api()));
}

/// Of an array each generator makes a parameter that is repeated, whatever the document says of commas, and the tracker
/// reads it. TypeScript's is in its own tests.
#[tokio::test]
async fn parameters_of_several_values() -> Outcome {
    let tracker = Site::start_tracker("calls-several-values");
    let token = tracker.token("alice");
    let all = ["Draw it", "Build it", "Ask for a raise"];

    // what generated calls of Rust do
    for (statuses, expected) in [(vec!["open", "closed"], &all[..]), (vec!["doing", "closed"], &[])] {
        let request = reqwest::Client::new()
            .get(format!("{}/tasks", tracker.api()))
            .query(&progenitor_client::QueryParam::new("status__in", &statuses))
            .header("Authorization", format!("Token {token}"));
        let page: serde_json::Value = request.send().await?.error_for_status()?.json().await?;
        let titles: Vec<_> = page["results"].as_array().into_iter().flatten().map(|task| &task["title"]).collect();
        assert_eq!(titles, expected, "{statuses:?}");
    }

    let folder = Folder::new("several-values");
    let mut generate = Tools::python();
    generate.args(["-m", "openapi_python_client", "generate", "--meta", "none", "--path"]);
    generate.arg(here().join("tracker.json")).arg("--output-path").arg(folder.0.join("tracker_client"));
    run(generate.current_dir(&folder.0));
    let mut asks = Tools::python();
    asks.args(["-c", STATUSES_IN_PYTHON, &tracker.api(), token]);
    assert_eq!(run(asks.current_dir(&folder.0)).lines().collect::<Vec<_>>(), all);
    Ok(())
}

const STATUSES_IN_PYTHON: &str = r#"
import sys
from tracker_client import AuthenticatedClient
from tracker_client.api.tasks import tasks_list
from tracker_client.models import Status, TasksPage

_, address, token = sys.argv
tracker = AuthenticatedClient(base_url=address, token=token, prefix="Token")
page = tasks_list.sync(client=tracker, status_in=[Status.OPEN, Status.CLOSED])
assert isinstance(page, TasksPage), page
print(*(task.title for task in page.results), sep="\n")
page = tasks_list.sync(client=tracker, status_in=[Status.DOING, Status.CLOSED])
assert isinstance(page, TasksPage) and not page.results, page
"#;

#[tokio::test]
async fn rust() -> Outcome {
    let site = Site::start("calls-rust");
    what_the_guide_shows(&site.api()).await?;

    let alice = as_owner_of(site.token("alice"), &site.api())?;
    let car = alice.cars_create().body_map(|car| car.name("Mini")).send().await?;
    assert_eq!((car.name.as_str(), &car.permissions[..]), ("Mini", &["view".to_owned(), "change".to_owned()][..]));
    let name = PatchedCarInputName::try_from("Maxi")?;
    let patched = alice.cars_partial_update().id(car.id).body_map(|car| car.name(name)).send().await?;
    assert_eq!(patched.name, "Maxi");

    let bob = as_owner_of(site.token("bob"), &site.api())?;
    let page = bob.cars_list().limit(1).ordering("-name").send().await?.into_inner();
    assert_eq!((page.count, page.results.len(), page.results[0].name.as_str()), (2, 1, "Maxi"));
    let (status, problem) = refused(bob.cars_destroy().id(car.id).send().await);
    assert_eq!((status, problem.code.as_str()), (403, "permission_denied"));
    assert_eq!(problem.detail, "You do not have permission to perform this action.");

    let nobody = Client::new(&site.api());
    let registered = nobody
        .auth_register()
        .body_map(|who| who.username("erin").email("erin@example.com").password("four good wheels"))
        .send()
        .await?;
    assert_eq!(registered.status(), 202);
    let asked = nobody.auth_password_reset().body_map(|who| who.email("alice@demo.invalid")).send().await?;
    assert_eq!(asked.status(), 202);
    let root = as_owner_of(site.token("root"), &site.api())?;
    let change =
        || root.auth_password().body_map(|change| change.old_password("wheels").new_password("four good wheels"));
    assert_eq!(change().send().await?.status(), 204);
    let (status, problem) = refused(change().send().await);
    assert_eq!((status, problem.code.as_str()), (400, "invalid"));

    let ceiling = vec!["drivers.view_car".to_owned()];
    let made = alice.auth_tokens_create().body_map(|token| token.name("reads").ceiling(ceiling)).send().await?;
    let reads = as_owner_of(&made.token, &site.api())?;
    assert_eq!(reads.cars_list().send().await?.status(), 200);
    let (status, problem) = refused(reads.cars_create().body_map(|car| car.name("Mini")).send().await);
    assert_eq!((status, problem.code.as_str()), (403, "insufficient_scope"));
    assert_eq!(alice.auth_tokens_destroy().id(made.id).send().await?.status(), 204);

    let (status, problem) = refused(Client::new(&site.api()).cars_list().send().await);
    assert_eq!((status, problem.code.as_str()), (401, "not_authenticated"));
    let (status, problem) = refused(alice.cars_retrieve().id(999).send().await);
    assert_eq!((status, problem.code.as_str()), (404, "not_found"));
    Ok(())
}

async fn what_the_guide_shows(address: &str) -> Outcome {
    // guide: rust
    let nobody = Client::new(address);
    let login = nobody.auth_token().body_map(|login| login.username("alice").password("wheels")).send().await?;
    let drivers = as_owner_of(&login.token, address)?;

    match drivers.cars_create().body_map(|car| car.name("Beetle")).send().await {
        Ok(car) => println!("{} {:?}", car.id, car.permissions), // 1 ["view", "change"]
        Err(Error::ErrorResponse(problem)) => return Err(format!("{}: {}", problem.code, problem.detail).into()),
        Err(error) => return Err(error.into()),
    }

    let page = drivers.cars_list().ordering("-name").published(false).send().await?;
    for car in &page.results {
        println!("{}", car.name);
    }
    // end
    assert_eq!(page.results.len(), 1);
    Ok(())
}

/// The status, and the problem in its type.
#[track_caller]
fn refused<T>(answer: Result<T, Error<Problem>>) -> (u16, Problem) {
    match answer {
        Err(Error::ErrorResponse(answer)) => (answer.status().as_u16(), answer.into_inner()),
        Err(error) => panic!("not a problem: {error}"),
        Ok(_) => panic!("it is not refused"),
    }
}
