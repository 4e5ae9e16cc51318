use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

/// What is known of a suite's tests that do not pass: `django/judges/*.json`.
pub struct Verdicts {
    version: String,
    /// How many tests end in which way.
    counts: Counts,
    /// Tests that ask for what is different here on purpose, by the line of `docs/differences.md`.
    differing: Vec<Listed>,
    /// Tests of what is no question to the library, by the reason.
    not_applicable: Vec<Listed>,
}

type Counts = BTreeMap<String, u64>;

struct Listed {
    reason: String,
    /// A class and a test of it; or a class or a module, with a dot behind it.
    tests: Vec<String>,
}

/// What came of a suite.
pub struct Told {
    pub summary: String,
    pub complaints: Vec<String>,
}

impl Verdicts {
    pub fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let read: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let listed = |kind: &str| {
            let groups = read[kind].as_object().into_iter().flatten();
            let tests = |tests: &Value| tests.as_array().into_iter().flatten().map(word).collect();
            groups.map(|(reason, of)| Listed { reason: reason.clone(), tests: tests(of) }).collect()
        };
        let verdicts = Self {
            version: word(&read["version"]),
            counts: serde_json::from_value(read["counts"].clone()).expect("numbers"),
            differing: listed("differing"),
            not_applicable: listed("not applicable"),
        };
        verdicts.check_that_differences_are_told();
        verdicts
    }

    /// Each difference is a line of the list that users read.
    fn check_that_differences_are_told(&self) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/differences.md");
        let page = fs::read_to_string(file).expect("the page of differences");
        let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next());
        let items: Vec<&str> = cells.flat_map(|cell| cell.split(',').map(str::trim)).collect();
        for Listed { reason, .. } in &self.differing {
            let item = reason.split(':').next().unwrap_or_default();
            assert!(items.contains(&item), "docs/differences.md has no line for `{item}`");
        }
    }

    pub fn hold(&self, report: &Value) -> Told {
        let mut complaints = Vec::new();
        let mut counts = Counts::new();
        let mut did_not_pass = Vec::new();
        let mut asking_nothing = Counts::new();
        for (test, told) in report["tests"].as_object().expect("tests by their names") {
            let way = match told["outcome"].as_str() {
                Some("passed") if told["asked"].as_u64() == Some(0) => {
                    *asking_nothing.entry(module_of(test)).or_default() += 1;
                    "passed, asking nothing"
                }
                Some("passed") => "passed",
                Some("skipped") => "skipped by the suite",
                _ => {
                    did_not_pass.push(test.as_str());
                    match self.kind_of(test) {
                        Some(kind) => kind,
                        None => {
                            complaints.push(format!("{test} fails:\n{}", word(&told["why"])));
                            "failed"
                        }
                    }
                }
            };
            *counts.entry(way.to_owned()).or_default() += 1;
        }
        for test in self.differing.iter().chain(&self.not_applicable).flat_map(|listed| &listed.tests) {
            if !did_not_pass.iter().any(|failed| is(failed, test)) {
                complaints.push(format!("{test} is listed, and passes or is no more: take it off the list"));
            }
        }
        let version = word(&report["version"]);
        if (&version, &counts) != (&self.version, &self.counts) {
            let kept = format!("{} {:?}", self.version, self.counts);
            complaints.push(format!("the list keeps other numbers: {kept}; if they are better, write them there"));
        }
        let summary = format!("{}\n  asking nothing: {asking_nothing:?}", self.summary(&version, &counts));
        Told { summary, complaints }
    }

    fn kind_of(&self, test: &str) -> Option<&'static str> {
        let lists = |listed: &[Listed]| listed.iter().flat_map(|listed| &listed.tests).any(|named| is(test, named));
        match (lists(&self.differing), lists(&self.not_applicable)) {
            (true, _) => Some("differing on purpose"),
            (_, true) => Some("not applicable"),
            _ => None,
        }
    }

    fn summary(&self, version: &str, counts: &Counts) -> String {
        let mut lines = vec![format!("{version}: {counts:?}")];
        for (kind, listed) in [("differing", &self.differing), ("not applicable", &self.not_applicable)] {
            lines.extend(listed.iter().map(|listed| format!("  {kind}: {} ({})", listed.reason, listed.tests.len())));
        }
        lines.join("\n")
    }
}

/// Is a test the one that is named by the end of its name, or of the class or module that is named with a dot behind it?
fn is(test: &str, named: &str) -> bool {
    match named.ends_with('.') {
        true => test.contains(&format!(".{named}")),
        false => test.ends_with(&format!(".{named}")),
    }
}

/// The module of `module.Class.test`.
fn module_of(test: &str) -> String {
    test.rsplit('.').nth(2).unwrap_or_default().to_owned()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
