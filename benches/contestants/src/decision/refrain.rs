//! Refrain: what expressions of permission classes mean for a user who was read with all that they hold, and the row
//! condition that one of them comes to.

use std::hint::black_box;

use http::HeaderMap;
use refrain::{
    Action, Context, IntoPermissions, IsAdminUser, IsOwner, ModelPermissions, Permissions, Rule,
    auth::{Auth, NewUser, User},
    doc_example::car,
    model::{ModelInfo, Models},
};
use refrain_testing::TestDb;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::{
    Decide, at_once,
    site::{HELD, Site},
};

pub(crate) async fn decisions(db: &TestDb, site: Site) -> [(&'static str, Decide); 3] {
    let user: &User = leak(user(db, site).await);
    let db: &DatabaseConnection = leak(db.db().clone());
    let (model, headers): (&ModelInfo, &HeaderMap) = (leak(ModelInfo::of::<car::Entity>()), leak(HeaderMap::new()));
    let decision = |permissions: Permissions, expected: fn(Rule) -> bool| -> Decide {
        let cx = Context::new(user, Action::PartialUpdate, Some(model), headers, db);
        Box::new(move || {
            let meaning = at_once(permissions.meaning(black_box(&cx)));
            expected(meaning.expect("the database is not asked"))
        })
    };
    let of_rows = || (ModelPermissions & (IsOwner | IsAdminUser)).into_permissions();
    [
        ("Refrain", decision(ModelPermissions.into_permissions(), |rule| matches!(rule, Rule::Always))),
        ("Refrain, and the row's owner", decision(of_rows(), |rule| matches!(rule, Rule::When(_)))),
        (
            "Refrain, and the row's owner as a condition of SQL",
            decision(of_rows(), |rule| {
                black_box(rule.filter());
                true
            }),
        ),
    ]
}

async fn user(db: &TestDb, site: Site) -> User {
    let auth = Auth::default();
    let models = Models::default().with::<car::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let user = auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user");
    let groups = (0..site.groups).map(|n| format!("({n}, 'g{n}')")).collect::<Vec<_>>().join(", ");
    let permissions = site.grants().map(|(_, table)| table).collect::<std::collections::BTreeSet<_>>();
    let permissions = permissions.iter().map(|table| format!("('', 'change_{table}')")).collect::<Vec<_>>().join(", ");
    let held =
        site.grants().map(|(group, table)| format!("({group}, 'change_{table}')")).collect::<Vec<_>>().join(", ");
    let users_groups = site.users_groups().map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    for sql in [
        format!("INSERT INTO auth_group (id, name) VALUES {groups}"),
        format!(
            "INSERT INTO auth_permission (name, codename, content_type_id) SELECT p.*, c.id \
             FROM (VALUES {permissions}) AS p, (SELECT MAX(id) AS id FROM django_content_type) AS c \
             WHERE p.column2 <> 'change_car'"
        ),
        format!(
            "INSERT INTO auth_group_permissions (group_id, permission_id) SELECT g.column1, p.id \
             FROM (VALUES {held}) AS g JOIN auth_permission AS p ON p.codename = g.column2"
        ),
        format!(
            "INSERT INTO auth_user_groups (user_id, group_id) SELECT u.id, g.id FROM auth_user AS u, auth_group AS g \
             WHERE g.id IN ({users_groups})"
        ),
    ] {
        db.execute_unprepared(&sql).await.expect("rows");
    }
    let user = user.reload(db.db()).await.expect("a query").expect("the user");
    assert_eq!(user.all_permissions(db.db()).await.expect("what is held").len(), HELD);
    user
}

/// For as long as the program runs, since a context borrows it.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
