//! An endpoint is moved from Django to the program and back as the guide's page says, and its clients do not notice.

use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use refrain_testing::TestDb;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Nginx, Program, Request, Site, free_address};

mod an_endpoint_moves_and_its_clients_do_not_notice {
    use refrain_testing::{TestDb, every_database};

    use crate::support::{Site, Version};

    #[every_database(tables = none)]
    async fn django_5_2(db: TestDb) {
        let site = Site::start(Version::LongTerm, &db.url());
        super::an_endpoint_moves(&db, site.expect("the environment has it")).await;
    }

    #[every_database(tables = none, sqlite, because = "how requests are answered over HTTP is the same on each")]
    async fn newest(db: TestDb) {
        if let Some(site) = Site::start(Version::Newest, &db.url()) {
            super::an_endpoint_moves(&db, site).await;
        }
    }
}

const PAGE: &str = include_str!("../../../docs/guide/moving-an-endpoint.md");

const SERVICES: &str = "/api/services/";

/// Who asks, and what there is to ask about.
const A_SITE: &str = r#"
from datetime import datetime, timedelta, timezone
from django.contrib.auth.models import Permission, User
from rest_framework.authtoken.models import Token
from drivers.models import Service

people = {}
for name, flags in {"root": {"is_superuser": True, "is_staff": True}, "anna": {}, "ben": {}, "gone": {"is_active": False}}.items():
    user = User.objects.create_user(name, password="wheels", **flags)
    people[name] = Token.objects.create(user=user).key
User.objects.get(username="anna").user_permissions.set(Permission.objects.filter(content_type__model="service"))
at = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
rows = [
    Service.objects.create(at=at + timedelta(hours=7 * n), cost=10 * n - 5, paid=n % 2 == 0, reference=f"{n:032x}").pk
    for n in range(1, 8)
]
result = {"people": people, "rows": rows}
"#;

async fn an_endpoint_moves(db: &TestDb, mut site: Site) {
    site.manage(&["migrate", "--verbosity", "0"]);
    let told = site.shell(A_SITE);
    let django = site.serve();
    let here = free_address();
    let origin = format!("http://{here}");
    let variables = [("SITE_URL", &*origin), ("BEHIND_PROXIES", "1")];
    let program = Program::serve_with(&db.url(), &variables);
    let addresses = |text: &str| {
        let text = text.replace("127.0.0.1:8000", django.address()).replace("127.0.0.1:3000", program.address());
        text.replace("listen 80;", &format!("listen {here};"))
            .replace("Host: cars.example.com", &format!("Host: {here}"))
    };
    let nginx = Nginx::start(&here, &addresses(block("nginx", "# /etc/nginx/sites-enabled/cars.conf")));
    let (moved, to_services) = ("/etc/nginx/moved/services.conf", block("nginx", "# /etc/nginx/moved/services.conf"));
    let client = || Client::new(&here);
    let clients = Clients::new(&client(), &told, &origin);

    // before: all is Django's
    let made_there = clients.make(&client(), "django");
    let before = clients.ask(&client(), "django", &clients.questions());
    what_the_page_compares_with(&addresses(block("bash", "# compare.sh")), &clients);

    // moved, while somebody asks all the time
    nginx.configure(moved, Some(to_services));
    let asked = asking_meanwhile(&clients, &here, || nginx.reload(SERVICES, "refrain"));
    assert!(asked > 0);
    let after = clients.ask(&client(), "refrain", &clients.questions());
    assert_eq!(before.len(), after.len());
    let differ: Vec<_> = before.iter().zip(&after).filter_map(|(before, after)| before.differs_from(after)).collect();
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), before.len(), differ.join("\n"));
    let kept = client().ask(&clients.get(&made_there)).expect(200);
    assert_eq!(kept.json()["cost"], "7.25", "what was written through Django");
    let made_here = clients.make(&client(), "refrain");
    client().ask(&clients.change(&made_there, "8.50")).expect(200);

    // what the location does not name stays where it was
    for path in ["/admin/login/", "/api/services/7", "/api/services", "/api/services/7/publish/", "/api/trips/"] {
        assert_eq!(client().ask(&Request::get(path)).header("x-answered-by"), Some("django"), "{path}");
    }

    // and back
    nginx.configure(moved, None);
    nginx.reload(SERVICES, "django");
    for (row, cost) in [(&made_here, "7.25"), (&made_there, "8.50")] {
        assert_eq!(client().ask(&clients.get(row)).expect(200).json()["cost"], cost, "what the program wrote");
    }
    client().ask(&clients.delete(&made_here)).expect(204);
    client().ask(&clients.change(&made_there, "7.25")).expect(200);
    let again = clients.ask(&client(), "django", &clients.reads());
    let reads = before.iter().filter(|before| again.iter().any(|again| again.what == before.what));
    let differ: Vec<_> = reads.zip(&again).filter_map(|(before, again)| before.differs_from(again)).collect();
    assert!(differ.is_empty(), "as if it had never been away:\n{}", differ.join("\n"));

    // reads alone
    nginx.configure("/etc/nginx/sites-enabled/methods.conf", Some(block("nginx", "# /etc/nginx/conf.d/methods.conf")));
    nginx.configure(moved, Some(&to_services.replace("http://refrain", "http://$services")));
    nginx.reload(SERVICES, "refrain");
    assert_eq!(client().ask(&clients.change("0", "1.00")).header("x-answered-by"), Some("django"));
    too_often(&clients, &nginx, &client, moved, to_services);
}

