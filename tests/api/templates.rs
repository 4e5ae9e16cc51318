//! `perms` in templates (CONTRACT 4.8): the seed's own, and every form there is.

use minijinja::{Environment, UndefinedBehavior, context};
use refrain::{
    Db, Result, async_trait,
    auth::{Answer, Auth, Backend, ModelBackend, NewUser, User},
    templates::Perms,
};
use refrain_testing::{TestDb, every_database};

use crate::support::{auth, sync, user};

/// Hides and shows as the seed article does.
const SEED: &str = r#"{% if perms.drivers.change_car %}
  <a href="/cars/{{ car.pk }}/edit">Edit</a>
{% endif %}

{% if perms.drivers.publish_car %}
  <button type="submit" name="publish">Publish</button>
{% endif %}"#;

async fn render(db: &TestDb, user: &User, template: &str) -> String {
    let perms = Perms::of(db.db(), user).await.expect("they are read").into_value();
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.render_str(template, context! { perms, car => context! { pk => 7 } }).expect("it renders")
}

#[every_database]
async fn the_seeds_template_shows_what_may_be_done(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (editor, _) = user(&auth, &db, NewUser::new("editor"), &["change"]).await;
    let (publisher, _) = user(&auth, &db, NewUser::new("publisher"), &["publish"]).await;
    let root = auth.create_user(db.db(), NewUser::new("root").superuser()).await.expect("a user");
    let nobody = User::anonymous(&auth);
    for (user, edit, publish) in
        [(&editor, true, false), (&publisher, false, true), (&root, true, true), (&nobody, false, false)]
    {
        let page = render(&db, user, SEED).await;
        assert_eq!(page.contains("<a href=\"/cars/7/edit\">Edit</a>"), edit, "{page}");
        assert_eq!(page.contains("<button"), publish, "{page}");
    }
}

#[every_database]
async fn every_form_is_answered(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &["change", "view"]).await;
    let (gone, _) = user(&auth, &db, NewUser::new("gone").inactive(), &["change"]).await;
    let root = auth.create_user(db.db(), NewUser::new("root").superuser()).await.expect("a user");
    let nobody = User::anonymous(&auth);
    for (form, by_alice, by_root) in [
        ("perms.drivers.change_car", true, true),
        ("perms.drivers.delete_car", false, true),
        ("perms.drivers", true, true),
        ("perms.unknown", false, true),
        ("perms.unknown.change_car", false, true),
        ("'drivers' in perms", true, true),
        ("'unknown' in perms", false, true),
        ("'drivers.change_car' in perms", true, true),
        ("'drivers.delete_car' in perms", false, true),
        ("'unknown.change_car' in perms", false, true),
        // false for everybody in Django
        ("'change_car' in perms.drivers", true, true),
        ("'delete_car' in perms.drivers", false, true),
        ("7 in perms", false, false),
    ] {
        let template = format!("{{{{ 1 if {form} else 0 }}}}");
        assert_eq!(render(&db, &alice, &template).await == "1", by_alice, "{form}");
        assert_eq!(render(&db, &root, &template).await == "1", by_root, "{form}");
        for user in [&nobody, &gone] {
            assert_eq!(render(&db, user, &template).await, "0", "{form}");
        }
    }
    // errors in Django
    let all = "{% for app in perms %}{% for codename in perms[app] %}{{ app }}.{{ codename }} {% endfor %}{% endfor %}";
    assert_eq!(render(&db, &alice, all).await, "drivers.change_car drivers.view_car ");
    assert_eq!(render(&db, &nobody, all).await, "");
    assert!(render(&db, &root, all).await.contains("drivers.publish_car"));
}

/// Says no to one permission, whoever grants it.
struct NoChanges;

#[async_trait]
impl Backend for NoChanges {
    async fn has_perm(&self, _: Db<'_>, _: &User, label: &str) -> Result<Answer> {
        Ok(if label == "drivers.change_car" { Answer::Veto } else { Answer::Abstain })
    }
}

#[every_database(sqlite, because = "the rows are those of the others")]
async fn a_backend_that_vetoes_is_heard(db: TestDb) {
    let auth: Auth = auth().with_backends(vec![std::sync::Arc::new(NoChanges), std::sync::Arc::new(ModelBackend)]);
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &["change", "view"]).await;
    assert_eq!(render(&db, &alice, "{{ perms.drivers.change_car }} {{ perms.drivers.view_car }}").await, "False True");
}
