//! The site and the program are asked the same questions about the same rows, under permission expressions that nobody
//! chose: what differs is what `docs/differences.md` says, and nothing else.
//!
//! `site/drivers/differences.py` says each difference as a few lines of DRF. Where the program does not answer as DRF,
//! it must answer as DRF with those, and each that played a part must have its line.
//!
//! `REFRAIN_DIFFERENTIAL_SEED` and `REFRAIN_DIFFERENTIAL_ROUNDS` are for looking further.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    env,
    fmt::Write as _,
    io::{self, Write as _},
    ops::Range,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use refrain_testing::{Backend, TestDb, every_database};
use serde_json::{Value, json};

use crate::support::{Answer, Program, Request, Site, Users, Version, answer, beside_django, beside_members};

beside_django!(both_answer_alike_but_for_what_is_written_down);
beside_members!(both_answer_alike_but_for_what_is_written_down);

const DIFFERENCES: &str = include_str!("../../../docs/differences.md");
const QUESTIONS_A_ROUND: usize = 125;

async fn both_answer_alike_but_for_what_is_written_down(db: &TestDb, site: Site) {
    let rounds = match (db.backend(), site.users, site.version.starts_with("5.2")) {
        (Backend::Postgres, Users::Django, true) => HALF,
        (Backend::Postgres, Users::Members, true) | (_, Users::Django, true) => 0..8,
        _ => 0..2,
    };
    compare(db, site, rounds);
}

#[every_database(tables = none, postgres, because = "it is asked most, by two tests at once")]
async fn and_so_they_do_when_they_are_asked_more(db: TestDb) {
    let site = Site::start(Version::LongTerm, &db.url()).expect("the environment has it");
    compare(&db, site, HALF.end..2 * HALF.end);
}

/// Twice as many rounds have 5,000 questions.
const HALF: Range<u64> = 0..20;

fn compare(db: &TestDb, mut site: Site, rounds: Range<u64>) {
    let rounds = number("REFRAIN_DIFFERENTIAL_ROUNDS").map_or(rounds, |many| 0..many);
    let seed = number("REFRAIN_DIFFERENTIAL_SEED").unwrap_or(20_261_126);
    site.manage(&["migrate", "--verbosity", "0"]);
    let people = site.tell(&json!({ "do": "differential", "name": "people" }));
    Program::run_with(&db.url(), site.users.variables(), &["migrate"]);

    let (mut outcome, mut faults) = (Outcome::default(), Vec::new());
    for round in rounds.clone() {
        let mut random = Random::new(seed + round);
        let expression = random.expression(2);
        let arrange =
            json!({ "do": "differential", "name": "arrange", "seed": seed + round, "expression": expression });
        site.tell(&arrange);
        let mut variables = vec![("DEFAULT_PERMISSIONS", &*expression)];
        variables.extend(site.users.variables());
        let program = Program::serve_with(&db.url(), &variables);
        let mut both = Both { site: &mut site, program, shown: HashMap::new(), expression };
        for turn in 0..QUESTIONS_A_ROUND {
            let question = Question::any(&mut random, &people);
            match both.compare(&question) {
                Ok(differences) => outcome.count(differences),
                Err(why) => {
                    let seed = seed + round;
                    faults.push(format!(
                        "seed {seed}, question {turn}, under `{}`: {question:?}\n{why}",
                        both.expression
                    ));
                }
            }
        }
    }

    let told = format!(
        "Django {}, {:?} users, on {:?}: {} questions from seed {} on, {} answered as DRF does{}",
        site.version,
        site.users,
        db.backend(),
        outcome.asked,
        seed + rounds.start,
        outcome.alike,
        outcome.by_rule()
    );
    // past the test harness, which hides what passing tests print
    let _ = writeln!(io::stderr(), "{told}");
    let first: Vec<_> = faults.iter().take(20).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} differ, and nothing says so:\n{}", faults.len(), first.join("\n\n"));
    for rule in outcome.differences.keys() {
        assert!(DIFFERENCES.lines().any(|line| line.starts_with(rule)), "`{rule}` has no line in docs/differences.md");
    }
    if rounds.end - rounds.start >= HALF.end {
        let rules = site.shell("from drivers.differences import RULES\nresult = RULES");
        let rules: BTreeSet<_> = rules.as_array().expect("rules").iter().filter_map(Value::as_str).collect();
        let met: BTreeSet<_> = outcome.differences.keys().map(String::as_str).collect();
        assert_eq!(met, rules, "each difference is met by some question");
    }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|number| number.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

#[derive(Default)]
struct Outcome {
    asked: usize,
    alike: usize,
    differences: BTreeMap<String, usize>,
}

impl Outcome {
    fn count(&mut self, differences: Vec<String>) {
        self.asked += 1;
        self.alike += usize::from(differences.is_empty());
        for rule in differences {
            *self.differences.entry(rule).or_default() += 1;
        }
    }

