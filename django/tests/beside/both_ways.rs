//! What either changes about people counts for the other at its next request.

use base64::{Engine, prelude::BASE64_STANDARD};
use refrain::auth::NewUser;
use refrain_examples::drivers::trip;
use refrain_testing::TestDb;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Answer, Program, Request, Site, Users, beside_django, beside_members};

beside_django! {
    what_django_changes_counts_for_the_program_at_once,
    what_the_program_changes_counts_for_django_at_once,
    sessions_of_either_are_the_others_until_one_ends_them,
}

beside_members! {
    what_django_changes_counts_for_the_program_at_once,
    what_the_program_changes_counts_for_django_at_once,
    sessions_of_either_are_the_others_until_one_ends_them,
}

const TRIPS: &str = "/api/trips";

fn serve(db: &TestDb, users: Users, permissions: &str) -> Program {
    let variables = [&[("DEFAULT_PERMISSIONS", permissions)], users.variables()].concat();
    Program::serve_with(&db.url(), &variables)
}

fn basic(name: &str, password: &str) -> Request {
    let both = BASE64_STANDARD.encode(format!("{name}:{password}"));
    Request::get("/api/auth/me").with("Authorization", format!("Basic {both}"))
}

async fn what_django_changes_counts_for_the_program_at_once(db: &TestDb, mut site: Site) {
    site.manage(&["migrate", "--verbosity", "0"]);
    let users = site.users;
    let program = serve(db, users, "ModelPermissions | ObjectPermissions");
    let alices = users.called("alice");
    let admin = Admin::log_in(&mut site);

    // made in the admin, with the password that its form hashes
    let passwords = [("password1", "wheels-4"), ("password2", "wheels-4"), ("usable_password", "true")];
    admin.post(&mut site, &format!("{}add/", users.admin()), &[users.form(), &passwords].concat()).expect(302);
    program.ask(&basic(&alices, "wheels-4")).expect(200);
    let told = site.shell(&with_alice("result = [Token.objects.create(user=alice).key, str(alice.pk)]"));
    let (token, alice) = (told[0].as_str().expect("a token").to_owned(), told[1].as_str().expect("a key").to_owned());
    let list = |status: u16| program.ask(&Request::get(TRIPS).token(&token)).expect(status).json();
    assert_eq!(titles(&list(200)), [""; 0], "no grant, no row");
    let mut and_then = |code: &str| site.shell(&with_alice(code));

    for (grants, revokes) in [
        ("alice.user_permissions.add(view)", "alice.user_permissions.remove(view)"),
        ("editors.permissions.add(view); alice.groups.add(editors)", "alice.groups.clear()"),
        ("alice.groups.add(editors)", "editors.permissions.remove(view)"),
        ("alice.is_superuser = True; alice.save()", "alice.is_superuser = False; alice.save()"),
    ] {
        and_then(grants);
        assert_eq!(titles(&list(200)), ["Home", "To the sea"], "{grants}");
        and_then(revokes);
        assert_eq!(titles(&list(200)), [""; 0], "{revokes}");
    }
    for (grants, revokes) in [
        ("assign_perm('drivers.view_trip', alice, home)", "remove_perm('drivers.view_trip', alice, home)"),
        (
            "alice.groups.add(editors); assign_perm('drivers.view_trip', editors, home)",
            "remove_perm('drivers.view_trip', editors, home)",
        ),
    ] {
        and_then(grants);
        assert_eq!(titles(&list(200)), ["Home"], "{grants}");
        and_then(revokes);
        assert_eq!(titles(&list(200)), [""; 0], "{revokes}");
    }

    // deactivated, and given another password, in the admin
    let page = format!("{}{alice}/change/", users.admin());
    let flags = users.form();
    admin.post(&mut site, &page, flags).expect(302);
    assert_eq!(list(401)["detail"], "User inactive or deleted.");
    let active = [flags, &[("is_active", "on")]].concat();
    admin.post(&mut site, &page, &active).expect(302);
    list(200);
    let passwords = [("password1", "wheels-5"), ("password2", "wheels-5"), ("usable_password", "true")];
    admin.post(&mut site, &format!("{}{alice}/password/", users.admin()), &passwords).expect(302);
    program.ask(&basic(&alices, "wheels-4")).expect(401);
    program.ask(&basic(&alices, "wheels-5")).expect(200);

    let renewed =
        site.shell(&with_alice("Token.objects.all().delete()\nresult = Token.objects.create(user=alice).key"));
    let ask = |token: &str| program.ask(&Request::get(TRIPS).token(token));
    assert_eq!(ask(&token).expect(401).json()["detail"], "Invalid token.");
    let renewed = renewed.as_str().expect("a token");
    ask(renewed).expect(200);
    site.shell(&with_alice("alice.delete()"));
    ask(renewed).expect(401);
}

