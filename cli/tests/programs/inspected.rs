//! The database of a Django site: what is told of it, and programs over it.

use std::{collections::BTreeSet, env, path::Path, process::Command};

use refrain::auth::password::Algorithm;
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, Database};

use crate::support::{Crates, Folder, told};

/// A site that runs: Django's own tables, and what a few of its people left there.
const ROWS: &str = r#"
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from guardian.shortcuts import assign_perm
from rest_framework.authtoken.models import Token
from drivers.models import Car

alice = User.objects.create_user("alice", "alice@example.com", "wheels")
zoe = User.objects.create_user("zoe", is_active=False)
User.objects.filter(pk=zoe.pk).update(password="rot13$of$a$hasher$that$is$gone")
User.objects.create_superuser("root", password=None)
Token.objects.create(user=alice)
Group.objects.create(name="Editors")
car = Car.objects.create(name="Beetle", owner=alice)
assign_perm("drivers.change_car", alice, car)
ContentType.objects.create(app_label="billing", model="invoice")
"#;

fn django(url: &str, settings: &str, arguments: &[&str]) -> String {
    let python = env::var("REFRAIN_DJANGO").expect("`cargo xtask test` says where a Python with Django is");
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../django/site");
    let mut manage = Command::new(python);
    manage.arg("manage.py").args(arguments).current_dir(site);
    manage.env("DATABASE_URL", url).env("SECRET_KEY", "a key").env("DJANGO_SETTINGS_MODULE", settings);
    told(&manage.output().expect("Python starts"))
}