/// The first limit that is met says the same on both sides; each counts for itself.
fn too_often(clients: &Clients, nginx: &Nginx, client: &impl Fn() -> Client, moved: &str, to_services: &str) {
    let until_refused = || {
        let client = client();
        let mut answers = (0..12).map(|_| client.ask(&clients.delete("0")));
        answers.find(|answer| answer.status != 404).map(|answer| Told::of("too often", answer))
    };
    let there = until_refused().expect("there is a limit");
    nginx.configure(moved, Some(to_services));
    nginx.reload(SERVICES, "refrain");
    let here = until_refused().expect("here too");
    assert_eq!((there.answer.status, there.differs_from(&here)), (429, None));
}

/// A block of the page that begins with this line.
fn block(kind: &str, first_line: &str) -> &'static str {
    let fence = format!("```{kind}\n{first_line}");
    let begin = PAGE.find(&fence).unwrap_or_else(|| panic!("the page has no block `{first_line}`")) + kind.len() + 4;
    let text = &PAGE[begin..];
    &text[..text.find("```").expect("a block ends")]
}

/// Somebody asks until it is done; nobody is refused, or answered by none.
fn asking_meanwhile(clients: &Clients, address: &str, what: impl FnOnce()) -> usize {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut asked = 0;
            while !done.load(Ordering::Relaxed) {
                Client::new(address).ask(&clients.get(&clients.rows[0])).expect(200);
                asked += 1;
            }
            asked
        });
        what();
        done.store(true, Ordering::Relaxed);
        asking.join().expect("each is answered")
    })
}

/// The page's script finds no difference where there is none, and shows one where there is.
fn what_the_page_compares_with(script: &str, clients: &Clients) {
    let compare = |paths: &[String]| {
        let mut bash = Command::new("bash");
        bash.args(["-c", script]).env("TOKEN", clients.tokens["root"].as_str().expect("a token"));
        let mut bash = bash.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("bash starts");
        let mut input = bash.stdin.take().expect("it is piped");
        paths.iter().for_each(|path| writeln!(input, "{path}").expect("it reads"));
        drop(input);
        String::from_utf8(bash.wait_with_output().expect("it ends").stdout).expect("it prints text")
    };
    let alike: Vec<_> = [
        SERVICES.to_owned(),
        format!("{SERVICES}?page=2&ordering=-cost"),
        format!("{SERVICES}?page=99"),
        format!("{SERVICES}{}/", clients.rows[0]),
        format!("{SERVICES}0/"),
    ]
    .into();
    assert_eq!(compare(&alike), "");
    let shown = compare(&[format!("{SERVICES}?colour=red")]);
    assert!(shown.contains("-200 application/json") && shown.contains("+400 application/json"), "{shown}");
}

/// Those who ask.
struct Clients {
    tokens: Value,
    rows: Vec<String>,
    /// `root`'s, who logged in to the admin
    session: String,
    secret: String,
    origin: String,
}

