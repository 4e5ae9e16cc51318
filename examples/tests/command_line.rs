//! The program as people start it.

#![cfg(unix)]
#![allow(missing_docs)]

mod program;

use std::fs;

use program::{Folder, Server, Told};
use refrain_examples::drivers::demo::PASSWORD;
use sea_orm::ConnectionTrait;
use serde_json::Value;

#[test]
fn its_numbers_are_at_an_address_of_their_own() {
    let folder = Folder::new("numbers");
    let metrics = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
    let mut command = folder.program(&[]);
    command.env("METRICS_BIND", metrics.to_string());
    let server = Server::start(command);
    assert!(server.get("/api/cars", "").starts_with("HTTP/1.1 401"));
    let api = server.address.clone();
    assert!(server.get("/metrics", "").starts_with("HTTP/1.1 404"), "not for everybody");
    let mut server = server;
    server.address = metrics.to_string();
    let numbers = server.get("/metrics", "");
    assert!(numbers.contains("refrain_decisions_total{action=\"cars_list\""), "{numbers}");
    server.address = api;
    assert_eq!(server.stop("-TERM"), Some(0));
}

#[test]
fn it_starts_on_nothing_and_ends_when_told() {
    let folder = Folder::new("starts");
    let demo = || {
        let mut command = folder.program(&[]);
        command.env_remove("DEMO_DATA");
        Server::start(command)
    };
    let server = demo();
    let greeting = server.greeting.replace(&server.address, "ADDRESS");
    assert!(greeting.contains(PASSWORD) && greeting.matches("  curl ").count() == 3, "{greeting}");
    let token = |name: &str| {
        let line = greeting.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        line.and_then(|line| line.split_whitespace().nth(1)).expect("everybody has a token").to_owned()
    };
    for (name, status) in [("root", 200), ("alice", 200), ("bob", 200), ("carol", 403), ("dave", 401)] {
        let answer = server.get("/api/cars", &token(name));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{name}: {answer}");
    }
    assert!(server.get("/openapi.json", "").contains("x-permissions"));
    for path in ["/healthz", "/readyz"] {
        assert!(server.get(path, "").starts_with("HTTP/1.1 200"), "{path}");
    }
    let home = server.get("/", "");
    assert!(home.contains("location: /docs") && home.contains("x-content-type-options: nosniff"), "{home}");
    assert!(home.contains("x-request-id: "), "{home}");
    assert_eq!(server.stop("-TERM"), Some(0));

    let server = demo();
    assert_eq!(server.greeting.replace(&server.address, "ADDRESS"), greeting, "a second start adds nothing");
    assert_eq!(server.stop("-INT"), Some(0));
}

#[test]
fn it_adds_demo_users_to_no_database_that_was_there() {
    let folder = Folder::new("demo");
    folder.run(&["migrate"]).is(0, "", "");
    let start = |demo_data: Option<&str>| {
        let mut command = folder.program(&[]);
        match demo_data {
            Some(wanted) => command.env("DEMO_DATA", wanted),
            None => command.env_remove("DEMO_DATA"),
        };
        Server::start(command)
    };
    let server = start(None);
    assert_eq!(server.greeting, "", "nobody asked for them");
    assert!(server.stop("-TERM") == Some(0));
    let server = start(Some("1"));
    assert!(server.greeting.contains(PASSWORD) && server.greeting.contains("  root "), "{}", server.greeting);
    assert!(server.stop("-TERM") == Some(0));
}