async fn what_the_program_changes_counts_for_django_at_once(db: &TestDb, mut site: Site) {
    site.manage(&["migrate", "--verbosity", "0"]);
    let users = site.users;
    let program = serve(db, users, "ModelPermissions");
    let auth = users.auth();
    let mut bob =
        auth.create_user(&**db, NewUser::new(users.called("bob")).password("wheels-4")).await.expect("bob is made");
    let token = bob.token(&**db).await.expect("he has a token");
    let editors = auth.create_group(&**db, "Editors").await.expect("a group is made");
    let trip = trip::ActiveModel { title: sea_orm::Set("Home".to_owned()), ..Default::default() };
    let trip = trip::Entity::insert(trip).exec_with_returning(&**db).await.expect("a trip is made");

    // asked by its own route, and by its own functions
    let mut add = |status: u16| {
        let body = json!({ "title": "By bob" });
        site.ask(&Request::new("POST", "/api/trips/").token(&token).json(&body)).expect(status);
    };
    add(403);
    bob.permissions().add(&**db, ["drivers.add_trip"]).await.expect("he is granted it");
    add(201);
    bob.permissions().remove(&**db, ["drivers.add_trip"]).await.expect("it is taken away");
    add(403);
    editors.permissions().add(&**db, ["drivers.add_trip"]).await.expect("they are granted it");
    bob.groups().add(&**db, [&editors]).await.expect("he is one of them");
    add(201);
    bob.groups().clear(&**db).await.expect("he is none of them");
    add(403);

    let granted = "from drivers.people import get\n\
                   from guardian.shortcuts import get_objects_for_user\n\
                   bob = get('bob')\n\
                   rows = get_objects_for_user(bob, 'drivers.change_trip', accept_global_perms=False)\n\
                   result = [[row.title, bob.has_perm('drivers.change_trip', row)] for row in rows]";
    assert_eq!(site.shell(granted), json!([]));
    auth.assign_perm(&**db, "drivers.change_trip", [&bob], [&trip]).await.expect("he is granted it");
    assert_eq!(site.shell(granted), json!([["Home", true]]));
    auth.remove_perm(&**db, "drivers.change_trip", [&bob], [&trip]).await.expect("it is taken away");
    assert_eq!(site.shell(granted), json!([]));

    // the password that is changed over HTTP, and the flag
    let check = |name: &str, password: &str| {
        format!(
            "from django.contrib.auth import authenticate\n\
             from drivers.people import called\n\
             result = authenticate(username=called('{name}'), password='{password}') is not None"
        )
    };
    assert_eq!(site.shell(&check("bob", "wheels-4")), true);
    let change = json!({ "old_password": "wheels-4", "new_password": "another-wheel" });
    program.ask(&Request::new("POST", "/api/auth/password").token(&token).json(&change)).expect(204);
    assert_eq!(site.shell(&check("bob", "wheels-4")), false);
    assert_eq!(site.shell(&check("bob", "another-wheel")), true);
    bob.is_active = false;
    bob.save_flags(&**db).await.expect("he is made inactive");
    assert_eq!(site.shell(&check("bob", "another-wheel")), false);
    let refused = site.ask(&Request::get("/api/trips/").token(&token)).expect(401);
    assert_eq!(refused.json()["detail"], "User inactive or deleted.");

    // somebody made on the command line is let in to the admin
    let root = users.called("root");
    Program::run_with(&db.url(), users.variables(), &["createsuperuser", "--no-input", "--username", &root]);
    let staff = "from drivers.people import get\n\
                 root = get('root')\n\
                 result = [root.is_staff, root.is_superuser, root.has_usable_password()]";
    assert_eq!(site.shell(staff), json!([true, true, false]));
}