impl Clients {
    fn new(client: &Client, told: &Value, origin: &str) -> Self {
        let secret = client.ask(&Request::get("/admin/login/")).expect(200).cookie("csrftoken").to_owned();
        let form = [("username", "root"), ("password", "wheels"), ("csrfmiddlewaretoken", &*secret)];
        let log_in = Request::new("POST", "/admin/login/?next=/admin/").cookies(&[("csrftoken", &secret)]).form(&form);
        let answer = client.ask(&log_in).expect(302);
        Self {
            tokens: told["people"].clone(),
            rows: told["rows"].as_array().expect("rows").iter().map(Value::to_string).collect(),
            session: answer.cookie("sessionid").to_owned(),
            secret: answer.cookie("csrftoken").to_owned(),
            origin: origin.to_owned(),
        }
    }

    fn by(&self, who: &str, request: Request) -> Request {
        request.token(self.tokens[who].as_str().expect("a token"))
    }

    /// `root`, by the session's cookie alone.
    fn by_session(&self, request: Request) -> Request {
        request.cookies(&[("sessionid", &self.session), ("csrftoken", &self.secret)])
    }

    fn get(&self, row: &str) -> Request {
        self.by("ben", Request::get(path(row)))
    }

    fn delete(&self, row: &str) -> Request {
        self.by("anna", Request::new("DELETE", path(row)))
    }

    fn change(&self, row: &str, cost: &str) -> Request {
        self.by("anna", Request::new("PATCH", path(row)).json(&json!({ "cost": cost })))
    }

    /// Makes a row, of which the key is given.
    fn make(&self, client: &Client, answered_by: &str) -> String {
        let answer = client.ask(&self.by("anna", Request::new("POST", SERVICES).json(&service("7.25"))));
        assert_eq!(answer.header("x-answered-by"), Some(answered_by), "{answer:?}");
        answer.expect(201).json()["id"].to_string()
    }

