//! A credential with a ceiling: never more than its user, never more than its ceiling, and the same in all readings.

use poem::http::Method;
use proptest::{prelude::*, test_runner::TestCaseError};
use refrain::{Action, Context, Permissions, model::ModelInfo};
use refrain_testing::{TestDb, every_database};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::{
    check,
    expected::Case,
    over_http::{agrees, built},
    tree::{With, trees},
    world::{Site, Who, askers_within, car, worlds},
};

#[every_database]
async fn lists_and_details_agree_within_a_ceiling(db: TestDb) {
    let site = Site::open(&db).await;
    let cases = (trees(With::Nothing), worlds(site.owners()), askers_within());
    check(&db, 320, &cases, async |(tree, world, who)| agrees(&site, &tree, &world, &who).await);
}

#[every_database]
async fn hooks_agree_within_a_ceiling(db: TestDb) {
    let site = Site::open(&db).await;
    let cases = (trees(With::Hooks), worlds(site.owners()), askers_within());
    check(&db, 160, &cases, async |(tree, world, who)| agrees(&site, &tree, &world, &who).await);
}

#[every_database]
async fn what_cannot_be_told_is_no_allow_within_a_ceiling(db: TestDb) {
    let site = Site::open(&db).await;
    let cases = (trees(With::Faults), worlds(site.owners()), askers_within());
    check(&db, 160, &cases, async |(tree, world, who)| agrees(&site, &tree, &world, &who).await);
}

/// Whatever the expression negates.
#[every_database]
async fn a_ceiling_never_adds_a_row(db: TestDb) {
    let site = Site::open(&db).await;
    let action = prop::sample::select(vec![Action::List, Action::PartialUpdate, Action::Create, Action::Destroy]);
    let cases = (trees(With::Nothing), worlds(site.owners()), askers_within(), action);
    check(&db, 480, &cases, async |(tree, world, who, action)| {
        world.settle(&site.db).await;
        site.grant(&who).await;
        let (permissions, _) = tree.permissions();
        let within = admitted(&site, &permissions, &who, action).await?;
        let whole = admitted(&site, &permissions, &who.whole(), action).await?;
        let beyond: Vec<_> = within.iter().filter(|id| !whole.contains(id)).collect();
        prop_assert!(beyond.is_empty(), "{:?} under {}", beyond, permissions);
        // a ceiling of nothing leaves what anybody may do
        let nothing = Who { ceiling: Some(Vec::new()), ..who.clone() };
        let (nothing, nobody) = (
            admitted(&site, &permissions, &nothing, action).await?,
            admitted(&site, &permissions, &Who::nobody(), action).await?,
        );
        let both: Vec<_> = nobody.into_iter().filter(|id| whole.contains(id)).collect();
        prop_assert_eq!(nothing, both, "{}", permissions);
        Ok(())
    });
}

#[every_database]
async fn it_is_explained_as_it_is_answered(db: TestDb) {
    let site = Site::open(&db).await;
    let cases = (trees(With::Nothing), worlds(site.owners()), askers_within());
    check(&db, 96, &cases, async |(tree, world, who)| {
        if who.name.is_none() || !who.is_active() {
            return Ok(());
        }
        world.settle(&site.db).await;
        site.grant(&who).await;
        let api = built(&site, tree.permissions().0, &who);
        let case = Case { world: &world, who: &who, key: site.key_of(&who) };
        let mut expected = vec![("/api/cars".to_owned(), case.list_status(&tree))];
        let of_row = |place| (format!("/api/cars/{}", place + 1), case.row_status(&tree, &Method::GET, place));
        expected.extend((0..world.cars.len()).map(of_row));
        for (path, status) in expected {
            let explained = api.explain_to(site.user(&who).await, &Method::GET, &path).await;
            let explained = explained.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(explained.outcome.status.unwrap_or(200), status, "{}\n{}", path, explained);
        }
        Ok(())
    });
}

async fn admitted(
    site: &Site,
    permissions: &Permissions,
    who: &Who,
    action: Action,
) -> Result<Vec<i64>, TestCaseError> {
    let user = site.user(who).await;
    let (model, headers) = (ModelInfo::of::<car::Entity>(), Default::default());
    let cx = Context::new(&user, action, Some(&model), &headers, &site.db);
    let rule = permissions.meaning(&cx).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let rows = car::Entity::find().filter(rule.filter()).order_by_asc(car::Column::Id);
    Ok(rows.all(&site.db).await.expect("the database answers").into_iter().map(|car| car.id).collect())
}
