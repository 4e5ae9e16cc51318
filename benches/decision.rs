//! One decision: what `ModelPermissions & (IsOwner | IsAdminUser)` means for a loaded user who holds 40 permissions, and
//! the row condition it comes to.

use std::{hint::black_box, pin::pin, task::Context as Poll, task::Waker};

use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderMap;
use refrain::{
    Action, Context, IntoPermissions, IsAdminUser, IsOwner, ModelPermissions, Permissions, Rule,
    auth::{Auth, NewUser, User},
    doc_example::car,
    model::{ModelInfo, Models},
};
use refrain_testing::{Backend, TestDb, on};
use sea_orm::{ConnectionTrait, DatabaseConnection};

fn decision(criterion: &mut Criterion) {
    on(Backend::Sqlite, async |db: TestDb| {
        let (auth, user) = user_with_40_permissions(&db).await;
        let permissions = (ModelPermissions & (IsOwner | IsAdminUser)).into_permissions();
        let model = ModelInfo::of::<car::Entity>();
        let headers = HeaderMap::new();
        let connection: &DatabaseConnection = &db;
        let cx = Context::new(&user, Action::PartialUpdate, Some(&model), &headers, connection);
        assert!(matches!(decide(&permissions, &cx), Rule::When(_)), "a condition on the row");
        let _ = auth;
        tokio::task::block_in_place(|| {
            criterion.bench_function("meaning", |b| b.iter(|| decide(black_box(&permissions), black_box(&cx))));
            criterion.bench_function("meaning and row condition", |b| {
                b.iter(|| decide(black_box(&permissions), black_box(&cx)).filter());
            });
        });
    });
}

/// Stock classes answer at once: there is nothing to wait for.
fn decide(permissions: &Permissions, cx: &Context<'_>) -> Rule {
    let mut meaning = pin!(permissions.meaning(cx));
    match meaning.as_mut().poll(&mut Poll::from_waker(Waker::noop())) {
        std::task::Poll::Ready(rule) => rule.expect("the database is not asked"),
        std::task::Poll::Pending => unreachable!("stock classes make no future"),
    }
}

async fn user_with_40_permissions(db: &TestDb) -> (Auth, User) {
    let auth = Auth::default();
    let models = Models::default().with::<car::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let content_type = db.query_one_raw(db.statement("SELECT id FROM django_content_type")).await.expect("a query");
    let content_type: i32 = content_type.and_then(|row| row.try_get("", "id").ok()).expect("a content type");
    for n in 0..35 {
        let sql = format!(
            "INSERT INTO auth_permission (name, content_type_id, codename) VALUES ('n{n}', {content_type}, 'p{n}_car')"
        );
        db.execute_unprepared(&sql).await.expect("a permission");
    }
    let user = auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user");
    user.permissions().set(db.db(), auth.permissions(db.db()).await.expect("permissions")).await.expect("grants");
    let user = user.reload(db.db()).await.expect("a query").expect("the user");
    assert_eq!(user.all_permissions(db.db()).await.expect("held").len(), 40);
    (auth, user)
}

criterion_group!(benches, decision);
criterion_main!(benches);