    /// Asks them all, and for a row that is made and deleted.
    fn ask(&self, client: &Client, answered_by: &str, questions: &[(&'static str, Request)]) -> Vec<Told> {
        let mut told: Vec<_> = questions.iter().map(|(what, request)| Told::of(what, client.ask(request))).collect();
        for Told { what, answer } in &told {
            assert_eq!(answer.header("x-answered-by"), Some(answered_by), "{what}: {answer:?}");
        }
        let made = client.ask(&self.by("anna", Request::new("POST", SERVICES).json(&service("12.00"))));
        let row = made.json()["id"].to_string();
        told.push(Told::of("a row is made", made));
        told.push(Told::of("and deleted", client.ask(&self.delete(&row))));
        told.push(Told::of("and gone", client.ask(&self.get(&row))));
        told
    }

    /// What changes nothing, or always to the same, so that it can be asked again.
    fn questions(&self) -> Vec<(&'static str, Request)> {
        let row = path(&self.rows[0]);
        let to = |method: &str| Request::new(method, row.as_str());
        let add = |body: Value| self.by("anna", Request::new("POST", SERVICES).json(&body));
        let text =
            |text: &str, kind: &str| Request { body: text.to_owned(), content_type: kind.to_owned(), ..to("PUT") };
        let basic = |password: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("ben:{password}")));
        let secret = self.secret.as_str();
        let mut questions = vec![
            ("all of it is set", self.by("anna", to("PUT").json(&service("11.50")))),
            ("a part is set", self.by("anna", to("PATCH").json(&json!({ "paid": true })))),
            ("nothing is set", self.by("anna", to("PATCH").json(&json!({})))),
            (
                "set by a page",
                self.by_session(to("PATCH").json(&json!({ "cost": "11.75" }))).with("X-CSRFToken", secret),
            ),
            (
                "set by a page that says where it is",
                self.by_session(to("PATCH").json(&json!({ "cost": "11.75" })))
                    .with("X-CSRFToken", secret)
                    .with("Origin", self.origin.as_str()),
            ),
            ("a session without a token", self.by_session(to("PATCH").json(&json!({ "cost": "1.00" })))),
            (
                "a session with a wrong token",
                self.by_session(to("PATCH").json(&json!({ "cost": "1.00" }))).with("X-CSRFToken", "x".repeat(32)),
            ),
            ("a session with a short token", self.by_session(to("DELETE")).with("X-CSRFToken", "x")),
            ("nobody", Request::get(SERVICES)),
            ("nobody writes", to("DELETE")),
            ("nobody adds", Request::new("POST", SERVICES).json(&service("1.00"))),
            ("a token of nobody", Request::get(SERVICES).token("0123456789abcdef0123456789abcdef01234567")),
            ("a token with a space", Request::get(SERVICES).token("a b")),
            ("no token", Request::get(SERVICES).with("Authorization", "Token")),
            ("another scheme", Request::get(SERVICES).with("Authorization", "Bearer abc")),
            ("somebody inactive", self.by("gone", Request::get(SERVICES))),
            ("a password", Request::get(SERVICES).with("Authorization", basic("wheels"))),
            ("a wrong password", Request::get(SERVICES).with("Authorization", basic("wheel"))),
            ("no base64", Request::get(SERVICES).with("Authorization", "Basic x")),
            ("may not change", self.by("ben", to("PATCH").json(&json!({ "cost": "1.00" })))),
            ("may not delete", self.by("ben", to("DELETE"))),
            ("may not add", self.by("ben", Request::new("POST", SERVICES).json(&service("1.00")))),
            ("may not add, whatever it is", self.by("ben", Request::new("POST", SERVICES).json(&json!([])))),
            ("no such row is changed", self.change("0", "1.00")),
            ("no such method on the list", self.by("anna", Request::new("PUT", SERVICES).json(&service("1.00")))),
            ("no such method on a row", self.by("anna", to("POST").json(&service("1.00")))),
            ("no such method for nobody", Request::new("PUT", SERVICES).json(&service("1.00"))),
            ("another type of body", self.by("anna", text("cost=1", "text/plain"))),
            ("a form", self.by("anna", text("cost=1", "application/x-www-form-urlencoded"))),
            ("no JSON", self.by("anna", text("{\"cost\":", "application/json"))),
            ("no number", self.by("anna", text("{\"cost\": NaN}", "application/json"))),
            ("no body", self.by("anna", to("PUT"))),
            ("nothing given", add(json!({}))),
            ("a list", add(json!([]))),
            ("a word", add(json!("x"))),
            ("null", add(Value::Null)),
            ("all null", add(json!({ "at": null, "cost": null, "paid": null, "reference": null }))),
            ("all wrong", add(json!({ "at": "soon", "cost": "much", "paid": "maybe", "reference": "none" }))),
            ("too many digits", add(with("cost", json!("123456789.00")))),
            ("too many places", add(with("cost", json!("1.005")))),
            ("zeros for places", add(with("cost", json!("1.000")))),
            ("too much", add(with("cost", json!("123456789.5")))),
            ("a number", self.by("anna", to("PATCH").json(&json!({ "cost": 12.5 })))),
            ("both", add(with("cost", json!("1234567890.005")))),
            ("lists for values", add(json!({ "at": [], "cost": [], "paid": [], "reference": [] }))),
        ];
        questions.extend(self.reads());
        questions
    }

    fn reads(&self) -> Vec<(&'static str, Request)> {
        let get = |path: &str| self.by("ben", Request::get(path));
        let list = |query: &str| get(&format!("{SERVICES}?{query}"));
        let row = path(&self.rows[0]);
        vec![
            ("a row", get(&row)),
            ("a row for a session", self.by_session(Request::get(&*row))),
            ("a row's head", self.by("ben", Request::new("HEAD", &*row))),
            ("no such row", get(&path("0"))),
            ("no such key", get(&path("sea"))),
            ("no HTML", get(&row).with("Accept", "text/html")),
            ("no HTML for nobody", Request::get(SERVICES).with("Accept", "text/html")),
            ("whatever there is", get(&row).with("Accept", "text/html, */*;q=0.1")),
            ("the list", get(SERVICES)),
            ("the list for a session", self.by_session(Request::get(SERVICES))),
            ("the list's head", self.by("ben", Request::new("HEAD", SERVICES))),
            ("what there is to do", self.by("ben", Request::new("OPTIONS", SERVICES))),
            ("the second page", list("page=2")),
            ("the last page", list("page=3")),
            ("a page behind the last", list("page=4")),
            ("page 0", list("page=0")),
            ("no page", list("page=two")),
            ("pages of two, in an order", list("page_size=2&page=2&ordering=-cost")),
            ("the first of them", list("ordering=-cost&page_size=2")),
            ("all on one page", list("page_size=100&ordering=paid,-id")),
            ("a page of more than there may be", list("page_size=1000")),
        ]
    }
}