    fn by_rule(&self) -> String {
        self.differences.iter().fold(String::new(), |mut told, (rule, count)| {
            let _ = write!(told, "\n  {count:5} {rule}");
            told
        })
    }
}

/// What is asked, and who asks.
#[derive(Debug)]
struct Question {
    /// without a credential, nobody
    credential: String,
    request: Request,
    /// the program is asked with a slash behind the path, or without
    slash: bool,
}

/// The keys of the rows that every world has; those of others are another row's.
const FIRST_ROW: u64 = 1_000_001;
const ROWS: u64 = 6;

impl Question {
    fn any(random: &mut Random, people: &Value) -> Self {
        let names: Vec<_> = people.as_object().expect("people").keys().collect();
        let name = names[random.below(names.len())];
        let of = |what: &str| people[name][what].as_str().expect("everybody has one").to_owned();
        let method = *random.of(&["GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "PATCH", "DELETE"]);
        let on_row = match method {
            "POST" => random.chance(1, 40),
            "GET" | "HEAD" => random.chance(3, 5),
            _ => !random.chance(1, 40),
        };
        let key = match random.below(24) {
            0 | 1 => "17".to_owned(),
            2 => "sea".to_owned(),
            3 => format!("0{FIRST_ROW}"),
            _ => (FIRST_ROW + random.below(ROWS as usize) as u64).to_string(),
        };
        let path = if on_row { format!("/api/trips/{key}/") } else { "/api/trips/".to_owned() };
        let mut request = Request::new(method, path);
        if ["POST", "PUT", "PATCH"].contains(&method) {
            request.body = body(random, people, method);
            request.content_type = if random.chance(1, 40) { "text/plain" } else { "application/json" }.to_owned();
        }
        let login = of("login");
        let basic = |password: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("{login}:{password}")));
        let (credential, request) = match random.below(20) {
            0..=10 => (format!("{name}'s token"), request.token(&of("token"))),
            11..=13 => ("none".to_owned(), request),
            14 => ("a token of nobody".to_owned(), request.token("0123456789abcdef0123456789abcdef01234567")),
            15 => (format!("{name}'s password"), request.with("Authorization", basic("wheels"))),
            16 => (format!("another password than {name}'s"), request.with("Authorization", basic("wheel"))),
            17 => {
                let session = request.cookies(&[("sessionid", &of("session"))]);
                (format!("{name}'s session without a token"), session)
            }
            _ => {
                let secret = of("secret");
                let request = request.cookies(&[("sessionid", &of("session")), ("csrftoken", &secret)]);
                (format!("{name}'s session"), request.with("X-CSRFToken", secret))
            }
        };
        Self { credential, request, slash: random.chance(1, 4) }
    }
}

fn body(random: &mut Random, people: &Value, method: &str) -> String {
    let owners: Vec<_> = people.as_object().expect("people").values().map(|person| person["id"].clone()).collect();
    let title = match random.below(24) {
        0 => Value::Null,
        1 => json!(""),
        2 => json!("x".repeat(101)),
        3 => json!(7),
        4 => json!(" to the sea "),
        5 => json!(["x"]),
        _ => json!(format!("trip {}", random.below(1000))),
    };
    let nobody = match owners.first() {
        Some(Value::String(_)) => json!("3e10c5a0-0000-4000-8000-0000000000ff"),
        _ => json!(999_999_999),
    };
    let owner = match random.below(16) {
        0 => Some(nobody),
        1 => Some(json!("x")),
        2..=4 => Some(Value::Null),
        5..=9 => Some(random.of(&owners).clone()),
        _ => None,
    };
    let mut body = serde_json::Map::new();
    let leaves_out = if method == "PATCH" { random.chance(1, 3) } else { random.chance(1, 20) };
    if !leaves_out {
        body.insert("title".to_owned(), title);
    }
    if let Some(owner) = owner {
        body.insert("owner_id".to_owned(), owner);
    }
    if random.chance(1, 10) {
        body.insert("colour".to_owned(), json!("red"));
    }
    match random.below(30) {
        0..=4 if method == "PATCH" => "{}".to_owned(),
        0 => "[]".to_owned(),
        1 => "{\"title\":".to_owned(),
        _ => Value::Object(body).to_string(),
    }
}

/// The two, under one expression.
struct Both<'a> {
    site: &'a mut Site,
    program: Program,
    /// the rows that are shown one by one to each credential, by DRF and by what differs
    shown: HashMap<(String, bool), Value>,
    expression: String,
}

