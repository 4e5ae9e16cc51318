//! The algebra of expressions: what may be rewritten without a change of meaning.

use proptest::{prelude::*, test_runner::TestCaseError};
use refrain::{Action, Context, Permissions, Rule, model::ModelInfo};
use refrain_testing::{TestDb, every_database};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::{
    check,
    expected::{Case, Meaning},
    tree::{With, trees},
    world::{Site, askers, car, worlds},
};

const ACTIONS: [Action; 3] = [Action::List, Action::PartialUpdate, Action::Destroy];

#[every_database]
async fn rewriting_changes_nothing(db: TestDb) {
    let site = Site::open(&db).await;
    let action = prop::sample::select(ACTIONS.to_vec());
    let cases = (trees(With::Nothing), trees(With::Nothing), worlds(site.owners()), askers(), action);
    check(&db, 320, &cases, async |(a, b, world, who, action)| {
        world.settle(&site.db).await;
        site.grant(&who).await;
        let user = site.user(&who).await;
        let (model, headers) = (ModelInfo::of::<car::Entity>(), Default::default());
        let cx = Context::new(&user, action, Some(&model), &headers, &site.db);
        let ((a, classes), (b, _)) = (a.permissions(), b.permissions());
        let not = |part: &Permissions| Permissions::Not(Box::new(part.clone()));
        let and = |a: &Permissions, b: &Permissions| Permissions::And(vec![a.clone(), b.clone()]);
        let or = |a: &Permissions, b: &Permissions| Permissions::Or(vec![a.clone(), b.clone()]);

        let read = classes.parse(&a.to_string()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(read.to_string(), a.to_string());

        let same = [
            (not(&not(&a)), a.clone()),
            (read, a.clone()),
            (and(&a, &a), a.clone()),
            (or(&a, &a), a.clone()),
            (or(&a, &and(&a, &b)), a.clone()),
            (and(&a, &b), and(&b, &a)),
            (or(&a, &b), or(&b, &a)),
            (not(&and(&a, &b)), or(&not(&a), &not(&b))),
            (not(&or(&a, &b)), and(&not(&a), &not(&b))),
        ];
        for (one, other) in same {
            let message = format!("{one} against {other}");
            prop_assert_eq!(admitted(&one, &cx).await, admitted(&other, &cx).await, "{}", message);
        }
        Ok(())
    });
}

/// At the level of [`Permissions::meaning`] and [`Rule::filter`], without a viewset between.
#[every_database]
async fn a_meaning_is_what_the_model_says(db: TestDb) {
    let site = Site::open(&db).await;
    let action = prop::sample::select(ACTIONS.to_vec());
    let cases = (trees(With::Nothing), worlds(site.owners()), askers(), action);
    check(&db, 480, &cases, async |(tree, world, who, action)| {
        let action = if action == Action::Destroy { Action::Update } else { action };
        world.settle(&site.db).await;
        site.grant(&who).await;
        let user = site.user(&who).await;
        let (model, headers) = (ModelInfo::of::<car::Entity>(), Default::default());
        let cx = Context::new(&user, action, Some(&model), &headers, &site.db);
        let (permissions, _) = tree.permissions();

        let rule = permissions.meaning(&cx).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(!holds_constants(&rule), "a constant stands inside `{}`", rule);
        let case = Case { world: &world, who: &who, key: site.key_of(&who) };
        let expected = case.meaning(&tree, action).map_err(|_| TestCaseError::fail("nothing fails here"))?;
        prop_assert_eq!(rule == Rule::Always, expected == Meaning::Always, "{}", rule);
        prop_assert_eq!(rule == Rule::Never, expected == Meaning::Never, "{}", rule);

        let admits = |place: &usize| expected.admits(*place).unwrap_or(false);
        let ids: Vec<i64> = (0..world.cars.len()).filter(admits).map(|place| place as i64 + 1).collect();
        prop_assert_eq!(&ids_of(&rule, &cx).await, &ids, "{}", rule);
        let others: Vec<i64> = (1..=world.cars.len() as i64).filter(|id| !ids.contains(id)).collect();
        prop_assert_eq!(ids_of(&!rule.clone(), &cx).await, others, "not ({})", rule);
        Ok(())
    });
}

/// Constants, and the rows admitted.
async fn admitted(permissions: &Permissions, cx: &Context<'_>) -> (bool, bool, Vec<i64>) {
    let rule = permissions.meaning(cx).await.expect("nothing fails here");
    (rule == Rule::Always, rule == Rule::Never, ids_of(&rule, cx).await)
}

async fn ids_of(rule: &Rule, cx: &Context<'_>) -> Vec<i64> {
    let rows = car::Entity::find().filter(rule.filter()).order_by_asc(car::Column::Id);
    rows.all(&cx.db()).await.expect("the database answers").into_iter().map(|car| car.id).collect()
}

fn holds_constants(rule: &Rule) -> bool {
    let constant = |rule: &Rule| matches!(rule, Rule::Always | Rule::Never);
    match rule {
        Rule::All { 0: rules, .. } | Rule::Any { 0: rules, .. } => {
            rules.len() < 2 || rules.iter().any(|rule| constant(rule) || holds_constants(rule))
        }
        Rule::Not { 0: rule, .. } => constant(rule) || holds_constants(rule),
        _ => false,
    }
}