fn path(row: &str) -> String {
    format!("{SERVICES}{row}/")
}

fn service(cost: &str) -> Value {
    let at = "2026-02-01T08:30:00.250001Z";
    json!({ "at": at, "cost": cost, "paid": false, "reference": "3e10c5a0-0000-4000-8000-0000000000ff" })
}

fn with(member: &str, value: Value) -> Value {
    let mut body = service("1.00");
    body[member] = value;
    body
}

/// An answer to one of the questions.
struct Told {
    what: &'static str,
    answer: Answer,
}

/// The headers by which a client could tell the two apart; and which each answer may vary by.
const HEADERS: [&str; 9] = [
    "content-type",
    "allow",
    "www-authenticate",
    "location",
    "set-cookie",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
];

impl Told {
    fn of(what: &'static str, answer: Answer) -> Self {
        Self { what, answer }
    }

    /// What a client would notice.
    fn differs_from(&self, other: &Self) -> Option<String> {
        let (before, after) = (self.seen(), other.seen());
        let noticed = before.into_iter().zip(after).filter(|(before, after)| before != after);
        let mut noticed: Vec<_> = noticed.map(|(before, after)| format!("{before:?} is now {after:?}")).collect();
        // a cache may be asked to keep more answers apart, not fewer
        if !self.varies_by().is_subset(&other.varies_by()) {
            noticed.push(format!("it varies by {:?}, now by {:?}", self.varies_by(), other.varies_by()));
        }
        (!noticed.is_empty()).then(|| format!("{}: {}", self.what, noticed.join("; ")))
    }

    fn seen(&self) -> Vec<(&'static str, Value)> {
        let answer = &self.answer;
        let headers = HEADERS.map(|name| (name, json!(answer.header(name))));
        let is_a_wait = |seconds: &str| seconds.parse().is_ok_and(|wait| (1..=2 * 86_400).contains(&wait));
        let waits = ("a time to wait", json!(answer.header("retry-after").map(is_a_wait)));
        [("status", json!(answer.status)), waits, ("body", body(answer))].into_iter().chain(headers).collect()
    }

    fn varies_by(&self) -> BTreeSet<String> {
        let names = self.answer.header("vary").unwrap_or_default().split(',').map(|name| name.trim().to_lowercase());
        names.filter(|name| !name.is_empty()).collect()
    }
}

/// A representation to the byte, but for the key of a new row; of an error each member.
fn body(answer: &Answer) -> Value {
    let mut body = answer.json();
    if body["renders"].is_array() {
        // OPTIONS: what else Django says of fields is in the document here
        let of = |name: &str| body[name].clone();
        return json!([of("name"), of("renders"), of("parses")]);
    }
    if answer.status < 400 {
        let text = if answer.status == 201 {
            answer.body.replacen(&format!("\"id\":{}", body["id"]), "\"id\":0", 1)
        } else {
            answer.body.clone()
        };
        return text.into();
    }
    for sentences in body.as_object_mut().into_iter().flat_map(|body| body.values_mut()) {
        // a moment has an offset here
        for sentence in sentences.as_array_mut().into_iter().flatten() {
            *sentence = sentence.as_str().unwrap_or_default().replace("[+HH:MM|-HH:MM|Z]", "(+HH:MM|-HH:MM|Z)").into();
        }
    }
    if let Some(detail) = body["detail"].as_str() {
        // what Python says of JSON is its own; and time goes on
        let detail = if detail.starts_with("JSON parse error - ") { "JSON parse error" } else { detail };
        body["detail"] = detail.replace(|sign: char| sign.is_ascii_digit(), "").into();
    }
    body
}