/// The key is made once, beside the database and for its owner alone; a site's own is taken where it is given.
#[test]
fn people_log_in_and_stay_in_over_a_restart() {
    let folder = Folder::new("sessions");
    let start = |key: Option<&str>| {
        let mut command = folder.program(&[]);
        command.env("DEMO_DATA", "1");
        key.map(|key| command.env("SECRET_KEY", key));
        Server::start(command)
    };
    let body = format!("{{\"username\":\"alice\",\"password\":\"{PASSWORD}\"}}");
    let log_in = |server: &Server| {
        let length = body.len();
        let told = server.ask(
            &format!("POST /api/auth/login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"),
            &body,
        );
        assert!(told.starts_with("HTTP/1.1 200"), "{told}");
        let cookie =
            told.lines().find_map(|line| line.strip_prefix("set-cookie: ").filter(|it| it.starts_with("sessionid=")));
        cookie.and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned()
    };
    let me =
        |server: &Server, cookie: &str| server.ask(&format!("GET /api/auth/me HTTP/1.1\r\nCookie: {cookie}\r\n"), "");
    let server = start(None);
    let cookie = log_in(&server);
    assert!(me(&server, &cookie).contains("\"alice\""));
    assert_eq!(server.stop("-TERM"), Some(0));
    let kept = folder.0.join("drivers.sqlite3-secret-key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(kept).expect("it is kept").permissions());
    assert_eq!(mode & 0o777, 0o600);

    let server = start(None);
    assert!(me(&server, &cookie).contains("\"alice\""), "signed by the same key");
    assert_eq!(server.stop("-TERM"), Some(0));
    let server = start(Some("a site's"));
    assert!(me(&server, &cookie).starts_with("HTTP/1.1 401"), "signed by another");
    log_in(&server);
    assert_eq!(server.stop("-TERM"), Some(0));
    folder.run(&["clear-sessions"]).is(0, "deleted 0 sessions that have ended", "");
    folder.run(&["clearsessions", "--batch-size", "0"]).is(2, "", "invalid value '0'");
    folder.run(&["clear-tokens"]).is(0, "deleted 0 tokens that have ended", "");
    folder.run(&["clear-tokens", "--batch-size", "0"]).is(2, "", "invalid value '0'");
}

#[test]
fn what_cannot_be_read_is_told_in_a_sentence() {
    let folder = Folder::new("refused");
    folder.run(&["nonsense"]).is(2, "", "unrecognized subcommand 'nonsense'");
    folder.run(&["--bind", "here"]).is(2, "", "invalid value 'here'");
    let expression = "IsAuthenticated & Nobody";
    let told = folder.run(&["serve", "--default-permissions", expression]);
    let mark = format!("\n    {expression}\n                      ^\n");
    told.is(1, "", "error: DEFAULT_PERMISSIONS: no permission class is called `Nobody`").is(1, "", &mark);
    for (url, sentence) in [
        ("oracle://u:s3cret@here/cars", "begins with `oracle`; this program knows `sqlite://`, "),
        ("s3cret.sqlite3", "the address of the database does not say which kind of database it is: "),
        ("", "the address of the database is empty: it is to begin with `sqlite://`, "),
        ("postgres://u:s3cret@127.0.0.1:1/cars", "error: PostgreSQL at `127.0.0.1:1` cannot be reached: "),
        ("postgres://u:s3cret@127.0.0.1:port/cars", "error: the database's address cannot be read: "),
        ("sqlite:///no/such/folder/cars", "error: the SQLite file `/no/such/folder/cars` cannot be reached: "),
    ] {
        let told = folder.run(&["serve", "--database-url", url]).is(1, "", sentence);
        assert!(!told.err.contains("s3cret"), "{told:?}");
    }
    let told = folder.run(&["serve", "--standby-url", "postgres://u:s3cret@standby/cars"]);
    let told = told.is(1, "", "lists are read from a standby of PostgreSQL's");
    assert!(!told.err.contains("s3cret"), "{told:?}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    folder.run(&["--bind", &address]).is(1, "", &format!("error: cannot serve on `{address}`: "));
}

#[test]
fn migrations_one_by_one() {
    let folder = Folder::new("migrate");
    folder.run(&["sync-permissions"]).is(1, "", "run `migrate` first");
    folder.run(&["migrate", "status"]).is(
        0,
        "pending  refrain_m0001_django_tables\npending  refrain_m0002_named_tokens\npending  drivers_m0001_initial\n",
        "",
    );
    folder.run(&["migrate"]).is(0, "applied drivers_m0001_initial\nadded drivers.add_car\n", "");
    folder.run(&["migrate"]).is(0, "every migration was applied already\nevery permission was there already\n", "");
    folder.run(&["migrate", "down"]).is(0, "rolled back drivers_m0001_initial\n", "");
    folder.run(&["migrate", "up"]).is(0, "applied drivers_m0001_initial\n", "");
    for step in ["refresh", "fresh"] {
        folder.run(&["migrate", step]).is(0, "added drivers.view_trip\n", "");
    }
    folder.run(&["sync-permissions"]).is(0, "every permission was there already", "");
    folder.run(&["sync-permissions", "--remove", "drivers.view_car"]).is(1, "", "`drivers.view_car` is no permission");
}

#[test]
fn users_are_dropped_where_it_was_said() {
    let folder = Folder::new("drop-users");
    folder.run(&["migrate"]).is(0, "", "");
    folder.run(&["createsuperuser", "--no-input", "--username", "root"]).is(0, "", "");
    let refused = |arguments: &[&str]| {
        let told = folder.run_with_input(arguments, "yes\n");
        told.is(1, "", "drops what is in `auth_user` (1 row): where that is meant, add `--drop-users`\n")
    };
    for arguments in [vec!["migrate", "refresh"], vec!["migrate", "fresh"], vec!["migrate", "down", "-n", "3"]] {
        let told = refused(&arguments);
        assert!(told.err.contains(&format!("`{}`", arguments[..2].join(" "))), "{told:?}");
        folder.run(&["createsuperuser", "--no-input", "--username", "root"]).is(1, "", "there is a user called `root`");
    }
    folder.run(&["migrate", "down"]).is(0, "rolled back drivers_m0001_initial\n", "");
    folder.run(&["migrate", "down"]).is(0, "rolled back refrain_m0002_named_tokens\n", "");
    refused(&["migrate", "down"]);
    folder.run(&["migrate", "down", "--drop-users"]).is(0, "rolled back refrain_m0001_django_tables\n", "");
    for step in ["refresh", "fresh"] {
        folder.run(&["migrate"]).is(0, "", "");
        folder.run(&["createsuperuser", "--no-input", "--username", "root"]).is(0, "", "");
        folder.run(&["migrate", step, "--drop-users"]).is(0, "added drivers.view_trip\n", "");
        folder.run(&["createsuperuser", "--no-input", "--username", "root"]).is(0, "", "");
        folder.run(&["migrate", "fresh", "--drop-users"]).is(0, "", "");
    }
}

#[test]
fn another_program_is_waited_for_as_long_as_was_said() {
    let folder = Folder::new("wait");
    folder.run(&["migrate"]).is(0, "", "");
    let other = fs::File::create_new(folder.0.join("drivers.sqlite3-migrating")).expect("nobody migrates");
    other.lock().expect("nobody migrates");
    let sentence = "error: another program migrates this database, and had not ended after 0.2 seconds: ";
    folder.run(&["migrate", "--migration-wait", "0.2"]).is(1, "", sentence);
    folder.run(&["migrate", "up", "--migration-wait", "0.2"]).is(1, "", sentence);
    let told = folder.program(&["serve", "--bind", "127.0.0.1:0"]).env("MIGRATION_WAIT", "0.2").output();
    Told::of(told.expect("the example is built")).is(1, "", sentence);
}

#[test]
fn a_check_changes_nothing() {
    let folder = Folder::new("check");
    let told = folder.run(&["check"]).is(0, "0 errors, 0 warnings", "");
    assert!(
        told.out.contains("note: POST /api/auth/token: everybody may do it: it says `AllowAny` itself"),
        "{told:?}"
    );
    assert!(told.out.contains("note: the database was not looked at: it is not there yet"), "{told:?}");
    assert_eq!(fs::read_dir(&folder.0).expect("a folder").count(), 0, "not even the file is made");
    folder.run(&["check", "--strict"]).is(0, "0 errors, 0 warnings", "");
    let missing = ["check", "--default-permissions", "HasPerm(\"drivers.fly_car\")"];
    folder.run(&missing).is(1, "error: GET /api/trips: it asks `drivers.fly_car`, which no model declares", "");
    folder.run(&["migrate", "down"]).is(0, "", "");
    folder.run(&["check"]).is(
        0,
        "these migrations are not applied: `refrain_m0001_django_tables`, `refrain_m0002_named_tokens`",
        "",
    );
    folder.run(&["check", "--strict"]).is(1, "0 errors, 1 warnings", "");
    folder.run(&["migrate"]).is(0, "", "");
    folder.run(&["check", "--strict"]).is(0, "0 errors, 0 warnings", "");
}

#[test]
fn a_check_fails_where_access_was_not_thought_of() {
    let folder = Folder::new("check-access");
    let check = |default: &str, more: &[&str]| {
        let arguments = [&["check", "--default-permissions", default], more].concat();
        folder.run(&arguments)
    };
    check("AllowAny", &[]).is(1, "error: POST /api/trips: who did not say who they are may do it: `AllowAny`", "");
    check("IsAuthenticated", &[]).is(0, "warning: POST /api/trips: everybody who has an account may do it", "");
    check("IsAuthenticated", &["--strict"]).is(1, "0 errors, 4 warnings", "");
    check("IsOwner & !IsOwner", &[]).is(1, "error: GET /api/trips: nobody can do it, superusers included", "");
    let json = |told: Told| serde_json::from_str::<Value>(&told.out).expect("JSON");
    let report = json(check("ReadOnly", &["--format", "json"]).is(1, "", ""));
    assert_eq!((&report["errors"], &report["warnings"]), (&4.into(), &0.into()));
    let first = &report["findings"][0];
    assert_eq!((&first["severity"], &first["code"]), (&"error".into(), &"cannot_hold".into()));
    assert_eq!(first["endpoint"], "POST /api/trips");
    for member in ["message", "write"] {
        assert!(first[member].as_str().is_some_and(|text| !text.is_empty()), "{first}");
    }
    let unreadable = json(check("Nobody", &["--format", "json"]).is(1, "", ""));
    assert_eq!(unreadable["findings"][0]["code"], "cannot_be_built");
    check("Nobody", &[]).is(1, "", "error: DEFAULT_PERMISSIONS: no permission class is called `Nobody`");
}

#[test]
fn a_check_compares_the_document_with_the_one_that_was_kept() {
    let folder = Folder::new("check-document");
    let server = Server::start(folder.program(&[]));
    let answer = server.get("/openapi.json", "");
    let (_, document) = answer.split_once("\r\n\r\n").expect("a body");
    fs::write(folder.0.join("kept.json"), document).expect("the folder can be written");
    fs::write(folder.0.join("other.json"), document.replace("drivers.publish_car", "drivers.show_car")).expect("again");
    assert_eq!(server.stop("-TERM"), Some(0));
    folder.run(&["check", "--document", "kept.json"]).is(0, "0 errors", "");
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/drivers.json");
    folder.run(&["check", "--document", checked_in]).is(0, "0 errors", "");
    let other = folder.run(&["check", "--document", "other.json"]);
    let other = other.is(1, "error: POST /api/cars/{id}/publish: the document that was kept says otherwise", "");
    assert!(other.out.contains("1 errors") && other.out.contains("write the file anew"), "{other:?}");
    let by_default = ["check", "--document", "kept.json", "--default-permissions", "IsSuperuser"];
    folder.run(&by_default).is(1, "error: GET /api/trips: the document that was kept says otherwise", "");
    folder.run(&["check", "--document", "none.json"]).is(1, "the document `none.json` cannot be read", "");
}

#[test]
fn a_check_asks_the_database_who_can_be_granted_what() {
    let folder = Folder::new("check-grants");
    folder.run(&["migrate"]).is(0, "", "");
    let lacking = ["check", "--default-permissions", "HasPerm(\"elsewhere.see_all\")"];
    let told = folder.run(&lacking).is(1, "6 errors", "");
    let sentence =
        "error: GET /api/trips: it asks `elsewhere.see_all`, which the database lacks: nobody can be granted it";
    assert!(told.out.contains(sentence), "{told:?}");
}

#[test]
fn the_table_is_printed_for_people_and_programs() {
    let folder = Folder::new("table");
    let text = folder.run(&["permissions"]).is(0, "", "");
    let operations = text.out.lines().filter(|line| !line.starts_with(' ')).count();
    assert!(operations == 28 && text.out.lines().all(|line| line.chars().count() <= 100), "{}", text.out);
    let lines = "GET     /api/cars/export  export\n\
                 \x20       permissions  HasPerm(\"drivers.export_car\") & list(ModelPermissions & IsOwnerOrReadOnly)\n\
                 \x20       asks         drivers.export_car, drivers.view_car\n\
                 \x20       rows         every row\n";
    assert!(text.out.contains(lines), "{}", text.out);
    let markdown = folder.run(&["permissions", "--format", "markdown"]).is(0, "", "");
    assert!(markdown.out.starts_with("| path | method | action |"), "{}", markdown.out);
    let json = folder.run(&["permissions", "--format", "json"]).is(0, "", "");
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["endpoints"].as_array().map(Vec::len), Some(28));
    folder.run(&["permissions", "--format", "yaml"]).is(2, "", "invalid value 'yaml'");
    assert_eq!(fs::read_dir(&folder.0).expect("a folder").count(), 0, "not even the file is made");
}

/// A model that was changed without a migration, or came without one.
#[tokio::test]
async fn a_check_finds_what_no_migration_has_made() {
    let folder = Folder::new("unmade");
    folder.run(&["migrate"]).is(0, "", "");
    let url = format!("sqlite://{}", folder.0.join("drivers.sqlite3").display());
    let db = refrain::connect(&url).await.expect("the file is there");
    for (change, told) in [
        ("ALTER TABLE drivers_trip RENAME COLUMN title TO name", "no such column: drivers_trip.title"),
        ("DROP TABLE drivers_trip", "no such table: drivers_trip"),
    ] {
        db.execute_unprepared(change).await.expect("it is changed");
        let checked = folder.run(&["check"]).is(1, "error: rows of `drivers.trip` cannot be read: ", "");
        assert!(checked.out.contains(told) && checked.out.contains("write a migration"), "{checked:?}");
    }
}

#[test]
fn users_need_tables() {
    let folder = Folder::new("no-tables");
    let first = "error: the tables are not there yet: `drivers migrate` makes them, or `cargo run -- migrate`\n";
    for arguments in [&["createsuperuser", "--no-input", "--username", "root"][..], &["changepassword", "root"]] {
        folder.run(arguments).is(1, "", first);
        assert!(fs::read_dir(&folder.0).expect("it is there").next().is_none(), "no file is left behind");
    }
    fs::write(folder.0.join("drivers.sqlite3"), "").expect("a file is made");
    folder.run(&["createsuperuser", "--no-input", "--username", "root"]).is(1, "", first);
}

#[test]
fn a_default_that_is_set_to_nothing_is_not_set() {
    let folder = Folder::new("no-default");
    let permissions = |default: Option<&str>| {
        let mut command = folder.program(&["permissions"]);
        default.map(|default| command.env("DEFAULT_PERMISSIONS", default));
        Told::of(command.output().expect("the example is built"))
    };
    let unset = permissions(None).is(0, "ModelPermissions (default)", "");
    for nothing in ["", " "] {
        assert_eq!(permissions(Some(nothing)).is(0, "", "").out, unset.out);
    }
}

#[test]
fn users_from_the_command_line() {
    let folder = Folder::new("users");
    folder.run(&["migrate"]).is(0, "", "");
    let no_input = ["createsuperuser", "--no-input", "--username", "boss", "--email", "boss@Example.COM"];
    let with_password = |password: &str| {
        let mut command = folder.program(&no_input);
        command.env("DJANGO_SUPERUSER_PASSWORD", password);
        Told::of(command.output().expect("the example is built"))
    };
    with_password("").is(1, "", "error: the password is empty");
    let made = with_password("s3cret").is(0, "made the superuser `boss`", "");
    assert!(!format!("{made:?}").contains("s3cret"));
    with_password("s3cret").is(1, "", "error: there is a user called `boss`");
    folder.run(&["createsuperuser", "--no-input"]).is(1, "", "`--username` must be given");
    folder.run(&["createsuperuser", "--no-input", "--username", "later"]).is(0, "no password was given", "");

    let asked = folder.run_with_input(&["createsuperuser"], "ann\n\nfirst\nsecond\n\n4 wheels\n4 wheels\n");
    asked.is(0, "made the superuser `ann`", "The two are not the same.").is(0, "", "The password is empty.");
    folder.run_with_input(&["createsuperuser", "--username", "a b"], "\n4 wheels\n4 wheels\n").is(
        1,
        "",
        "letters, digits",
    );

    // as Django's validators have it; what comes from the environment is taken as it is
    let weak = "bob\n\n1234\n1234\nx\nx\ny\ny\n";
    let asked = folder.run_with_input(&["createsuperuser"], weak);
    [
        "no password after 3 attempts",
        "This password is too short. It must contain at least 8 characters.",
        "This password is too common.",
        "This password is entirely numeric.",
    ]
    .iter()
    .fold(asked, |told, sentence| told.is(1, "", sentence));

    let changed = folder.run_with_input(&["changepassword", "boss"], "n3w wheels\nn3w wheels\n");
    let changed = changed.is(0, "the password is changed", "");
    assert!(!format!("{changed:?}").contains("n3w"));
    folder.run_with_input(&["changepassword", "boss"], "a\nb\nc\nd\ne\nf\n").is(1, "", "no password after 3 attempts");
    let weak = "boss@Example\nboss@Example\nx\nx\ny\ny\n";
    let told = folder.run_with_input(&["changepassword", "boss"], weak).is(1, "", "no password after 3 attempts");
    told.is(1, "", "The password is too similar to the email address.");
    folder.run(&["changepassword", "boss"]).is(1, "", "the input ended");
    folder.run(&["changepassword", "ghost"]).is(1, "", "error: no user is called `ghost`");
}

#[test]
fn a_new_password_ends_the_token_where_that_is_asked_for() {
    let folder = Folder::new("tokens");
    let mut command = folder.program(&[]);
    command.env_remove("DEMO_DATA");
    let server = Server::start(command);
    let line = server.greeting.lines().find(|line| line.trim_start().starts_with("alice "));
    let token = line.and_then(|line| line.split_whitespace().nth(1)).expect("she has a token").to_owned();
    let status = || server.get("/api/cars", &token)[9..12].to_owned();
    folder.run_with_input(&["changepassword", "alice"], "n3w wheels\nn3w wheels\n").is(
        0,
        "the password is changed",
        "",
    );
    assert_eq!(status(), "200", "a changed password leaves tokens valid");
    let ended = folder.run_with_input(&["changepassword", "alice", "--end-tokens"], "n3wer wheels\nn3wer wheels\n");
    ended.is(0, "the password is changed, and no token of before is valid", "");
    assert_eq!(status(), "401");
}
