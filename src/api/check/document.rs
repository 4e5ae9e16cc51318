use std::collections::BTreeMap;

use serde_json::Value;

use super::Finding;
use crate::BuiltApi;

/// How many places of one operation are named.
const NAMED: usize = 3;

impl BuiltApi {
    /// Compares the document with one that was kept, as text of JSON: a finding for each operation that differs, and
    /// for each other part.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use refrain::Api;
    ///
    /// let before = Api::new("Drivers", "1.0", db.clone()).build()?;
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
    /// assert!(api.check_document(api.document()).is_empty());
    /// assert!(!api.check_document(before.document()).is_empty());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// How it is laid out does not matter, nor the order of members.
    pub fn check_document(&self, kept: &str) -> Vec<Finding> {
        let anew = "the file anew: what the program answers at `/openapi.json`";
        let kept = match serde_json::from_str::<Value>(kept) {
            Ok(kept) => kept,
            Err(error) => {
                let message = format!("the document that was kept cannot be read: {error}");
                return vec![Finding::error("document", message).write(anew)];
            }
        };
        // written by this program a moment ago
        let own = serde_json::from_str(self.document()).expect("the document is JSON");
        let mut differences = Differences::default();
        differences.between(&mut Vec::new(), &kept, &own);
        let found = differences.0.into_iter().map(|(part, places)| {
            let message = format!("the document that was kept says otherwise: {}", listed(&places));
            match part {
                Part::Operation { path, method } => {
                    Finding::error("document", message).at(format!("{} {}{path}", method.to_uppercase(), self.prefix))
                }
                Part::Other => Finding::error("document", message),
            }
        });
        found.map(|finding| finding.write(anew)).collect()
    }
}

/// What a difference is told under.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Operation { path: String, method: String },
    Other,
}

#[derive(Default)]
struct Differences(BTreeMap<Part, Vec<String>>);

impl Differences {
    fn between(&mut self, at: &mut Vec<String>, kept: &Value, own: &Value) {
        match (kept, own) {
            (Value::Object(kept), Value::Object(own)) => {
                let mut names: Vec<&String> = kept.keys().chain(own.keys()).collect();
                names.sort();
                names.dedup();
                for name in names {
                    at.push(name.clone());
                    match (kept.get(name), own.get(name)) {
                        (Some(kept), Some(own)) => self.between(at, kept, own),
                        (None, Some(own)) => self.only(at, own, "is new"),
                        (Some(kept), None) => self.only(at, kept, "is gone"),
                        (None, None) => {}
                    }
                    at.pop();
                }
            }
            (kept, own) if kept == own => {}
            (kept, own) => match (shown(kept), shown(own)) {
                (Some(kept), Some(own)) => self.tell(at, &format!("was {kept}, and is {own}")),
                _ => self.tell(at, "is another"),
            },
        }
    }

    /// A path that one of them lacks is a difference of each of its operations.
    fn only(&mut self, at: &mut Vec<String>, there: &Value, what: &str) {
        match (at.as_slice(), there) {
            ([paths, _], Value::Object(methods)) if paths == "paths" => {
                for method in methods.keys() {
                    at.push(method.clone());
                    self.tell(at, what);
                    at.pop();
                }
            }
            _ => self.tell(at, what),
        }
    }

    fn tell(&mut self, at: &[String], what: &str) {
        let (part, place) = match at {
            [paths, path, method, place @ ..] if paths == "paths" => {
                (Part::Operation { path: path.clone(), method: method.clone() }, place)
            }
            place => (Part::Other, place),
        };
        let place = if place.is_empty() { "it".to_owned() } else { format!("`{}`", place.join(".")) };
        self.0.entry(part).or_default().push(format!("{place} {what}"));
    }
}

/// What fits into a line.
fn shown(value: &Value) -> Option<String> {
    let text = value.to_string();
    (!value.is_object() && !value.is_array() && text.chars().count() <= 60).then(|| format!("`{text}`"))
}

fn listed(places: &[String]) -> String {
    let named = places[..places.len().min(NAMED)].join("; ");
    match places.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}; and {more} places more"),
    }
}
