//! What is asked, of whom, as whom.

use std::sync::Arc;

use refrain_testing::Backend;

use crate::{
    fill::{CARS, Caller, Callers},
    load::Requests,
    serve::Contestant,
};

/// Requests that take turns: the first one's cost measures the others'.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) asked: Vec<Asked>,
    /// Are the answers those of a car or of cars, and so the same of all?
    pub(crate) alike: bool,
}

/// One contestant, asked by one caller.
pub(crate) struct Asked {
    pub(crate) contestant: Contestant,
    pub(crate) name: String,
    pub(crate) requests: Requests,
}

/// What a ratio within the rounds may be, at most or at least.
pub(crate) struct Target {
    pub(crate) question: &'static str,
    pub(crate) of: &'static str,
    pub(crate) by: &'static str,
    pub(crate) bounds: (f64, f64),
    /// Two others, whose ratio is taken out of it: what the machine makes of two processes in the place of one.
    pub(crate) beside: Option<[&'static str; 2]>,
}

const FEW: &str = "8 held";
const MANY: &str = "400 held";

pub(crate) const TARGETS: [Target; 25] = [
    at_most("detail", "Refrain, 8 held", "by hand, no permissions", 2.0),
    at_most("detail", "Refrain, 400 held", "by hand, no permissions", 2.0),
    at_most("detail", "Refrain, row permissions, 8 held", "by hand, no permissions", 2.0),
    at_most("detail", "Refrain, row permissions, 400 held", "by hand, no permissions", 2.0),
    within_5_percent("detail", "Refrain, row permissions, 400 held", "Refrain, row permissions, 8 held"),
    at_least("detail", "DRF + guardian, 8 held", "Refrain, 8 held", 20.0),
    at_most("detail", "Refrain with snapshots, 8 held", "by hand, no permissions", 1.15),
    at_most("detail", "Refrain with snapshots, 400 held", "by hand, no permissions", 1.15),
    at_least("detail", "DRF + guardian, 8 held", "Refrain with snapshots, 8 held", 35.0),
    two_nodes_within_5_percent("detail"),
    two_nodes_within_5_percent("list of 20"),
    at_most("list of 20 and count", "Refrain with snapshots, 8 held", "by hand, no permissions", 1.1),
    at_most("list of 20", "Refrain with snapshots, 8 held", "by hand, no permissions", 1.1),
    at_most("list of 20", "Refrain with snapshots, 400 held", "by hand, no permissions", 1.1),
    at_most("list of 20 and count", "Refrain, 8 held", "by hand, no permissions", 1.2),
    at_most("list of 20 and count", "Refrain, row permissions, 8 held", "by hand, no permissions", 1.2),
    at_most("list of 20 and count", "Refrain, row permissions, 400 held", "by hand, no permissions", 1.2),
    at_most("list of 20", "Refrain, 8 held", "by hand, no permissions", 2.3),
    at_most("list of 20", "Refrain, row permissions, 8 held", "by hand, no permissions", 2.3),
    at_most("list of 20", "Refrain, row permissions, 400 held", "by hand, no permissions", 2.3),
    within_5_percent("list of 20", "Refrain, row permissions, 400 held", "Refrain, row permissions, 8 held"),
    at_most("update", "Refrain, 8 held", "by hand, with permissions, 8 held", 1.5),
    at_most("update", "Refrain, row permissions, 8 held", "by hand, with permissions, 8 held", 1.5),
    at_most("update", "Refrain, row permissions, 400 held", "by hand, with permissions, 400 held", 1.5),
    at_most("denied", "Refrain", "Refrain, authentication alone", 1.0),
];

const fn at_most(question: &'static str, of: &'static str, by: &'static str, bound: f64) -> Target {
    Target { question, of, by, bounds: (0.0, bound), beside: None }
}

const fn at_least(question: &'static str, of: &'static str, by: &'static str, bound: f64) -> Target {
    Target { question, of, by, bounds: (bound, f64::INFINITY), beside: None }
}

const fn within_5_percent(question: &'static str, of: &'static str, by: &'static str) -> Target {
    Target { question, of, by, bounds: (0.95, 1.05), beside: None }
}

const fn two_nodes_within_5_percent(question: &'static str) -> Target {
    let target = within_5_percent(question, "two nodes with snapshots, 8 held", "Refrain with snapshots, 8 held");
    Target { beside: Some(["two nodes by hand, no permissions", "by hand, no permissions"]), ..target }
}

pub(crate) fn questions(callers: &Callers, on: Backend) -> Vec<Question> {
    let pages = (0..50).map(|page| format!("?limit=20&offset={}", page * 20)).collect::<Vec<_>>();
    // as crudcrate names them
    let numbered = (1..=50).map(|page| format!("?page={page}&per_page=20&sort_by=id&order=ASC")).collect::<Vec<_>>();
    let all = (1..=CARS).map(|car| format!("/{car}")).collect::<Vec<_>>();
    let shape = |method, collection, paths: &[String], body, status| {
        Some(Shape { method, collection, paths: paths.to_vec(), body, status })
    };
    vec![
        Question { name: "detail", asked: by_all(callers, |_, _| shape("GET", "/cars", &all, "", 200)), alike: true },
        Question {
            name: "list of 20 and count",
            asked: by_all(callers, |contestant, _| match contestant {
                Contestant::Crudcrate => shape("GET", "/cars", &numbered, "", 200),
                _ => shape("GET", "/cars", &pages, "", 200),
            }),
            alike: true,
        },
        Question {
            name: "list of 20",
            asked: by_all(callers, |contestant, _| match contestant {
                // it always counts
                Contestant::Crudcrate => None,
                _ => shape("GET", "/uncounted", &pages, "", 200),
            }),
            alike: true,
        },
        Question { name: "denied", asked: denied(&callers.denied, &all), alike: false },
        Question {
            name: "update",
            asked: by_all(callers, |contestant, caller| {
                // its transaction reads before it writes, which SQLite refuses while another writes
                if contestant == Contestant::Crudcrate && on == Backend::Sqlite {
                    return None;
                }
                let own = caller.cars.iter().map(|car| format!("/{car}")).collect::<Vec<_>>();
                let method = if contestant == Contestant::Crudcrate { "PUT" } else { "PATCH" };
                shape(method, "/cars", &own, r##"{"name": "car #"}"##, 200)
            }),
            // each caller's own cars
            alike: false,
        },
        Question {
            name: "create",
            asked: by_all(callers, |contestant, _| match contestant {
                // its route has nowhere to learn whose the new row is
                Contestant::Crudcrate => None,
                _ => shape("POST", "/cars", &[String::new()], r##"{"name": "car #"}"##, 201),
            }),
            alike: true,
        },
    ]
}

struct Shape {
    method: &'static str,
    collection: &'static str,
    /// Below the collection's.
    paths: Vec<String>,
    body: &'static str,
    status: u16,
}

impl Shape {
    /// Refrain's with row permissions are below another path.
    fn below(self, prefix: &str, token: &str) -> Requests {
        let Self { method, collection, paths, body, status } = self;
        let paths: Arc<[_]> = paths.into_iter().map(|path| format!("/api{prefix}{collection}{path}")).collect();
        Requests { method, paths, body, token: token.to_owned(), status }
    }
}

fn by_all(callers: &Callers, shape: impl Fn(Contestant, &Caller) -> Option<Shape>) -> Vec<Asked> {
    let (few, many) = ((&callers.few, FEW), (&callers.many, MANY));
    let of = |contestant: Contestant, prefix: &str, (caller, held): (&Caller, &str)| {
        let name = match (contestant, prefix) {
            (Contestant::ByHand | Contestant::ByHandTwice, _) => contestant.name().to_owned(),
            (_, "") => format!("{}, {held}", contestant.name()),
            _ => format!("{}, row permissions, {held}", contestant.name()),
        };
        Some(Asked { contestant, name, requests: shape(contestant, caller)?.below(prefix, &caller.token) })
    };
    let asked = [
        of(Contestant::ByHand, "", few),
        of(Contestant::ByHandTwice, "", few),
        of(Contestant::ByHandChecked, "", few),
        of(Contestant::ByHandChecked, "", many),
        of(Contestant::Refrain, "", few),
        of(Contestant::Refrain, "", many),
        of(Contestant::Refrain, "/told", few),
        of(Contestant::Refrain, "/told", many),
        of(Contestant::Kept, "", few),
        of(Contestant::Kept, "", many),
        of(Contestant::KeptTwice, "", few),
        of(Contestant::PoemGrants, "", few),
        of(Contestant::PoemGrants, "", many),
        of(Contestant::Crudcrate, "", few),
        of(Contestant::Crudcrate, "", many),
        of(Contestant::Django, "", few),
        of(Contestant::Django, "", many),
    ];
    asked.into_iter().flatten().collect()
}

/// Measured by what it costs to learn who calls.
fn denied(caller: &Caller, cars: &[String]) -> Vec<Asked> {
    let refused = |contestant: Contestant| {
        let shape = Shape { method: "GET", collection: "/cars", paths: cars.to_vec(), body: "", status: 403 };
        Asked { contestant, name: contestant.name().to_owned(), requests: shape.below("", &caller.token) }
    };
    let alone = Shape { method: "GET", collection: "/me", paths: vec![String::new()], body: "", status: 200 };
    let alone = Asked {
        contestant: Contestant::Refrain,
        name: "Refrain, authentication alone".to_owned(),
        requests: alone.below("", &caller.token),
    };
    let others = Contestant::ALL
        .into_iter()
        .filter(|contestant| !matches!(contestant, Contestant::ByHand | Contestant::ByHandTwice));
    [alone].into_iter().chain(others.map(refused)).collect()
}