#[every_database(tables = none)]
async fn a_site_is_told_and_its_models_are_declared(db: TestDb) {
    let url = db.url();
    django(&url, "garage.settings", &["migrate", "--verbosity", "0"]);
    django(&url, "garage.settings", &["shell", "--command", ROWS]);
    let folder = Folder::empty(&format!("site-{}", db.backend().name()));
    let program = folder.program(&format!("garage-{}", db.backend().name().to_lowercase()));

    let told = program.refrain(&["inspect-django", &url]);
    for line in [
        // one of them is guardian's own
        "  users          4 in `auth_user`, 3 active, 1 superusers",
        "  groups         1",
        "  object grants  1 on drivers.car",
        "  tokens         1",
        "  sessions       0",
        "  drivers.Car      `drivers_car`, 1 rows, key `id`",
        "  drivers.Trip     `drivers_trip`, 0 rows, key `id`",
        "  billing.Invoice  no table of its name",
        "  passwords      of none of Django's algorithms (1), unusable (2), pbkdf2_sha256 (1)",
        "  * 1 passwords are hashed by none of Django's algorithms: these users cannot log in by them",
        "  * `billing.invoice` has no table `billing_invoice`: it is a proxy, says a `db_table`, or is gone",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    for secret in ["of$a$hasher", "rot13", "wheels"] {
        assert!(!told.contains(secret), "{told}");
    }

    // Django's own apps too, where they are named: more kinds of columns than a site of ours has
    let apps: &[&str] = match db.backend() {
        Backend::Postgres => &["drivers", "auth", "admin", "contenttypes", "sessions", "authtoken", "guardian"],
        _ => &["drivers"],
    };
    let mut arguments = vec!["inspect-django", &url, "--write"];
    arguments.extend(apps.iter().flat_map(|app| ["--app", *app]));
    let written = program.refrain(&arguments);
    assert!(written.contains("wrote src/drivers/cars.rs"), "{written}");
    program.is_formatted();
    let cars = program.read("src/drivers/cars.rs");
    assert!(cars.contains(r#"publish_car = "Can publish car listing""#), "{cars}");
    assert!(cars.contains("pub owner_id: Option<i32>"), "{cars}");
    if apps.contains(&"auth") {
        for (file, secret) in [("auth/users.rs", "password"), ("sessions/sessions.rs", "session_data")] {
            let text = program.read(&format!("src/{file}"));
            let serializer = text.split("#[derive(Serializer)]").nth(1).unwrap_or_default();
            assert!(!serializer.contains(&format!("pub {secret}")), "{text}");
        }
    }

    program.compiles(&Crates::of_this_test());
    program.run(&url, &["migrate"]);
    let checked = program.run(&url, &["check"]);
    assert!(checked.contains("0 errors"), "{checked}");
    let table = program.run(&url, &["permissions"]);
    assert!(table.contains("/api/cars") && table.contains("/api/services"), "{table}");
}

/// They have uuids for keys, and are named by their address.
#[every_database(tables = none)]
async fn users_of_a_sites_own_are_told_as_the_program_says_them(db: TestDb) {
    let url = db.url();
    django(&url, "garage.settings_members", &["migrate", "--verbosity", "0"]);
    let folder = Folder::empty(&format!("members-{}", db.backend().name()));
    let program = folder.program("garage");
    let told = program.refrain(&["inspect-django", &url]);
    assert!(told.contains("in `club_member`"), "{told}");
    let said =
        r#"AUTH_USER_MODEL is `club.Member`: say `UserTable::custom("club", "Member", Key::Uuid).named_by("email")"#;
    assert!(told.contains(said), "{told}");
}

/// Whoever can write rows of content types writes no sources.
#[tokio::test]
async fn what_a_database_calls_its_tables_is_never_code() {
    let folder = Folder::empty("hostile");
    let program = folder.program("garage");
    let file = folder.path().join("site.sqlite3");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let db = Database::connect(&url).await.expect("a file");
    let model = "bus`.\n pub const X: &[u8] = include_bytes!(\"/etc/passwd\");\n//";
    let column = "secret\n}\npub fn evil() {}\n//";
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    for sql in [
        "CREATE TABLE django_content_type (id integer PRIMARY KEY, app_label varchar(100), model varchar(100))".to_owned(),
        "CREATE TABLE auth_permission (id integer PRIMARY KEY, content_type_id integer, codename varchar(100), \
         name varchar(255))"
            .to_owned(),
        "CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar(128), last_login datetime, is_superuser bool, \
         is_active bool, username varchar(150))"
            .to_owned(),
        format!("CREATE TABLE {} (id integer PRIMARY KEY)", quoted(&format!("shop_{model}"))),
        format!("CREATE TABLE shop_car (id integer PRIMARY KEY, name varchar(9), {} varchar(9))", quoted(column)),
        format!("INSERT INTO django_content_type VALUES (1, 'shop', '{model}'), (2, 'shop', 'car'), (3, '../../x', 'y')"),
        "INSERT INTO auth_permission SELECT id, 2, 'view_car', 'Can view car\"\npub' FROM django_content_type WHERE id = 1"
            .to_owned(),
        "INSERT INTO auth_user VALUES (1, 'pa$$word', NULL, 1, 1, 'root')".to_owned(),
    ] {
        db.execute_unprepared(&sql).await.expect("a statement");
    }
    db.close().await.expect("it closes");

    let told = program.refrain(&["inspect-django", &url, "--write"]);
    assert!(!told.contains("pa (1)"), "{told}");
    let written = told.lines().filter_map(|line| line.strip_prefix("wrote ")).collect::<Vec<_>>();
    assert_eq!(written, ["src/shop/cars.rs", "src/shop/mod.rs"]);
    let cars = program.read("src/shop/cars.rs");
    assert!(!cars.contains("evil"), "{cars}");
    program.checks(&Crates::of_this_test());
}

/// The library verifies these hashes where nothing is said.
#[test]
fn every_algorithm_that_is_said_to_be_known_is() {
    let source = include_str!("../../src/django/report.rs");
    let listed = source.split("const ALGORITHMS: [&str; 5] = [").nth(1).and_then(|rest| rest.split(']').next());
    let listed =
        listed.expect("the list").split(',').map(|name| name.trim().trim_matches('"')).filter(|name| !name.is_empty());
    let (listed, known): (BTreeSet<&str>, BTreeSet<&str>) =
        (listed.collect(), Algorithm::DJANGO.map(Algorithm::name).into());
    assert_eq!(listed, known);
}
