use std::{
    collections::BTreeMap,
    env,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use refrain::auth::{Auth, password::Passwords};
use serde_json::{Value, json};

use super::{Answer, KEY, Request, Served};

#[path = "../../../src/members.rs"]
mod members;

/// Which Django.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 5.2, which is kept up for long
    LongTerm,
    /// the newest there was when its requirements were made
    Newest,
}

impl Version {
    fn variable(self) -> &'static str {
        match self {
            Self::LongTerm => "REFRAIN_DJANGO",
            Self::Newest => "REFRAIN_DJANGO_NEWEST",
        }
    }

    /// The Python with it; `None` where the machine has none that is new enough, which is then said.
    pub fn python(self) -> Option<String> {
        let place = tool(self.variable());
        if place.is_empty() {
            // past the test harness, which hides what passing tests print
            let _ = writeln!(io::stderr(), "not run: beside the newest Django, which asks for a newer Python");
            return None;
        }
        Some(place)
    }
}

/// Where something is that tests use and cargo does not install.
pub fn tool(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} does not say where this test's tool is: `cargo xtask test` sees to it; for single tests, \
             take the lines that `cargo xtask tools` prints"
        )
    })
}

/// The Django site of `site/` on some database, in a process that answers one question after the other.
pub struct Site {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// as Django says it
    pub version: String,
    pub users: Users,
    python: String,
    database: String,
}

/// Whose table people are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Users {
    Django,
    /// a club's, which are named by their address and have uuids
    Members,
}

impl Users {
    /// What the program is told of it.
    pub fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Django => &[],
            Self::Members => &[("AUTH_USER_MODEL", "club.Member")],
        }
    }

    /// What somebody of this name logs in with.
    pub fn called(self, name: &str) -> String {
        match self {
            Self::Django => name.to_owned(),
            Self::Members => format!("{name}@example.com"),
        }
    }

    /// The same as the program declares it.
    pub fn auth(self) -> Auth {
        let auth = match self {
            Self::Django => Auth::default(),
            Self::Members => members::auth(),
        };
        auth.with_passwords(Passwords::default().iterations(1))
    }

    /// Where they are in the admin.
    pub fn admin(self) -> &'static str {
        match self {
            Self::Django => "/admin/auth/user/",
            Self::Members => "/admin/club/member/",
        }
    }

    /// What the admin's form of somebody holds: all that must be filled.
    pub fn form(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Django => &[("username", "alice"), ("date_joined_0", "2026-01-01"), ("date_joined_1", "00:00:00")],
            Self::Members => &[("email", "alice@example.com"), ("country", "DE"), ("born", "2000-01-01")],
        }
    }

    fn settings(self) -> &'static str {
        match self {
            Self::Django => "garage.settings",
            Self::Members => "garage.settings_members",
        }
    }
}

impl Site {
    pub fn start(version: Version, database: &str) -> Option<Self> {
        Self::start_with(version, Users::Django, database)
    }

    /// The same with users of its own.
    pub fn start_with(version: Version, users: Users, database: &str) -> Option<Self> {
        let python = version.python()?;
        let mut command = python_command(&python, users, database);
        command.arg("answer.py");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
        let questions = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let (version, database) = (String::new(), database.to_owned());
        let mut site = Self { process, questions, answers, version, users, python, database };
        let told = site.line();
        site.version = told["version"].as_str().expect("Django says its version").to_owned();
        Some(site)
    }

    /// The same site as a server of its own, over HTTP.
    pub fn serve(&self) -> Served {
        Served::start(python_command(&self.python, self.users, &self.database))
    }

    /// What a command of `manage.py` prints.
    #[track_caller]
    pub fn manage(&mut self, arguments: &[&str]) -> String {
        let told = self.tell(&json!({ "do": "manage", "arguments": arguments }));
        told.as_str().expect("what it prints is text").to_owned()
    }

    /// Runs code, as `manage.py shell` does, and gives what it calls `result`.
    #[track_caller]
    pub fn shell(&mut self, code: &str) -> Value {
        self.tell(&json!({ "do": "shell", "code": code }))
    }

    #[track_caller]
    pub fn ask(&mut self, request: &Request) -> Answer {
        answer(&self.tell(&request.to_json()))
    }

    /// The database's schema, as lines.
    #[track_caller]
    pub fn schema(&mut self) -> Vec<String> {
        let told = self.tell(&json!({ "do": "schema" }));
        let lines = told.as_array().expect("it is a list");
        lines.iter().map(|line| line.as_str().expect("of text").to_owned()).collect()
    }

    /// Every row of every table, as text.
    #[track_caller]
    pub fn rows(&mut self) -> BTreeMap<String, Vec<String>> {
        serde_json::from_value(self.tell(&json!({ "do": "rows" }))).expect("tables with rows of text")
    }

    /// Has it do something, and gives what comes of it.
    #[track_caller]
    pub fn tell(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").expect("it reads");
        let mut told = self.line();
        match told["error"].as_str() {
            Some(error) => panic!("Django {}: {question}\n{error}", self.version),
            None => told["ok"].take(),
        }
    }

    #[track_caller]
    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it prints text");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("no line of JSON ({error}): `{line}`"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Python in the site's folder, with what its settings read.
fn python_command(python: &str, users: Users, database: &str) -> Command {
    let mut command = Command::new(python);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("site");
    command.current_dir(folder).envs([("DATABASE_URL", database), ("SECRET_KEY", KEY)]);
    command.env("DJANGO_SETTINGS_MODULE", users.settings());
    command.env_remove("DEFAULT_PERMISSIONS").env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1");
    command
}

pub fn answer(told: &Value) -> Answer {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let map = |name: &str| {
        told[name].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
    };
    let headers: BTreeMap<String, String> = map("headers");
    Answer {
        status: told["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status"),
        headers: headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect(),
        cookies: map("cookies"),
        body: text(&told["body"]),
    }
}
