//! The readings of a rule, through the routes.

use std::time::Duration;

use poem::{
    Response,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode},
    test::TestClient,
};
use proptest::{prelude::*, test_runner::TestCaseError};
use refrain::{Action, Api, BuiltApi, Permissions, auth::Snapshots, authentication::Authenticators};
use refrain_testing::{TestDb, every_database};
use serde_json::Value as Json;

use super::{
    check,
    expected::{Case, CouldNotTell, Meaning},
    tree::{Tree, With, trees},
    world::{ByKey, Cars, Site, Who, World, askers, worlds},
};

/// A row that is not there.
const MISSING: usize = 99;

/// What stands for an answer that nobody can tell: 503 where that may pass, 500 where the statement is wrong.
const UNTOLD: u16 = 503;

#[every_database]
async fn lists_and_details_agree(db: TestDb) {
    let site = Site::open(&db).await;
    let cases = (trees(With::Nothing), worlds(site.owners()), askers());
    check(&db, 320, &cases, async |(tree, world, who)| agrees(&site, &tree, &world, &who).await);
}

#[every_database]
async fn hooks_in_memory_agree_too(db: TestDb) {
    let site = Site::open(&db).await;
    let cases = (trees(With::Hooks), worlds(site.owners()), askers());
    check(&db, 160, &cases, async |(tree, world, who)| agrees(&site, &tree, &world, &who).await);
}

#[every_database]
async fn what_cannot_be_told_is_never_an_allow(db: TestDb) {
    let site = Site::open(&db).await;
    let cases = (trees(With::Faults), worlds(site.owners()), askers());
    check(&db, 240, &cases, async |(tree, world, who)| {
        agrees(&site, &tree, &world, &who).await?;
        // an outage changes answers to "could not tell", and to nothing else
        let case = Case { world: &world, who: &who, key: site.key_of(&who) };
        let mended = tree.mended();
        for place in [0, 1, 2, MISSING] {
            for method in [Method::GET, Method::PATCH] {
                let status = case.row_status(&tree, &method, place);
                prop_assert!(status == UNTOLD || status == case.row_status(&mended, &method, place));
            }
        }
        Ok(())
    });
}

/// Do the routes answer as the model does: on the list, on every row, on a missing row, for reading and for writing?
pub async fn agrees(site: &Site, tree: &Tree, world: &World, who: &Who) -> Result<(), TestCaseError> {
    world.settle(&site.db).await;
    site.grant(who).await;
    let (permissions, _) = tree.permissions();
    let expression = permissions.to_string();
    let client = TestClient::new(built(site, permissions, who).into_endpoint());
    let case = Case { world, who, key: site.key_of(who) };

    let (status, body) = ask(&client, Method::GET, "/api/cars", case.key, who).await;
    prop_assert_eq!(status, case.list_status(tree), "the list under {}", expression);
    let listed: Vec<i64> = match status {
        200 => body["results"].as_array().into_iter().flatten().filter_map(|car| car["id"].as_i64()).collect(),
        _ => Vec::new(),
    };
    if status == 200 {
        prop_assert_eq!(body["count"].as_u64(), Some(listed.len() as u64), "the count under {}", expression);
    }
    for place in (0..world.cars.len()).chain([MISSING]) {
        let id = place as i64 + 1;
        let path = format!("/api/cars/{id}");
        let (status, body) = ask(&client, Method::GET, &path, case.key, who).await;
        prop_assert_eq!(status, case.row_status(tree, &Method::GET, place), "GET {} under {}", path, expression);
        prop_assert_eq!(status == 200, listed.contains(&id), "{} in the list under {}", path, expression);
        if status == 404 {
            prop_assert_eq!(body["detail"].as_str(), Some("No Car matches the given query."));
        }
        if place == 0 || place == MISSING {
            let (status, _) = ask(&client, Method::PATCH, &path, case.key, who).await;
            let expected = case.row_status(tree, &Method::PATCH, place);
            prop_assert_eq!(status, expected, "PATCH {} under {}", path, expression);
        }
    }
    Ok(())
}

impl Case<'_> {
    /// Denied before any row is looked at exactly when the meaning is `Never`.
    pub fn list_status(&self, tree: &Tree) -> u16 {
        if self.is_turned_away() {
            return 401;
        }
        match self.meaning(tree, Action::List) {
            Ok(Meaning::Never) => self.denied(),
            Ok(Meaning::Always | Meaning::Rows { broken: false, .. }) => 200,
            Ok(Meaning::Rows { broken: true, .. }) | Err(CouldNotTell) => UNTOLD,
        }
    }

    pub fn row_status(&self, tree: &Tree, method: &Method, place: usize) -> u16 {
        if self.is_turned_away() {
            return 401;
        }
        self.try_row_status(tree, method, place).unwrap_or(UNTOLD)
    }

    fn try_row_status(&self, tree: &Tree, method: &Method, place: usize) -> Result<u16, CouldNotTell> {
        let action = if *method == Method::GET { Action::Retrieve } else { Action::PartialUpdate };
        let meaning = self.meaning(tree, action)?;
        if meaning == Meaning::Never {
            return Ok(self.denied());
        }
        // one statement judges the row for the action and for being seen, whether the row is there or not
        let retrieve = self.meaning(tree, Action::Retrieve)?;
        let (admitted, seen) = (meaning.admits(place)?, retrieve.admits(place)?);
        Ok(match (place < self.world.cars.len(), admitted, seen) {
            (false, ..) | (true, false, false) => 404,
            (true, false, true) => self.denied(),
            // the change that is sent is empty: who writes nothing is shown nothing that they could not read
            (true, true, false) => 404,
            (true, true, true) => 200,
        })
    }

    /// An inactive user is let in by no authenticator; what their rules mean is asked without a request elsewhere.
    fn is_turned_away(&self) -> bool {
        self.who.name.is_some() && !self.who.is_active()
    }

    fn denied(&self) -> u16 {
        if self.who.name.is_some() { 403 } else { 401 }
    }
}

pub fn built(site: &Site, permissions: Permissions, who: &Who) -> BuiltApi {
    let mut api = Api::new("Agree", "1.0", site.db.clone())
        .auth(site.auth.clone())
        .authenticators(Authenticators::none().with(ByKey))
        .default_permissions(permissions);
    if who.is_kept {
        api = api.snapshots(Snapshots::kept_for(Duration::from_secs(3600)));
    }
    api.mount(Cars).build().expect("every class is for cars")
}

async fn ask(
    client: &TestClient<BoxEndpoint<'static, Response>>,
    method: Method,
    path: &str,
    key: Option<i32>,
    who: &Who,
) -> (u16, Json) {
    let mut request = client.request(method.clone(), path);
    if let Some(key) = key {
        request = request.header("x-key", key.to_string());
    }
    if let Some(ceiling) = &who.ceiling {
        request = request.header("x-ceiling", ceiling.join(" "));
    }
    if method == Method::PATCH {
        request = request.body_json(&serde_json::json!({}));
    }
    let mut response = request.send().await.0;
    let text = response.take_body().into_string().await.expect("a body of text");
    let status = match response.status() {
        StatusCode::INTERNAL_SERVER_ERROR => UNTOLD,
        status => status.as_u16(),
    };
    (status, serde_json::from_str(&text).unwrap_or(Json::Null))
}