impl Both<'_> {
    /// The rules by which the answers differ, none where they are the same; or what nobody has written down.
    fn compare(&mut self, question: &Question) -> Result<Vec<String>, String> {
        let mut request = question.request.clone();
        if !question.slash {
            request.path = request.path.trim_end_matches('/').to_owned();
        }
        let here = self.program.ask(&request);
        let left = match request.method.as_str() {
            "GET" | "HEAD" => Value::Null,
            _ => self.site.tell(&json!({ "do": "differential", "name": "left" })),
        };
        let here = self.seen(question, &here, left);
        let (as_drf, _) = self.there(question, false);
        if here == as_drf {
            return Ok(Vec::new());
        }
        let (expected, differences) = self.there(question, true);
        if here == expected && !differences.is_empty() {
            return Ok(differences);
        }
        Err(format!("here:     {here:?}\nDRF:      {as_drf:?}\nexpected: {expected:?} by {differences:?}"))
    }

    fn there(&mut self, question: &Question, as_here: bool) -> (Seen, Vec<String>) {
        let mut asked = question.request.to_json();
        asked["do"] = json!("differential");
        asked["name"] = json!("question");
        asked["as_here"] = json!(as_here);
        let mut told = self.site.tell(&asked);
        let answered = answer(&told);
        let mut differences = texts(&told["differs"]);
        let mut seen = self.seen(question, &answered, told["left"].take());
        if seen.rows.is_some() {
            let shown = self.shown.entry((question.credential.clone(), as_here)).or_insert_with(|| {
                asked["name"] = json!("shown");
                self.site.tell(&asked)
            });
            seen.rows = Some(shown["rows"].clone());
            differences.extend(texts(&shown["differs"]));
        }
        differences.sort();
        differences.dedup();
        (seen, differences)
    }

    /// What is compared of an answer.
    fn seen(&self, question: &Question, answer: &Answer, left: Value) -> Seen {
        let body = answer.json();
        let is_list = question.request.method == "GET" && question.request.path == "/api/trips/";
        Seen {
            status: answer.status,
            headers: ["www-authenticate", "allow", "content-type"].map(|name| answer.header(name).map(str::to_owned)),
            rows: (is_list && answer.status == 200).then(|| {
                let rows = body["results"].as_array().into_iter().flatten().map(|row| row["id"].clone());
                Value::Array(rows.collect())
            }),
            says: if is_list && answer.status == 200 { Value::Null } else { says(&body, answer.status) },
            left,
        }
    }
}

#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    /// `WWW-Authenticate`, `Allow` and `Content-Type`
    headers: [Option<String>; 3],
    /// the keys of a list's
    rows: Option<Value>,
    /// a row, the sentence of an error, or the sentences of each field
    says: Value,
    /// the rows that are there afterwards, where they are others than before
    left: Value,
}

/// A row without the number of a new one; an error's sentence, or those of its fields.
fn says(body: &Value, status: u16) -> Value {
    match (status, &body["detail"]) {
        (400, Value::Null) => body.clone(),
        (400.., detail) => sentence(detail),
        _ => row(body),
    }
}

fn row(body: &Value) -> Value {
    let mut body = body.clone();
    if body["id"].as_u64().is_some_and(|id| !(FIRST_ROW..FIRST_ROW + ROWS).contains(&id)) {
        body["id"] = json!("new");
    }
    body
}

/// What Python says of JSON is its own.
fn sentence(detail: &Value) -> Value {
    match detail.as_str() {
        Some(text) if text.starts_with("JSON parse error - ") => json!("JSON parse error"),
        _ => detail.clone(),
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Numbers that look random: a linear congruential generator.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed);
        random.below(2);
        random.below(2);
        random
    }

    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most
    }

    fn chance(&mut self, so_many: usize, of: usize) -> bool {
        self.below(of) < so_many
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Stock classes under `&` and `|`, so deep.
    fn expression(&mut self, depth: usize) -> String {
        const CLASSES: [&str; 17] = [
            "ModelPermissions",
            "ModelPermissions",
            "ModelPermissions",
            "ObjectPermissions",
            "ObjectPermissions",
            "ObjectPermissions",
            "IsOwner",
            "IsOwner",
            "IsOwnerOrReadOnly",
            "IsOwnerOrReadOnly",
            "IsAuthenticated",
            "IsAuthenticatedOrReadOnly",
            "ModelPermissionsOrAnonReadOnly",
            "IsAdminUser",
            "IsSuperuser",
            "ReadOnly",
            "HasPerm(\"drivers.change_trip\")",
        ];
        if depth == 0 || self.chance(1, 3) {
            return match self.below(40) {
                0 => "AllowAny".to_owned(),
                1 => "DenyAll".to_owned(),
                _ => (*self.of(&CLASSES)).to_owned(),
            };
        }
        let sign = if self.chance(1, 2) { "&" } else { "|" };
        format!("({} {sign} {})", self.expression(depth - 1), self.expression(depth - 1))
    }
}
