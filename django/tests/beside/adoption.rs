//! Whoever made the tables, the other takes them as they are.

use refrain_testing::TestDb;
use serde_json::{Value, json};

use crate::support::{Program, Request, Site, beside_django};

beside_django! {
    tables_that_django_made_are_adopted_and_stay_as_they_are,
    tables_that_refrain_made_are_taken_by_django,
}

/// People, grants and rows of a site; among them what Refrain knows nothing of.
const A_SITE_THAT_RUNS: &str = r#"
from datetime import timedelta
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from guardian.shortcuts import assign_perm
from rest_framework.authtoken.models import Token
from drivers.models import Car, Trip

alice = User.objects.create_user("alice", "alice@example.com", "wheels")
zoe = User.objects.create_user("Zoë ", password="wheels", is_active=False)
User.objects.filter(pk=zoe.pk).update(password="made_up$of$a$hasher$that$is$gone")
token = Token.objects.create(user=alice)
editors = Group.objects.create(name="Éditeurs")
alice.groups.add(editors)
editors.permissions.add(Permission.objects.get(codename="view_trip"))
alice.user_permissions.add(Permission.objects.get(codename="change_car"))

gone = ContentType.objects.create(app_label="billing", model="invoice")
odd = Permission.objects.create(content_type=gone, codename="Pay.All now", name="Can pay")
here = ContentType.objects.get_for_model(Car)
own = Permission.objects.create(content_type=here, codename="park_car", name="Can park")
alice.user_permissions.add(odd, own)

car = Car.objects.create(name="Beetle", owner=alice)
trip = Trip.objects.create(title="To the sea", owner=zoe)
Trip.objects.create(title="Home", owner=None)
assign_perm("drivers.change_trip", alice, trip)
assign_perm("drivers.park_car", editors, car)
session = SessionStore()
session["cart"] = [1, 2]
session.save()
result = token.key
"#;

async fn tables_that_django_made_are_adopted_and_stay_as_they_are(db: &TestDb, mut site: Site) {
    site.manage(&["migrate", "--verbosity", "0"]);
    let token = site.shell(A_SITE_THAT_RUNS);
    let token = token.as_str().expect("a token");
    let (schema, mut rows) = (site.schema(), site.rows());

    // a day of its commands
    let url = db.url();
    let applied = Program::run(&url, &["migrate"]);
    assert!(applied.contains("applied drivers_m0001_initial"), "{applied}");
    for command in [
        vec!["migrate", "status"],
        vec!["migrate"],
        vec!["sync-permissions"],
        vec!["check"],
        vec!["permissions"],
        vec!["explain", "GET", "/api/trips", "--user", "alice"],
        vec!["clean-orphans"],
        vec!["clear-sessions"],
        vec!["clear-tokens"],
        vec!["migrate", "down", "-n", "3", "--drop-users"],
        vec!["migrate"],
    ] {
        Program::run(&url, &command);
    }
    assert_eq!(site.schema(), schema, "the tables");
    assert_eq!(site.rows(), rows, "and what is in them");

    // it answers as the site does
    let program = Program::serve(&url, "ModelPermissions");
    let shown =
        |body: &Value| body.as_array().expect("rows").iter().map(|row| row["title"].clone()).collect::<Vec<_>>();
    let list = site.ask(&Request::get("/api/trips/").token(token)).expect(200).json();
    let page = program.ask(&Request::get("/api/trips").token(token)).expect(200).json();
    assert_eq!(shown(&page["results"]), shown(&list));
    assert_eq!(shown(&list), [json!("To the sea"), json!("Home")]);

    // who asks for a user gets that one row more, and nothing else
    Program::run(&url, &["createsuperuser", "--no-input", "--username", "root"]);
    assert_eq!(site.schema(), schema);
    let after = site.rows();
    let more = after["auth_user"].iter().filter(|row| !rows["auth_user"].contains(row)).count();
    assert_eq!((more, after["auth_user"].len()), (1, rows["auth_user"].len() + 1));
    rows.insert("auth_user".to_owned(), after["auth_user"].clone());
    assert_eq!(after, rows);

    // and Django finds its site as it left it
    let nothing = site.manage(&["migrate"]);
    assert!(nothing.contains("No migrations to apply"), "{nothing}");
    assert_eq!(site.manage(&["makemigrations", "--check"]), "No changes detected\n");
}

async fn tables_that_refrain_made_are_taken_by_django(db: &TestDb, mut site: Site) {
    let url = db.url();
    Program::run(&url, &["migrate"]);
    let made = site.schema();
    let migrated = site.manage(&["migrate"]);
    // what the program does not have is all that Django makes
    for line in migrated.lines().filter(|line| line.contains("Applying")) {
        assert!(line.contains(" admin.") || line.contains(" drivers.0002_service"), "{migrated}");
    }
    let after = site.schema();
    let kept: Vec<_> = made.iter().filter(|line| after.contains(line)).collect();
    assert_eq!(kept.len(), made.len(), "Django alters nothing that was there");
    site.manage(&["check", "--fail-level", "WARNING"]);
    assert_eq!(site.manage(&["makemigrations", "--check"]), "No changes detected\n");

    // somebody who was made here logs in to the admin there, and works
    let made = site.shell(
        "from django.contrib.auth.models import User\n\
         root = User.objects.create_superuser('root', password='wheels')\n\
         from rest_framework.authtoken.models import Token\n\
         result = Token.objects.create(user=root).key",
    );
    let token = made.as_str().expect("a token").to_owned();
    let page = site.ask(&Request::get("/admin/login/")).expect(200);
    let secret = page.cookie("csrftoken").to_owned();
    let form = [("username", "root"), ("password", "wheels"), ("csrfmiddlewaretoken", &secret)];
    let log_in = Request::new("POST", "/admin/login/?next=/admin/").cookies(&[("csrftoken", &secret)]).form(&form);
    let answer = site.ask(&log_in).expect(302);
    let (session, secret) = (answer.cookie("sessionid").to_owned(), answer.cookie("csrftoken").to_owned());
    let cookies = [("sessionid", session.as_str()), ("csrftoken", secret.as_str())];
    for page in ["/admin/", "/admin/drivers/car/", "/admin/auth/user/", "/admin/drivers/service/add/"] {
        site.ask(&Request::get(page).cookies(&cookies)).expect(200);
    }
    let trip = [("title", "To the sea"), ("owner", ""), ("csrfmiddlewaretoken", &secret)];
    site.ask(&Request::new("POST", "/admin/drivers/trip/add/").cookies(&cookies).form(&trip)).expect(302);

    // guardian's grants, and the token, count on both sides
    let held = site.shell(
        "from django.contrib.auth.models import User\n\
         from guardian.shortcuts import assign_perm, get_objects_for_user\n\
         from drivers.models import Trip\n\
         bob = User.objects.create_user('bob', password='wheels')\n\
         assign_perm('drivers.change_trip', bob, Trip.objects.get())\n\
         result = [trip.title for trip in get_objects_for_user(bob, 'drivers.change_trip')]",
    );
    assert_eq!(held, json!(["To the sea"]));
    let program = Program::serve(&url, "ModelPermissions");
    let page = program.ask(&Request::get("/api/trips").token(&token)).expect(200).json();
    assert_eq!(page["results"][0]["title"], "To the sea");
    let list = site.ask(&Request::get("/api/trips/").token(&token)).expect(200).json();
    assert_eq!(list[0]["title"], "To the sea");
}