async fn sessions_of_either_are_the_others_until_one_ends_them(db: &TestDb, mut site: Site) {
    site.manage(&["migrate", "--verbosity", "0"]);
    let users = site.users;
    let roots = users.called("root");
    let program = serve(db, users, "ModelPermissions");
    let me = |cookies: &[(&str, &str)]| program.ask(&Request::get("/api/auth/me").cookies(cookies));

    // opened in the admin, it is somebody here, who logs out here
    let admin = Admin::log_in(&mut site);
    let cookies = admin.cookies();
    assert_eq!(me(&cookies).expect(200).json()["username"], roots);
    let body = json!({ "title": "To the sea" });
    let add = Request::new("POST", TRIPS).cookies(&cookies).json(&body);
    assert_eq!(program.ask(&add).expect(403).json()["detail"], "CSRF Failed: CSRF token missing.");
    program.ask(&add.with("X-CSRFToken", admin.secret.as_str())).expect(201);
    admin.get(&mut site, "/admin/").expect(200);
    let log_out = Request::new("POST", "/api/auth/logout").cookies(&cookies).with("X-CSRFToken", admin.secret.as_str());
    program.ask(&log_out).expect(204);
    admin.get(&mut site, "/admin/").expect(302);

    // opened here, it is somebody in the admin, who logs out there
    let log_in = || {
        let who = json!({ "username": roots, "password": "wheels-4" });
        let answer = program.ask(&Request::new("POST", "/api/auth/login").json(&who)).expect(200);
        Admin { session: answer.cookie("sessionid").to_owned(), secret: answer.cookie("csrftoken").to_owned() }
    };
    let admin = log_in();
    let page = admin.get(&mut site, users.admin()).expect(200);
    assert!(page.body.contains(&roots), "{page:?}");
    let trip = [("title", "Home"), ("owner", "")];
    admin.post(&mut site, "/admin/drivers/trip/add/", &trip).expect(302);
    me(&admin.cookies()).expect(200);
    admin.post(&mut site, "/admin/logout/", &[]).expect(200);
    me(&admin.cookies()).expect(401);

    // another password ends the sessions that there are, whoever sets it
    let set = "from drivers.people import get\n\
               root = get('root')\n\
               root.set_password('wheels-4')\n\
               root.save()";
    let admin = log_in();
    site.shell(set);
    me(&admin.cookies()).expect(401);
    let admin = log_in();
    admin.get(&mut site, "/admin/").expect(200);
    let mut root = users.auth().user(&**db, &roots).await.expect("it can be asked").expect("there is one");
    root.set_password(&**db, "wheels-6").await.expect("it is set");
    admin.get(&mut site, "/admin/").expect(302);
}

/// Somebody who may do everything, in a browser of theirs.
struct Admin {
    session: String,
    secret: String,
}

impl Admin {
    /// A new superuser who logs in by the form.
    fn log_in(site: &mut Site) -> Self {
        site.shell("from drivers.people import make\nmake('root', 'wheels-4', superuser=True)");
        let root = site.users.called("root");
        let page = site.ask(&Request::get("/admin/login/")).expect(200);
        let secret = page.cookie("csrftoken");
        let form = [("username", &*root), ("password", "wheels-4"), ("csrfmiddlewaretoken", secret)];
        let log_in = Request::new("POST", "/admin/login/?next=/admin/").cookies(&[("csrftoken", secret)]).form(&form);
        let answer = site.ask(&log_in).expect(302);
        Self { session: answer.cookie("sessionid").to_owned(), secret: answer.cookie("csrftoken").to_owned() }
    }

    fn cookies(&self) -> [(&str, &str); 2] {
        [("sessionid", &self.session), ("csrftoken", &self.secret)]
    }

    #[track_caller]
    fn get(&self, site: &mut Site, path: &str) -> Answer {
        site.ask(&Request::get(path).cookies(&self.cookies()))
    }

    #[track_caller]
    fn post(&self, site: &mut Site, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = [fields, &[("csrfmiddlewaretoken", self.secret.as_str())]].concat();
        site.ask(&Request::new("POST", path).cookies(&self.cookies()).form(&fields))
    }
}

/// Code about `alice`, the group `editors`, the permission `view` and the trip `home`.
fn with_alice(code: &str) -> String {
    format!(
        "from django.contrib.auth.models import Group, Permission\n\
         from guardian.shortcuts import assign_perm, remove_perm\n\
         from rest_framework.authtoken.models import Token\n\
         from drivers.models import Trip\n\
         from drivers.people import get\n\
         alice = get('alice')\n\
         editors, _ = Group.objects.get_or_create(name='Editors')\n\
         view = Permission.objects.get(codename='view_trip')\n\
         home, _ = Trip.objects.get_or_create(title='Home')\n\
         Trip.objects.get_or_create(title='To the sea')\n\
         {code}"
    )
}

fn titles(page: &Value) -> Vec<String> {
    let rows = page["results"].as_array().expect("a page has rows");
    let mut titles: Vec<_> = rows.iter().map(|row| row["title"].as_str().expect("a title").to_owned()).collect();
    titles.sort();
    titles
}
